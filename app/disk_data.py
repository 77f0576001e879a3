"""Data sets that the server's own disk has: CIFAR-10, and a folder of class folders.

They are read by torchvision from where `VITRINE_DATA` points; nothing is downloaded.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.album_limits import MAX_CLASSES, MAX_NAME, MAX_PICTURES, SIDE
from app.errors import NotFound
from app.i18n import N_, LazyText

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
Data = tuple[NDArray[np.uint8], NDArray[np.uint8], tuple[str, ...]]


def read(name: str, root: Path | None) -> Data:
    """Pictures uint8 [N, 3, 32, 32], classes [N] and their names. Raises `NotFound`, with how to
    get it, where the data set is not there.
    """
    if root is not None:
        try:
            return cifar10(root) if name == "cifar10" else folder(root / "pictures")
        except (RuntimeError, OSError):  # torchvision's words for "not there", or not readable
            pass
    raise NotFound(MISSING[name], "data")


def cifar10(root: Path) -> Data:
    """The first pictures of the training part (Krizhevsky, 2009)."""
    from torchvision.datasets import CIFAR10

    found = CIFAR10(root, train=True, download=False)
    pixels = found.data[:MAX_PICTURES].transpose(0, 3, 1, 2)
    labels = np.array(found.targets[:MAX_PICTURES], np.uint8)
    return np.ascontiguousarray(pixels), labels, tuple(found.classes)


def folder(root: Path) -> Data:
    """Pictures of class folders, as torchvision's ImageFolder finds them, spread over all."""
    from torchvision.datasets import ImageFolder
    from torchvision.transforms.v2 import CenterCrop, Compose, Resize

    found = ImageFolder(str(root), transform=Compose([Resize(SIDE), CenterCrop(SIDE)]))
    if len(found.classes) > MAX_CLASSES:
        raise RuntimeError("too many classes")
    chosen = np.linspace(0, len(found) - 1, min(len(found), MAX_PICTURES)).round().astype(int)
    pixels, labels = [], []
    for index in chosen:
        picture, label = found[int(index)]
        pixels.append(np.asarray(picture.convert("RGB"), np.uint8).transpose(2, 0, 1))
        labels.append(label)
    names = tuple(name[:MAX_NAME] for name in found.classes)
    return np.stack(pixels), np.array(labels, np.uint8), names
