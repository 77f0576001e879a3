"""What the `regularization` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Rows
from models.measures import Validated


@dataclass(frozen=True, kw_only=True)
class RegularizationFrame(Frame):
    """K values of λ, D features, W weights whose paths are drawn (of an MLP those of its first
    layer, input by input), T moments, N points, M places of a curve.
    """

    model: str
    lambdas: NDArray[np.float64]  # [K]
    at: int  # the chosen λ's index
    paths: NDArray[np.float32]  # [K, W]
    used: NDArray[np.float32]  # [K, D] a feature's weight; of an MLP the length of all its weights
    truth: NDArray[np.float32]  # [D] the weights that made the data; NaN where nobody knows them
    zeros: NDArray[np.int32]  # [K] weights that are exactly zero
    near: NDArray[np.int32]  # [K] weights that are not, but below `NEAR`
    penalized: int  # weights that there are
    training: NDArray[np.float32]  # [K] mean squared error
    test: NDArray[np.float32]  # [K]
    validated: Annotated[NDArray[np.float32], Rows(Validated)]  # [2, K] of the folds
    best: int | None  # the λ of the least validated error; None before the first step
    one_error: int | None  # the greatest within one standard error of it
    floor: float  # the noise's variance: the least error on new points that is possible
    start_test: float  # test error of the start; of a linear model, of least squares
    data_loss: float  # 1/2 the sum of squares at the chosen λ
    penalty: float
    moved: float  # the greatest change of a number in the last step, of all λ
    moments: NDArray[np.float64]  # [T] steps
    over_steps: NDArray[np.float32]  # [T, W] weights of the chosen λ over time
    x: NDArray[np.float32]  # [N] places of the points, if there is a curve
    y: NDArray[np.float32]
    grid: NDArray[np.float32]  # [M]
    curve: NDArray[np.float32]  # [M] the fit of the chosen λ
    true_curve: NDArray[np.float32]  # [M]
