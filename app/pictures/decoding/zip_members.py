"""The pictures of a zip, and for every other member the reason why it is none of them.

Members are judged by their bytes, never by their names; nothing is ever unpacked to disk.
"""

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from app.pictures.decoding import album_limits as limits
from app.pictures.decoding import decoder, signatures
from app.pictures.decoding.zip_names import names_of

MAX_MEMBERS = 20_000  # entries of a zip, folders and what is no picture included
MAX_UNPACKED = 512 * 2**20  # bytes of all pictures in a zip together
MAX_RATIO = 200  # packed pictures hardly shrink; what shrinks more is a bomb
SMALL = 2**20  # bytes that may shrink as they like
LOCKED = 1  # flag
METHODS = {9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd"}  # of packing, by number
# Files that people call pictures or archives: what cannot be told by bytes is counted among them.
PICTURE_ENDINGS = {
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".avif", ".heic", ".heif", ".bmp",
    ".tif", ".tiff", ".jp2", ".jxl",
}  # fmt: skip
ARCHIVE_ENDINGS = {".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".rar", ".7z"}


class Member(NamedTuple):
    info: zipfile.ZipInfo
    path: str


class Tally:
    """What became of files that are no pictures of the album: reasons, and other files."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()  # a word, or "word:which"
        self.others = 0
        self.incomplete = 0
        self.guessed = ""  # encoding of names

    def leave(self, kind: str, path: str, size: int) -> None:
        """Count a file of a kind that is not taken; `size` in bytes."""
        ending = PurePosixPath(path).suffix.lower()
        if kind in signatures.PICTURES:
            self.reasons[f"format:{kind}"] += 1
        elif kind in signatures.ARCHIVES and ending in ARCHIVE_ENDINGS:
            self.reasons[f"archive:{kind}"] += 1
        elif kind == "Git LFS":
            self.reasons["pointer"] += 1
        elif not kind and ending in PICTURE_ENDINGS:
            self.reasons["named" if size else "empty"] += 1
        else:
            self.others += 1


def pictures_of(file: Path, tally: Tally) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of each picture in a zip; whatever else is in it is counted. Raises `Refused`
    for a zip that is made to do harm, and whatever `zipfile` raises over a damaged one.
    """
    with opened_zip(file) as archive:
        unpacked = 0
        for member in members(archive, tally):
            data = opened(archive, member, tally)
            if data is None:
                continue
            unpacked += len(data)
            if unpacked > MAX_UNPACKED:
                raise decoder.Refused("bomb")
            yield member.path, data


def opened_zip(file: Path) -> zipfile.ZipFile:
    """Raises `Refused` where names are marked as UTF-8 and are not, and what `zipfile` raises."""
    try:
        return zipfile.ZipFile(file)
    except UnicodeDecodeError:
        raise decoder.Refused("encoding") from None


def members(archive: zipfile.ZipFile, tally: Tally) -> list[Member]:
    """The files of a zip that may be pictures."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise decoder.Refused("many")
    paths, tally.guessed = names_of(infos)
    kept = []
    for info, path in zip(infos, paths, strict=True):
        parts = path.split("/")
        if path.startswith("/") or ".." in parts:
            raise decoder.Refused("names")
        if path.endswith("/"):
            tally.others += info.file_size > 0  # a name behind a null character
            continue
        if any(part.startswith((".", "__MACOSX")) for part in parts):
            tally.others += 1
        elif len(path) > limits.MAX_PATH:
            tally.reasons["long"] += 1
        else:
            kept.append(Member(info, path))
    return kept


def opened(archive: zipfile.ZipFile, member: Member, tally: Tally) -> bytes | None:
    """A picture's bytes; None for a member that is none, or cannot be unpacked, which is counted:
    no reason to refuse the others.
    """
    info, path = member
    if info.flag_bits & LOCKED:
        tally.reasons["locked"] += 1
        return None
    try:
        with archive.open(info) as packed:
            return unpacked(packed, info, path, tally)  # type: ignore[arg-type]
    except (MemoryError, decoder.Refused):
        raise
    except NotImplementedError:
        method = METHODS.get(info.compress_type, str(info.compress_type))
        tally.reasons[f"compression:{method}"] += 1
    except Exception:  # a wrong checksum, zlib.error, EOFError, BadZipFile and others
        tally.reasons["damaged"] += 1
    return None


def unpacked(packed: BinaryIO, info: zipfile.ZipInfo, path: str, tally: Tally) -> bytes | None:
    head = packed.read(signatures.HEAD)
    kind = signatures.kind_of(head)
    if kind not in decoder.TAKEN:
        tally.leave(kind, path, len(head))
        return None
    if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
        raise decoder.Refused("bomb")
    if info.file_size > limits.MAX_MEMBER:
        tally.reasons["bytes"] += 1
        return None
    return head + packed.read(limits.MAX_MEMBER)
