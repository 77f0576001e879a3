"""Who asks: by the cookie that the pages set, and by the address that the request came from."""

import secrets
from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection

VISITOR = "vitrine_visitor"  # the cookie that tells visitors apart


def visitor_of(connection: HTTPConnection) -> str:
    """Who asks, by the cookie. Without it each connection is a visitor of its own: an address
    tells nothing, as a whole classroom may share one.
    """
    return connection.cookies.get(VISITOR) or secrets.token_urlsafe(12)


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
