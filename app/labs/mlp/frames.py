"""What the `mlp` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Numbers, Rows
from models.measures import ClassifyMeasure, ClassifyScore, Health


@dataclass(frozen=True, kw_only=True)
class MlpFrame(Frame):
    """N points, K classes (1 map for two, or for heights), G nodes a side, U units, T moments."""

    model: str
    layers: list[int]  # units from the input to the output
    classes: int | None  # None for heights
    map: NDArray[np.uint8]  # [K, G * G] the network on show: 255 is probability 1
    map_all: NDArray[np.uint8]  # [K, G * G] mean over all networks
    responses: NDArray[np.uint8]  # [U, g * g] 128 is zero
    tops: NDArray[np.float32]  # [U] the absolute value that is 127 away from it
    weights: NDArray[np.float32]  # layer by layer, [inputs, outputs] each, flat
    biases: NDArray[np.float32]
    gradients: NDArray[np.float32]  # like the weights
    norms: NDArray[np.float32]  # [L]
    health: Health
    dead: float
    x: NDArray[np.float32]  # [N, 2]
    y: NDArray[np.float32]  # [N] classes or heights
    role: NDArray[np.uint8]  # [N]
    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(ClassifyMeasure)]  # [9, T]
    confusion: NDArray[np.int32]  # [K, K]
    scores: Annotated[NDArray[np.float32], Numbers(ClassifyScore)]  # [5] of the network on show
    parameters: int
    batch: int


@dataclass(frozen=True, kw_only=True)
class PerceptronFrame(Frame):
    """The line w.x = 0 before and after one look at one sample. N points, T moments."""

    model: str
    x: NDArray[np.float32]  # [N, 2]
    y: NDArray[np.float32]  # [N] 0 or 1
    role: NDArray[np.uint8]
    number: int  # the sample looked at, -1 before the first
    wrong: bool
    before: list[float]  # w: two weights and the bias
    update: list[float]
    after: list[float]
    margin_before: float
    margin_after: float
    mistakes: int
    epochs: int
    bound: float | None  # Novikoff's, None where no line separates the points
    gamma: float
    radius: float
    cycle: int | None  # mistakes in one round of the cycle
    converged: bool
    steps: NDArray[np.float64]  # [T] samples looked at
    history: NDArray[np.float32]  # [1, T] mistakes so far
    accuracy: float
