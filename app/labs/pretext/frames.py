"""What the `pretext` page draws: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Numbers, Rows
from models.measures import (
    Depth,
    Learned,
    PairsMeasure,
    PretextMeasure,
    PretextTask,
    Pretrained,
    ProbeMeasure,
    Question,
    WordsMeasure,
)


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
    confusion: NDArray[np.int32]  # [C, C] held-out puzzles: true answer, answer; C 0 as above
    neighbors: NDArray[np.uint8]  # [P, K]
    neighbors_before: NDArray[np.uint8]  # [P, K] of the untrained encoder
    asked: Annotated[NDArray[np.float32], Rows(Pretrained, Question)]  # [2, 5, B, 3]
    guessing: Annotated[NDArray[np.float32], Numbers(Question)]  # [5]
    depth: Annotated[NDArray[np.float32], Numbers(Pretrained, Depth)]  # [2, 4] for the class
    asked_at: int  # step; -1: not yet
    asked_parts: tuple[int, int]  # done and all of the newest measurement
    tuned: Annotated[NDArray[np.float32], Rows(Learned, Question)]  # [4, 5, B, 3] as `asked`
    tuned_at: Annotated[NDArray[np.int32], Numbers(Question)]  # [5] steps; -1: not yet
    tuned_parts: tuple[int, int]  # as `asked_parts`
    imagenet: bool  # whether the weights of `tuned` "imagenet" are installed
    labeled: bool
    epoch: int  # steps
    batch: int
    learned_from: int  # pictures, or clips
    tested: int  # pictures with answers


@dataclass(frozen=True, kw_only=True)
class WordsFrame(Frame):
    """T moments. Shares of right answers and losses in nats are of held-out gaps; the grammar's
    are those of who knows the grammar. The most probable words for the visitor's gap come first.
    """

    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(WordsMeasure)]  # [2, T]
    frequent_right: float  # by the most frequent word
    frequent_loss: float
    grammar_right: float
    grammar_loss: float
    words: list[str]  # of the visitor's sentence
    known: list[bool]  # whether the corpus has them
    gap: int  # which of them is hidden; -1: there is none
    top: list[str]  # 5
    probabilities: NDArray[np.float32]  # [5] of those
    by_grammar: NDArray[np.float32]  # [5] of those; all 0 where the grammar has no such sentence
    frequent: list[str]  # 5, by frequency alone
    frequencies: NDArray[np.float32]  # [5] of those
    examples: list[str]  # sentences held out
    learned_from: int  # sentences
    tested: int  # gaps


@dataclass(frozen=True, kw_only=True)
class PairsFrame(Frame):
    """T moments, N held-out pairs of picture and text on show, P prompts of the visitor.

    The history's loss and matches are of `batch` held-out pairs.
    """

    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(PairsMeasure)]  # [3, T]
    similarities: NDArray[np.float32]  # [N, N] cosines: a row for each picture, a column a text
    scale: float  # what the similarities are multiplied by before the softmax
    pictures: NDArray[np.uint8]  # [N, 3, 32, 32]
    captions: list[str]  # N
    prompts: list[str]  # P, of words that the corpus has or not
    unknown: list[str]  # words of the prompts that no caption has
    prompted: NDArray[np.float32]  # [N, P] probability of each prompt for each picture
    prompts_right: float  # share of the pictures of the classes that the prompts name; -1: no test
    prompts_classes: int  # classes that the prompts name
    prompts_tested: int  # pictures
    chance: float  # of zero-shot accuracy with all classes
    batch: int  # held-out pairs whose loss is in the history
    learned_from: int  # pairs
    tested: int  # pictures


@dataclass(frozen=True, kw_only=True)
class ScaleFrame(Frame):
    """One size of encoder, trained with each of C numbers of pictures; B label budgets."""

    counts: list[int]  # C, of pictures without labels
    accuracy: NDArray[np.float32]  # [C, B] for the class; NaN: not measured yet
    width: str
    loss: float | None  # of the training that goes on; None before its first step
    done: int  # trainings
    each: int  # steps of a training
    tested: int  # pictures
