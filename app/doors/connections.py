"""Connections that take too long to say what they want, or to take what they asked for.

uvicorn closes a kept connection that is idle after an answer, and nothing else: half of a request's
head may stay for ever, and so may an answer that nobody reads, with its file or its bytes.
Bodies have their limits in app/doors/bodies.py, sockets in app/doors/middleware.py.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

READ_SECONDS = 60.0  # in which a client must have read
LEAST_READ = 128 * 1024  # bytes of its answer, or all that waits for it: 2 kB/s
# That a connection is kept after an answer: longer than a full room needs for the next request, and
# than proxies keep theirs (nginx 60). Whoever asks as it is closed gets no answer.
KEPT_SECONDS = 75
HEAD_SECONDS = 20.0  # from opening a connection, or a request's first byte, to the end of its head


class PromptProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also closes a connection whose next request's head is not there in
    time, or whose answer is not read. The rest of a refused body is read, and forgotten, for as
    long as a head.
    """

    head_seconds, read_seconds = HEAD_SECONDS, READ_SECONDS
    _deadline: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None  # while more of an answer waits than is sent

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
        self._stop_watching()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        self._stop_watching()
        super().resume_writing()

    def _expect_reading(self) -> None:
        self._stop_watching()
        left = self.transport.get_write_buffer_size()
        self._reading = self.loop.call_later(self.read_seconds, self._look_at_reading, left)

    def _look_at_reading(self, before: int) -> None:
        """Close a connection that reads next to nothing, whatever still waits for it."""
        if before - self.transport.get_write_buffer_size() < LEAST_READ:
            self.transport.abort()
        else:
            self._expect_reading()

    def _stop_watching(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

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
