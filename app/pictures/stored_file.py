"""A file of the server's own as an answer, read piece by piece beside the event loop."""

from collections.abc import Mapping
from typing import BinaryIO

from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from app.pictures.private_folder import in_thread

PIECE = 256 * 1024  # bytes; a slow phone never makes the server hold more of the file


class StoredFile(Response):
    """The first `size` bytes of an open file, which is closed in the end; it may be deleted
    meanwhile.
    """

    def __init__(
        self, file: BinaryIO, size: int, media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._file, self._size = file, size
        self.status_code, self.background = 200, None
        self.media_type = media_type
        self.init_headers({**(headers or {}), "Content-Length": str(size)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file as file:
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            left = self._size
            while piece := await in_thread(file.read, min(PIECE, left)):
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
