"""What the `fitting` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame

if TYPE_CHECKING:
    from models.replicas.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class FittingFrame(Frame):
    """The fitted curves and their errors. R networks, N points, G places, T moments."""

    grid: NDArray[np.float32]  # [G] places in [-1, 1]
    curves: NDArray[np.float32]  # [R, G]
    band: NDArray[np.float32]  # [3, G] 10 %, median and 90 % of the curves
    truth: NDArray[np.float32]  # [G] the true curve; NaN where nobody knows it
    x: NDArray[np.float32]  # [N]
    y: NDArray[np.float32]  # [N]
    role: NDArray[np.uint8]  # [N] 0 training, 1 validation, 2 test
    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [8, T], see models.replicas.curve_fit.NAMES
    errors: NDArray[np.float32]  # [4, R] now: training, validation, test, penalty
    stopped_at: NDArray[np.int32]  # [R] the step a stopped network went back to, else -1
    floor: float | None  # the noise's variance: the least error on new points that is possible
    baseline: float | None  # test error of the best constant
    best_step: int | None  # where the median validation (else test) error was least
    best_test: float | None  # the median test error there
    parameters: int  # of one network
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class CapacityFrame(Frame):
    """Errors of every size. K widths, S seeds, D degrees, M samples."""

    widths: list[int]  # K
    training: NDArray[np.float32]  # [K, S]
    test: NDArray[np.float32]  # [K, S]
    polynomial_training: NDArray[np.float32]  # [D, M]
    polynomial_test: NDArray[np.float32]  # [D, M]
    points: int  # training points
    floor: float | None
