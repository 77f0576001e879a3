"""The browser's modules, styles and pictures: read and packed once, then answered from memory.

A room that opens a lab asks for some forty of them per phone. Starlette's own StaticFiles looks
each one up in a thread, reads it anew, and has it packed anew, which took most of the server's
time. A file that changes is read again: its size and time are looked at with every request
but those that join a reading.
"""

import gzip
import hashlib
import mimetypes
import os
from dataclasses import dataclass

from anyio import to_thread
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.answers.single_flight import Flights

LEVEL = 9  # of gzip: once
WORTH = 0.9  # what does not shrink below this share, a font, a picture, is sent as it is
PLAIN_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")


@dataclass(frozen=True)
class Kept:
    """A file, and its bytes packed where that is worth it; `state` tells its versions apart."""

    full_path: str
    state: tuple[int, int]
    data: bytes
    packed: bytes | None
    media_type: str
    etag: str


class KeptFiles(StaticFiles):
    """Starlette's StaticFiles (which paths are files of the folder is its matter), kept in memory.
    For folders of our own: all that is asked for stays.
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        super().__init__(directory=directory)
        self._kept: dict[str, Kept] = {}
        self._flights = Flights()

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Raises HTTPException 404 and 405."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        kept = self._kept.get(path)
        if kept is None or state_of(kept.full_path) != kept.state:
            kept = await self._flights.share(path, lambda: to_thread.run_sync(self._read, path))
            self._kept[path] = kept
        return answered(kept, Headers(scope=scope))

    def _read(self, path: str) -> Kept:
        try:
            full_path, stat = self.lookup_path(path)
        except (OSError, ValueError):  # a name that no file can have: too long, or with a NUL
            raise HTTPException(404) from None
        if stat is None or not os.path.isfile(full_path):
            self._kept.pop(path, None)
            raise HTTPException(404)
        with open(full_path, "rb") as file:
            data = file.read()
        kind = mimetypes.guess_type(full_path)[0] or "application/octet-stream"
        media_type = "text/javascript" if full_path.endswith(".js") else kind
        packed = gzip.compress(data, LEVEL) if media_type.startswith(PLAIN_TEXT) else data
        return Kept(
            full_path=full_path,
            state=(stat.st_mtime_ns, stat.st_size),
            data=data,
            packed=packed if len(packed) < WORTH * len(data) else None,
            media_type=media_type,
            etag=f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"',
        )


def state_of(full_path: str) -> tuple[int, int] | None:
    """What differs between two versions of a file; None where it is gone."""
    try:
        stat = os.stat(full_path)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def answered(kept: Kept, asked: Headers) -> Response:
    """The file, or 304 for whoever has it."""
    headers = {"ETag": kept.etag, "Vary": "Accept-Encoding"}
    if kept.etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if kept.packed is not None and "gzip" in asked.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(kept.packed, media_type=kept.media_type, headers=headers)
    return Response(kept.data, media_type=kept.media_type, headers=headers)
