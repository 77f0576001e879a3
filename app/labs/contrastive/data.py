"""The pictures of the `contrastive` lab: scenes, digits, albums; split into two parts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import InvalidInput
from app.i18n import N_
from app.lab.controls import live_names
from app.labs.contrastive.config import ContrastiveConfig
from app.pictures.albums import album as albums
from app.pictures.albums.album import Album
from app.pictures.albums.classes import Rule
from app.pictures.albums.words import ONE_PICTURE
from app.pictures.digits import WHITE, digits

if TYPE_CHECKING:
    from torch import Tensor

    from models.representation.contrastive_training import ContrastSettings
    from models.representation.pictures import Pictures

SIDE = 32
TEST = 500  # pictures held out, at most
SHARE = 5  # of an album a fifth
LEAST = 10  # pictures from which on some are held out
DIGITS = tuple("0123456789")
# The experiments of many short trainings: small batches, so that more is learned in the same time.
REPETITIONS, TRIAL_PICTURES, TRIAL_BATCH = 3, 1000, 64
CHOOSE = N_("Choose pictures of your own first: a photo, several, or a zip of class folders.")


def album_of(config: ContrastiveConfig) -> str:
    """The album's id; "" where the pictures are built in. Raises `InvalidInput` without one."""
    if config.data == "own":
        if not config.pictures:
            raise InvalidInput(CHOOSE, "pictures")
        return config.pictures
    return config.data if config.data in ("cifar10", "folder") else ""


def pictures_of(config: ContrastiveConfig, album: Album | None) -> Pictures:
    if album is None:
        return built_in(config.data, config.count, config.seed)
    return from_album(album, config.classes, config.count, config.seed)


@lru_cache(maxsize=4)
def built_in(data: str, count: int, seed: int) -> Pictures:
    """Drawn once a process: a run's process is forked from one that has drawn the usual ones."""
    from models.data.scenes import SHAPES, draw_scenes
    from models.representation.pictures import Pictures

    if data == "digits":
        return split(*digit_pictures(), len(DIGITS), count, seed)
    scenes = draw_scenes(count + TEST, seed, SIDE)
    x, y = scenes.images, scenes.labels
    return Pictures(x[:count], y[:count], x[count:], y[count:], len(SHAPES))


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


class Shown(NamedTuple):
    """What the page shows of a configuration's pictures: T of those that are looked at."""

    test: NDArray[np.uint8]  # [T, 3, 32, 32]
    labels: NDArray[np.int64] | None  # [T]
    learned_from: int
    held_out: int  # pictures; 0 where there are too few to hold some out

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return self.test.nbytes + (0 if self.labels is None else self.labels.nbytes)


def shown_of(config: ContrastiveConfig, album: Album | None) -> Shown:
    """For a process of its own: drawing 5,500 scenes takes seconds, reading a data set memory."""
    pictures = pictures_of(config, album)
    labels = pictures.test_labels
    return Shown(
        pictures.test.numpy().copy(),  # a part of something larger would be pickled whole
        None if labels is None else labels.numpy().copy(),
        len(pictures.train),
        len(pictures.test) if pictures.held_out else 0,
    )


def settings_of(config: ContrastiveConfig) -> ContrastSettings:
    from models.representation.augment import Policy
    from models.representation.contrastive_training import ContrastSettings

    values = config.model_dump()
    policy = Policy(**{name: values[name] for name in POLICY})
    # SimSiam compares what its predictor makes of z: it needs the projector that was made for it.
    projector = "mlp" if config.method == "simsiam" else config.projector
    kept = {name: values[name] for name in SETTINGS}
    return ContrastSettings(policy=policy, projector=projector, **kept)


POLICY = ("crop", "flip", "color", "gray", "blur", "rotation", "cutout", "noise")
SETTINGS = (
    "method", "batch_size", "temperature", "learning_rate", "weight_decay", "momentum", "queue",
    "stop_gradient", "seed",
)  # fmt: skip


def parameters(config: ContrastiveConfig) -> int:
    """Trained numbers: encoder and projector, and SimSiam's predictor. MoCo's key pair follows."""
    from models.representation.sizes import (
        ENCODER_PARAMETERS,
        PREDICTOR_PARAMETERS,
        PROJECTOR_PARAMETERS,
    )

    projector = "mlp" if config.method == "simsiam" else config.projector
    predictor = PREDICTOR_PARAMETERS if config.method == "simsiam" else 0
    return ENCODER_PARAMETERS + PROJECTOR_PARAMETERS[projector] + predictor


def followed(config: ContrastiveConfig) -> set[str]:
    """The live fields that a run follows: only MoCo has a momentum, and SimSiam no temperature."""
    if config.mode != "train":
        return set()
    idle = {"simclr": {"momentum"}, "moco": set(), "simsiam": {"momentum", "temperature"}}
    return {*live_names(ContrastiveConfig)} - idle[config.method]


def memory(config: ContrastiveConfig) -> int:
    """Bytes of a run, which follow from its batch: measured by `python -m tests.bench_memory`."""
    return 80 * 2**20 + 2**19 * config.batch_size
