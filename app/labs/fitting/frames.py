"""What the `fitting` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Rows
from models.measures import CurveFitError, CurveFitMeasure, Quantile, Verdict


@dataclass(frozen=True, kw_only=True)
class FittingFrame(Frame):
    """The fitted curves and their errors. R networks, N points, G places, T moments."""

    grid: NDArray[np.float32]  # [G] places in [-1, 1]
    curves: NDArray[np.float32]  # [R, G]
    band: Annotated[NDArray[np.float32], Rows(Quantile)]  # [3, G] of the curves
    truth: NDArray[np.float32]  # [G] the true curve; NaN where nobody knows it
    x: NDArray[np.float32]  # [N]
    y: NDArray[np.float32]  # [N]
    role: NDArray[np.uint8]  # [N] 0 training, 1 validation, 2 test
    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(CurveFitMeasure)]  # [8, T]
    errors: Annotated[NDArray[np.float32], Rows(CurveFitError)]  # [4, R] now
    stopped_at: NDArray[np.int32]  # [R] the step a stopped network went back to, else -1
    floor: float | None  # the least error on new points that is possible
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
    tested: int  # test points
    floor: float | None
