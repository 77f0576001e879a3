"""What the `batchnorm` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Numbers, Rows
from models.measures import (
    BatchNorm,
    NormalizedBy,
    Quantile,
    Statistic,
    SweptPlace,
    UnitNumber,
    WhenMoved,
)


@dataclass(frozen=True, kw_only=True)
class BatchnormFrame(Frame):
    """V places of BatchNorm (none, before, after), S starts, L layers, M bins, K and T moments,
    B points of the next step's batch.
    """

    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(BatchNorm, Quantile)]  # [V, 3, T] eval mode
    losses: Annotated[NDArray[np.float64], Rows(BatchNorm)]  # [V, S] now; not finite: lost
    reached: Annotated[NDArray[np.int32], Rows(BatchNorm)]  # [V, S] steps until the target, or -1
    moments: NDArray[np.float64]  # [K]
    ridges: NDArray[np.uint8]  # [V, L, M, K] share of values in a bin, 255 is half of them
    bins: NDArray[np.float32]  # [M] their middles
    curve: NDArray[np.float32]  # [M] the activation there
    saturated: Annotated[NDArray[np.float32], Rows(BatchNorm)]  # [V, L]
    slopes: Annotated[NDArray[np.float32], Rows(BatchNorm)]  # [V, L + 1] gradient norms
    layer: int  # of the unit, from 1
    unit: int
    batch: Annotated[NDArray[np.float64], Rows(NormalizedBy)]  # [3, B] of the unit
    numbers: Annotated[NDArray[np.float64], Numbers(UnitNumber)]  # [8] of the unit
    seen: NDArray[np.float64]  # [T']
    statistics: Annotated[NDArray[np.float32], Rows(Statistic)]  # [4, T'] of the unit
    eps: float
    sizes: list[int]
    by_size: list[float]  # test accuracy with statistics of so many test points
    shifts: list[float]
    moved: Annotated[NDArray[np.float32], Rows(WhenMoved)]  # [V + 1, shifts] test accuracy
    parameters: int  # of one network without BatchNorm, and of one with it
    parameters_with: int


@dataclass(frozen=True, kw_only=True)
class SweepFrame(Frame):
    """K values of a setting, each without and with BatchNorm, S starts."""

    setting: str
    values: NDArray[np.float64]  # [K]
    reached: Annotated[NDArray[np.int32], Rows(SweptPlace)]  # [2, K, S] steps, or -1
    losses: Annotated[NDArray[np.float64], Rows(SweptPlace)]  # [2, K, S]
