"""A pretext training, watched: how well the task is solved, and what the features are worth.

Shape letters: M pictures, P looked at, K neighbors, Q questions, B label budgets, N puzzles shown.
"""

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import get_args

import numpy as np
import torch
from torch import Tensor

from models.detection import imagenet
from models.history import History
from models.measures import Depth, Learned, Pretrained, ProbeMeasure, Question
from models.representation.accuracy import middle
from models.representation.downstream import (
    LABELS,
    Asked,
    Downstream,
    Features,
    answered,
    answered_by_depth,
    features_of,
    guessed,
)
from models.representation.encoder import Encoder
from models.representation.imagenet_features import ImageNetFeatures
from models.representation.pretext import Puzzle
from models.representation.pretext_network import PretextNetwork, painted
from models.representation.pretext_training import Material, Pretext, PretextSettings
from models.representation.probe import nearest
from models.representation.shipped import load_shipped
from models.representation.transfer import Parts
from models.representation.tuning import tuned_parts

SHOWN, PAINTED = 16, 8  # puzzles on the page, and of them those whose answer is a picture
LOOKED_AT, NEAR = 48, 5  # pictures on the page, and neighbors of each
PROBE_EVERY = 250  # steps
MANY, FEW, FEW_DRAWS = 50, 10, 3  # labels per class of the probes over the steps, and draws
QUESTIONS: tuple[Question, ...] = get_args(Question)
LEARNED: tuple[Learned, ...] = get_args(Learned)
NETWORKS: tuple[Pretrained, ...] = get_args(Pretrained)


def shown_of(puzzle: Puzzle, count: int) -> Puzzle:
    """The first `count` puzzles; of pairs the first views."""
    return Puzzle(
        puzzle.inputs[:count],
        puzzle.labels[:count],
        None if puzzle.counted is None else puzzle.counted[:count],
        None if puzzle.at is None else puzzle.at[:count],
    )


def answers_of(network: PretextNetwork, puzzle: Puzzle) -> tuple[Tensor, Tensor]:
    """What a network answers in eval mode: probabilities [N, C], or [N, 0] where it answers no
    class; and pictures [D, 3, S, S] in 0..1 for the first `PAINTED` puzzles, none where it answers
    none.
    """
    nothing = torch.zeros(len(puzzle.labels), 0), torch.zeros(0, 3, 32, 32)
    answer = network.task.answer
    if answer == "pairs":
        return nothing
    puzzle = puzzle if answer in ("class", "given") else shown_of(puzzle, PAINTED)
    training = network.training
    network.eval()
    with torch.no_grad():
        output = network(puzzle.inputs)
        if answer in ("class", "given"):
            found = output.softmax(dim=1), nothing[1]
        else:
            found = nothing[0], painted(network, output, puzzle)
    network.train(training)
    return found


class PretextStudy:
    """A training, what is measured every so many steps, and on request what its features tell.

    asked float32 [2, Q, B, 3]: test accuracy of linear classifiers on the features of the untrained
    and of the trained encoder, by question and labels per answer: mean less a deviation, mean, and
    more, over draws of the labels; guessing [Q]: by always the most frequent answer; asked_at: the
    step of the trained one, -1 before; depth [2, 4]: for the class, with `MANY` labels each, by
    how deep in the encoder the features are taken; tuned [4, Q, B, 3]: as `asked`, of linear
    classifiers on the run's features and on ImageNet's, and of the whole network trained with the
    labels from the untrained and from the trained encoder, at the steps tuned_at int32 [Q]. NaN
    where nothing is known or measured yet.

    `few` are the labels per class of the second probe over the steps, beside that with `MANY`.

    Raises `WeightsError` from the start where `shipped` weights are missing.
    """

    def __init__(
        self,
        settings: PretextSettings,
        material: Material,
        downstream: Downstream,
        shipped: bool = False,
        few: int = FEW,
    ) -> None:
        self.training = Pretext(settings, material)
        self.downstream, self._few = downstream, few
        first_encoder = copy.deepcopy(self.training.network.encoder)
        before = features_of(first_encoder, downstream)
        if shipped:
            load_shipped(self.training.network)
            self.training.restart()
        self._untrained = before
        self._first_encoder = first_encoder
        self.depth = np.full((len(NETWORKS), len(get_args(Depth))), np.nan, np.float32)
        self.neighbors_before = self.neighbors = self._neighbors(before)
        self.probes = History(get_args(ProbeMeasure))
        self.asked = np.full((2, len(QUESTIONS), len(LABELS), 3), np.nan, np.float32)
        self.guessing = np.full(len(QUESTIONS), np.nan, np.float32)
        for question, asked in downstream.asked.items():
            self.guessing[QUESTIONS.index(question)] = guessed(asked)
        self.asked_at = -1
        self.tuned = np.full((len(LEARNED), *self.asked.shape[1:]), np.nan, np.float32)
        self.tuned_at = np.full(len(QUESTIONS), -1, np.int32)
        self.asking, self.tuning = Parts(), Parts()
        self._imagenet = ImageNetFeatures(downstream)
        self.look()

    @property
    def step(self) -> int:
        return self.training.step

    @property
    def held_out(self) -> Puzzle:
        return self.training.held_out

    def train(self, steps: int) -> None:
        """Raises `Lost`."""
        for _ in range(steps):
            self.training.train(1)
            if self.step % PROBE_EVERY == 0:
                self.look()

    def _features(self) -> Features:
        return features_of(self.training.network.encoder, self.downstream)

    def look(self) -> None:
        """Neighbors, and probes for the class where it is known."""
        features = self._features()
        self.neighbors = self._neighbors(features)
        asked = self.downstream.asked.get("class")
        if asked:
            many = answered(features, asked, MANY, 1)
            few = answered(features, asked, self._few, FEW_DRAWS)
            self.probes.add(self.step, many[0], sum(few) / len(few))

    @staticmethod
    def _neighbors(features: Features) -> Tensor:
        """int64 [P, K] of the first pictures to test on: the most similar of those shown."""
        h = features.test[:LOOKED_AT].mean(dim=(2, 3))
        return nearest(h, h, NEAR, torch.arange(len(h))).rows

    def answers(self) -> tuple[Tensor, Tensor]:
        """`answers_of` the puzzles shown."""
        return answers_of(self.training.network, shown_of(self.held_out, SHOWN))

    def ask(self) -> None:
        """A part of asking both encoders every question; the next call goes on, with the features
        that the first part took.
        """
        self.asking.go_on(self._parts)

    def _parts(self) -> Iterator[Callable[[], None]]:
        step, now = self.step, self._features()
        for network, features in enumerate((self._untrained, now)):
            if network == 0 and self.asked_at >= 0:
                continue  # it never changes
            for question in self.downstream.asked:
                yield partial(self._ask, network, question, features, step)
            if "class" in self.downstream.asked:
                yield partial(self._ask_by_depth, network)

    def _ask(self, network: int, question: Question, features: Features, step: int) -> None:
        asked = self.downstream.asked[question]
        for budget, labels in enumerate(LABELS):
            found = middle(answered(features, asked, labels))
            self.asked[network, QUESTIONS.index(question), budget] = found
        if network == 1:
            self.asked_at = step

    def _ask_by_depth(self, network: int) -> None:
        encoder = self.training.network.encoder if network else self._first_encoder
        self.depth[network] = answered_by_depth(encoder, self.downstream, "class", MANY)

    def tune(self, question: Question) -> None:
        """A part of training the whole network for a question; the next call goes on with the
        question and the encoder of the first part.
        """
        self.tuning.go_on(lambda: self._parts_of_tuning(question))

    def _parts_of_tuning(self, question: Question) -> Iterator[Callable[[], None]]:
        asked, step = self.downstream.asked.get(question), self.step
        if asked is None:
            return
        row = QUESTIONS.index(question)
        encoder, features = copy.deepcopy(self.training.network.encoder), self._features()
        for budget, labels in enumerate(LABELS):
            yield partial(self._probe_beside, "probe", features, asked, row, budget, labels)
        if imagenet.installed():
            yield from self._imagenet.parts()
            for budget, labels in enumerate(LABELS):
                yield partial(self._probe_imagenet, asked, row, budget, labels)
        starts: dict[Learned, Encoder] = {"scratch": self._first_encoder, "tuned": encoder}
        for learned, start in starts.items():
            if learned == "scratch" and self.tuned_at[row] >= 0:
                continue  # it never changes
            for budget, labels in enumerate(LABELS):
                tell = partial(self._tell_tuned, learned, row, budget)
                yield from tuned_parts(start, self.downstream, asked, labels, tell)
        yield lambda: self.tuned_at.__setitem__(row, step)

    def _probe_beside(
        self, learned: Learned, features: Features, asked: Asked, row: int, budget: int, labels: int
    ) -> None:
        self._tell_tuned(learned, row, budget, answered(features, asked, labels))

    def _probe_imagenet(self, asked: Asked, row: int, budget: int, labels: int) -> None:
        assert self._imagenet.found
        self._probe_beside("imagenet", self._imagenet.found, asked, row, budget, labels)

    def _tell_tuned(self, learned: Learned, row: int, budget: int, accuracies: list[float]) -> None:
        self.tuned[LEARNED.index(learned), row, budget] = middle(accuracies)
