"""What the `batchnorm` lab learns from, by its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from app.labs.batchnorm.config import BatchnormConfig
from models.measures import BatchNorm

if TYPE_CHECKING:
    from models.data.points import Points
    from models.replicas.batchnorm_comparison import BatchNormComparisonSettings

TRAIN_POINTS, TEST_POINTS = 256, 128
PLACES: tuple[BatchNorm, ...] = get_args(BatchNorm)
SWEEP_SEEDS = 2  # more would cost more than twice one setting
VALUES = {  # of a sweep: the middle ones are what one would choose
    "rate": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    "scale": (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0),
}


def points_of(config: BatchnormConfig) -> Points:
    from models.data.planes import sample_plane

    return sample_plane(
        config.data, train=TRAIN_POINTS, test=TEST_POINTS, noise=config.noise,
        seed=config.data_seed,
    )  # fmt: skip


def settings_of(config: BatchnormConfig) -> BatchNormComparisonSettings:
    from models.replicas.batchnorm_comparison import BatchNormComparisonSettings

    names = BatchNormComparisonSettings.__dataclass_fields__
    return BatchNormComparisonSettings(**{name: getattr(config, name) for name in names})


def parameters(config: BatchnormConfig) -> int:
    """Trained numbers of all networks together; each has room for BatchNorm."""
    width, depth = config.width, config.depth
    one = 3 * width + (depth - 1) * width * (width + 1) + width + 1 + 2 * depth * width
    if config.mode == "sweep":
        return 2 * len(VALUES[config.setting]) * SWEEP_SEEDS * one
    return len(PLACES) * config.seeds * one
