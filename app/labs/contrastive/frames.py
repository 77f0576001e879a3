"""What the `contrastive` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame


@dataclass(frozen=True, kw_only=True)
class ContrastiveFrame(Frame):
    """L pictures looked at (2L views), P on the map, K neighbors, T moments, B bins, Q keys in the
    queue, S of them shown, R of the most similar, A amounts of a change, W kinds of features, U
    label budgets.
    """

    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [8, T], see models.representation.contrastive_training.MEASURES
    space: str  # of similarities and places: z or h
    similarities: NDArray[np.float32]  # [2L, 2L] cosines
    places: NDArray[np.float32]  # [P, 2]
    shares: list[float]  # 2, of the variance on either axis
    neighbors: NDArray[np.uint8]  # [P, K] by h
    near: NDArray[np.float32]  # [P, K] their similarities
    places_before: NDArray[np.float32]  # [P, 2], of the untrained encoder's h
    neighbors_before: NDArray[np.uint8]  # [P, K]
    near_before: NDArray[np.float32]  # [P, K]
    histograms: NDArray[np.float32]  # [2, B] of positives and negatives; NaN before the first step
    row: int  # the chosen view
    positive_key: float | None  # MoCo: the chosen view's similarity to its picture's other view
    keys: NDArray[np.float32]  # [Q] and to the keys in the queue, newest first
    queue: NDArray[np.uint8]  # [S, 3, 16, 16] pictures of the newest keys
    hardest: NDArray[np.int32]  # [R] the most similar of `keys`
    hardest_pictures: NDArray[np.uint8]  # [R, 3, 16, 16]
    repeated: int  # queries of the last step with an older key of their picture in the queue
    predicted: NDArray[np.float32]  # [2] SimSiam: cosine of a prediction and the other view's z
    changes: NDArray[np.float32]  # [3, A] similarity to the picture's occluded, turned, recolored
    changes_before: NDArray[np.float32]  # [3, A]
    apart: NDArray[np.float32]  # [2] similarity of different pictures, then and before
    changes_step: int
    worth: NDArray[np.float32]  # [W, U, 3] accuracy: low, mean, high over draws of the labels
    votes: NDArray[np.float32]  # [W] accuracy of the neighbors' vote
    worth_steps: NDArray[np.int32]  # [W] when it was measured; -1 for not yet
    known: NDArray[np.float32]  # [3, 4] accuracy of untrained h, h, z on class and what T changes
    guessing: NDArray[np.float32]  # [4] the share of the most frequent answer to each
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
