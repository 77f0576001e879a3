"""What a reverse proxy before this server changes: the path's prefix, and the scheme.

Both are believed from whoever sends the request: no page can put these headers on a request that
another site's visitor makes, so they change nothing but the links in one's own answer. Clients'
addresses are another matter: those are believed from VITRINE_TRUSTED_PROXIES only.
"""

from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from app.settings import PREFIX, Settings

# As nginx, Caddy and Traefik are told to send it; jupyter-server-proxy sends both of these.
HEADERS = ("x-forwarded-prefix", "x-forwarded-context")
SCHEMES = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss"}}


def root_of(settings: Settings) -> str:
    """The prefix that the settings name, "" for none: their own, or that of the public address."""
    return settings.root_path or urlsplit(settings.public_url or "").path


def as_asked(scope: Scope, root: str) -> Scope:
    """A request as the browser made it: below the prefix `root`, or else the one that the proxy
    tells, and with the browser's scheme. The path gets the prefix where the proxy took it away.
    """
    headers = Headers(scope=scope)
    prefix = root or next((p for name in HEADERS if (p := told(headers.get(name, "")))), "")
    first = headers.get("x-forwarded-proto", "").partition(",")[0]  # of several: the browser's
    scheme = SCHEMES[scope["type"]].get(first.strip().lower())
    prefix = unquote(prefix)  # as paths come here
    path: str = scope["path"]
    whole = path == prefix or path.startswith(f"{prefix}/")
    return {
        **scope,
        "scheme": scheme or scope["scheme"],
        "root_path": prefix,
        "path": path if whole else prefix + path,
    }


def told(text: str) -> str:
    """A header's prefix, "" where it is none."""
    prefix = text.strip().rstrip("/")
    return prefix if PREFIX.fullmatch(prefix) else ""


def prefix_of(connection: HTTPConnection) -> str:
    """What stands before every path of this server for whoever asks, as it stands in an address: ""
    or such as /vitrine.
    """
    return quote(connection.scope.get("root_path", ""), safe="/~@+")
