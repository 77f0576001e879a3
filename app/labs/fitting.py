"""The `fitting` lab: over- and underfitting, on curves of one variable."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.code import EarlyStop, Script, write
from app.errors import Diverged, InvalidInput
from app.i18n import N_
from app.lab import Ask, Frame, Lab, Paper
from app.labs.fitting_config import LESSON, FittingConfig
from app.labs.fitting_table import router
from app.tables.notes import notes_on

if TYPE_CHECKING:
    from torch import Tensor

    from models.curve_fit import CurveFit, FitSettings
    from models.toy import Points
    from models.verdict import Verdict

TEST = 100  # points that measure the generalization error; the network never sees them
GRID = 201  # places at which the fitted curve is drawn
WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
SWEEP_SEEDS = 8
DEGREES = 21


@dataclass(frozen=True, kw_only=True)
class FittingFrame(Frame):
    """The fitted curves and their errors. R networks, N points, G places, T moments."""

    grid: NDArray[np.float32]  # [G] places in [-1, 1]
    curves: NDArray[np.float32]  # [R, G]
    band: NDArray[np.float32]  # [3, G] 10 %, median and 90 % of the curves
    truth: NDArray[np.float32]  # [G] the true curve; NaN where nobody knows it
    x: NDArray[np.float32]  # [N]
    y: NDArray[np.float32]  # [N]
    role: NDArray[np.uint8]  # [N] 0 training, 1 validation, 2 test
    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [8, T], see models.curve_fit.NAMES
    errors: NDArray[np.float32]  # [4, R] now: training, validation, test, penalty
    stopped_at: NDArray[np.int32]  # [R] the step a stopped network went back to, else -1
    floor: float | None  # the noise's variance: the least error on new points that is possible
    baseline: float | None  # test error of the best constant
    best_step: int | None  # where the median validation (else test) error was least
    best_test: float | None  # the median test error there
    parameters: int  # of one network
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class CapacityFrame(Frame):
    """Errors of every size. K widths, S seeds, D degrees, M samples."""

    widths: list[int]  # K
    training: NDArray[np.float32]  # [K, S]
    test: NDArray[np.float32]  # [K, S]
    polynomial_training: NDArray[np.float32]  # [D, M]
    polynomial_test: NDArray[np.float32]  # [D, M]
    points: int  # training points
    floor: float | None


def run(config: FittingConfig) -> Generator[Frame, Ask, None]:
    """Train networks of one size, or of every size at once."""
    if config.mode == "capacity":
        yield from sweep(config)
    else:
        yield from fit(config)


def fit(config: FittingConfig) -> Generator[FittingFrame, Ask, None]:
    from models.curve_fit import CurveFit, Lost

    points, drawn_from = points_of(config), data_of(config)
    session = CurveFit(settings_of(config), points)
    try:
        while True:
            ask = yield frame_of(session, config)
            config = ask.config
            if drawn_from != data_of(config):
                points, drawn_from = points_of(config), data_of(config)
            if session.takes(settings_of(config)):
                session.change(settings_of(config), points)
            else:  # a wider network than there is room for is a new one
                session = CurveFit(settings_of(config), points)
            for _ in ask.turns():
                session.train(1)
    except Lost as lost:
        message = N_(
            "At step {step} the training error of {lost} of {all} networks left every bound. "
            "Most often the learning rate is too large."
        )
        raise Diverged(message, step=lost.step, lost=lost.lost, all=lost.all) from None


def frame_of(session: CurveFit, config: FittingConfig) -> FittingFrame:
    import torch

    from models.curve_fit import NAMES
    from models.verdict import verdict

    grid = torch.linspace(-1, 1, GRID, dtype=torch.float64)
    curves, errors = session.curves(grid), session.errors()
    targets = session.part(2)[1]
    baseline = float(targets.var(correction=0)) if len(targets) else None
    best, rows, steps = session.best_moment, session.history.table, session.history.steps
    return FittingFrame(
        step=session.step,
        grid=grid.float().numpy(),
        curves=curves,
        band=np.quantile(curves, (0.1, 0.5, 0.9), axis=0).astype(np.float32),
        truth=truth_of(config, grid),
        x=session.points.x[:, 0].float().numpy(),
        y=session.points.y.float().numpy(),
        role=session.points.role.numpy(),
        steps=steps,
        history=rows,
        errors=errors.astype(np.float32),
        stopped_at=session.stopped_at,
        floor=floor_of(config),
        baseline=baseline,
        best_step=None if best is None else int(steps[best]),
        best_test=None if best is None else finite(rows[NAMES.index("test"), best]),
        parameters=int(session.networks.parameters_each()[0]),
        verdict=verdict(session.evidence(floor_of(config))),
    )


def finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def sweep(config: FittingConfig) -> Generator[CapacityFrame, Ask, None]:
    """Every width at once; the polynomials are solved before the first frame."""
    from models.capacity import CapacitySweep, polynomial_errors
    from models.mlp import Batches

    points = points_of(config)
    (x, y), (test_x, test_y) = (
        (points.x[points.role == r], points.y[points.role == r]) for r in (0, 2)
    )
    settings = settings_of(config)
    networks = CapacitySweep(
        WIDTHS, SWEEP_SEEDS, config.depth, settings.options[0],
        activation=config.activation, optimizer=config.optimizer, seed=config.seed,
    )  # fmt: skip
    batches = Batches(len(x), config.batch_size, config.seed)
    samples = [(x[:, 0], y)] if config.data == "own" else resamples(config)
    fitted, tested = polynomial_errors(samples, (test_x[:, 0], test_y), DEGREES)
    step = 0
    while True:
        training, test = networks.errors(x, y), networks.errors(test_x, test_y)
        if not training.isfinite().all():
            message = N_(
                "At step {step} the training error of some widths left every bound. "
                "Most often the learning rate is too large."
            )
            raise Diverged(message, step=step)
        ask = yield CapacityFrame(
            step=step,
            widths=list(WIDTHS),
            training=training.float().numpy(),
            test=test.float().numpy(),
            polynomial_training=fitted.float().numpy(),
            polynomial_test=tested.float().numpy(),
            points=len(x),
            floor=floor_of(config),
        )
        for _ in ask.turns():
            chosen = batches.next()
            networks.step(x[chosen], y[chosen])
            step += 1


def resamples(config: FittingConfig) -> list[tuple[Tensor, Tensor]]:
    """The training points of this sample and of others from the same curve."""
    drawn = [
        points_of(config.model_copy(update={"data_seed": config.data_seed + 1000 * s}))
        for s in range(16)
    ]
    return [(p.x[p.role == 0][:, 0], p.y[p.role == 0]) for p in drawn]


# --- From settings to data and networks ---------------------------------------------------------


def data_of(config: FittingConfig) -> tuple[object, ...]:
    """The settings that the points depend on."""
    if config.data == "own":
        return (config.points,)
    kept = (config.train, config.validation, config.noise, config.data_seed)
    return (config.data, *kept, config.drawn if config.data == "drawn" else "")


def points_of(config: FittingConfig) -> Points:
    """Raises `InvalidInput` for own points that are none."""
    from models import toy

    if config.data != "own":
        return toy.sample_curve(
            config.data if config.data != "drawn" else toy.drawn_curve(drawn_of(config)),
            train=config.train, validation=config.validation, test=TEST,
            noise=config.noise, seed=config.data_seed,
        )  # fmt: skip
    try:
        points = toy.decode_curve(config.points)
    except ValueError:
        raise InvalidInput(N_("The points in this address cannot be read."), "points") from None
    if int((points.role == 0).sum()) < 2:
        raise InvalidInput(N_("There must be at least two training points."), "points")
    return points


def drawn_of(config: FittingConfig) -> list[float]:
    """Heights of the drawn curve at even places from -1 to 1. Raises `InvalidInput`."""
    from models import toy

    try:
        return toy.decode_heights(config.drawn)
    except ValueError:
        raise InvalidInput(N_("The drawn curve in this address cannot be read."), "drawn") from None


def truth_of(config: FittingConfig, grid: Tensor) -> NDArray[np.float32]:
    """The true curve at the places [G]; NaN where nobody knows it."""
    from models import toy

    if config.data == "own":
        return np.full(len(grid), np.nan, np.float32)
    curve = toy.drawn_curve(drawn_of(config)) if config.data == "drawn" else config.data
    return toy.true_curve(curve, grid).float().numpy()


def floor_of(config: FittingConfig) -> float | None:
    return None if config.data == "own" else config.noise**2


def settings_of(config: FittingConfig) -> FitSettings:
    from models.curve_fit import FitSettings

    names = FitSettings.__dataclass_fields__
    return FitSettings(**{name: getattr(config, name) for name in names})


def parameters(config: FittingConfig) -> int:
    """Trained numbers of all networks together."""
    if config.mode == "capacity":
        # Each stack is padded to its widest, see models/capacity.py.
        padded = [next(w for w in (16, 64, 256) if w >= width) for width in WIDTHS]
        return SWEEP_SEEDS * sum(of_one(width, config.depth) for width in padded)
    return config.replicas * of_one(config.width, config.depth)


def of_one(width: int, depth: int) -> int:
    return 3 * width + 1 + (depth - 1) * width * (width + 1)


def code(config: FittingConfig, steps: int) -> str:
    """The networks of one size as a script."""
    from dataclasses import replace

    from models.curve_fit import EVERY

    settings, points = settings_of(config), points_of(config)
    train, validation, test = (
        (points.x[points.role == role], points.y[points.role == role]) for role in range(3)
    )
    stop = EarlyStop(*validation, every=EVERY, patience=config.patience)
    return write(
        Script(
            title=f"Fitting a curve ({config.data})",
            lab="fitting",
            notes=notes_on(config.axes, reading=config.reading) if config.data == "own" else [],
            train=train,
            test=test,
            shape=settings.shape,
            options=replace(settings.options[0], widths=None),
            seeds=[option.seed for option in settings.options],
            activation=config.activation,
            loss="squared",
            optimizer=config.optimizer,
            batch_size=config.batch_size,
            seed=config.seed,
            steps=steps,
            early_stop=stop if config.early_stopping and len(validation[1]) else None,
        )
    )


LAB = Lab(
    slug="fitting",
    title=N_("Over- and underfitting"),
    summary=N_(
        "A network learns a curve from a few noisy points: too small, just right, or by heart."
    ),
    papers=(
        Paper("Geman, Bienenstock, Doursat", 1992, "Neural networks and the bias/variance dilemma"),
        Paper(
            "Belkin, Hsu, Ma, Mandal",
            2019,
            "Reconciling modern machine-learning practice and the classical bias-variance "
            "trade-off",
        ),
    ),
    config=FittingConfig,
    lesson=LESSON,
    router=router,
    run=run,
    live_in=lambda config: None if config.mode == "fit" else (),
    parameters=parameters,
    code=code,
)
