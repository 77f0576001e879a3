"""Connections that take too long to say what they want.

uvicorn closes a kept connection that is idle after an answer, and nothing else: half of a request's
head may stay for ever. Bodies have their limits in app/bodies.py, sockets in app/doors.py.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0  # from opening a connection, or a request's first byte, to the end of its head


class PromptProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also closes a connection whose next request's head is not there in
    time. The rest of a refused body is read, and forgotten, for as long.
    """

    head_seconds = HEAD_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        upgraded = self.transport.get_protocol() is not self  # to a WebSocket
        if not upgraded and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def forwarded(trusted_proxies: str | None) -> dict[str, Any]:
    """uvicorn's options by which the proxies named, and no others, tell clients' addresses."""
    return {"proxy_headers": bool(trusted_proxies), "forwarded_allow_ips": trusted_proxies or ""}
