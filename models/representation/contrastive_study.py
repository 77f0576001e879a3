"""A contrastive training, and everything that is looked at while it goes on.

Shape letters: L pictures of the batch that is looked at (2L views), P pictures of the map, K
neighbors, A amounts of a change, D features, Q keys in MoCo's queue.
"""

import copy
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.representation import augment
from models.representation.contrastive import cosine, normalize
from models.representation.contrastive_training import Contrast, ContrastSettings, Space
from models.representation.encoder import Encoder, Projector, embed, settle
from models.representation.pictures import Pictures, as_input
from models.representation.probe import nearest, pca2
from models.representation.sizes import D_H
from models.representation.transfer import Frozen, Transfer

LOOKED_AT = 16  # pictures of the fixed batch: few enough to tell its cells apart on a phone
MAPPED = 160
NEIGHBORS = 6
CHANGED = 16  # pictures that are occluded, turned and recolored
# Training steps in which running statistics lag so far behind that pictures would look more alike
# than they are: until then they are taken anew for each look.
EARLY = 40
CHANGES_EVERY = 40  # training steps: more often would take a twentieth of the time
BINS = 40  # of the similarities' histograms, from -1 to 1
Change = Callable[[Tensor, float], Tensor]
CHANGES: dict[str, tuple[Change, tuple[float, ...]]] = {
    "occlude": (augment.occlude, (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)),
    "rotate": (augment.rotate, (0.0, 15.0, 30.0, 60.0, 90.0, 135.0, 180.0)),
    "recolor": (augment.recolor, (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)),
}


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
        # An axis's sign means nothing: maps are mirrored to lie as this one. It is renewed at fixed
        # steps, so that a map depends on no look before it.
        self._upright: Tensor | None = None
        self.before = self._look(self.contrast.untrained, None)
        self._upright = self.before.places
        self.changes_before = self._changes(self.contrast.untrained)
        self.changes, self.changes_step = self.changes_before, 0
        self.transfer = Transfer(pictures, settings)

    @property
    def step(self) -> int:
        return self.contrast.step

    def change(self, settings: ContrastSettings) -> None:
        self.settings = self.transfer.settings = settings
        self.contrast.change(settings)

    def train(self, steps: int) -> None:
        for _ in range(steps):
            self.contrast.train(1)
            if self.step % CHANGES_EVERY == 0:
                self.changes = self._changes(self.contrast.encoder)
                self.changes_step = self.step
                self._upright = self._look(self.contrast.encoder, None).places

    # --- Looking ----------------------------------------------------------------------------------

    def look(self, space: Space) -> Look:
        encoder, projector = self.networks()
        return self._look(encoder, projector if space == "z" else None)

    def networks(self) -> tuple[Encoder, Projector]:
        """Encoder and projector with running statistics that fit their weights."""
        encoder, projector = self.contrast.encoder, self.contrast.projector
        if not 0 < self.step < EARLY:
            return encoder, projector
        encoder, projector = copy.deepcopy(encoder), copy.deepcopy(projector)
        settle(nn.Sequential(encoder, projector), self.pictures.train)
        return encoder, projector

    def _look(self, encoder: Encoder, projector: nn.Module | None) -> Look:
        h, count = embed(encoder, self._seen), len(self._seen) - len(self.looked_at)
        features = embed(projector, h) if projector else h
        h, mapped, views = h[:count], features[:count], features[count:]
        plane = pca2(normalize(mapped))
        places = plane.coordinates
        if self._upright is not None:
            mirrored = (places * self._upright).sum(dim=0) < 0
            places = torch.where(mirrored, -places, places)
        near = nearest(h, h, min(NEIGHBORS, max(len(h) - 1, 1)), but=torch.arange(len(h)))
        return Look(cosine(views), places, plane.share, near.rows, near.similarity)

    def row(self, view: int) -> Row:
        """What the method's own loss has for a view that is looked at, 0 to 2L - 1."""
        positive, keys, predicted = math.nan, torch.zeros(0), torch.full((2,), math.nan)
        if self.settings.method == "simclr":
            return Row(positive, keys, predicted)
        partner = (view + len(self.looked_at) // 2) % len(self.looked_at)
        pair, contrast = self.looked_at[[view, partner]], self.contrast
        z = embed(nn.Sequential(*self.networks()), pair)
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

    # --- How well it transfers --------------------------------------------------------------------

    def probe(self) -> None:
        """A part of judging h and z, and once the h of the untrained encoder. h and z stay those
        of the first part's step, however far the training went meanwhile.
        """
        self.transfer.probe(self._judged)

    def _judged(self) -> dict[str, Frozen]:
        encoder = copy.deepcopy(self.contrast.encoder)
        whole = nn.Sequential(encoder, copy.deepcopy(self.contrast.projector))
        return {
            "random": Frozen(self.contrast.untrained, 0),
            "h": Frozen(encoder, self.step),
            "z": Frozen(whole, self.step),
        }

    def supervise(self) -> None:
        """A part of training with labels from the contrastive one's start."""
        self.transfer.supervise(self.step)

    def fine_tune(self) -> None:
        """A part of going on from the encoder with labels."""
        self.transfer.fine_tune(self.contrast.encoder, self.step)
