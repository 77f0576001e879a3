"""What the `fitting` lab learns from, by its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.errors import InvalidInput
from app.i18n import N_
from app.labs.fitting.config import FittingConfig

if TYPE_CHECKING:
    from torch import Tensor

    from models.data.points import Points
    from models.replicas.curve_fit import FitSettings


TEST = 100  # points that measure the generalization error; the network never sees them
WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
SWEEP_SEEDS = 8


def data_of(config: FittingConfig) -> tuple[object, ...]:
    """The settings that the points depend on."""
    if config.data == "own":
        return (config.points,)
    kept = (config.train, config.validation, config.noise, config.data_seed)
    return (config.data, *kept, config.drawn if config.data == "drawn" else "")


def points_of(config: FittingConfig) -> Points:
    """Raises `InvalidInput` for own points that are none."""
    from models.data.curves import drawn_curve, sample_curve
    from models.data.points import decode_curve

    if config.data != "own":
        return sample_curve(
            config.data if config.data != "drawn" else drawn_curve(drawn_of(config)),
            train=config.train, validation=config.validation, test=TEST,
            noise=config.noise, seed=config.data_seed,
        )  # fmt: skip
    try:
        points = decode_curve(config.points)
    except ValueError:
        raise InvalidInput(N_("The points in this address cannot be read."), "points") from None
    if int((points.role == 0).sum()) < 2:
        raise InvalidInput(N_("There must be at least two training points."), "points")
    return points


def drawn_of(config: FittingConfig) -> list[float]:
    """Heights of the drawn curve at even places from -1 to 1. Raises `InvalidInput`."""
    from models.data.points import decode_heights

    try:
        return decode_heights(config.drawn)
    except ValueError:
        raise InvalidInput(N_("The drawn curve in this address cannot be read."), "drawn") from None


def truth_of(config: FittingConfig, grid: Tensor) -> NDArray[np.float32]:
    """The true curve at the places [G]; NaN where nobody knows it."""
    from models.data.curves import drawn_curve, true_curve

    if config.data == "own":
        return np.full(len(grid), np.nan, np.float32)
    curve = drawn_curve(drawn_of(config)) if config.data == "drawn" else config.data
    return true_curve(curve, grid).float().numpy()


def floor_of(config: FittingConfig) -> float | None:
    """The least test error that is possible, which the noise alone causes; None for own points."""
    from models.data.curves import drawn_curve, least_error

    if config.data == "own":
        return None
    return least_error(
        drawn_curve(drawn_of(config)) if config.data == "drawn" else config.data, config.noise
    )


def settings_of(config: FittingConfig) -> FitSettings:
    from models.replicas.curve_fit import FitSettings

    names = FitSettings.__dataclass_fields__
    return FitSettings(**{name: getattr(config, name) for name in names})


def parameters(config: FittingConfig) -> int:
    """Trained numbers of all networks together."""
    if config.mode == "capacity":
        # Each stack is padded to its widest, see models/replicas/capacity.py.
        padded = [next(w for w in (16, 64, 256) if w >= width) for width in WIDTHS]
        return SWEEP_SEEDS * sum(of_one(width, config.depth) for width in padded)
    return config.replicas * of_one(config.width, config.depth)


def of_one(width: int, depth: int) -> int:
    return 3 * width + 1 + (depth - 1) * width * (width + 1)
