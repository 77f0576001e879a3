"""How an album, many small pictures, is made out of uploaded files; in a process of its own with
limits, as `decoder.py` is. Names inside a zip only tell the classes: nothing is ever unpacked to
disk.
"""

import math
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

if __package__:
    from app import album_limits as limits
    from app import decoder
else:  # in the program, which is no part of `app`
    import album_limits as limits  # type: ignore[import-not-found, no-redef]
    import decoder  # type: ignore[import-not-found, no-redef]

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_MEMBERS = 20_000  # entries of a zip, folders and what is no picture included
MAX_UNPACKED = 512 * decoder.MEBIBYTE  # bytes of all pictures in a zip together
MAX_MEMBER = 20 * decoder.MEBIBYTE
MAX_RATIO = 200  # packed pictures hardly shrink; what shrinks more is a bomb
MAX_DEPTH = 8  # folders in folders
PATCHED = 24  # up to so many photos, patches are cut; of more photos each is one picture
PATCHES = 2000  # of all photos together
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif")

ON_DISK = ("PNG", "JPEG", "WEBP", "BMP", "PPM", "TIFF")  # whose endings torchvision looks for

Entry = tuple[bytes, str]  # a picture's pixels, the name of its class ("" for none)


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


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The pictures of a zip. Raises `Refused` for one that is made to do harm."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise decoder.Refused("many")
    kept = []
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or len(path.parts) > MAX_DEPTH:
            raise decoder.Refused("names")
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        if info.is_dir() or hidden or path.suffix.lower() not in ENDINGS:
            continue
        if info.flag_bits & 1:
            raise decoder.Refused("locked")
        if info.file_size > MAX_MEMBER or info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise decoder.Refused("bomb")
        kept.append(info)
    if sum(info.file_size for info in kept) > MAX_UNPACKED:
        raise decoder.Refused("bomb")
    if len(kept) > limits.MAX_PICTURES:
        raise decoder.Refused("many")
    return kept


def class_of(info: zipfile.ZipInfo) -> str:
    """The folder that a picture lies in."""
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    return shown(parts[-2]) if len(parts) > 1 else ""


def shown(name: str) -> str:
    """A folder's name as a page may show it."""
    return "".join(c for c in name if c.isprintable())[: limits.MAX_NAME]


def from_zip(file: Path, max_pixels: int, max_side: int) -> Iterator[Entry | None]:
    """Every picture of a zip, with its class; None for one that cannot be read, or that lies
    beside the folders of the classes: nobody knows what it is.
    """
    with zipfile.ZipFile(file) as archive:
        infos = members(archive)
        names = {class_of(info) for info in infos}
        for info in infos:
            if len(names) > 1 and not class_of(info):
                yield None
                continue
            picture = cleaned(BytesIO(unpacked(archive, info)), max_pixels, max_side)
            # One folder around everything is no class.
            name = class_of(info) if len(names) > 1 else ""
            yield (bytes_of(middle(picture)), name) if picture else None


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A member's bytes; none where it is damaged, which is no reason to refuse the others."""
    try:
        with archive.open(info) as packed:
            return packed.read(MAX_MEMBER + 1)
    except MemoryError:
        raise
    except Exception:  # a wrong checksum, an unknown compression, zlib.error, EOFError and others
        return b""


def from_photos(files: list[Path], max_pixels: int, max_side: int) -> Iterator[Entry | None]:
    """Patches of a few photos, their class the photo; or many photos as they are."""
    for number, file in enumerate(files):
        with decoder.opened_upload(file) as stream:
            picture = cleaned(stream, max_pixels, max_side)
        if picture is None:
            yield None
        elif len(files) > PATCHED:
            yield bytes_of(middle(picture)), ""
        else:
            name = str(number + 1) if len(files) > 1 else ""
            for patch in patches(picture, PATCHES // len(files)):
                yield bytes_of(patch), name


def cleaned(file: BinaryIO, max_pixels: int, max_side: int) -> "Image | None":
    """The picture as a person would see it, or None where it cannot be read."""
    try:
        picture: Image = decoder.cleaned(file, max_pixels, max_side)[0]
        return picture
    except Exception as error:
        if decoder.reason_for(error) == "memory":
            raise
        return None


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


def made(source: str, target: str, max_pixels: int, max_side: int) -> dict[str, object]:
    """Write an album into `target`, which is there; what it holds, or why it was refused.

    `source` is a folder with the uploads as 0, 1, 2 …: one zip of pictures, or photos. `target`
    gets the pictures as bytes [N, 3, SIDE, SIDE] and then a byte for each one's class.
    """

    def attempt() -> dict[str, object]:
        with decoder.storing():
            files = sorted(Path(source).iterdir(), key=lambda path: int(path.name))
        if len(files) == 1 and zipfile.is_zipfile(files[0]):
            return write(from_zip(files[0], max_pixels, max_side), target)
        facts = write(from_photos(files, max_pixels, max_side), target)
        return {**facts, "patches": len(files) <= PATCHED}

    return decoder.tried(attempt)  # a zip's damaged directory: BadZipFile, struct.error and others


def write(entries: Iterator[Entry | None], target: str) -> dict[str, object]:
    pixels, labels, classes, left_out = bytearray(), bytearray(), dict[str, int](), 0
    for entry in entries:
        if entry is None:
            left_out += 1
            continue
        picture, name = entry
        pixels += picture
        labels.append(classes.setdefault(name, len(classes)) if name else limits.UNLABELED)
        if len(classes) > limits.MAX_CLASSES:
            raise decoder.Refused("classes")
    if not labels:
        raise decoder.Refused("empty")
    if len(labels) == 1:
        raise decoder.Refused("single")
    decoder.store(target, pixels + labels)  # at most 16 MB
    return {"count": len(labels), "classes": list(classes), "left_out": left_out}
