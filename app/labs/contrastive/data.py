"""What the `contrastive` lab learns from and with, by its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.lab.controls import live_names
from app.labs.contrastive.config import ContrastiveConfig
from app.pictures.albums.album import Album
from app.pictures.sources import album_id, built_in, from_album

if TYPE_CHECKING:
    from models.representation.contrastive_training import ContrastSettings
    from models.representation.pictures import Pictures

# The experiments of many short trainings: small batches, so that more is learned in the same time.
REPETITIONS, TRIAL_PICTURES, TRIAL_BATCH = 3, 1000, 64


def album_of(config: ContrastiveConfig) -> str:
    """The album's id; "" where the pictures are built in. Raises `InvalidInput` without one."""
    return album_id(config.data, config.pictures)


def pictures_of(config: ContrastiveConfig, album: Album | None) -> Pictures:
    if album is None:
        return built_in(config.data, config.count, config.seed)
    return from_album(album, config.classes, config.count, config.seed)


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
