"""Requests put to an application in the test's own event loop: as odd, as many and as short as
a test needs them.
"""

import asyncio
import json
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message

from app.main import Vitrine
from app.runs.processes import ProcessEngine

GUARD = 120  # seconds after which a test hangs
JSON = ("Content-Type", "application/json")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Someone who asks; `leave` closes the connection of all that is under way."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._left = asyncio.Event()

    def leave(self) -> None:
        self._left.set()

    async def ask(
        self,
        method: str,
        path: str,
        *headers: tuple[str, str],
        body: bytes | None = b"",
        parts: tuple[bytes, ...] = (),
        host: str | None = "127.0.0.1",
    ) -> Answer:
        """The answer to a request whose body comes in `parts` and then `body`, or, where that is
        None, never comes to its end.
        """
        sent: list[Message] = []
        coming = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        if body is not None:
            coming.append({"type": "http.request", "body": body, "more_body": False})

        async def receive() -> Message:
            if coming:
                return coming.pop(0)
            await self._left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        told = [*([("Host", host)] if host else []), *headers]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in told],
            "scheme": "http",
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }
        await asyncio.wait_for(self.app(scope, receive, send), GUARD)
        names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        content = b"".join(message.get("body", b"") for message in sent)
        return Answer(sent[0]["status"], names, content)

    async def post(self, path: str, values: Any, *headers: tuple[str, str]) -> Answer:
        """The answer to values as JSON."""
        body = values if isinstance(values, bytes) else json.dumps(values).encode()
        return await self.ask("POST", path, JSON, *headers, body=body)


class Counting(ProcessEngine):
    """The engine, which counts what it is asked to compute."""

    def __init__(self, app: Vitrine) -> None:
        super().__init__(app.state.settings)
        self.computed = 0
        self.ended = 0
        app.state.runs.engine = self

    async def compute(self, *arguments: Any, **options: Any) -> Any:
        self.computed += 1
        try:
            return await super().compute(*arguments, **options)
        finally:
            self.ended += 1


async def until(true: Any) -> None:
    """Wait until that is so, while everything else goes on."""
    async with asyncio.timeout(GUARD):
        while not true():
            await asyncio.sleep(0.005)
