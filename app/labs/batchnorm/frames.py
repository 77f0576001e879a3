"""What the `batchnorm` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame


@dataclass(frozen=True, kw_only=True)
class BatchnormFrame(Frame):
    """V places of BatchNorm (none, before, after), S starts, L layers, M bins, K and T moments,
    B points of the next step's batch.
    """

    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [3 V, T] training loss in eval mode: 10 %, median, 90 %
    losses: NDArray[np.float64]  # [V, S] now; not finite where a network is lost
    reached: NDArray[np.int32]  # [V, S] steps until the target, else -1
    moments: NDArray[np.float64]  # [K]
    ridges: NDArray[np.uint8]  # [V, L, M, K] share of values in a bin, 255 is half of them
    bins: NDArray[np.float32]  # [M] their middles
    curve: NDArray[np.float32]  # [M] the activation there
    saturated: NDArray[np.float32]  # [V, L]
    slopes: NDArray[np.float32]  # [V, L + 1] length of the last gradient by each layer's weights
    layer: int  # of the unit, from 1
    unit: int
    batch: NDArray[np.float64]  # [3, B] x, x_hat by the batch's statistics, x_hat by the running
    numbers: NDArray[np.float64]  # [8] mean, var, gamma, beta, running mean, var, and updated
    seen: NDArray[np.float64]  # [T']
    statistics: NDArray[np.float32]  # [4, T'] the batch's mean, variance, the running ones
    eps: float
    sizes: list[int]
    by_size: list[float]  # test accuracy with statistics of so many test points
    shifts: list[float]
    moved: NDArray[np.float32]  # [V + 1, shifts] test accuracy on moved points
    parameters: int  # of one network without BatchNorm, and of one with it
    parameters_with: int


@dataclass(frozen=True, kw_only=True)
class SweepFrame(Frame):
    """K values of a setting, each without and with BatchNorm, S starts."""

    setting: str
    values: NDArray[np.float64]  # [K]
    reached: NDArray[np.int32]  # [K, 2, S] steps until the target, else -1
    losses: NDArray[np.float64]  # [K, 2, S]
