"""What the `cross-entropy` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame


@dataclass(frozen=True, kw_only=True)
class CrossEntropyFrame(Frame):
    """L losses (cross-entropy, squared error), S starts, T moments, B bins, W worst samples."""

    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [14, T], see models.replicas.loss_comparison.NAMES
    scores: NDArray[np.float64]  # [L, 3, S] test accuracy, cross-entropy in nats, squared error
    slopes: NDArray[np.float64]  # [L, S] length of the last step's gradient; NaN before it
    counts: NDArray[np.int32]  # [L, B]
    confidence: NDArray[np.float32]  # [L, B] mean in each bin; NaN where it is empty
    right: NDArray[np.float32]  # [L, B]
    calibration: list[float]  # L, the expected calibration errors
    pictures: NDArray[np.uint8]  # [L, W, 64] 8 x 8 pixels, 0 to 16
    labels: NDArray[np.uint8]  # [L, W]
    probabilities: NDArray[np.float32]  # [L, W, 10]
    losses: NDArray[np.float32]  # [L, W] -log q(true), nats
    entropies: NDArray[np.float32]  # [L, W] of the prediction, nats
    tested: int
    parameters: int  # of one network
