"""Small pictures to learn from: scenes, digits, albums and data sets, split into two parts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from app.errors import InvalidInput
from app.i18n import N_
from app.pictures.albums import album as albums
from app.pictures.albums.album import Album
from app.pictures.albums.classes import Rule
from app.pictures.albums.words import ONE_PICTURE
from app.pictures.digits import WHITE, digits

if TYPE_CHECKING:
    from torch import Tensor

    from models.representation.pictures import Pictures

SIDE = 32
TEST = 500  # pictures held out, at most
SHARE = 5  # of an album a fifth
LEAST = 10  # pictures from which on some are held out
DIGITS = tuple("0123456789")
CHOOSE = N_("Choose pictures of your own first: a photo, several, or a zip of class folders.")


def album_id(data: str, pictures: str) -> str:
    """The id of the album that a choice of data means, `pictures` being that of a visitor's own;
    "" where the pictures are built in. Raises `InvalidInput` without one.
    """
    if data == "own":
        if not pictures:
            raise InvalidInput(CHOOSE, "pictures")
        return pictures
    return data if data in ("cifar10", "folder") else ""


@lru_cache(maxsize=4)
def built_in(data: str, count: int, seed: int) -> Pictures:
    """Drawn once a process: a run's process is forked from one that has drawn the usual ones."""
    from models.data.scenes import SHAPES, draw_scenes
    from models.representation.pictures import Pictures

    if data == "digits":
        return split(*digit_pictures(), len(DIGITS), count, seed)
    scenes = draw_scenes(count + TEST, seed, SIDE)
    x, y = scenes.images, scenes.labels
    train, test = (x[:count], y[:count]), (x[count:], y[count:])
    return Pictures(*train, *test, len(SHAPES), upright=False)


def digit_pictures() -> tuple[Tensor, Tensor]:
    """Scikit-learn's digits, 8 x 8, enlarged to 32 x 32 with three equal channels."""
    import torch

    pictures, labels = (torch.from_numpy(part) for part in digits())
    small = pictures.float().view(-1, 1, 8, 8) / WHITE
    large = torch.nn.functional.interpolate(small, size=SIDE, mode="bilinear")
    return (large * 255).round().byte().expand(-1, 3, -1, -1).contiguous(), labels


def from_album(album: Album, rule: Rule, count: int, seed: int) -> Pictures:
    """Raises `InvalidInput` for fewer than two pictures, `AlbumGone`."""
    import torch

    found = albums.pictures_of(album, rule)
    if len(found.pixels) < 2:
        raise InvalidInput(ONE_PICTURE, "pictures")
    x = torch.from_numpy(found.pixels.copy())
    y = None if found.labels is None else torch.from_numpy(found.labels)
    return split(x, y, len(found.classes), count, seed)


def split(x: Tensor, y: Tensor | None, classes: int, count: int, seed: int) -> Pictures:
    """Hold out a fifth, in random order. Too few pictures to hold some out are looked at as well
    as learned from.
    """
    import torch

    from models.representation.pictures import Pictures

    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    held = min(TEST, len(x) // SHARE) if len(x) >= LEAST else 0
    test, train = order[:held], order[held : held + count]
    if not held:
        test = train
    labels = [None if y is None else y[part] for part in (train, test)]
    return Pictures(x[train], labels[0], x[test], labels[1], classes, bool(held))
