"""How an album, many small pictures, is made out of uploaded files; in a process of its own with
limits, as `decoder.py` is. Paths only tell the classes, which the server finds later.
"""

import json
import math
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.pictures.decoding import album_limits as limits
from app.pictures.decoding import decoder, signatures
from app.pictures.decoding.zip_members import Tally, pictures_of

if TYPE_CHECKING:
    from PIL.Image import Image

PATCHED = 24  # up to so many photos, patches are cut; of more photos each is one picture
PATCHES = 2000  # of all photos together
ON_DISK = ("PNG", "JPEG", "WEBP", "BMP", "PPM", "TIFF")  # whose endings torchvision looks for

Entry = tuple[bytes, str]  # a picture's pixels and its path


class Sizes(NamedTuple):
    """`decoder.cleaned`'s limits for each picture."""

    max_pixels: int
    max_side: int


def bytes_of(picture: "Image") -> bytes:
    """The picture as SIDE x SIDE RGB, channel by channel."""
    small = picture.resize((limits.SIDE, limits.SIDE), resample=1)  # 1: Lanczos
    return b"".join(channel.tobytes() for channel in small.split())


def middle(picture: "Image") -> "Image":
    """The largest square in the middle."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


def patches(picture: "Image", count: int) -> Iterator["Image"]:
    """About so many overlapping squares on a regular grid, an eighth of the shorter side each."""
    side = max(min(picture.size) // 8, min(limits.SIDE, *picture.size))
    room = (picture.width - side, picture.height - side)
    columns = max(1, round(math.sqrt(count * (room[0] + 1) / (room[1] + 1))))
    columns = min(columns, count, room[0] + 1)
    rows = min(max(1, count // columns), room[1] + 1)
    for row in range(rows):
        for column in range(columns):
            left = round(column * room[0] / max(columns - 1, 1))
            top = round(row * room[1] / max(rows - 1, 1))
            yield picture.crop((left, top, left + side, top + side))


def cleaned(data: bytes, path: str, sizes: Sizes, tally: Tally) -> "Image | None":
    """The picture as a person would see it, or None where it cannot be read, which is counted."""
    try:
        found = decoder.judged(lambda: decoder.cleaned(BytesIO(data), *sizes))
    except decoder.Refused as refusal:
        if refusal.reason == "format":
            tally.leave(refusal.facts["found"], path, len(data))
        else:
            tally.reasons[refusal.reason] += 1
        return None
    tally.incomplete += found.incomplete
    picture: Image = found.picture
    return picture


def from_zip(file: Path, around: str, sizes: Sizes, tally: Tally) -> Iterator[Entry]:
    """Every picture of a zip, in a folder `around` them."""
    for path, data in pictures_of(file, tally):
        picture = cleaned(data, path, sizes, tally)
        if picture:
            yield bytes_of(middle(picture)), around + path


def patches_of(files: list["File"], sizes: Sizes, tally: Tally) -> Iterator[Entry]:
    """Patches of a few photos: each photo is a folder of its own, if there are several."""
    for number, file in enumerate(files):
        picture = cleaned(file.read(), file.name, sizes, tally)
        folder = f"{number + 1}/" if len(files) > 1 else ""
        for patch in patches(picture, PATCHES // len(files)) if picture else ():
            yield bytes_of(patch), f"{folder}{file.name}"


def wholes(files: list["File"], sizes: Sizes, tally: Tally) -> Iterator[Entry]:
    """Photos as they are, and the pictures of zips; several zips are a folder each."""
    several = sum(file.is_zip for file in files) > 1
    for file in files:
        if file.is_zip:
            around = f"{Path(file.name).stem}/" if several else ""
            yield from from_zip(file.path, around, sizes, tally)
        else:
            picture = cleaned(file.read(), file.name, sizes, tally)
            if picture:
                yield bytes_of(middle(picture)), file.name


class File(NamedTuple):
    """An upload and what it was called; `kind` by its first bytes."""

    path: Path
    name: str
    kind: str

    @property
    def is_zip(self) -> bool:
        """Whether it is to be opened as a zip: never a photo with something behind it."""
        return self.kind == "zip" or (not self.kind and zipfile.is_zipfile(self.path))

    def read(self) -> bytes:
        with decoder.opened_upload(self.path) as file:
            return file.read()


def files_in(source: Path) -> list[File]:
    """The uploads in a folder, in their order."""
    with decoder.storing():
        names = json.loads((source / limits.NAMES).read_bytes())
    files = []
    for number, name in enumerate(names):
        path = source / str(number)
        with decoder.opened_upload(path) as file:
            kind = signatures.kind_of(file.read(signatures.HEAD))
        files.append(File(path, name.replace("/", "_") or "_", kind))
    return files


def made(
    source: str, target: str, max_pixels: int, max_side: int, most: int, whole: int
) -> dict[str, object]:
    """Write the pictures of at most `most` into `target`, which is there; what they are, or why
    all were refused.

    `source` is a folder with uploads. `target` gets the pictures as bytes [N, 3, SIDE, SIDE] and
    then their paths, a JSON list. Of a few photos patches are cut, unless each is to stay `whole`.
    """

    def attempt() -> dict[str, object]:
        files, tally, sizes = files_in(Path(source)), Tally(), Sizes(max_pixels, max_side)
        cut = not (whole or len(files) > PATCHED or any(file.is_zip for file in files))
        entries = (patches_of if cut else wholes)(files, sizes, tally)
        count = write(entries, target, most)
        alone = files[0].kind if len(files) == 1 and not files[0].is_zip else None
        return {
            "count": count,
            "patches": cut,
            "reasons": dict(tally.reasons),
            "others": tally.others,
            "incomplete": tally.incomplete,
            "guessed": tally.guessed,
            "alone": alone,
            "taken": list(decoder.TAKEN),
        }

    return decoder.tried(attempt)  # a zip's damaged directory: BadZipFile, struct.error and others


def write(entries: Iterator[Entry], target: str, most: int) -> int:
    pixels, paths = bytearray(), list[str]()
    for picture, path in entries:
        pixels += picture
        paths.append(path)
        if len(paths) > most:
            raise decoder.Refused("many")
    decoder.store(target, pixels + json.dumps(paths, ensure_ascii=False).encode())
    return len(paths)


def picture_on_disk(path: str, max_pixels: int) -> bytes | None:
    """A picture of the server's own data set; None where it is damaged or too large. The server
    itself reads it, and more formats: it was put there by whoever runs the server.
    """
    from PIL import Image

    try:
        with Image.open(path, formats=ON_DISK) as picture:
            if picture.width * picture.height > max_pixels:
                return None
            return bytes_of(middle(picture.convert("RGB")))
    except Exception:  # as in `decoder.decode`, and DecompressionBombError
        return None
