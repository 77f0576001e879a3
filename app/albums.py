"""Albums: many small pictures of one visitor that a run may learn from.

Out of a zip of class folders, out of photos, or out of a data set on the server's own disk. As
with single pictures (`images.py`) a process with limits does the decoding; whoever knows an
album's id may use it, and there is no list.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from app.album_limits import MAX_CLASSES, MAX_PICTURES, SECONDS, SIDE, UNLABELED
from app.child import told_by
from app.errors import (
    AlbumGone,
    AlbumKept,
    AlbumRefused,
    AlbumTooLarge,
    DomainError,
    NotFound,
    can_fail,
)
from app.i18n import N_
from app.images import HOUR
from app.private_folder import PrivateFolder
from app.settings import MEBIBYTE, Settings
from app.uploads import BINARY, upload_body, uploaded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DECODER = Path(__file__).with_name("album_decoder.py")
PICTURE = 3 * SIDE * SIDE  # bytes
MAX_FILES = 200
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


class AlbumStore:
    """Albums in a private temporary folder, each until it was unused for too long."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._folder = PrivateFolder("vitrine-albums-")
        self._albums: dict[str, tuple[Album, float]] = {}  # the longest unused first
        self._lock = threading.Lock()
        self.on_forgotten: list[Callable[[str], None]] = []
        self._reading = {name: threading.Lock() for name in ON_DISK}
        self.turn = CapacityLimiter(1)

    def close(self) -> None:
        """Forget all albums; the store may be used again."""
        with self._lock:
            self._folder.clear()
            self._albums.clear()

    def add(self, uploads: list[UploadFile]) -> Album:
        """Make an album of a zip or of photos. Raises `AlbumRefused` or `AlbumTooLarge`."""
        with TemporaryDirectory(dir=self._folder.path) as folder:
            for number, upload in enumerate(uploads):
                upload.file.seek(0)
                with (Path(folder) / str(number)).open("wb") as copy:
                    shutil.copyfileobj(upload.file, copy)
            target = self._folder.new_file()
            facts = run_decoder(Path(folder), target, self.settings)
        if "refused" in facts:
            target.unlink(missing_ok=True)
            raise refusal(facts["refused"], self.settings)
        classes = tuple(facts["classes"])
        patches = facts.get("patches", False)
        album = Album(token_hex(16), target, facts["count"], classes, facts["left_out"], patches)
        self._keep(album)
        return album

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
        with self._lock:
            if album_id not in self._albums:
                raise self._gone()
            self._remove(album_id)

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
            self._make_room()
            known = self._albums.pop(album_id, None)
            if known is None:
                return None
            self._albums[album_id] = (known[0], time.monotonic())
            return known[0]

    def _from_disk(self, name: str) -> Album:
        """Read a data set once: who comes while another visitor's request reads it waits."""
        from app.disk_data import read

        with self._reading[name]:
            album = self._known(name)
            if album is None:
                data = read(name, self.settings.data, self.settings.max_pixels)
                path = self._folder.new_file()
                path.write_bytes(data.pixels.tobytes() + data.labels.tobytes())
                album = Album(name, path, len(data.labels), data.classes, data.left_out)
                self._keep(album)
            return album

    def _keep(self, album: Album) -> None:
        with self._lock:
            self._albums[album.id] = (album, time.monotonic())
            self._make_room()

    def _remove(self, album_id: str) -> None:
        self._albums.pop(album_id)[0].path.unlink(missing_ok=True)
        for tell in self.on_forgotten:
            tell(album_id)

    def _make_room(self) -> None:
        oldest = time.monotonic() - self.settings.image_hours * HOUR
        room = self.settings.image_store_bytes
        total = sum(album.count * PICTURE for album, _ in self._albums.values())
        for album, used in list(self._albums.values()):
            crowded = total > room and len(self._albums) > 1
            if used >= oldest and not crowded:
                return
            total -= album.count * PICTURE
            self._remove(album.id)


def pixels_of(album: Album) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    """Pictures uint8 [N, 3, 32, 32], and their classes [N] if they have any. Raises `AlbumGone`."""
    import numpy as np

    try:
        data = np.fromfile(album.path, np.uint8)
    except FileNotFoundError:
        raise AlbumGone(
            N_("These pictures are no longer here. Please choose them again."), "pictures"
        ) from None
    pixels = data[: album.count * PICTURE].reshape(album.count, 3, SIDE, SIDE)
    labels = data[album.count * PICTURE :]
    return pixels, None if (labels == UNLABELED).any() else labels.astype(np.int64)


def run_decoder(folder: Path, target: Path, settings: Settings) -> dict[str, Any]:
    """What `album_decoder.py` says about the uploads, or why it refused them."""
    limits = (settings.max_pixels, settings.max_side)
    return told_by(DECODER, folder, target, *limits, stdin=subprocess.DEVNULL, seconds=SECONDS)


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
        "heavy": N_("Opening these pictures takes too much time or memory. Choose fewer."),
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
    labels = pixels_of(album)[1]
    counts = Counter(labels.tolist() if labels is not None else [])
    classes = [ClassAnswer(name=n, count=counts[i]) for i, n in enumerate(album.classes)]
    return AlbumAnswer(
        id=album.id, count=album.count, classes=classes if counts else [], left_out=album.left_out
    )


router = APIRouter(prefix="/api/albums", tags=["albums"])
AlbumId = Annotated[
    str, PathParameter(description="an id that an upload returned; or cifar10, folder")
]
NO_ALBUM = can_fail(
    {
        404: "no album with that id, or no longer; no such data set on this server",
        413: "a data set on the server's disk with too many classes",
        422: "not an id, or a data set of which nothing can be read",
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
    async with uploaded(request, limit, too_large, max_files=MAX_FILES) as files:
        album = await to_thread.run_sync(store.add, files, limiter=store.turn)
        return await to_thread.run_sync(answer, album)


@router.get("/{album_id}", responses=NO_ALBUM)
def show(request: Request, album_id: AlbumId) -> AlbumAnswer:
    """How many pictures and which classes an album has."""
    return answer(albums_of(request).get(album_id))


@router.get("/{album_id}/pictures", response_class=Response, responses=NO_ALBUM)
def pictures(request: Request, album_id: AlbumId) -> Response:
    """The pictures as bytes [N, 3, 32, 32], then a byte for each one's class (255 for none): what
    the exported script reads.
    """
    album = albums_of(request).get(album_id)
    try:
        data = album.path.read_bytes()
    except FileNotFoundError:
        raise NotFound(N_("There is nothing at this address.")) from None
    return Response(data, media_type="application/octet-stream")


@router.delete("/{album_id}", status_code=204, responses=CANNOT_DELETE)
def forget(request: Request, album_id: AlbumId) -> None:
    """Forget the pictures at once; a run that learns from them goes on."""
    albums_of(request).delete(album_id)
