"""Where albums are kept: many small pictures of one visitor that a run may learn from.

Out of a zip of class folders, out of photos, or out of a data set on the server's own disk. As
with single pictures (app/pictures/store.py) a process with limits does the decoding; whoever knows
an album's id may use it, and there is no list.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from app.answers.single_flight import Flights
from app.errors import AlbumGone, AlbumKept, UploadError
from app.i18n import N_
from app.pictures.albums.album import Album
from app.pictures.albums.gathering import Gathered
from app.pictures.albums.words import album_refusal, clip_refusal
from app.pictures.decoding.album_limits import MAX_PICTURES, NAMES
from app.pictures.decoding.pool import Decoders, processors
from app.pictures.private_folder import (
    PrivateFolder,
    in_thread,
    made_in_thread,
    remove_file,
    storing,
)
from app.pictures.store import HOUR
from app.settings import Settings
from app.shelf import Shelf

WAITING = 40  # uploads in the queue: a class. Each may be 64 MB on the disk and take a minute
ON_DISK = ("cifar10", "folder")  # ids of the data sets that a server may have


class AlbumStore:
    """Albums in the server's temporary folder, each until it was unused for too long."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = PrivateFolder("albums")
        # Half the cores, so that albums, which take long, leave room for single pictures.
        self.decoders = Decoders(max(1, processors() // 2), WAITING)
        # Called with an album's id when it is gone, from any thread.
        self.on_forgotten: list[Callable[[str], None]] = []
        self._albums: Shelf[str, Album] = Shelf()
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

    async def put(self, source: Path, names: Sequence[str]) -> Album:
        """Make an album of a folder with uploads of these names, when its turn comes.

        Raises `AlbumRefused` or `AlbumTooLarge`; or an `UploadError`, where it is the server that
        lacks something.
        """
        async with self.gathering() as gathered:
            await self.gather(gathered, source, names)
            return await self.settle(gathered)

    @contextlib.asynccontextmanager
    async def gathering(self) -> AsyncIterator[Gathered]:
        """A place for pictures of an album to come; it goes when the block ends."""
        async with self.folder.passing_file() as path:
            yield Gathered(path)

    async def put_clip(self, source: Path, names: Sequence[str]) -> Album:
        """The same of a clip: an album of its frames, in the order of time."""
        async with self.gathering() as gathered:
            facts = await self._decode(gathered, "clip", source, names)
            if "refused" in facts:
                raise clip_refusal(facts, self.settings.max_pixels)
            return await self.settle(gathered)

    async def gather(
        self, gathered: Gathered, source: Path, names: Sequence[str], whole: bool = False
    ) -> None:
        """Decode a folder with uploads of these names, when its turn comes. Raises as `put`."""
        most = MAX_PICTURES - gathered.count
        facts = await self._decode(gathered, "album", source, names, most=most, whole=whole)
        if "refused" in facts:
            raise album_refusal(facts, self.settings.max_pixels)

    async def _decode(
        self, gathered: Gathered, kind: str, source: Path, names: Sequence[str], **limits: int
    ) -> dict[str, Any]:
        """What a decoder tells of uploads; what it took of them is gathered."""
        await in_thread(write_names, source, names)
        sizes = {"max_pixels": self.settings.max_pixels, "max_side": self.settings.max_side}
        async with self.folder.passing_file() as target:
            facts = await self.decoders.run(kind, source, target, **sizes, **limits)
            if "refused" not in facts:
                await in_thread(gathered.add, target, facts)
        return facts

    async def settle(self, gathered: Gathered) -> Album:
        """The album of all that was gathered. Raises `AlbumRefused` or `AlbumTooLarge`."""
        keep = partial(self._keep_new, gathered)
        return await made_in_thread(keep, lambda album: self._lost(album.id))

    def _keep_new(self, gathered: Gathered) -> Album:
        target = self.folder.new_file()
        try:
            album = gathered.settled(target, self.settings.max_pixels)
        except BaseException:
            remove_file(target)
            raise
        return self._keep(album)

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
            album = self._albums.use(album_id)
            if album and not album.path.exists():  # the folder was removed
                self._remove(album_id)
                forgotten.append(album_id)
                album = None
        self._tell(forgotten)
        return album

    def _from_disk(self, name: str) -> Album:
        """Read a data set once: who comes while another visitor's request reads it waits."""
        from app.pictures.disk_data import read

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
                reasons = {"damaged": data.left_out} if data.left_out else {}
                album = Album(name, path, len(data.labels), data.classes, reasons)
                album = self._keep(album)
            return album

    def _keep(self, album: Album) -> Album:
        with self._lock:
            self._albums.put(album.id, album)
            self._bytes += album.room
            forgotten = self._make_room()
        self._tell(forgotten)
        return album

    def _remove(self, album_id: str) -> None:
        album = self._albums.pop(album_id)
        if album:
            self._left(album)

    def _left(self, album: Album) -> None:
        self._bytes -= album.room
        album.path.unlink(missing_ok=True)

    def _make_room(self) -> list[str]:
        """Forget what is too old or too much; the ids of albums that are gone with it."""
        idle_seconds = self.settings.image_hours * HOUR
        forgotten: list[str] = []
        for album_id, album in self._albums.leaving(
            lambda: self._bytes > self.settings.image_store_bytes, idle_seconds
        ):
            self._left(album)
            forgotten.append(album_id)
        return forgotten

    def _tell(self, forgotten: list[str]) -> None:
        for album_id in forgotten:
            for observer in self.on_forgotten:
                observer(album_id)


def write_names(source: Path, names: Sequence[str]) -> None:
    """Put what uploads were called beside them. Raises `StorageFull` or `StorageGone`."""
    with storing():
        (source / NAMES).write_text(json.dumps(list(names)))
