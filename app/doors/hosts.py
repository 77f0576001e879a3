"""Names that this server answers to, and pages that may write to it.

A page of another site can point its own name at this machine's address (DNS rebinding): the browser
then takes this server for that site and lets its page read everything here. An address typed as
numbers cannot be such a name, and in a container the server does not know by which one it is
reached, so all addresses are allowed, and of names only those that are known.
"""

import re
import socket
from functools import cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread

from app.settings import Settings, parts

PORTS = {"http": 80, "https": 443}
HOST = re.compile(
    r"(?:\[(?P<bracketed>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]{1,253}))(?::(?P<port>\d{1,5}))?"
)


class Host(NamedTuple):
    """A name or an address, in small letters, without the root's dot; the port, if one is told."""

    name: str
    port: int | None = None

    @property
    def is_address(self) -> bool:
        try:
            ip_address(self.name)
        except ValueError:
            return False
        return True


def parse_host(text: str) -> Host | None:
    """The value of a Host header, `name`, `name:port` or `[address]:port`; None for nonsense."""
    found = HOST.fullmatch(text.strip().lower())
    if found is None:
        return None
    port = found["port"] and int(found["port"])
    if found["bracketed"]:
        host = Host(found["bracketed"], port or None)
        return host if host.is_address else None
    return Host(found["name"].removesuffix("."), port or None)


def parse_origin(text: str) -> tuple[Host, int] | None:
    """The host of an Origin header and the port that its scheme means where it tells none; None
    for `null` (a file, a sandboxed frame) and everything else that is no page of the web.
    """
    scheme, separator, rest = text.partition("://")
    host = parse_host(rest) if separator and scheme.lower() in PORTS else None
    return host and (host, PORTS[scheme.lower()])


class Hosts:
    """What a server's settings say of its names."""

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.public_url or "")
        self.public = parse_host(public.netloc)
        self._listening = settings.host.lower()
        self._patterns = {part.lower() for part in parts(settings.allowed_hosts)}

    async def allow(self, host: Host) -> bool:
        """Whether requests may come to that name."""
        if host.is_address or is_loopback(host.name) or host.name == self._listening:
            return True
        if self._told(host):
            return True
        return await is_own(host.name)

    def _told(self, host: Host) -> bool:
        """Whether the settings name it, exactly or by `*.example.org`."""
        parents = host.name.split(".")[1:]
        patterns = {f"*.{'.'.join(parents[i:])}" for i in range(len(parents))}
        named = self.public is not None and host.name == self.public.name
        return named or not self._patterns.isdisjoint({host.name, *patterns})

    def may_write(self, origin: str, host: Host | None) -> bool:
        """Whether a page of that origin may write here, asking for that host.

        The scheme is ignored: behind a proxy that speaks TLS, the page is https and the request
        here is http.
        """
        parsed = parse_origin(origin)
        if parsed is None:
            return False
        page, usual = parsed
        if host and same(page, host, usual):
            return True
        if self.public and page.name == self.public.name:
            return same(page, self.public, usual)
        return self._told(page)


def same(page: Host, host: Host, usual: int) -> bool:
    """Whether a page's host and port are those; a port that is not told is the scheme's usual."""
    ports = {page.port or usual, host.port or usual}
    return page.name == host.name and len(ports) == 1


def is_loopback(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost")


async def is_own(name: str) -> bool:
    """Whether it is this machine's own name: alone, in the local network (`.local`), or in full.

    The full name takes a look-up, which without a network may take seconds; so it is asked for in a
    thread, and only where the first part is right.
    """
    own = socket.gethostname().lower().removesuffix(".")
    short = own.partition(".")[0]
    if name in (own, short, f"{short}.local"):
        return True
    if not name.startswith(f"{short}."):
        return False
    return name == await to_thread.run_sync(full_name, limiter=_look_up)


_look_up = CapacityLimiter(1)  # who comes meanwhile finds the answer remembered


@cache
def full_name() -> str:
    return socket.getfqdn().lower().removesuffix(".")
