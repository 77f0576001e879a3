"""Data sets that the server's own disk has: CIFAR-10, and a folder of class folders.

torchvision finds them where `VITRINE_DATA` points; nothing is downloaded.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import AlbumRefused, AlbumTooLarge, NotFound
from app.i18n import N_, LazyText
from app.pictures.albums.classes import told_apart
from app.pictures.decoding.album_decoder import picture_on_disk
from app.pictures.decoding.album_limits import MAX_CLASSES, MAX_PICTURES, SIDE

MISSING: dict[str, LazyText] = {
    "cifar10": N_(
        "CIFAR-10 is not on this server. Download cifar-10-python.tar.gz from its authors’ page, "
        "unpack it, and start Vitrine with VITRINE_DATA naming the folder that holds "
        "cifar-10-batches-py."
    ),
    "folder": N_(
        "There is no folder of pictures on this server. Put one folder for each class, with its "
        "pictures inside, into a folder named “pictures”, and start Vitrine with VITRINE_DATA "
        "naming the folder around it."
    ),
}
EMPTY = N_(
    "The folder of pictures on this server holds no picture that can be read. Put one folder for "
    "each class, with its pictures inside, into it."
)
MANY = N_(
    "The folder of pictures on this server has {found} folders with pictures: at most {classes} "
    "can be classes."
)


class Data(NamedTuple):
    pixels: NDArray[np.uint8]  # [N, 3, 32, 32]
    labels: NDArray[np.uint8]  # [N]
    classes: tuple[str, ...]
    left_out: int  # files that are damaged, or too large


def read(name: str, root: Path | None, max_pixels: int) -> Data:
    """The data set in `root`. Raises `NotFound`, with how to get it, where it is not there; and
    `AlbumRefused` or `AlbumTooLarge` where nothing in it can be read, or it has too many classes.
    """
    if root is not None:
        try:
            return cifar10(root) if name == "cifar10" else folder(root / "pictures", max_pixels)
        except (RuntimeError, OSError):  # torchvision's words for "not there", or not readable
            pass
    raise NotFound(MISSING[name], "data")


def cifar10(root: Path) -> Data:
    """The first pictures of the training part (Krizhevsky, 2009)."""
    from torchvision.datasets import CIFAR10

    found = CIFAR10(root, train=True, download=False)
    pixels = found.data[:MAX_PICTURES].transpose(0, 3, 1, 2)
    labels = np.array(found.targets[:MAX_PICTURES], np.uint8)
    return Data(np.ascontiguousarray(pixels), labels, tuple(found.classes), 0)


def folder(root: Path, max_pixels: int) -> Data:
    """Pictures of class folders, spread over all. A folder without pictures is no class."""
    files = pictures_in(root)
    found = len({name for _, name in files})
    if found > MAX_CLASSES:
        raise AlbumTooLarge(MANY, "data", found=found, classes=MAX_CLASSES)
    chosen = np.linspace(0, len(files) - 1, min(len(files), MAX_PICTURES)).round().astype(int)
    pixels, folders = [], []
    for path, name in (files[index] for index in chosen):
        small = picture_on_disk(path, max_pixels)
        if small is not None:
            pixels.append(small)
            folders.append(name)
    if not pixels:
        raise AlbumRefused(EMPTY, "data")
    names, labels = np.unique(folders, return_inverse=True)
    return Data(
        np.frombuffer(b"".join(pixels), np.uint8).reshape(-1, 3, SIDE, SIDE),
        labels.astype(np.uint8),
        tuple(told_apart(names.tolist())),
        len(chosen) - len(pixels),
    )


def pictures_in(root: Path) -> list[tuple[str, str]]:
    """Files that may be pictures, each with its class folder, as torchvision's ImageFolder finds
    them. Raises `OSError` where `root` is no folder.
    """
    from torchvision.datasets import ImageFolder

    if not any(entry.is_dir() for entry in root.iterdir()):
        return []
    found = ImageFolder(str(root), allow_empty=True)
    return [(path, found.classes[label]) for path, label in found.samples]
