"""Requests and sockets that belong to another web process: carried there and back by channels.

At the near end the browser's line comes in; what it says goes, message for message as ASGI has
them, to the process that has the room or the run. At the far end the application is called as if
the browser had come there. Each message of a line carries a number: where one was lost with the
store, or where the process at the other end is gone, the line breaks, as any line may, and the page
comes back on a new one.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.background import Background
from app.errors import StoreSilent
from app.rooms.sockets import RESTART
from app.shared.store import SharedStore, silent

BROKEN = 1006  # what a server tells of a line that broke
KEPT = ("type", "http_version", "method", "scheme", "path", "root_path", "subprotocols")
PAIRS = ("client", "server")
BREAK: Message = {"type": "vitrine.break"}
CLOSE: Message = {"type": "websocket.close", "code": 1000, "reason": ""}

log = logging.getLogger("vitrine.shared")


@dataclass
class End:
    """One end of a line: who is at the other, and what came from there."""

    name: str
    other: str
    sent: int = 0
    came: int = 0
    left: bool = False  # the other end was told that the browser has gone
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    inbox: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)

    def take(self, number: int, message: Message) -> None:
        """A message from the other end; one that is missing breaks the line."""
        self.came += 1
        self.inbox.put_nowait(message if number == self.came else BREAK)


class Tunnel:
    """All lines between this process and others."""

    def __init__(self, store: SharedStore, app: ASGIApp, application: ASGIApp) -> None:
        """`app` is what lies below the middleware of `application`, whose stores it finds."""
        self._store, self._app, self._application = store, app, application
        self._near: dict[str, End] = {}
        self._far: dict[str, End] = {}
        self._background = Background(log, "a line to another process")
        store.when_told("open", self._opened)
        store.when_told("up", lambda header, data: self._came(self._far, header, data))
        store.when_told("down", lambda header, data: self._came(self._near, header, data))
        store.when_told("gone", self._gone)
        store.on_lost.append(self._break_all)

    # --- The near end -----------------------------------------------------------------------------

    async def carry(self, scope: Scope, receive: Receive, send: Send, owner: str) -> None:
        """Until the line ends. Raises `StoreSilent` where it cannot even begin."""
        end = End(token_hex(8), owner)
        self._near[end.name] = end
        going = None
        try:
            told = {"line": end.name, "from": self._store.process, "scope": dumped(scope)}
            await self._store.listening()  # else the first answer may be lost
            if not await self._store.tell(owner, "open", told):
                end.inbox.put_nowait(BREAK)
            going = asyncio.create_task(self._go(end, receive))
            await self._come(end, scope["type"], send)
        finally:
            del self._near[end.name]
            if going:
                going.cancel()
            if not end.left:
                self._background.do(
                    self._send("up", end, {"type": f"{scope['type']}.disconnect", "code": BROKEN})
                )

    async def _go(self, end: End, receive: Receive) -> None:
        """What the browser says, until it goes."""
        try:
            while not end.left:
                message = await receive()
                await self._send("up", end, message)
                end.left = message["type"].endswith(".disconnect")
        except StoreSilent:
            end.inbox.put_nowait(BREAK)

    async def _come(self, end: End, kind: str, send: Send) -> None:
        """What the application says, to its last word."""
        begun = False
        while True:
            message = await end.inbox.get()
            if message["type"] == BREAK["type"]:
                if kind == "websocket":
                    await send({"type": "websocket.close", "code": RESTART, "reason": ""})
                elif not begun:
                    raise silent()
                return
            begun = True
            await send(message)
            last = message["type"] == "http.response.body" and not message.get("more_body")
            if last or message["type"] == "websocket.close":
                return

    # --- The far end ------------------------------------------------------------------------------

    def _opened(self, header: dict[str, Any], _: bytes) -> None:
        end = End(header["line"], header["from"])
        self._far[end.name] = end
        self._background.do(self._answer(end, restored(header["scope"])))

    async def _answer(self, end: End, scope: Scope) -> None:
        """Call the application as if the browser had come here."""
        lost: Message = {"type": f"{scope['type']}.disconnect", "code": BROKEN}

        async def receive() -> Message:
            message = await end.inbox.get()
            if message["type"] == BREAK["type"]:
                end.inbox.put_nowait(BREAK)  # whoever asks again hears it again
                return lost
            return message

        async def send(message: Message) -> None:
            await self._send("down", end, message)

        try:
            await self._app({**scope, "app": self._application}, receive, send)
            await self._send("down", end, CLOSE if scope["type"] == "websocket" else BREAK)
        except Exception as error:
            log.warning("a line of another process broke off: %r", error)
            with suppress(StoreSilent):
                await self._send("down", end, BREAK)
        finally:
            del self._far[end.name]

    # --- Both -------------------------------------------------------------------------------------

    async def _send(self, kind: str, end: End, message: Message) -> None:
        data = message.get("bytes") or message.get("body") or b""
        rest = {key: value for key, value in message.items() if value is not data}
        header = {"line": end.name, "from": self._store.process, "message": printable(rest)}
        header["as"] = next((key for key in ("bytes", "body") if message.get(key)), "")
        async with end.turn:  # a short message does not overtake a frame
            end.sent += 1
            got = await self._store.tell(end.other, kind, {**header, "n": end.sent}, data)
        if not got:
            end.inbox.put_nowait(BREAK)

    def _came(self, ends: dict[str, End], header: dict[str, Any], data: bytes) -> None:
        end = ends.get(header["line"])
        if end is None:  # it has ended here, and the other end does not know
            if not header["message"]["type"].endswith((".disconnect", ".close", BREAK["type"])):
                self._background.do(self._tell_gone(header["from"], header["line"]))
            return
        message = with_headers(header["message"])
        if header["as"]:
            message[header["as"]] = data
        end.take(header["n"], message)

    async def _tell_gone(self, process: str, line: str) -> None:
        await self._store.tell(process, "gone", {"line": line})

    def _gone(self, header: dict[str, Any], _: bytes) -> None:
        for ends in (self._near, self._far):
            if header["line"] in ends:
                ends[header["line"]].inbox.put_nowait(BREAK)

    def _break_all(self) -> None:
        for end in (*self._near.values(), *self._far.values()):
            end.inbox.put_nowait(BREAK)

    async def look(self) -> None:
        """Break the lines to processes that are gone. Raises `StoreSilent`."""
        ends = [*self._near.values(), *self._far.values()]
        if not ends:
            return
        there = await self._store.there({end.other for end in ends})
        for end in ends:
            if end.other not in there:
                end.inbox.put_nowait(BREAK)


def dumped(scope: Scope) -> dict[str, Any]:
    """Of a scope what another process needs, as JSON has it."""
    kept = {key: scope[key] for key in KEPT if key in scope}
    for key in PAIRS:
        kept[key] = list(scope[key]) if scope.get(key) else None
    query = scope.get("query_string", b"").decode("latin-1")
    return {**kept, "query_string": query, "headers": text_of(scope["headers"])}


def restored(kept: dict[str, Any]) -> Scope:
    scope: Scope = {**kept, "asgi": {"version": "3.0"}, "extensions": {}}
    for key in PAIRS:
        scope[key] = tuple(kept[key]) if kept[key] else None
    scope["query_string"] = kept["query_string"].encode("latin-1")
    scope["raw_path"] = kept["path"].encode()
    scope["headers"] = bytes_of(kept["headers"])
    return scope


def printable(message: dict[str, Any]) -> dict[str, Any]:
    """An ASGI message without its data, as JSON has it."""
    if "headers" in message:
        return {**message, "headers": text_of(message["headers"])}
    return {key: value for key, value in message.items() if not isinstance(value, bytes)}


def with_headers(message: dict[str, Any]) -> dict[str, Any]:
    if "headers" in message:
        return {**message, "headers": bytes_of(message["headers"])}
    return message


def text_of(headers: Any) -> list[list[str]]:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers]


def bytes_of(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
