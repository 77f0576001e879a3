"""What the `contrastive` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Numbers, Rows
from models.measures import (
    Change,
    ContrastiveMeasure,
    Features,
    FrozenFeatures,
    Known,
    Moment,
    PairKind,
)


@dataclass(frozen=True, kw_only=True)
class ContrastiveFrame(Frame):
    """L pictures looked at (2L views), P on the map, K neighbors, T moments, B bins, Q keys in the
    queue, S of them shown, R of the most similar, A amounts of a change, W kinds of features, U
    label budgets.

    `accuracies` are test accuracy: mean less a deviation, mean, and more, over draws of the labels.
    """

    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(ContrastiveMeasure)]  # [9, T]
    space: str  # of similarities and places: z or h
    similarities: NDArray[np.float32]  # [2L, 2L] cosines
    places: NDArray[np.float32]  # [P, 2]
    shares: list[float]  # 2, of the variance on either axis
    neighbors: NDArray[np.uint8]  # [P, K] by h
    near: NDArray[np.float32]  # [P, K] their similarities
    places_before: NDArray[np.float32]  # [P, 2], of the untrained encoder's h
    neighbors_before: NDArray[np.uint8]  # [P, K]
    near_before: NDArray[np.float32]  # [P, K]
    histograms: Annotated[NDArray[np.float32], Rows(PairKind)]  # [2, B]; NaN at step 0
    row: int  # the chosen view
    positive_key: float | None  # MoCo: the chosen view's similarity to its picture's other view
    keys: NDArray[np.float32]  # [Q] and to the keys in the queue, newest first
    queue: NDArray[np.uint8]  # [S, 3, 16, 16] pictures of the newest keys
    hardest: NDArray[np.int32]  # [R] the most similar of `keys`
    hardest_pictures: NDArray[np.uint8]  # [R, 3, 16, 16]
    repeated: int  # queries of the last step with an older key of their picture in the queue
    predicted: NDArray[np.float32]  # [2] SimSiam: cosine of a prediction and the other view's z
    changes: Annotated[NDArray[np.float32], Rows(Change)]  # [3, A] of h, changed
    changes_before: Annotated[NDArray[np.float32], Rows(Change)]  # [3, A]
    apart: Annotated[NDArray[np.float32], Numbers(Moment)]  # [2] of different pictures
    changes_step: int
    accuracies: Annotated[NDArray[np.float32], Rows(Features)]  # [W, U, 3] accuracy
    votes: Annotated[NDArray[np.float32], Numbers(Features)]  # [W] accuracy of the neighbors' vote
    measured_at: Annotated[NDArray[np.int32], Numbers(Features)]  # [W] -1: not measured
    known: Annotated[NDArray[np.float32], Numbers(FrozenFeatures, Known)]  # [3, 4] accuracy
    guessing: Annotated[NDArray[np.float32], Numbers(Known)]  # [4] most frequent answer
    tested: int  # pictures
    probed_parts: tuple[int, int]  # done and all of the newest probe
    supervised_parts: tuple[int, int]
    tuned_parts: tuple[int, int]
    label_steps: int  # of each training with labels
    held_out: bool  # what is tested on
    map: NDArray[np.float32]  # [P, 2] t-SNE, where it was asked for; else empty
    map_step: int  # -1 before that
    map_space: str
    method: str
    batch: int  # N
    width: int  # of z
    chance: float | None  # the loss where nothing can be told apart
    epoch: int  # steps
    labeled: bool


@dataclass(frozen=True, kw_only=True)
class TrialsFrame(Frame):
    """X trials, R repetitions."""

    names: list[list[str]]  # X
    accuracy: NDArray[np.float32]  # [X, R, 2] linear probe on h, on z; NaN for not yet
    baseline: NDArray[np.float32]  # [R] of the untrained encoder
    done: int
    total: int
    trial_steps: int
    learned_from: int
    batch: int
    classes: int
    operations: dict[str, dict[str, float]]  # T of each operation alone, to draw it
