"""A contrastive training, and everything that is looked at while it goes on.

Shape letters: L pictures of the batch that is looked at (2L views), P pictures of the map, K
neighbors, A amounts of a change, W kinds of features, B label budgets, D features.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import augment
from models.contrastive import cosine, normalize
from models.contrastive_training import (
    Contrast,
    ContrastSettings,
    Space,
    Supervised,
    as_input,
    embed,
)
from models.encoder import Encoder
from models.encoder_sizes import D_H
from models.probe import linear_probe, nearest, pca2
from models.worth import (
    ALL,
    BUDGETS,
    FineTuning,
    Labeled,
    attributes,
    draws_of,
    middle,
    neighbors_vote,
    probed,
    turned,
)

LOOKED_AT = 16  # pictures of the fixed batch: few enough to tell its cells apart on a phone
MAPPED = 160
NEIGHBORS = 6
CHANGED = 16  # pictures that are occluded, turned and recolored
CHANGES_EVERY = 40  # training steps: more often would take a twentieth of the time
SLICE = 16  # training steps of the supervised twin at a time
TUNING_STEPS = 80
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
    """uint8 [M, 3, S, S]; classes int64 [M] or None where nobody knows them; the rest held out."""

    train: Tensor
    labels: Tensor | None
    test: Tensor
    test_labels: Tensor | None
    classes: int


class LookedAt(NamedTuple):
    """Pictures [L] of the test part, and both views of each, [2L, 3, S, S], i and i + L a pair."""

    views: Tensor
    first: augment.Drawn
    second: augment.Drawn


class Look(NamedTuple):
    """similarities [2L, 2L] of the views that are looked at; places [P, 2] on the first two
    principal axes, shares [2] of the variance; neighbors [P, K] and their similarities.
    """

    similarities: Tensor
    places: Tensor
    shares: Tensor
    neighbors: Tensor
    near: Tensor


class Changes(NamedTuple):
    """similarities [3, A]: mean cosine of h of a picture and h of the same picture occluded,
    rotated, recolored by each amount; apart: that of different pictures, unchanged.
    """

    similarities: Tensor
    apart: float


def look_at(pictures: Pictures, policy: augment.Policy, seed: int) -> LookedAt:
    """The batch that is watched: always the same held-out pictures, always the same views."""
    images = as_input(pictures.test[:LOOKED_AT])
    generator = torch.Generator().manual_seed(seed + 1)
    first, drawn_first = augment.views(images, policy, generator)
    second, drawn_second = augment.views(images, policy, generator)
    return LookedAt(torch.cat([first, second]), drawn_first, drawn_second)


class Study:
    """A run of the contrastive lab. Everything here but `train` leaves the training as it is."""

    def __init__(self, settings: ContrastSettings, pictures: Pictures) -> None:
        self.settings, self.pictures = settings, pictures
        self.contrast = Contrast(settings, pictures.train)
        self.looked_at = look_at(pictures, settings.policy, settings.seed)
        self._places: Tensor | None = None
        self.before = self._look(lambda x: embed(self.contrast.untrained, x))
        self._places = None
        self.changes_before = self._changes(self.contrast.untrained)
        self.changes, self.changes_step = self.changes_before, 0
        self.supervised: Supervised | None = None
        self.supervised_goal = 0  # steps
        shape = (len(FEATURES), len(BUDGETS) + 1)
        self.worth = np.full((*shape, 3), np.nan, np.float32)  # low, mean, high over draws
        self.votes = np.full(len(FEATURES), np.nan, np.float32)
        self.known = np.full((3, len(KNOWN)), np.nan, np.float32)
        self.worth_steps = np.full(len(FEATURES), -1, np.int32)

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
        return self._look(lambda x: self.contrast.embed(x, space))

    def _look(self, network: Callable[[Tensor], Tensor]) -> Look:
        mapped = network(self.pictures.test[:MAPPED])
        plane = pca2(normalize(mapped))
        places = plane.coordinates
        if self._places is not None:  # an axis's sign means nothing: keep the map unmirrored
            mirrored = (places * self._places).sum(dim=0) < 0
            places = torch.where(mirrored, -places, places)
        self._places = places
        index = torch.arange(len(mapped))
        near = nearest(mapped, mapped, min(NEIGHBORS, max(len(mapped) - 1, 1)), but=index)
        return Look(
            cosine(network(self.looked_at.views)), places, plane.share, near.rows, near.similarity
        )

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

    def _judge(self, what: str, network: Callable[[Tensor], Tensor]) -> None:
        train, test = self._parts(network)
        row, classes = FEATURES.index(what), self.pictures.classes
        for b, budget in enumerate((*BUDGETS, ALL)):
            self.worth[row, b] = middle(probed(train, test, classes, budget))
        self.votes[row] = neighbors_vote(train, test)
        self.worth_steps[row] = self.step

    def probe(self) -> None:
        """Linear probes and neighbors' votes on h and z as they are now, and once on the h of the
        untrained encoder. Without labels only what needs none is measured.
        """
        networks: dict[str, Callable[[Tensor], Tensor]] = {
            "random": lambda x: embed(self.contrast.untrained, x),
            "h": lambda x: self.contrast.embed(x, "h"),
            "z": lambda x: self.contrast.embed(x, "z"),
        }
        for row, (what, network) in enumerate(networks.items()):
            if what == "random" and self.worth_steps[0] == 0:
                continue
            if self.labeled:
                self._judge(what, network)
                self.known[row, 0] = self.worth[row, -1, 1]
            self._ask(row, network)
        self.worth_steps[:3] = 0, self.step, self.step

    def _ask(self, row: int, network: Callable[[Tensor], Tensor]) -> None:
        """What a linear classifier finds in the features beside the class (Chen et al., 2020,
        table 3): brightness and color of a picture, and by how many quarters it was turned.
        """
        p = self.pictures
        train, test = network(p.train), network(p.test)
        asked, answers = attributes(p.train), attributes(p.test)
        for name in ("brightness", "color"):
            column = KNOWN.index(name)
            classes = 4 if name == "brightness" else 3
            self.known[row, column] = linear_probe(train, asked[name], test, answers[name], classes)
        (x, times), (test_x, test_times) = turned(p.train), turned(p.test)
        found = linear_probe(network(x), times, network(test_x), test_times, 4)
        self.known[row, KNOWN.index("turn")] = found

    def supervise(self) -> None:
        """Train the same encoder with all labels, a slice of steps at a time until it has had as
        many as the contrastive one; then judge its h.
        """
        p = self.pictures
        if p.labels is None or not self.labeled:
            return
        if self.supervised is None:
            self.supervised = Supervised(self.settings, p.train, p.labels, p.classes)
        twin = self.supervised
        if twin.step >= self.supervised_goal:  # asked for anew: the goal stays while it catches up
            self.supervised_goal = self.step
        twin.train(max(0, min(SLICE, self.supervised_goal - twin.step)))
        if twin.step >= self.supervised_goal:
            self._judge("supervised", lambda x: embed(twin.encoder, x))

    def fine_tune(self, budget: int) -> None:
        """Go on from the encoder, without the projector, with BUDGETS[budget] labels a class (or
        all, where budget is len(BUDGETS)).
        """
        if not self.labeled:
            return
        train, test = self._parts(lambda x: x)
        per_class = (*BUDGETS, ALL)[budget]
        (chosen,) = draws_of(train.y, per_class, 1, self.settings.seed)
        labeled = Labeled(train.x[chosen], train.y[chosen])
        tuning = FineTuning(
            self.contrast.encoder, labeled, self.pictures.classes, self.settings.policy,
            self.settings.seed,
        )  # fmt: skip
        tuning.train(TUNING_STEPS)
        row = FEATURES.index("fine-tuned")
        self.worth[row, budget] = tuning.accuracy(test)
        self.worth_steps[row] = self.step
