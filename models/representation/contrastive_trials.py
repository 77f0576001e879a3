"""The two findings of Chen et al., 2020, as small trainings: which augmentations make the
representation (figure 5), and what the projector does for it (figure 8). Unlike figure 5, which
always crops and transforms one of the two branches, both views are transformed here, and cropped
only where the pair has the crop.

Shape letters: X trials, R repetitions (seeds).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from torch import nn

from models.representation.augment import Policy
from models.representation.contrastive_training import Contrast, ContrastSettings
from models.representation.encoder import embed
from models.representation.pictures import Pictures
from models.representation.probe import linear_probe
from models.representation.sizes import KINDS

OPERATIONS = ("crop", "color", "rotation", "blur", "cutout", "noise")
NOTHING = Policy(crop=0, flip=False, color=0, gray=0, blur=0, rotation=0, cutout=0, noise=0)
# An operation on its own or in a pair: as strong as the paper's, color with gray.
ALONE: dict[str, Policy] = {
    "crop": replace(NOTHING, crop=0.8),
    "color": replace(NOTHING, color=1.0, gray=0.2),
    "rotation": replace(NOTHING, rotation=1.0),
    "blur": replace(NOTHING, blur=1.0),
    "cutout": replace(NOTHING, cutout=1.0),
    "noise": replace(NOTHING, noise=1.0),
}


@dataclass(frozen=True)
class Trial:
    """A short training: the first operation and the second (the same: alone), or a projector."""

    name: tuple[str, ...]
    settings: ContrastSettings


def both(first: str, second: str) -> Policy:
    """The policy that has the operations of two."""
    one, other = vars(ALONE[first]), vars(ALONE[second])
    return Policy(**{name: max(one[name], other[name]) for name in one})


def compositions(base: ContrastSettings) -> list[Trial]:
    """Every operation alone, and every pair of two."""
    return [
        Trial((a, b), replace(base, policy=both(a, b)))
        for i, a in enumerate(OPERATIONS)
        for b in OPERATIONS[i:]
    ]


def projectors(base: ContrastSettings) -> list[Trial]:
    return [Trial((kind,), replace(base, projector=kind)) for kind in KINDS]


class Trials:
    """All trials with one seed, then with the next: `run` does one. accuracy [X, R, 2] of a linear
    probe on h and on z, NaN where it is still to come; baseline [R], of the untrained encoder.
    """

    def __init__(
        self, trials: Sequence[Trial], repetitions: int, steps: int, pictures: Pictures
    ) -> None:
        assert pictures.labels is not None
        assert pictures.test_labels is not None
        self.trials, self.steps, self.pictures = tuple(trials), steps, pictures
        self._labels, self._test_labels = pictures.labels, pictures.test_labels
        self.accuracy = np.full((len(trials), repetitions, 2), np.nan, np.float32)
        self.baseline = np.full(repetitions, np.nan, np.float32)
        self.done = 0

    @property
    def total(self) -> int:
        return self.accuracy.shape[0] * self.accuracy.shape[1]

    def run(self) -> None:
        """Train and judge the next trial; nothing where all are done."""
        if self.done == self.total:
            return
        r, x = divmod(self.done, len(self.trials))
        settings = self.trials[x].settings
        contrast = Contrast(replace(settings, seed=settings.seed + r), self.pictures.train)
        if x == 0:
            self.baseline[r] = self._judged(contrast.untrained)
        contrast.train(self.steps)
        whole = nn.Sequential(contrast.encoder, contrast.projector)
        self.accuracy[x, r] = self._judged(contrast.encoder), self._judged(whole)
        self.done += 1

    def _judged(self, network: nn.Module) -> float:
        return linear_probe(
            embed(network, self.pictures.train), self._labels,
            embed(network, self.pictures.test), self._test_labels, self.pictures.classes,
        )  # fmt: skip


def fewer(pictures: Pictures, count: int) -> Pictures:
    """The first `count` training pictures: a trial is short."""
    labels = pictures.labels
    return pictures._replace(
        train=pictures.train[:count], labels=None if labels is None else labels[:count]
    )
