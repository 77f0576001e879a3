"""Albums: many small pictures of one visitor that a run may learn from.

Out of a zip of class folders, out of photos, or out of a data set on the server's own disk. As
with single pictures (`images.py`) a process with limits does the decoding; whoever knows an
album's id may use it, and there is no list.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app.album_limits import MAX_CLASSES, MAX_PICTURES, SIDE, UNLABELED
from app.decoders import Decoders, processors
from app.errors import (
    AlbumGone,
    AlbumKept,
    AlbumRefused,
    AlbumTooLarge,
    DomainError,
    UploadError,
    can_fail,
)
from app.i18n import N_
from app.image_store import HOUR
from app.private_folder import PrivateFolder, in_thread, made_in_thread, remove_file, storing
from app.settings import MEBIBYTE, Settings
from app.single_flight import Flights, until_gone
from app.stored_file import StoredFile
from app.uploads import BINARY, CANNOT_UPLOAD, upload_body, uploaded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PICTURE = 3 * SIDE * SIDE  # bytes
MAX_FILES = 200
WAITING = 40  # uploads in the queue: a class. Each may be 64 MB on the disk and take a minute
ON_DISK = ("cifar10", "folder")  # ids of the data sets that a server may have


ONE_PICTURE = N_("One small picture has no negatives: choose at least two.")


@dataclass(frozen=True)
class Album:
    """`count` pictures uint8 [3, 32, 32] one after another in the file, then their classes."""

    id: str
    path: Path
    count: int
    classes: tuple[str, ...]
    left_out: int  # files that were no picture, damaged or too large
    patches: bool = False  # overlapping ones, of a few photos

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.count * (PICTURE + 1)


class AlbumStore:
    """Albums in the server's temporary folder, each until it was unused for too long."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = PrivateFolder("albums")
        # Half the cores, so that albums, which take long, leave room for single pictures.
        self.decoders = Decoders(max(1, processors() // 2), WAITING)
        # Called with an album's id when it is gone, from any thread.
        self.on_forgotten: list[Callable[[str], None]] = []
        self._albums: dict[str, tuple[Album, float]] = {}  # the longest unused first
        self._bytes = 0
        self._lock = threading.Lock()
        self._reading = {name: threading.Lock() for name in ON_DISK}
        self._finding = Flights()
        self._reader = ThreadPoolExecutor(len(ON_DISK), "data-set")

    def close(self) -> None:
        """Forget all albums; the store may be used again."""
        self.decoders.close()
        with self._lock:
            forgotten = list(self._albums)
            self._albums.clear()
            self._bytes = 0
            self.folder.clear()
        self._tell(forgotten)

    async def put(self, source: Path) -> Album:
        """Make an album of a folder with one zip, or with photos, when its turn comes.

        Raises `AlbumRefused` or `AlbumTooLarge`; or an `UploadError`, where it is the server that
        lacks something.
        """
        target = await made_in_thread(self.folder.new_file, remove_file)
        try:
            album = Album(token_hex(16), target, **await self._decoded(source, target))
            await made_in_thread(lambda: self._keep(album), lambda _: self._lost(album.id))
            return album
        except BaseException:
            await in_thread(remove_file, target)
            raise

    async def _decoded(self, source: Path, target: Path) -> dict[str, Any]:
        settings = self.settings
        limits = {"max_pixels": settings.max_pixels, "max_side": settings.max_side}
        facts = await self.decoders.run("album", source, target, **limits)
        if "refused" in facts:
            raise refusal(facts["refused"], settings)
        return {**facts, "classes": tuple(facts["classes"])}

    async def find(self, album_id: str) -> Album:
        """`get`, beside the event loop: many who ask for a data set while it is read take one
        thread together.
        """
        if album_id not in ON_DISK:
            return await in_thread(self.get, album_id)

        async def read() -> Album:
            return await asyncio.wrap_future(self._reader.submit(self.get, album_id))

        return await self._finding.share(album_id, read)

    def get(self, album_id: str) -> Album:
        """What is known of an album, which counts as a use of it. Raises `AlbumGone`; for a data
        set that this server does not have `NotFound`, or any `AlbumError` where it cannot be used.
        """
        album = self._known(album_id)
        if album is None and album_id in ON_DISK:
            album = self._from_disk(album_id)
        if album is None:
            raise self._gone()
        return album

    def delete(self, album_id: str) -> None:
        """Forget an album; a run that has read it goes on. Raises `AlbumGone`, or `AlbumKept` for
        a data set of the server's.
        """
        if album_id in ON_DISK:
            raise AlbumKept(
                N_("This data set belongs to this server: visitors cannot delete it."), "pictures"
            )
        if not self._lost(album_id):
            raise self._gone()

    def _lost(self, album_id: str) -> bool:
        """Forget an album; whether there was one."""
        with self._lock:
            found = album_id in self._albums
            if found:
                self._remove(album_id)
        if found:
            self._tell([album_id])
        return found

    def _gone(self) -> AlbumGone:
        return AlbumGone(
            N_(
                "These pictures are no longer here: unused ones are kept for {hours} hours. "
                "Please choose them again."
            ),
            "pictures",
            hours=f"{self.settings.image_hours:g}",
        )

    def _known(self, album_id: str) -> Album | None:
        with self._lock:
            forgotten = self._make_room()
            album, _ = self._albums.get(album_id, (None, 0.0))
            if album and not album.path.exists():  # the folder was removed
                self._remove(album_id)
                forgotten.append(album_id)
                album = None
            if album:
                del self._albums[album_id]
                self._albums[album_id] = (album, time.monotonic())
        self._tell(forgotten)
        return album

    def _from_disk(self, name: str) -> Album:
        """Read a data set once: who comes while another visitor's request reads it waits."""
        from app.disk_data import read

        with self._reading[name]:
            album = self._known(name)
            if album is None:
                data = read(name, self.settings.data, self.settings.max_pixels)
                path = self.folder.new_file()
                try:
                    with storing():
                        path.write_bytes(data.pixels.tobytes() + data.labels.tobytes())
                except UploadError:
                    path.unlink(missing_ok=True)
                    raise
                album = Album(name, path, len(data.labels), data.classes, data.left_out)
                self._keep(album)
            return album

    def _keep(self, album: Album) -> None:
        with self._lock:
            self._albums[album.id] = (album, time.monotonic())
            self._bytes += album.size
            forgotten = self._make_room()
        self._tell(forgotten)

    def _remove(self, album_id: str) -> None:
        album, _ = self._albums.pop(album_id)
        self._bytes -= album.size
        album.path.unlink(missing_ok=True)

    def _make_room(self) -> list[str]:
        """Forget what is too old or too much; the ids of albums that are gone with it."""
        oldest = time.monotonic() - self.settings.image_hours * HOUR
        forgotten: list[str] = []
        for album, used in list(self._albums.values()):
            crowded = self._bytes > self.settings.image_store_bytes and len(self._albums) > 1
            if used >= oldest and not crowded:
                break
            self._remove(album.id)
            forgotten.append(album.id)
        return forgotten

    def _tell(self, forgotten: list[str]) -> None:
        for album_id in forgotten:
            for observer in self.on_forgotten:
                observer(album_id)


def opened(album: Album) -> BinaryIO:
    """An album's file. Raises `AlbumGone`."""
    try:
        return album.path.open("rb")
    except FileNotFoundError:
        raise AlbumGone(
            N_("These pictures are no longer here. Please choose them again."), "pictures"
        ) from None


def pixels_of(album: Album) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    """Pictures uint8 [N, 3, 32, 32], and their classes [N] if they have any. Raises `AlbumGone`."""
    import numpy as np

    with opened(album) as file:
        data = np.fromfile(file, np.uint8)
    pixels = data[: album.count * PICTURE].reshape(album.count, 3, SIDE, SIDE)
    labels = data[album.count * PICTURE :]
    return pixels, None if (labels == UNLABELED).any() else labels.astype(np.int64)


def too_many_bytes(settings: Settings) -> AlbumTooLarge:
    return AlbumTooLarge(
        N_("These files are too large: together they may have at most {megabytes} MB."),
        "file",
        megabytes=f"{settings.max_album_bytes / MEBIBYTE:.3g}",
    )


def refusal(reason: str, settings: Settings) -> DomainError:
    """The error for the decoder's word."""
    too_large = {
        "many": N_("This zip holds too many files: at most {pictures} pictures can be read."),
        "bomb": N_("Unpacked, this zip would be far larger than pictures are. It was not opened."),
        "time": N_("Opening these pictures takes too much processor time. Choose fewer."),
        "memory": N_("Opening these pictures takes too much memory. Choose smaller ones."),
        "classes": N_("These pictures lie in too many folders: at most {classes} are classes."),
    }
    refused = {
        "locked": N_("This zip is locked with a password. Please pack it without one."),
        "names": N_("The names of the files in this zip point out of it. It was not opened."),
        "empty": N_(
            "There is no picture in it that can be read: PNG, JPEG, WebP or GIF, whole, and not "
            "packed a second time."
        ),
        "single": ONE_PICTURE,
    }
    if reason in too_large:
        return AlbumTooLarge(
            too_large[reason], "file", pictures=f"{MAX_PICTURES:,}", classes=MAX_CLASSES
        )
    damaged = N_("This file is damaged and cannot be read.")
    return AlbumRefused(refused.get(reason, damaged), "file")


class ClassAnswer(BaseModel):
    name: str
    count: int


class AlbumAnswer(BaseModel):
    """An album as the page uses it: 32 x 32 pictures, their classes if they have any."""

    id: str
    count: int
    classes: list[ClassAnswer]
    left_out: int = Field(description="files that were no picture, damaged or too large")


def answer(album: Album) -> AlbumAnswer:
    """What the page is told of an album. Reads its labels: for a thread. Raises `AlbumGone`."""
    with opened(album) as file:
        file.seek(album.count * PICTURE)
        counts = Counter(file.read())
    classes = [ClassAnswer(name=n, count=counts[i]) for i, n in enumerate(album.classes)]
    known = classes if UNLABELED not in counts else []
    return AlbumAnswer(id=album.id, count=album.count, classes=known, left_out=album.left_out)


router = APIRouter(prefix="/api/albums", tags=["albums"])
AlbumId = Annotated[
    str, PathParameter(description="an id that an upload returned; or cifar10, folder")
]
NO_ALBUM = can_fail(
    {
        404: "no album with that id, or no longer; no such data set on this server",
        413: "a data set on the server's disk with too many classes",
        422: "not an id, or a data set of which nothing can be read",
        **CANNOT_UPLOAD,
    }
)
CANNOT_DELETE = can_fail(
    {
        403: "a data set of the server's own",
        404: "no album with that id, or no longer",
        422: "not an id",
    }
)
CANNOT_TAKE = can_fail(
    {
        400: "not a well-formed multipart body",
        413: "too many bytes, pictures or classes",
        422: "no file, nothing that can be read, or a zip that is not opened",
        **CANNOT_UPLOAD,
    }
)
UPLOAD_BODY = upload_body({"type": "array", "items": BINARY})


def albums_of(request: Request) -> AlbumStore:
    store: AlbumStore = request.app.state.albums
    return store


@router.post("", status_code=201, responses=CANNOT_TAKE, openapi_extra=UPLOAD_BODY)
async def upload(request: Request) -> AlbumAnswer:
    """Take one zip of pictures, or photos: multipart fields `file`, told by their content."""
    store = albums_of(request)
    limit, too_large = store.settings.max_album_bytes, too_many_bytes(store.settings)
    async with uploaded(request, store.folder, limit, too_large, max_files=MAX_FILES) as folder:
        album = await until_gone(request, store.put(folder))
        return await in_thread(answer, album)


@router.get("/{album_id}", responses=NO_ALBUM)
async def show(request: Request, album_id: AlbumId) -> AlbumAnswer:
    """How many pictures and which classes an album has."""
    return await in_thread(answer, await albums_of(request).find(album_id))


@router.get("/{album_id}/pictures", response_class=Response, responses=NO_ALBUM)
async def pictures(request: Request, album_id: AlbumId) -> Response:
    """The pictures as bytes [N, 3, 32, 32], then a byte for each one's class (255 for none): what
    the exported script reads.
    """
    album = await albums_of(request).find(album_id)
    file = await made_in_thread(lambda: opened(album), lambda file: file.close())
    return StoredFile(file, album.size, "application/octet-stream")


@router.delete("/{album_id}", status_code=204, responses=CANNOT_DELETE)
async def forget(request: Request, album_id: AlbumId) -> None:
    """Forget the pictures at once; a run that learns from them goes on."""
    await in_thread(albums_of(request).delete, album_id)
