"""What the `cross-entropy` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Rows
from models.measures import ComparedLoss, LossMeasure, LossScore


@dataclass(frozen=True, kw_only=True)
class CrossEntropyFrame(Frame):
    """L losses (cross-entropy, squared error), S starts, T moments, B bins, W worst samples."""

    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(ComparedLoss, LossMeasure)]  # [L, 7, T]
    scores: Annotated[NDArray[np.float64], Rows(ComparedLoss, LossScore)]  # [L, 3, S] of test
    slopes: Annotated[NDArray[np.float64], Rows(ComparedLoss)]  # [L, S] last gradient's norm
    counts: Annotated[NDArray[np.int32], Rows(ComparedLoss)]  # [L, B]
    confidence: Annotated[NDArray[np.float32], Rows(ComparedLoss)]  # [L, B] mean; NaN: no digit
    right: Annotated[NDArray[np.float32], Rows(ComparedLoss)]  # [L, B]
    calibration: list[float]  # L, the expected calibration errors
    pictures: Annotated[NDArray[np.uint8], Rows(ComparedLoss)]  # [L, W, 64], 0 to 16
    labels: Annotated[NDArray[np.uint8], Rows(ComparedLoss)]  # [L, W]
    probabilities: Annotated[NDArray[np.float32], Rows(ComparedLoss)]  # [L, W, 10]
    losses: Annotated[NDArray[np.float32], Rows(ComparedLoss)]  # [L, W] -log q(true), nats
    entropies: Annotated[NDArray[np.float32], Rows(ComparedLoss)]  # [L, W] nats
    tested: int
    parameters: int  # of one network
