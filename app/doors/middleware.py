"""What every request passes on its way in, and every answer on its way out.

One ASGI middleware around the whole application, also around what answers when it breaks:

in      as the browser asked, before a proxy changed it (proxies.py); by a name of this server
        (hosts.py); a write or a socket from one of its pages or from a program; HEAD as GET; a
        body within its limits (bodies.py); a socket that says something
out     the security headers on every answer; redirects within this server relative
"""

import asyncio
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.doors.bodies import INCOMING, PAUSE_SECONDS, WHOLE_SECONDS, Incoming
from app.doors.hosts import Hosts, parse_host
from app.doors.proxies import as_asked, root_of
from app.errors import DomainError, ForeignPage, HostNotAllowed, error_response
from app.i18n import N_, language_of, translate
from app.settings import Settings

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
READS = {"GET", "HEAD", "OPTIONS", "TRACE"}
SILENT = 1008  # the code of a socket that is closed because nothing was asked on it
REFUSED = 4403  # the code of one that is not accepted
PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Vitrine</title><p>{text}</p></html>'
)


@dataclass(frozen=True)
class Patience:
    """Seconds: between two parts of a body, for a whole body, for a socket's first message."""

    pause: float = PAUSE_SECONDS
    whole: float = WHOLE_SECONDS
    first_message: float = 60.0


class Doors:
    def __init__(self, app: ASGIApp, settings: Settings, patience: Patience | None = None) -> None:
        self.app = app
        self._hosts, self._root = Hosts(settings), root_of(settings)
        self._patience = patience or Patience()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = as_asked(scope, self._root)
            await self._answer(scope, receive, with_headers(scope, send))
        elif scope["type"] == "websocket":
            await self._admit(as_asked(scope, self._root), receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":  # a copy: the server must still know that it was HEAD
            scope, send = {**scope, "method": "GET"}, without_body(send)
        connection = HTTPConnection(scope)
        refusal = await self._refusal(connection, writes=scope["method"] not in READS)
        if refusal:
            page = scope["method"] == "GET" and "text/html" in connection.headers.get("accept", "")
            await told(refusal, connection, page)(scope, receive, send)
            return
        incoming = Incoming(scope, receive, self._patience.pause, self._patience.whole)
        scope[INCOMING] = incoming
        await self.app(scope, incoming.receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._refusal(HTTPConnection(scope), writes=True)
        if refusal:
            await turn_away(WebSocket(scope, receive, send), refusal)
            return
        socket = Greeted(scope, receive, send, self._patience.first_message)
        await self.app(scope, socket.receive, socket.send)

    async def _refusal(self, connection: HTTPConnection, writes: bool) -> DomainError | None:
        """Why this request is not let in, if it is not."""
        told = connection.headers.getlist("host")
        host = parse_host(told[0]) if len(told) == 1 else None
        # No Host at all comes from programs of HTTP/1.0: a browser always sends one.
        if told and not (host and await self._hosts.allow(host)):
            # 421, Misdirected Request: the name leads here, but it is not one of this server's.
            message = N_(
                "This server does not answer to the name “{name}”. Whoever runs it can allow that "
                "name with the setting VITRINE_ALLOWED_HOSTS."
            )
            return HostNotAllowed(message, name=host.name if host else told[0][:100])
        origin = connection.headers.get("origin")
        if writes and origin is not None and not self._hosts.may_write(origin, host):
            message = N_(
                "This was asked by a page of another site ({origin}), so it was refused. If that "
                "is an address of this server, whoever runs it can allow it with the setting "
                "VITRINE_ALLOWED_HOSTS or VITRINE_PUBLIC_URL."
            )
            return ForeignPage(message, origin=origin[:100])
        return None


class Greeted:
    """A socket that is closed where nothing is asked on it for too long after it was accepted."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
        self._receive, self._send, self._seconds = receive, send, seconds
        self._language = language_of(HTTPConnection(scope))
        self._until: float | None = None  # None: not yet accepted, or has said something
        self._closed = False

    async def send(self, message: Message) -> None:
        if self._closed:
            return
        if message["type"] == "websocket.accept":
            self._until = asyncio.get_running_loop().time() + self._seconds
        await self._send(message)

    async def receive(self) -> Message:
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            return await self._close()
        if message["type"] == "websocket.receive":
            self._until = None
        return message

    async def _close(self) -> Message:
        reason = N_("Nothing was asked for {seconds} seconds, so the connection was closed.")
        text = translate(reason, self._language).format(seconds=f"{self._seconds:g}")
        await self._send({"type": "websocket.close", "code": SILENT, "reason": text})
        self._closed = True
        return {"type": "websocket.disconnect", "code": SILENT, "reason": text}


def told(error: DomainError, connection: HTTPConnection, page: bool = False) -> Response:
    """A refusal in the reader's language: in the one error shape, or to be read as a page."""
    language = language_of(connection)
    if not page:
        return error_response(error, language)
    text = escape(error.told_in(language)["error"]["message"])
    tag = "zh-Hans" if language == "zh" else language
    return HTMLResponse(PAGE.format(language=tag, text=text), status_code=error.status)


async def turn_away(socket: WebSocket, error: DomainError) -> None:
    """Refuse a socket before it is accepted, with the sentence where the server can send one."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        response = told(error, socket)
        response.headers.update(HEADERS)
        await socket.send_denial_response(response)
    else:
        await socket.close(REFUSED)


def without_body(send: Send) -> Send:
    """What answers HEAD: the headers of GET alone."""

    async def heads(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return heads


def with_headers(scope: Scope, send: Send) -> Send:
    """What every answer carries: a strict content security policy, no sniffing."""
    static = scope["path"].startswith(f"{scope['root_path']}/static/")

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if static:
                headers["Cache-Control"] = "no-cache"  # ask each time; 304 where unchanged
            if "location" in headers:
                headers["location"] = within(headers["location"], Headers(scope=scope).get("host"))
        await send(message)

    return dressed


def within(location: str, host: str | None) -> str:
    """A redirect to this server itself, without the host: behind a proxy the scheme and the host
    that this server sees need not be the browser's. Other redirects as they are.
    """
    parts = urlsplit(location)
    if not parts.netloc or parts.netloc != host:
        return location
    # One slash: with two, the path's first part would be read as a host.
    path = "/" + parts.path.lstrip("/")
    return parts._replace(scheme="", netloc="", path=path).geturl()
