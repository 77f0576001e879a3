"""An album: many small pictures in one file, and what they are called.

The file has `count` pictures uint8 [3, 32, 32] one after another, then a byte for each one's class,
then `aside` more pictures, which lie beside the folders of the classes and belong to the album only
where another rule tells the classes, and then the paths of all as a JSON list, if they are known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from app.errors import AlbumGone, AlbumTooLarge
from app.i18n import N_
from app.pictures.albums.classes import RULES, Classes, Rule, classes_of
from app.pictures.decoding.album_limits import MAX_CLASSES, PICTURE, SIDE, UNLABELED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MANY_CLASSES = N_("By this rule there are {found} classes: at most {classes} are possible.")


@dataclass(frozen=True)
class Album:
    """What is known of an album without its file; `classes` and `count` by the usual rule."""

    id: str
    path: Path
    count: int
    classes: tuple[str, ...]
    reasons: Mapping[str, int] = field(default_factory=dict)  # why files were left out: how many
    patches: bool = False  # overlapping ones, of a few photos
    aside: int = 0
    paths_bytes: int = 0
    others: int = 0  # files that are no pictures
    incomplete: int = 0  # JPEGs that break off, taken as far as they go
    guessed: str = ""  # the encoding of a zip's names, where it does not tell it

    @property
    def size(self) -> int:
        """Bytes of the pictures and their classes."""
        return self.count * (PICTURE + 1)

    @property
    def room(self) -> int:
        """Bytes of the file."""
        return self.size + self.aside * PICTURE + self.paths_bytes

    def __hash__(self) -> int:
        return hash((self.id, self.path))


class Pictures(NamedTuple):
    """N pictures and, if they have any, their classes by some rule."""

    pixels: NDArray[np.uint8]  # [N, 3, 32, 32]
    labels: NDArray[np.int64] | None  # [N]
    classes: tuple[str, ...]


def opened(album: Album) -> BinaryIO:
    """An album's file. Raises `AlbumGone`."""
    try:
        return album.path.open("rb")
    except FileNotFoundError:
        raise AlbumGone(
            N_("These pictures are no longer here. Please choose them again."), "pictures"
        ) from None


def paths_of(album: Album) -> list[str]:
    """Where each picture lay, those aside last; nothing where that is not known."""
    if not album.paths_bytes:
        return []
    with opened(album) as file:
        file.seek(album.room - album.paths_bytes)
        paths: list[str] = json.loads(file.read())
    return paths


def labeled(album: Album, rule: Rule) -> Classes:
    """A class for each picture, those aside last. Raises `AlbumTooLarge` for too many classes."""
    paths = paths_of(album)
    if not paths:  # by the only rule, which the file tells
        with opened(album) as file:
            file.seek(album.count * PICTURE)
            labels = [*file.read(album.count), *[UNLABELED] * album.aside]
        known = bool(album.classes) and UNLABELED not in labels[: album.count]
        return Classes(album.classes if known else (), labels)
    found = classes_of(paths, rule)
    if len(found.names) > MAX_CLASSES:
        raise AlbumTooLarge(MANY_CLASSES, "classes", found=len(found.names), classes=MAX_CLASSES)
    return found


def pictures_of(album: Album, rule: Rule = "auto") -> Pictures:
    """The pictures that have a class by this rule, or all of them where it tells no classes.
    Raises `AlbumGone`, and `AlbumTooLarge` for too many classes.
    """
    import numpy as np

    found = labeled(album, rule)
    with opened(album) as file:
        data = np.fromfile(file, np.uint8, album.room - album.paths_bytes)
    end = album.count * PICTURE
    every = np.concatenate([data[:end], data[album.size :]]).reshape(-1, 3, SIDE, SIDE)
    if rule == "auto":
        every = every[: album.count]
    labels = np.array(found.labels[: len(every)], np.int64)
    if not found.names:
        return Pictures(every, None, ())
    kept = labels != UNLABELED
    return Pictures(every[kept], labels[kept], found.names)


def counts_by_rule(album: Album) -> dict[Rule, int]:
    """How many classes each rule tells; only the usual one where paths are not known."""
    paths = paths_of(album)
    if not paths:
        return {"auto": len(album.classes)}
    return {rule: len(classes_of(paths, rule).names) for rule in RULES}
