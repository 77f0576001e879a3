"""Does it help to have more pictures without labels, and a larger network? One task, rotation, with
the same number of steps for each number of pictures, asked afterwards what the features tell.

Shape letters: C numbers of pictures, B label budgets.
"""

import numpy as np

from models.data.objects import CLASSES, draw_objects
from models.representation.downstream import (
    LABELS,
    Downstream,
    answered,
    features_of,
    of_objects,
)
from models.representation.pretext_training import PUZZLES, Material, Pretext, PretextSettings

COUNTS = (50, 200, 800, 3200)  # pictures without labels
TIMES = (0.5, 1.0, 2.0)  # widths of the encoder's inner layers, as a multiple of the usual ones
STEPS = 600  # of each training
LABELED, TESTED = 1000, 500  # pictures that the features are asked about
FIRST_HELD_OUT = 500_000  # seeds of pictures from here on are never learned from


def downstream_of(seed: int) -> Downstream:
    """Pictures with labels, unlike those that are learned from without."""
    held = FIRST_HELD_OUT + seed
    return of_objects(draw_objects(LABELED, held), draw_objects(TESTED, held + LABELED))


def material_of(count: int, seed: int) -> Material:
    """The first `count` of one series: fewer pictures are a part of more."""
    drawn, held = draw_objects(count, seed), draw_objects(PUZZLES, FIRST_HELD_OUT + 5000 + seed)
    return Material(drawn.images, held.images, classes=len(CLASSES))


def first(material: Material, count: int) -> Material:
    return material._replace(train=material.train[:count])


def training_of(material: Material, times: float, seed: int) -> Pretext:
    return Pretext(PretextSettings("rotation", seed=seed, times=times), material)


class Column:
    """The trainings of one size of network with each number of pictures, one after another.

    accuracy float32 [C, B]: for the class, by a linear classifier on frozen features; NaN where it
    was not measured yet. Raises `Lost` from `train` when a loss is not finite.
    """

    def __init__(self, times: float, seed: int) -> None:
        self.times, self.seed, self.step = times, seed, 0
        self._material = material_of(COUNTS[-1], seed)
        self._downstream = downstream_of(seed)
        self.accuracy = np.full((len(COUNTS), len(LABELS)), np.nan, np.float32)
        self._training = self._next(0)

    def _next(self, at: int) -> Pretext:
        return training_of(first(self._material, COUNTS[at]), self.times, self.seed)

    @property
    def at(self) -> int:
        """Which of the trainings goes on; C after the last."""
        return self.step // STEPS

    @property
    def done(self) -> bool:
        return self.at == len(COUNTS)

    @property
    def loss(self) -> float:
        """Of the batch; NaN before the first step of a training."""
        return self._training.loss

    def train(self) -> None:
        """A step; after the last one of a training its features are asked."""
        before = self.at
        self._training.train(1)
        self.step += 1
        if self.at == before:
            return
        features = features_of(self._training.network.encoder, self._downstream)
        asked = self._downstream.asked["class"]
        for i, labels in enumerate(LABELS):
            self.accuracy[before, i] = np.mean(answered(features, asked, labels, 2))
        if not self.done:
            self._training = self._next(self.at)
