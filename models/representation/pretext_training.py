"""Learning a pretext task: an encoder with a head, puzzles drawn anew at every step.

Shape letters: M pictures or clips, N of a batch, S rows and columns, B bins of color.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

import torch
from torch import Generator, Tensor

from models.history import History
from models.measures import PretextMeasure, PretextTask
from models.representation.augment import Policy, views
from models.representation.encoder import optimizer_of
from models.representation.pictures import as_input
from models.representation.pretext import (
    BINS,
    TASKS,
    Options,
    Puzzle,
    bins_of,
    chroma,
    speeds_in,
)
from models.representation.pretext_network import (
    PretextNetwork,
    confused,
    loss_of,
    rebalanced,
    right_of,
)
from models.training import Batches, Lost

EVERY = 10  # steps between two measurements of the held-out puzzles
PUZZLES = 200  # held out
# Crops, flips and colors that leave upright what is upright; SimCLR's views differ more.
LIGHT = Policy(crop=0.3, flip=True, color=0.5, gray=0.2, blur=0, rotation=0)
STRONG = Policy(crop=0.5, flip=True, color=0.8, gray=0.2, blur=0.3, rotation=0)
VARIED: dict[PretextTask, Policy] = {
    "rotation": LIGHT, "supervised": LIGHT, "simclr": STRONG,
}  # fmt: skip


@dataclass(frozen=True)
class PretextSettings:
    """What a training is given; `batch_size` counts pictures, or clips; `times`: how much wider
    the encoder's inner layers are than usual.
    """

    task: PretextTask
    options: Options = field(default_factory=Options)
    batch_size: int = 64
    learning_rate: float = 0.002
    weight_decay: float = 0.0001
    seed: int = 0
    times: float = 1.0


class Material(NamedTuple):
    """uint8 pictures [M, 3, S, S] or clips [M, T, 3, S, S] to learn from, and others for held-out
    puzzles; the classes int64 [M] of both, or None, which only "supervised" looks at.
    """

    train: Tensor
    test: Tensor
    labels: Tensor | None = None
    test_labels: Tensor | None = None
    classes: int = 2


def color_shares(pictures: Tensor) -> Tensor:
    """Share [B] of the cells of pictures uint8 [M, 3, S, S] whose color lies in each bin."""
    counts = torch.zeros(BINS)
    for part in torch.split(pictures, 256):
        counts += bins_of(chroma(as_input(part))).flatten().bincount(minlength=BINS)
    return counts / counts.sum()


class Puzzles:
    """Puzzles of a task, made of pictures with draws from `generator`."""

    def __init__(self, settings: PretextSettings, generator: Generator) -> None:
        self._settings, self._generator = settings, generator

    def make(self, pictures: Tensor, labels: Tensor | None = None) -> Puzzle:
        """Of pictures or clips uint8 [N, ...]; of pairs the second views follow the first."""
        name = self._settings.task
        images = pictures
        if name in VARIED:
            images = as_input(pictures)
            twice = torch.cat([images, images]) if name == "simclr" else images
            images, _ = views(twice, VARIED[name], self._generator)
        puzzle = TASKS[name].draw(images, self._settings.options, self._generator)
        return puzzle if name != "supervised" else self._with_labels(puzzle, labels)

    @staticmethod
    def _with_labels(puzzle: Puzzle, labels: Tensor | None) -> Puzzle:
        if labels is None:
            raise ValueError("learning with labels needs labels")
        return puzzle._replace(labels=labels)


def answers_in(task: PretextTask, clips: Tensor) -> int:
    """How many answers a task has where its clips [M, T, ...] decide it; else 0."""
    return len(speeds_in(clips.shape[1])) if task == "speed" else 0


def held_out_puzzles(settings: PretextSettings, material: Material) -> Puzzle:
    """At most `PUZZLES`, the same for every training with this seed and these pictures."""
    labels = None if material.test_labels is None else material.test_labels[:PUZZLES]
    puzzles = Puzzles(settings, torch.Generator().manual_seed(10_000 + settings.seed))
    return puzzles.make(material.test[:PUZZLES], labels)


class Pretext:
    """A network that learns a pretext task. Raises `Lost` from `train` when the loss is not finite,
    ValueError for clips that are too short, or for "supervised" without labels.

    confusion: the newest measurement's `confused` held-out puzzles.
    """

    def __init__(self, settings: PretextSettings, material: Material) -> None:
        self.settings, self.material, self.step = settings, material, 0
        generator = torch.Generator().manual_seed(settings.seed)
        answers = answers_in(settings.task, material.train)
        self.network = PretextNetwork(
            settings.task, generator, material.classes, settings.times, answers
        )
        self.history = History(get_args(PretextMeasure))
        self.loss, self.confusion = math.nan, torch.zeros(0, 0, dtype=torch.int64)
        self.weights = torch.ones(BINS)
        if self.network.task.answer == "bins":
            self.weights = rebalanced(color_shares(material.train))
        self._batches = self._numbers(settings.batch_size, settings.seed)
        self._puzzles = Puzzles(settings, torch.Generator().manual_seed(settings.seed + 1))
        self.held_out = held_out_puzzles(settings, material)
        parameters = list(self.network.parameters())
        self._optimizer = optimizer_of(parameters, settings.learning_rate, settings.weight_decay)
        self.measure()

    def restart(self) -> None:
        """Begin the history anew, with weights that came from elsewhere."""
        self.history = History(get_args(PretextMeasure))
        self.measure()

    def _numbers(self, size: int, seed: int) -> Iterator[Tensor]:
        """Rows of one whole batch after another; a short last one is left out."""
        batches, n = Batches(len(self.material.train), size, seed), len(self.material.train)
        while True:
            chosen = batches.next()
            if len(chosen) == min(size, n):
                yield chosen

    def change(self, learning_rate: float) -> None:
        """Go on with another learning rate."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate

    def train(self, steps: int) -> None:
        for _ in range(steps):
            chosen = next(self._batches)
            labels = self.material.labels
            puzzle = self._puzzles.make(
                self.material.train[chosen], None if labels is None else labels[chosen]
            )
            loss = loss_of(self.network, self.network(puzzle.inputs), puzzle, self.weights)
            self.loss = float(loss.detach())
            if not math.isfinite(self.loss):
                raise Lost(self.step)
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
            self.step += 1
            if self.step % EVERY == 0:
                self.measure()

    def measure(self) -> None:
        """Write the last batch's loss and the held-out puzzles' accuracy into the history."""
        answers = self.answers(self.held_out)
        right = right_of(self.network, answers, self.held_out, self.weights)
        self.confusion = confused(self.network, answers, self.held_out)
        self.history.add(self.step, self.loss, right)

    def answers(self, puzzle: Puzzle) -> Tensor:
        """What the network answers in eval mode; it stays in its mode."""
        self.network.eval()
        with torch.no_grad():
            parts = [self.network(part) for part in torch.split(puzzle.inputs, 128)]
        self.network.train()
        return torch.cat(parts)
