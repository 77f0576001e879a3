"""The `cross-entropy` lab: information, softmax, and two losses trained side by side."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from fastapi import APIRouter
from numpy.typing import NDArray

from app.code import environment
from app.digits import PIXELS, WHITE, digits
from app.errors import Diverged
from app.i18n import N_
from app.lab import Ask, Frame, Lab, Paper
from app.labs.cross_entropy_config import LESSON, CrossEntropyConfig

if TYPE_CHECKING:
    from torch import Tensor

    from models.duel import Duel, DuelSettings

CLASSES = 10
TEST = 500  # digits that no network learns from


@dataclass(frozen=True, kw_only=True)
class CrossEntropyFrame(Frame):
    """L losses (cross-entropy, squared error), S starts, T moments, B bins, W worst samples."""

    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [14, T], see models.duel.NAMES
    scores: NDArray[np.float64]  # [L, 3, S] test accuracy, cross-entropy in nats, squared error
    slopes: NDArray[np.float64]  # [L, S] length of the last step's gradient; NaN before it
    counts: NDArray[np.int32]  # [L, B]
    confidence: NDArray[np.float32]  # [L, B] mean in each bin; NaN where it is empty
    right: NDArray[np.float32]  # [L, B]
    calibration: list[float]  # L, the expected calibration errors
    pictures: NDArray[np.uint8]  # [L, W, 64] 8 x 8 pixels, 0 to 16
    labels: NDArray[np.uint8]  # [L, W]
    probabilities: NDArray[np.float32]  # [L, W, 10]
    losses: NDArray[np.float32]  # [L, W] -log q(true), nats
    entropies: NDArray[np.float32]  # [L, W] of the prediction, nats
    tested: int
    parameters: int  # of one network


def parts_of(config: CrossEntropyConfig) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Training and test digits: x in [0, 1] and classes."""
    import torch

    pictures, labels = (torch.from_numpy(part) for part in digits())
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(config.seed))
    x, y = pictures[order] / WHITE, labels[order]
    return (x[TEST:], y[TEST:]), (x[:TEST], y[:TEST])


def settings_of(config: CrossEntropyConfig) -> DuelSettings:
    from models.duel import DuelSettings

    return DuelSettings(**config.model_dump())


def run(config: CrossEntropyConfig) -> Generator[CrossEntropyFrame, Ask, None]:
    from models.duel import Duel, Lost

    duel = Duel(settings_of(config), *parts_of(config))
    try:
        while True:
            ask = yield frame_of(duel)
            if ask.config != config:
                config = ask.config
                duel.change(settings_of(config))
            for _ in ask.turns():
                duel.train(1)
    except Lost:
        message = N_(
            "At step {step} the loss of some networks left every bound. "
            "Most often the learning rate is too large."
        )
        raise Diverged(message, step=duel.step) from None


def frame_of(duel: Duel) -> CrossEntropyFrame:
    reliable, worst = duel.reliability(), duel.worst()
    x, y = (part.numpy() for part in duel.test_part)
    return CrossEntropyFrame(
        step=duel.step,
        steps=duel.history.steps,
        history=duel.history.table,
        scores=duel.scores(),
        slopes=duel.slopes(),
        counts=np.stack([r.counts for r in reliable]).astype(np.int32),
        confidence=np.stack([r.confidence for r in reliable]).astype(np.float32),
        right=np.stack([r.right for r in reliable]).astype(np.float32),
        calibration=[r.error for r in reliable],
        pictures=np.stack([x[w.samples] * WHITE for w in worst]).astype(np.uint8),
        labels=np.stack([y[w.samples] for w in worst]).astype(np.uint8),
        probabilities=np.stack([w.probabilities for w in worst]).astype(np.float32),
        losses=np.stack([w.loss for w in worst]).astype(np.float32),
        entropies=np.stack([w.entropy for w in worst]).astype(np.float32),
        tested=len(y),
        parameters=int(duel.networks[0].parameters_each()[0]),
    )


def parameters(config: CrossEntropyConfig) -> int:
    """Trained numbers of all networks together."""
    one = (PIXELS + 1) * config.hidden + (config.hidden + 1) * CLASSES
    return 2 * config.starts * one


def code(config: CrossEntropyConfig, steps: int) -> str:
    """Both trainings, one network after another, written plainly."""
    template = environment().get_template("cross_entropy.py.jinja")
    return template.render(c=config, steps=steps, test=TEST, white=WHITE)


LAB = Lab(
    slug="cross-entropy",
    title=N_("Cross-entropy"),
    summary=N_("Information, entropy and KL of bars you drag; softmax; and why not squared error."),
    papers=(
        Paper("Shannon", 1948, "A mathematical theory of communication"),
        Paper("Kullback, Leibler", 1951, "On information and sufficiency"),
        Paper("Bridle", 1990, "Probabilistic interpretation of feedforward classification network "
              "outputs, with relationships to statistical pattern recognition"),
        Paper("Guo, Pleiss, Sun, Weinberger", 2017, "On calibration of modern neural networks"),
    ),
    config=CrossEntropyConfig,
    lesson=LESSON,
    router=APIRouter(),
    run=run,
    parameters=parameters,
    code=code,
)  # fmt: skip
