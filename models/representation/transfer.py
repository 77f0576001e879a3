"""What a representation is worth for another task: the transfer protocol, a part at a time.

Features of frozen networks are given to linear classifiers and to a vote of neighbors, with few
labels and with many (Kolesnikov et al., 2019; Chen et al., 2020, section 4); beside them stands the
same encoder trained with these labels, from a random start and from what was learned without any.

Shape letters: W kinds of features, B label budgets.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple, get_args

import numpy as np
from torch import Tensor, nn

from models.measures import Features, Known
from models.representation.accuracy import (
    ALL,
    BUDGETS,
    Labeled,
    attributes,
    draws_of,
    middle,
    most_frequent,
    neighbors_vote,
    probed,
    turned,
)
from models.representation.encoder import Encoder, embed
from models.representation.pictures import Pictures
from models.representation.probe import linear_probe
from models.representation.supervised import LearnerSettings, Supervised

SLICE = 16  # training steps with labels at a time
LABEL_STEPS, LABEL_BATCH = 160, 64  # of a training with labels
FEATURES: tuple[Features, ...] = get_args(Features)
KNOWN: tuple[Known, ...] = get_args(Known)  # what h, z and the untrained h are asked for


class Parts:
    """Work that is done a part at a call, so that none keeps the page waiting."""

    def __init__(self) -> None:
        self._to_come: list[Callable[[], None]] = []
        self.done = self.all = 0  # of the newest work

    def go_on(self, begin: Callable[[], Iterable[Callable[[], None]]]) -> None:
        """Do the next part; of the work that `begin` gives, where none is under way."""
        if not self._to_come:
            self._to_come = list(begin())
            self.done, self.all = 0, len(self._to_come)
        if self._to_come:
            self._to_come.pop(0)()
            self.done += 1


class Frozen(NamedTuple):
    """A network whose features are judged, and the training step that it comes from."""

    network: nn.Module
    step: int


class Transfer:
    """Accuracies on pictures that nothing was trained on. Nothing here changes a network that it
    is given.

    accuracies float32 [W, B + 1, 3]: for each kind of features and number of labels per class, the
    last one all: low, mean and high over draws of the labeled pictures; votes [W] of the neighbors;
    known [3, 4]: how well h, z and the untrained h tell what `KNOWN` names, guessing [4]: by
    always the same answer; measured_at [W]: the steps that the networks come from, -1: not yet.
    """

    def __init__(self, pictures: Pictures, settings: LearnerSettings) -> None:
        self.pictures, self.settings = pictures, settings
        shape = (len(FEATURES), len(BUDGETS) + 1)
        self.accuracies = np.full((*shape, 3), np.nan, np.float32)
        self.votes = np.full(len(FEATURES), np.nan, np.float32)
        self.known = np.full((3, len(KNOWN)), np.nan, np.float32)
        self.guessing = np.full(len(KNOWN), np.nan, np.float32)
        self.measured_at = np.full(len(FEATURES), -1, np.int32)
        self.probing, self.supervising, self.tuning = Parts(), Parts(), Parts()

    @property
    def labeled(self) -> bool:
        return self.pictures.labels is not None and self.pictures.classes > 1

    def _parts(self, network: Callable[[Tensor], Tensor]) -> tuple[Labeled, Labeled]:
        p = self.pictures
        assert p.labels is not None
        assert p.test_labels is not None
        return Labeled(network(p.train), p.labels), Labeled(network(p.test), p.test_labels)

    def _judge_parts(
        self, what: str, network: nn.Module, step: int
    ) -> Iterator[Callable[[], None]]:
        """Accuracies of linear classifiers on a network's features, and of the neighbors' vote:
        in parts that take about as long as each other.
        """
        several = list(enumerate((*BUDGETS, ALL)))
        for part in (several[:3], several[3:4], several[4:]):
            yield partial(self._judge, FEATURES.index(what), network, step, part)

    def _judge(
        self, row: int, network: nn.Module, step: int, budgets: Sequence[tuple[int, int]]
    ) -> None:
        train, test = self._parts(partial(embed, network))
        for b, budget in budgets:
            self.accuracies[row, b] = middle(probed(train, test, self.pictures.classes, budget))
        if budgets[-1][1] == ALL:
            self.votes[row] = neighbors_vote(train, test)
            self.measured_at[row] = step

    def probe(self, networks: Callable[[], Mapping[str, Frozen]]) -> None:
        """A part of a probe: linear classifiers and neighbors' votes on the features of each
        network, by its name in `FEATURES`. The next call goes on, with the networks that the
        first part was given. Without labels only what needs none is measured.
        """
        self.probing.go_on(lambda: self._parts_of_probe(networks()))

    def _parts_of_probe(self, networks: Mapping[str, Frozen]) -> Iterator[Callable[[], None]]:
        for row, (what, (network, step)) in enumerate(networks.items()):
            if what == "random" and self.measured_at[0] == 0:
                continue  # it never changes
            if self.labeled:
                yield from self._judge_parts(what, network, step)
            yield partial(self._ask, row, network, step)
            if self.pictures.upright:
                yield partial(self._ask_for_turns, row, network)

    def _ask(self, row: int, network: nn.Module, step: int) -> None:
        """What a linear classifier finds in the features beside the class (Chen et al., 2020,
        table 3): brightness and color of a picture. Where all pictures have the same, as gray ones
        have no strongest color, there is nothing to find.
        """
        p = self.pictures
        train, test = embed(network, p.train), embed(network, p.test)
        asked, answers = attributes(p.train), attributes(p.test)
        for name, classes in (("brightness", 4), ("color", 3)):
            if asked[name].min() < asked[name].max():
                found = linear_probe(train, asked[name], test, answers[name], classes)
                self.known[row, KNOWN.index(name)] = found
                self.guessing[KNOWN.index(name)] = most_frequent(answers[name])
        if self.labeled:
            assert p.test_labels is not None
            self.known[row, KNOWN.index("class")] = self.accuracies[row, -1, 1]
            self.guessing[KNOWN.index("class")] = most_frequent(p.test_labels)
        self.measured_at[row] = step

    def _ask_for_turns(self, row: int, network: nn.Module) -> None:
        """By how many quarters a picture was turned, which can be told of upright ones only."""
        (x, times), (test_x, test_times) = turned(self.pictures.train), turned(self.pictures.test)
        found = linear_probe(embed(network, x), times, embed(network, test_x), test_times, 4)
        self.known[row, KNOWN.index("turn")] = found
        self.guessing[KNOWN.index("turn")] = most_frequent(test_times)

    def supervise(self, step: int) -> None:
        """A part of training with few labels and with many, from the random start."""
        self.supervising.go_on(lambda: self._parts_with_labels("supervised", None, step))

    def fine_tune(self, encoder: Encoder, step: int) -> None:
        """A part of going on from an encoder with the same labels, without the projector."""
        self.tuning.go_on(lambda: self._parts_with_labels("fine-tuned", encoder, step))

    def _parts_with_labels(
        self, what: Literal["supervised", "fine-tuned"], start: Encoder | None, step: int
    ) -> Iterator[Callable[[], None]]:
        """For each budget a training as long as every other, and then its accuracy."""
        if not self.labeled:
            return
        train, _ = self._parts(lambda x: x)
        for b, per_class in enumerate((*BUDGETS, ALL)):
            (chosen,) = draws_of(train.y, per_class, 1, self.settings.seed)
            settings = replace(self.settings, batch_size=min(LABEL_BATCH, len(chosen)))
            learner = Supervised(
                settings, train.x[chosen], train.y[chosen], self.pictures.classes, start
            )
            yield from [partial(learner.train, SLICE)] * (LABEL_STEPS // SLICE)
            yield partial(self._judge_learner, FEATURES.index(what), b, learner, step)

    def _judge_learner(self, row: int, budget: int, learner: Supervised, step: int) -> None:
        _, test = self._parts(lambda x: x)
        self.accuracies[row, budget] = learner.accuracy(test.x, test.y)
        if budget == len(BUDGETS):
            known, asked = self._parts(partial(embed, learner.encoder))
            self.votes[row] = neighbors_vote(known, asked)
            self.measured_at[row] = step
