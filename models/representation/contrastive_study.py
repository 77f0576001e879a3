"""A contrastive training, and everything that is looked at while it goes on.

Shape letters: L pictures of the batch that is looked at (2L views), P pictures of the map, K
neighbors, A amounts of a change, W kinds of features, B label budgets, D features, Q keys in
MoCo's queue.
"""

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.representation import augment
from models.representation.contrastive import cosine, normalize
from models.representation.contrastive_training import (
    Contrast,
    ContrastSettings,
    Space,
    Supervised,
    as_input,
    embed,
)
from models.representation.encoder import Encoder
from models.representation.probe import linear_probe, nearest, pca2
from models.representation.sizes import D_H
from models.representation.transfer import (
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

LOOKED_AT = 16  # pictures of the fixed batch: few enough to tell its cells apart on a phone
MAPPED = 160
NEIGHBORS = 6
CHANGED = 16  # pictures that are occluded, turned and recolored
CHANGES_EVERY = 40  # training steps: more often would take a twentieth of the time
SLICE = 16  # training steps with labels at a time
LABEL_STEPS, LABEL_BATCH = 160, 64  # of a training with labels
BINS = 40  # of the similarities' histograms, from -1 to 1
FEATURES = ("random", "h", "z", "supervised", "fine-tuned")
KNOWN = ("class", "brightness", "color", "turn")  # what h, z and the untrained h are asked for
Change = Callable[[Tensor, float], Tensor]
CHANGES: dict[str, tuple[Change, tuple[float, ...]]] = {
    "occlude": (augment.occlude, (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)),
    "rotate": (augment.rotate, (0.0, 15.0, 30.0, 60.0, 90.0, 135.0, 180.0)),
    "recolor": (augment.recolor, (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)),
}


class Pictures(NamedTuple):
    """uint8 [M, 3, S, S]; classes int64 [M] or None where nobody knows them."""

    train: Tensor
    labels: Tensor | None
    test: Tensor
    test_labels: Tensor | None
    classes: int
    held_out: bool = True  # else `test` is the same as `train`: there are too few


class Look(NamedTuple):
    """In the chosen space: similarities [2L, 2L] of the views that are looked at; places [P, 2] on
    the first two principal axes, shares [2] of the variance. By h, which is what goes on:
    neighbors [P, K] and their similarities.
    """

    similarities: Tensor
    places: Tensor
    shares: Tensor
    neighbors: Tensor
    near: Tensor


class Row(NamedTuple):
    """What a loss other than SimCLR's has for one view that is looked at. MoCo: keys [Q], the
    query's similarities to the keys in the queue, newest first, and positive, that to the key of
    its picture's other view. SimSiam: predicted [2], the cosine of the view's prediction and the
    other view's z, and the other way round. NaN and [0] for a method that has no such thing.
    """

    positive: float
    keys: Tensor
    predicted: Tensor


class Changes(NamedTuple):
    """similarities [3, A]: mean cosine of h of a picture and h of the same picture occluded,
    rotated, recolored by each amount; apart: that of different pictures, unchanged.
    """

    similarities: Tensor
    apart: float


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


def look_at(pictures: Pictures, policy: augment.Policy, seed: int) -> Tensor:
    """The batch that is watched, [2L, 3, S, S], i and i + L a pair: always the same held-out
    pictures, always the same views.
    """
    images = as_input(pictures.test[:LOOKED_AT])
    generator = torch.Generator().manual_seed(seed + 1)
    return torch.cat([augment.views(images, policy, generator)[0] for _ in range(2)])


class Study:
    """A run of the contrastive lab. Everything here but `train` leaves the training as it is."""

    def __init__(self, settings: ContrastSettings, pictures: Pictures) -> None:
        self.settings, self.pictures = settings, pictures
        self.contrast = Contrast(settings, pictures.train)
        self.looked_at = look_at(pictures, settings.policy, settings.seed)
        # What a look needs, in one pass: the pictures of the map, then the views.
        self._seen = torch.cat([as_input(pictures.test[:MAPPED]), self.looked_at])
        self._places: Tensor | None = None
        self.before = self._look(self.contrast.untrained, None)
        self._places = None
        self.changes_before = self._changes(self.contrast.untrained)
        self.changes, self.changes_step = self.changes_before, 0
        shape = (len(FEATURES), len(BUDGETS) + 1)
        self.worth = np.full((*shape, 3), np.nan, np.float32)  # low, mean, high over draws
        self.votes = np.full(len(FEATURES), np.nan, np.float32)
        self.known = np.full((3, len(KNOWN)), np.nan, np.float32)
        self.guessing = np.full(len(KNOWN), np.nan, np.float32)  # by always the same answer
        self.worth_steps = np.full(len(FEATURES), -1, np.int32)
        self.probing, self.supervising, self.tuning = Parts(), Parts(), Parts()

    @property
    def step(self) -> int:
        return self.contrast.step

    def change(self, settings: ContrastSettings) -> None:
        self.settings = settings
        self.contrast.change(settings)

    def train(self, steps: int) -> None:
        for _ in range(steps):
            self.contrast.train(1)
            if self.step % CHANGES_EVERY == 0:
                self.changes = self._changes(self.contrast.encoder)
                self.changes_step = self.step

    # --- Looking ----------------------------------------------------------------------------------

    def look(self, space: Space) -> Look:
        return self._look(self.contrast.encoder, self.contrast.projector if space == "z" else None)

    def _look(self, encoder: Encoder, projector: nn.Module | None) -> Look:
        h, count = embed(encoder, self._seen), len(self._seen) - len(self.looked_at)
        features = embed(projector, h) if projector else h
        h, mapped, views = h[:count], features[:count], features[count:]
        plane = pca2(normalize(mapped))
        places = plane.coordinates
        if self._places is not None:  # an axis's sign means nothing: keep the map unmirrored
            mirrored = (places * self._places).sum(dim=0) < 0
            places = torch.where(mirrored, -places, places)
        self._places = places
        near = nearest(h, h, min(NEIGHBORS, max(len(h) - 1, 1)), but=torch.arange(len(h)))
        return Look(cosine(views), places, plane.share, near.rows, near.similarity)

    def row(self, view: int) -> Row:
        """What the method's own loss has for a view that is looked at, 0 to 2L - 1."""
        positive, keys, predicted = math.nan, torch.zeros(0), torch.full((2,), math.nan)
        if self.settings.method == "simclr":
            return Row(positive, keys, predicted)
        partner = (view + len(self.looked_at) // 2) % len(self.looked_at)
        pair, contrast = self.looked_at[[view, partner]], self.contrast
        z = contrast.embed(pair, "z")
        unit = normalize(z)
        if self.settings.method == "moco":
            key = embed(nn.Sequential(contrast.key_encoder, contrast.key_projector), pair[1:])
            positive = float(unit[0] @ normalize(key)[0])
            keys = contrast.queue.keys[contrast.queue.order()] @ unit[0]
        else:
            predicted = (normalize(embed(contrast.predictor, z)) * unit.flip(0)).sum(dim=1)
        return Row(positive, keys, predicted)

    def _changes(self, encoder: Encoder) -> Changes:
        images = as_input(self.pictures.test[:CHANGED])
        changed = [
            change(images, amount) for change, amounts in CHANGES.values() for amount in amounts
        ]
        h = normalize(embed(encoder, torch.cat([images, *changed]))).view(-1, len(images), D_H)
        similarities = (h[1:] * h[0]).sum(dim=2).mean(dim=1).view(len(CHANGES), -1)
        n = len(images)
        others = (float((h[0] @ h[0].T).sum()) - n) / (n * (n - 1)) if n > 1 else 1.0
        return Changes(similarities, others)

    def histograms(self) -> NDArray[np.float32]:
        """Shares [2, BINS] of the last step's similarities: of positives, of negatives."""
        if self.contrast.latest is None:
            return np.full((2, BINS), np.nan, np.float32)
        edges = np.linspace(-1, 1, BINS + 1)
        shares = []
        for values in self.contrast.similarities():
            counts = np.histogram(values.clamp(-1, 1 - 1e-6).numpy(), edges)[0]
            shares.append(counts / max(counts.sum(), 1))
        return np.stack(shares).astype(np.float32)

    # --- What it is worth -------------------------------------------------------------------------

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
            self.worth[row, b] = middle(probed(train, test, self.pictures.classes, budget))
        if budgets[-1][1] == ALL:
            self.votes[row] = neighbors_vote(train, test)
            self.worth_steps[row] = step

    def probe(self) -> None:
        """A part of a probe: linear classifiers and neighbors' votes on h and z, and once on the h
        of the untrained encoder. The next call goes on; h and z stay those of the first part's
        step, however far the training went meanwhile. Without labels only what needs none is
        measured.
        """
        self.probing.go_on(self._parts_of_probe)

    def _parts_of_probe(self) -> Iterator[Callable[[], None]]:
        encoder = copy.deepcopy(self.contrast.encoder)
        whole = nn.Sequential(encoder, copy.deepcopy(self.contrast.projector))
        networks: dict[str, tuple[nn.Module, int]] = {
            "random": (self.contrast.untrained, 0),
            "h": (encoder, self.step),
            "z": (whole, self.step),
        }
        for row, (what, (network, step)) in enumerate(networks.items()):
            if what == "random" and self.worth_steps[0] == 0:
                continue
            if self.labeled:
                yield from self._judge_parts(what, network, step)
            yield partial(self._ask, row, network, step)
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
            self.known[row, KNOWN.index("class")] = self.worth[row, -1, 1]
            self.guessing[KNOWN.index("class")] = most_frequent(p.test_labels)
        self.worth_steps[row] = step

    def _ask_for_turns(self, row: int, network: nn.Module) -> None:
        """By how many quarters a picture was turned."""
        (x, times), (test_x, test_times) = turned(self.pictures.train), turned(self.pictures.test)
        found = linear_probe(embed(network, x), times, embed(network, test_x), test_times, 4)
        self.known[row, KNOWN.index("turn")] = found
        self.guessing[KNOWN.index("turn")] = most_frequent(test_times)

    def supervise(self) -> None:
        """A part of training with few labels and with many from the contrastive one's start."""
        self.supervising.go_on(lambda: self._parts_with_labels("supervised", None))

    def fine_tune(self) -> None:
        """A part of going on from the encoder with the same labels, without the projector."""
        self.tuning.go_on(lambda: self._parts_with_labels("fine-tuned", self.contrast.encoder))

    def _parts_with_labels(
        self, what: Literal["supervised", "fine-tuned"], start: Encoder | None
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
            yield partial(self._judge_learner, FEATURES.index(what), b, learner, self.step)

    def _judge_learner(self, row: int, budget: int, learner: Supervised, step: int) -> None:
        _, test = self._parts(lambda x: x)
        self.worth[row, budget] = learner.accuracy(test.x, test.y)
        if budget == len(BUDGETS):
            known, asked = self._parts(partial(embed, learner.encoder))
            self.votes[row] = neighbors_vote(known, asked)
            self.worth_steps[row] = step
