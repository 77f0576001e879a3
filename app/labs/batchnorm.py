"""The `batchnorm` lab: the same networks with and without batch normalization, seen inside."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.code import environment
from app.errors import Diverged
from app.i18n import N_
from app.lab import Ask, Frame, Lab, Paper
from app.labs.batchnorm_config import LESSON, BatchnormConfig
from app.labs.batchnorm_queries import router

if TYPE_CHECKING:
    from torch import Tensor

    from models.mlp import BatchNorm
    from models.race import Race, RaceSettings
    from models.toy import Points

TRAIN_POINTS, TEST_POINTS = 256, 128
PLACES: tuple[BatchNorm, ...] = ("none", "before", "after")
SWEEP_SEEDS = 2  # more would cost more than twice one setting
VALUES = {  # of a sweep: the middle ones are what one would choose
    "rate": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    "scale": (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0),
}
LOST = N_(
    "At step {step} the loss of all networks left every bound. "
    "Most often the learning rate is too large."
)


@dataclass(frozen=True, kw_only=True)
class BatchnormFrame(Frame):
    """V places of BatchNorm (none, before, after), S starts, L layers, M bins, K and T moments,
    B points of the next step's batch.
    """

    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [3 V, T] training loss in eval mode: 10 %, median, 90 %
    losses: NDArray[np.float64]  # [V, S] now; not finite where a network is lost
    reached: NDArray[np.int32]  # [V, S] steps until the target, else -1
    moments: NDArray[np.float64]  # [K]
    ridges: NDArray[np.uint8]  # [V, L, M, K] share of values in a bin, 255 is half of them
    bins: NDArray[np.float32]  # [M] their middles
    curve: NDArray[np.float32]  # [M] the activation there
    saturated: NDArray[np.float32]  # [V, L]
    slopes: NDArray[np.float32]  # [V, L + 1] length of the last gradient by each layer's weights
    layer: int  # of the unit, from 1
    unit: int
    batch: NDArray[np.float64]  # [3, B] x, x_hat by the batch's statistics, x_hat by the running
    numbers: NDArray[np.float64]  # [8] mean, var, gamma, beta, running mean, var, and updated
    seen: NDArray[np.float64]  # [T']
    statistics: NDArray[np.float32]  # [4, T'] the batch's mean, variance, the running ones
    eps: float
    sizes: list[int]
    by_size: list[float]  # test accuracy with statistics of so many test points
    shifts: list[float]
    moved: NDArray[np.float32]  # [V + 1, shifts] test accuracy, see models.race
    parameters: int  # of one network without BatchNorm, and of one with it
    parameters_with: int


@dataclass(frozen=True, kw_only=True)
class SweepFrame(Frame):
    """K values of a setting, each without and with BatchNorm, S starts."""

    setting: str
    values: NDArray[np.float64]  # [K]
    reached: NDArray[np.int32]  # [K, 2, S] steps until the target, else -1
    losses: NDArray[np.float64]  # [K, 2, S]


def run(config: BatchnormConfig) -> Generator[Frame, Ask, None]:
    """Train three places of BatchNorm side by side, or eight settings with and without it."""
    yield from (sweep if config.mode == "sweep" else race)(config)


def race(config: BatchnormConfig) -> Generator[BatchnormFrame, Ask, None]:
    from models.race import Race

    session = Race(settings_of(config), PLACES, points_of(config))
    while True:
        ask = yield frame_of(session, config)
        config = ask.config
        session.change(config.learning_rate, config.momentum)
        for _ in ask.turns():
            session.train(1)
        if not session.losses().isfinite().any():
            raise Diverged(LOST, step=session.step)


def frame_of(session: Race, config: BatchnormConfig) -> BatchnormFrame:
    from models.batchnorm import EPS
    from models.race import SHIFTS, SIZES, activation_curve

    layer, unit = min(config.layer, config.depth), min(config.unit, config.width)
    shown = session.unit(layer - 1, unit - 1)
    seen, statistics = session.statistics_of(layer - 1, unit - 1)
    bins, curve = activation_curve(config.activation)
    each = (len(PLACES), config.depth, len(bins), -1)
    sizes = session.networks.parameters_each()
    return BatchnormFrame(
        step=session.step,
        steps=session.history.steps,
        history=session.history.table,
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


def sweep(config: BatchnormConfig) -> Generator[SweepFrame, Ask, None]:
    from dataclasses import replace

    from models.race import RaceSweep

    settings = replace(settings_of(config), seeds=SWEEP_SEEDS)
    values = VALUES[config.setting]
    networks = RaceSweep(settings, config.setting, values, points_of(config))
    while True:
        if not networks.loss.isfinite().any():
            raise Diverged(LOST, step=networks.step)
        ask = yield SweepFrame(
            step=networks.step,
            setting=config.setting,
            values=np.array(values),
            reached=reached_of(networks.reached.below(config.target), (len(values), 2, -1)),
            losses=networks.table(networks.loss.double()).numpy(),
        )
        config = ask.config
        for _ in ask.turns():
            networks.train(1)


# --- From settings to data and networks -----------------------------------------------------------


def points_of(config: BatchnormConfig) -> Points:
    from models.toy import sample_plane

    return sample_plane(
        config.data, train=TRAIN_POINTS, test=TEST_POINTS, noise=config.noise,
        seed=config.data_seed,
    )  # fmt: skip


def settings_of(config: BatchnormConfig) -> RaceSettings:
    from models.race import RaceSettings

    names = RaceSettings.__dataclass_fields__
    return RaceSettings(**{name: getattr(config, name) for name in names})


def parameters(config: BatchnormConfig) -> int:
    """Trained numbers of all networks together; each has room for BatchNorm."""
    width, depth = config.width, config.depth
    one = 3 * width + (depth - 1) * width * (width + 1) + width + 1 + 2 * depth * width
    if config.mode == "sweep":
        return 2 * len(VALUES[config.setting]) * SWEEP_SEEDS * one
    return len(PLACES) * config.seeds * one


def code(config: BatchnormConfig, steps: int) -> str:
    """All networks at once: in another order of sums the numbers would drift apart."""
    settings, points = settings_of(config), points_of(config)
    return (
        environment()
        .get_template("batchnorm.py.jinja")
        .render(
            c=config,
            target=round(config.target, 2),
            steps=steps,
            shape=[2, *[settings.width] * settings.depth, 1],
            seeds=[1000 * settings.seed + s for s in range(settings.seeds)],
            places=list(PLACES),
            activation=f"torch.{config.activation}",
            train=[part[points.role == 0] for part in (points.x, points.y.double())],
            test=[part[points.role == 2] for part in (points.x, points.y.double())],
        )
    )


LAB = Lab(
    slug="batchnorm",
    title=N_("Batch normalization"),
    summary=N_(
        "The same networks with and without BatchNorm, trained side by side and seen inside."
    ),
    papers=(
        Paper(
            "Ioffe, Szegedy",
            2015,
            "Batch normalization: accelerating deep network training by reducing internal "
            "covariate shift",
        ),
        Paper("LeCun, Bottou, Orr, Müller", 1998, "Efficient BackProp"),
        Paper("Ba, Kiros, Hinton", 2016, "Layer normalization"),
        Paper("Wu, He", 2018, "Group normalization"),
    ),
    config=BatchnormConfig,
    lesson=LESSON,
    router=router,
    run=run,
    live_in=lambda config: None if config.mode == "race" else ("target",),
    parameters=parameters,
    code=code,
)
