"""The `fitting` lab: over- and underfitting, on curves of one variable."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from app.errors import Diverged
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.labs.fitting.config import FittingConfig
from app.labs.fitting.data import (
    SWEEP_SEEDS,
    WIDTHS,
    data_of,
    floor_of,
    points_of,
    settings_of,
    truth_of,
)
from app.labs.fitting.frames import CapacityFrame, FittingFrame

if TYPE_CHECKING:
    from torch import Tensor

    from models.replicas.curve_fit import CurveFit

GRID = 201  # places at which the fitted curve is drawn
DEGREES = 21


def run(config: FittingConfig) -> Generator[Frame, Ask[FittingConfig], None]:
    """Train networks of one size, or of every size at once."""
    if config.mode == "capacity":
        yield from sweep(config)
    else:
        yield from fit(config)


def fit(config: FittingConfig) -> Generator[FittingFrame, Ask[FittingConfig], None]:
    from models.replicas.curve_fit import CurveFit
    from models.training import Lost

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
            "At step {step} the training error of {lost} of {all} networks diverged. "
            "Most often the learning rate is too large."
        )
        raise Diverged(message, step=lost.step, lost=lost.lost, all=lost.all) from None


def frame_of(session: CurveFit, config: FittingConfig) -> FittingFrame:
    import torch

    from models.replicas.verdict import verdict

    grid = torch.linspace(-1, 1, GRID, dtype=torch.float64)
    curves, errors = session.curves(grid), session.errors()
    targets = session.part(2)[1]
    baseline = float(targets.var(correction=0)) if len(targets) else None
    best, history = session.best_moment, session.history
    return FittingFrame(
        step=session.step,
        grid=grid.float().numpy(),
        curves=curves,
        band=np.quantile(curves, (0.1, 0.5, 0.9), axis=0).astype(np.float32),
        truth=truth_of(config, grid),
        x=session.points.x[:, 0].float().numpy(),
        y=session.points.y.float().numpy(),
        role=session.points.role.numpy(),
        steps=history.steps,
        history=history.table,
        errors=errors.astype(np.float32),
        stopped_at=session.stopped_at,
        floor=floor_of(config),
        baseline=baseline,
        best_step=None if best is None else int(history.steps[best]),
        best_test=None if best is None else finite(history.row("test")[best]),
        parameters=int(session.networks.parameters_each()[0]),
        verdict=verdict(session.evidence(floor_of(config))),
    )


def finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def sweep(config: FittingConfig) -> Generator[CapacityFrame, Ask[FittingConfig], None]:
    """Every width at once; the polynomials are solved before the first frame."""
    from models.replicas.capacity import CapacitySweep, polynomial_errors
    from models.training import Batches

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
                "At step {step} the training error of some widths diverged. "
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
            tested=len(test_x),
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
