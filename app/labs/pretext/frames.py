"""What the `pretext` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Numbers, Rows
from models.measures import PretextMeasure, PretextTask, Pretrained, ProbeMeasure, Question


@dataclass(frozen=True, kw_only=True)
class PretextFrame(Frame):
    """T moments, U moments of the probes, N puzzles shown, D of them with painted answers, C
    answers, P pictures looked at, K neighbors, B label budgets.

    `asked` are test accuracies: mean less a deviation, mean, and more, over draws of the labels.
    """

    task: PretextTask
    start: str
    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(PretextMeasure)]  # [2, T]
    probe_steps: NDArray[np.float64]  # [U]
    probes: Annotated[NDArray[np.float32], Rows(ProbeMeasure)]  # [2, U]
    scores: NDArray[np.float32]  # [N, C] probabilities of the puzzles; C 0: no class is answered
    painted: NDArray[np.uint8]  # [D, 3, 32, 32]; D 0: no picture is answered
    neighbors: NDArray[np.uint8]  # [P, K]
    neighbors_before: NDArray[np.uint8]  # [P, K] of the untrained encoder
    asked: Annotated[NDArray[np.float32], Rows(Pretrained, Question)]  # [2, 5, B, 3]
    guessing: Annotated[NDArray[np.float32], Numbers(Question)]  # [5]
    asked_at: int  # step; -1: not yet
    asked_parts: tuple[int, int]  # done and all of the newest measurement
    labeled: bool
    epoch: int  # steps
    batch: int
    learned_from: int  # pictures, or clips
    tested: int  # pictures with answers
