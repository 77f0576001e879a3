"""Which web process a request belongs to: that of its room, or of its run; else any."""

import json
import re
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import StoreSilent, error_response
from app.i18n import language_of
from app.rooms.sockets import RESTART
from app.shared.rooms import SharedRooms
from app.shared.store import PROCESS_DIGITS, SharedStore
from app.shared.tunnel import Tunnel

ROOM = re.compile(r"/(?:api/rooms/(\d{6})/line|room/([\d\s]{6,20}))")
WATCH = re.compile(r"/api/runs/([\w-]{1,64})/watch")
RUN = re.compile(r"/api/labs/[\w-]+/run")


class Elsewhere:
    """Around the application: what belongs to another process is carried there."""

    def __init__(self, app: ASGIApp, application: FastAPI, store: SharedStore) -> None:
        self.app, self._store = app, store
        self._rooms: SharedRooms = application.state.rooms
        self.tunnel = Tunnel(store, app, application)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        try:
            if scope["type"] == "websocket" and RUN.fullmatch(path_of(scope)):
                await self._run(scope, receive, send)
            else:
                await self._go(await self._owner(scope), scope, receive, send)
        except StoreSilent as error:
            if scope["type"] == "websocket":  # its page comes again
                await send({"type": "websocket.close", "code": RESTART, "reason": ""})
            else:
                language = language_of(HTTPConnection(scope))
                await error_response(error, language)(scope, receive, send)

    async def _go(self, owner: str, scope: Scope, receive: Receive, send: Send) -> None:
        if owner in ("", self._store.process):
            await self.app(scope, receive, send)
        else:
            await self.tunnel.carry(scope, receive, send, owner)

    async def _owner(self, scope: Scope) -> str:
        """The process that it belongs to, "" where that is none. Raises `StoreSilent`."""
        path = path_of(scope)
        if code := room_named(path, scope):
            return await self._rooms.owner_of(code)
        if run := WATCH.fullmatch(path):
            return await self._process_of(run[1])
        return ""

    async def _process_of(self, run_id: str) -> str:
        """Where a run is: its name begins with that. "" where that process is gone."""
        process = run_id[:PROCESS_DIGITS]
        if process == self._store.process or not re.fullmatch(r"[0-9a-f]{8}", process):
            return ""
        return process if await self._store.there({process}) else ""

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page's line to its run: the first message tells whether that is elsewhere. It is taken
        up before, as every such line is.
        """
        begun = [await receive()]
        if begun[0]["type"] == "websocket.connect":
            await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
            begun.append(await receive())
        owner = await self._process_of(run_named(begun[-1].get("text")))

        async def from_the_start() -> Message:
            return begun.pop(0) if begun else await receive()

        async def accepted(message: Message) -> None:
            if message["type"] != "websocket.accept":
                await send(message)

        await self._go(owner, scope, from_the_start, accepted)


def path_of(scope: Scope) -> str:
    """The path below the prefix that a proxy shows this server at."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def room_named(path: str, scope: Scope) -> str:
    """The room that is asked for by its code, in the path or as it is typed; "" for any other."""
    if path == "/room":
        typed = parse_qs(scope["query_string"].decode("latin-1")).get("code", [""])[0]
        path = f"/room/{typed}"
    found = ROOM.fullmatch(path)
    return "".join((found[1] or found[2]).split()) if found else ""


def run_named(text: str | None) -> str:
    """The run that a first message asks to go on with, "" for any other."""
    try:
        message = json.loads(text or "")
    except (ValueError, RecursionError):
        return ""
    resumes = isinstance(message, dict) and message.get("type") == "resume"
    return str(message.get("run", "")) if resumes else ""
