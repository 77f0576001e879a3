"""What becomes of uploads: bytes -> safe RGB picture -> id.

The decoding itself happens in processes with limits (decoding/); the server stays as it was.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, BinaryIO

from app.answers.single_flight import Flights
from app.errors import ImageGone
from app.i18n import N_
from app.pictures.decoding.pool import Decoders
from app.pictures.private_folder import PrivateFolder, in_thread, made_in_thread, storing
from app.pictures.words import picture_refusal
from app.settings import Settings
from app.shelf import Shelf

if TYPE_CHECKING:  # the home page is served before numpy is loaded
    import numpy as np
    from numpy.typing import NDArray

HOUR = 3600
# Ids at once, of uploads and of samples by themselves. One takes 0.5 kB; one of a sample takes no
# room on the disk, which limits uploads, and only a click.
MAX_IDS = 20_000


@dataclass(frozen=True)
class Content:
    """A cleaned picture's file; `digest` is the same for the same bytes."""

    digest: str
    path: Path
    width: int
    height: int
    media_type: str
    size: int
    incomplete: bool = False  # a JPEG that breaks off


@dataclass(frozen=True)
class Picture:
    """A visitor's picture: an id of its own for a content that others may have, too."""

    id: str
    content: Content

    @property
    def digest(self) -> str:
        """What answers about the picture may be remembered by."""
        return self.content.digest

    @property
    def path(self) -> Path:
        return self.content.path

    @property
    def width(self) -> int:
        return self.content.width

    @property
    def height(self) -> int:
        return self.content.height


class PictureShelf(Shelf[str, Picture]):
    """Pictures by their ids, and how much the files take that they share.

    Files are told apart by their paths: when the server's folder was removed and made anew, equal
    pictures from before and after it have two, of which one is gone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0  # of all files, each counted once
        self._sharing: Counter[Path] = Counter()  # pictures of each file

    def has_file(self, path: Path) -> bool:
        """Whether a picture has that file."""
        return path in self._sharing

    def add(self, content: Content) -> Picture:
        """A new picture of that content."""
        picture = Picture(token_hex(16), content)
        self.put(picture.id, picture)
        if content.path not in self._sharing:
            self.bytes += content.size
        self._sharing[content.path] += 1
        return picture

    def left(self, picture: Picture) -> None:
        """A picture is no longer here."""
        self._sharing[picture.path] -= 1
        if not self._sharing[picture.path]:
            del self._sharing[picture.path]
            self.bytes -= picture.content.size

    def clear(self) -> None:
        super().clear()
        self._sharing.clear()
        self.bytes = 0


class ImageStore:
    """Pictures in the server's temporary folder, each until it was unused for too long.

    Whoever knows an id may see its picture; an id is 128 random bits, and there is no
    list. Equal pictures share one file. Safe under threads, but for `put` and `offer`, which belong
    to the event loop.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = PrivateFolder("pictures")
        self.decoders = Decoders()
        # Called with a digest when the last picture of that content is gone, from any thread.
        self.on_forgotten: list[Callable[[str], None]] = []
        # Two, so that whoever asks for samples for ever takes nobody's photo away.
        self._uploaded, self._lent = PictureShelf(), PictureShelf()
        self._offered: dict[str, Content] = {}
        self._decoding = Flights()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Forget all pictures; the store may be used again."""
        self.decoders.close()
        with self._lock:
            pictures = [*self._uploaded.values(), *self._lent.values()]
            forgotten = list(dict.fromkeys(picture.digest for picture in pictures))
            self._uploaded.clear()
            self._lent.clear()
            self._offered.clear()
            self.folder.clear()
        self._tell(forgotten)

    async def put(self, source: Path) -> Picture:
        """Take a picture from a file of the disk, when its turn comes.

        Raises `ImageTooLarge`, `ImageFormat` or `ImageDamaged`; or an `UploadError`, where it is
        the server that lacks something.
        """
        async with self.folder.passing_file() as target:
            facts = await self._decoded(source, target)
            return await self._kept(lambda: self._keep_new(target, facts))

    async def offer(self, name: str, data: bytes) -> Picture:
        """Take a picture that the server itself offers by a name: decoded at the first time, for
        all who ask meanwhile; afterwards each time is only an id. Raises `UploadError`.
        """
        content = self._offered.get(name)
        if content is None or not await in_thread(content.path.exists):
            content = await self._decoding.share(name, lambda: self._decode_offer(name, data))
        return await self._kept(lambda: self._lend(content))

    async def _kept(self, keep: Callable[[], Picture]) -> Picture:
        """The picture that `keep` keeps, forgotten where nobody is there to be told its id."""
        return await made_in_thread(keep, lambda picture: self._lost(picture.id))

    async def _decode_offer(self, name: str, data: bytes) -> Content:
        async with self.folder.passing_file() as source, self.folder.passing_file() as target:
            await in_thread(write, source, data)
            facts = await self._decoded(source, target)
            return await in_thread(self._keep_offer, name, target, facts)

    async def _decoded(self, source: Path, target: Path) -> dict[str, Any]:
        settings = self.settings
        limits = {"max_pixels": settings.max_pixels, "max_side": settings.max_side}
        facts = await self.decoders.run("picture", source, target, **limits)
        if "refused" in facts:
            raise picture_refusal(facts, settings.max_pixels)
        return facts

    def get(self, image_id: str) -> Picture:
        """What is known of a picture, which counts as a use of it. Raises `ImageGone`."""
        with self._lock:
            forgotten = self._make_room()
            picture = self._uploaded.use(image_id) or self._lent.use(image_id)
        self._tell(forgotten)
        if picture is None:
            raise self._gone()
        return picture

    def opened(self, image_id: str) -> tuple[Picture, BinaryIO]:
        """A picture and its open file. Raises `ImageGone`."""
        picture = self.get(image_id)
        try:
            return picture, picture.path.open("rb")
        except FileNotFoundError:  # thrown out since, or the folder was removed
            self._lost(image_id)
            raise self._gone() from None

    def load(self, image_id: str) -> "NDArray[np.uint8]":
        """The pixels as uint8 [H, W, 3], RGB: those the browser shows. Takes a moment: for a
        thread, never for the event loop. Raises `ImageGone`.
        """
        import numpy as np
        from PIL import Image

        _, file = self.opened(image_id)
        with file, Image.open(file, formats=["PNG", "JPEG"]) as picture:
            return np.array(picture.convert("RGB"))

    def delete(self, image_id: str) -> None:
        """Forget a picture. Raises `ImageGone`."""
        if not self._lost(image_id):
            raise self._gone()

    def _gone(self) -> ImageGone:
        return ImageGone(
            N_(
                "This picture is no longer here: unused pictures are kept for {hours} hours. "
                "Please choose it again."
            ),
            hours=f"{self.settings.image_hours:g}",
        )

    def _keep_new(self, target: Path, facts: dict[str, Any]) -> Picture:
        with self._lock:
            picture = self._uploaded.add(settled(target, facts))
            forgotten = self._make_room()
        self._tell(forgotten)
        return picture

    def _lend(self, content: Content) -> Picture:
        with self._lock:
            picture = self._lent.add(content)
            forgotten = self._make_room()
        self._tell(forgotten)
        return picture

    def _keep_offer(self, name: str, target: Path, facts: dict[str, Any]) -> Content:
        with self._lock:
            content = self._offered[name] = settled(target, facts)
        return content

    def _lost(self, image_id: str) -> bool:
        """Forget a picture; whether there was one."""
        with self._lock:
            shelf = self._uploaded if image_id in self._uploaded else self._lent
            picture = shelf.pop(image_id)
            forgotten = self._left(shelf, picture) if picture else []
        self._tell(forgotten)
        return picture is not None

    def _left(self, shelf: PictureShelf, picture: Picture) -> list[str]:
        """Remove a gone picture's file and return its digest, if no other picture has it."""
        shelf.left(picture)
        path = picture.path
        if self._uploaded.has_file(path) or self._lent.has_file(path):
            return []
        if path not in {offered.path for offered in self._offered.values()}:
            path.unlink(missing_ok=True)
        return [picture.digest]

    def _make_room(self) -> list[str]:
        """Forget what is too old or too much; the digests of contents that are gone with it."""
        idle_seconds = self.settings.image_hours * HOUR
        room = self.settings.image_store_bytes

        def crowded(shelf: PictureShelf) -> bool:
            return len(shelf) > MAX_IDS or (shelf is self._uploaded and shelf.bytes > room)

        forgotten: list[str] = []
        for shelf in (self._uploaded, self._lent):
            for _, picture in shelf.leaving(partial(crowded, shelf), idle_seconds):
                forgotten += self._left(shelf, picture)
        return forgotten

    def _tell(self, forgotten: list[str]) -> None:
        for digest in forgotten:
            for observer in self.on_forgotten:
                observer(digest)


def settled(target: Path, facts: dict[str, Any]) -> Content:
    """The decoded file in its place, which its content names: equal ones share it."""
    path = target.with_name(facts["digest"])
    with storing():
        target.replace(path)
    return Content(path=path, **facts)


def write(path: Path, data: bytes) -> None:
    """Raises `StorageFull` or `StorageGone`."""
    with storing():
        path.write_bytes(data)
