"""The `batchnorm` lab: the same networks with and without batch normalization, seen inside."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from app.errors import Diverged
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.labs.batchnorm.config import BatchnormConfig
from app.labs.batchnorm.data import PLACES, SWEEP_SEEDS, VALUES, points_of, settings_of
from app.labs.batchnorm.frames import BatchnormFrame, SweepFrame
from models.measures import Quantile

if TYPE_CHECKING:
    from torch import Tensor

    from models.replicas.batchnorm_comparison import BatchNormComparison

LOST = N_(
    "At step {step} the loss of all networks diverged. Most often the learning rate is too large."
)


def run(config: BatchnormConfig) -> Generator[Frame, Ask[BatchnormConfig], None]:
    """Train three places of BatchNorm side by side, or eight settings with and without it."""
    yield from (sweep if config.mode == "sweep" else train)(config)


def train(config: BatchnormConfig) -> Generator[BatchnormFrame, Ask[BatchnormConfig], None]:
    from models.replicas.batchnorm_comparison import BatchNormComparison

    session = BatchNormComparison(settings_of(config), PLACES, points_of(config))
    while True:
        ask = yield frame_of(session, config)
        config = ask.config
        session.change(config.learning_rate, config.momentum)
        for _ in ask.turns():
            session.train(1)
        if not session.losses().isfinite().any():
            raise Diverged(LOST, step=session.step)


def frame_of(session: BatchNormComparison, config: BatchnormConfig) -> BatchnormFrame:
    from models.batchnorm import EPS
    from models.replicas.batchnorm_comparison import SHIFTS, SIZES, activation_curve

    layer, unit = min(config.layer, config.depth), min(config.unit, config.width)
    shown = session.unit(layer - 1, unit - 1)
    seen, statistics = session.statistics_of(layer - 1, unit - 1)
    bins, curve = activation_curve(config.activation)
    each = (len(PLACES), config.depth, len(bins), -1)
    sizes = session.networks.parameters_each()
    return BatchnormFrame(
        step=session.step,
        steps=session.history.steps,
        history=session.history.table.reshape(len(PLACES), len(get_args(Quantile)), -1),
        losses=session.losses().numpy(),
        reached=reached_of(session.reached.below(config.target), (len(PLACES), -1)),
        moments=session.ridges.steps,
        ridges=np.clip(510 * session.ridges.table, 0, 255).astype(np.uint8).reshape(each),
        bins=bins,
        curve=curve,
        saturated=session.saturated(),
        slopes=session.gradient_norms(),
        layer=layer,
        unit=unit,
        batch=np.stack([flat(p) for p in (shown.x, shown.train.x_hat, shown.eval.x_hat)]),
        numbers=np.array(
            [
                float(shown.train.mean), float(shown.train.var), shown.gamma, shown.beta,
                *(float(part) for part in (*shown.running, *shown.updated)),
            ]
        ),
        seen=seen,
        statistics=statistics,
        eps=EPS,
        sizes=list(SIZES),
        by_size=session.by_batch,
        shifts=list(SHIFTS),
        moved=session.moved,
        parameters=int(sizes[0]),
        parameters_with=int(sizes[-1]),
    )  # fmt: skip


def flat(values: Tensor) -> NDArray[np.float64]:
    return np.asarray(values.flatten().numpy(), np.float64)


def reached_of(steps: Tensor, shape: tuple[int, ...]) -> NDArray[np.int32]:
    return steps.view(shape).numpy().astype(np.int32)


def sweep(config: BatchnormConfig) -> Generator[SweepFrame, Ask[BatchnormConfig], None]:

    from models.replicas.batchnorm_comparison import BatchNormSweep

    settings = replace(settings_of(config), seeds=SWEEP_SEEDS)
    values = VALUES[config.setting]
    networks = BatchNormSweep(settings, config.setting, values, points_of(config))
    while True:
        if not networks.loss.isfinite().any():
            raise Diverged(LOST, step=networks.step)
        ask = yield SweepFrame(
            step=networks.step,
            setting=config.setting,
            values=np.array(values),
            reached=networks.by_variant(networks.reached.below(config.target).int()).numpy(),
            losses=networks.by_variant(networks.loss.double()).numpy(),
        )
        config = ask.config
        for _ in ask.turns():
            networks.train(1)
