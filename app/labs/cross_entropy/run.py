"""The `cross-entropy` lab: information, softmax, and two losses trained side by side."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, get_args

import numpy as np

from app.errors import Diverged
from app.i18n import N_
from app.lab.contract import Ask
from app.labs.cross_entropy.config import CrossEntropyConfig
from app.labs.cross_entropy.data import parts_of, settings_of
from app.labs.cross_entropy.frames import CrossEntropyFrame
from app.pictures.digits import WHITE
from models.measures import ComparedLoss, LossMeasure

if TYPE_CHECKING:
    from models.replicas.loss_comparison import LossComparison


SHAPE = (len(get_args(ComparedLoss)), len(get_args(LossMeasure)))  # of the history's rows


def run(config: CrossEntropyConfig) -> Generator[CrossEntropyFrame, Ask[CrossEntropyConfig], None]:
    from models.replicas.loss_comparison import LossComparison
    from models.training import Lost

    comparison = LossComparison(settings_of(config), *parts_of(config))
    try:
        while True:
            ask = yield frame_of(comparison)
            if ask.config != config:
                config = ask.config
                comparison.change(settings_of(config))
            for _ in ask.turns():
                comparison.train(1)
    except Lost:
        message = N_(
            "At step {step} the loss of some networks diverged. "
            "Most often the learning rate is too large."
        )
        raise Diverged(message, step=comparison.step) from None


def frame_of(comparison: LossComparison) -> CrossEntropyFrame:
    reliable, worst = comparison.reliability(), comparison.worst()
    x, y = (part.numpy() for part in comparison.test_part)
    return CrossEntropyFrame(
        step=comparison.step,
        steps=comparison.history.steps,
        history=comparison.history.table.reshape(*SHAPE, -1),
        scores=comparison.scores(),
        slopes=comparison.slopes(),
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
        parameters=int(comparison.networks[0].parameters_each()[0]),
    )
