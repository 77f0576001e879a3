"""Who asks: by the cookie that the pages set, and by the address that the request came from."""

import hmac
import secrets
from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection

VISITOR = "vitrine_visitor"  # the cookie that tells visitors apart
_secret = secrets.token_bytes(32)  # of this process: a cookie of an earlier one is renewed


def sign_with(secret: bytes) -> None:
    """Sign, and know, cookies as all do who have this secret."""
    global _secret
    _secret = secret


def new_visitor() -> str:
    """A cookie that only this server can have made."""
    name = secrets.token_urlsafe(12)
    return f"{name}.{signature(name)}"


def visitor_of(connection: HTTPConnection) -> str:
    """Who asks, by the cookie; "" without one, or with one that this server did not make: whoever
    made names up would else be as many visitors as they like.
    """
    cookie = connection.cookies.get(VISITOR, "")
    name, _, signed = cookie.partition(".")
    if secrets.compare_digest(signed.encode(), signature(name).encode()):
        return name
    return ""


def signature(name: str) -> str:
    return hmac.digest(_secret, name.encode(), "sha256").hex()[:32]


def address_of(connection: HTTPConnection) -> str:
    """The client's IP address, "" where the server does not know it.

    Behind a proxy that VITRINE_TRUSTED_PROXIES names it is the address that the proxy tells, which
    uvicorn has put there; what other clients claim of themselves is ignored.
    """
    said = connection.client.host if connection.client else ""
    try:
        address = ip_address(said.partition("%")[0])
    except ValueError:
        return said
    # A socket for both families tells IPv4 clients as ::ffff:192.0.2.7.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
