"""The `regularization` lab: L1 makes weights zero, L2 makes them small, over every λ at once."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import Diverged
from app.i18n import N_
from app.lab.contract import Ask
from app.labs.regularization.config import RegularizationConfig
from app.labs.regularization.data import data_of, fits_of, l1_share
from app.labs.regularization.frames import RegularizationFrame

if TYPE_CHECKING:
    from torch import Tensor

    from models.history import Thinned
    from models.regularization.data import Regression
    from models.regularization.linear import Regressions
    from models.regularization.networks import Networks

MOMENTS = 60  # kept of a run for the histograms over time
NEAR = 0.02  # a weight below it hovers about zero, if it is not zero


class Shot(NamedTuple):
    """All weights at one step."""

    step: int
    weights: Tensor


def run(
    config: RegularizationConfig,
) -> Generator[RegularizationFrame, Ask[RegularizationConfig], None]:
    from models.history import Thinned

    data = data_of(config)
    fits = fits_of(config, data)
    start_test = float(fits.errors(data.test_x, data.test_y)[0])
    over_steps: Thinned[Shot] = Thinned(MOMENTS)
    step = 0
    over_steps.add(lambda: Shot(0, fits.weights.clone()))
    while True:
        ask = yield frame_of(config, data, fits, over_steps, step, start_test)
        config = ask.config
        for _ in ask.turns():
            fits.train(1, l1_share(config), config.method, config.rate)
            step += 1
            over_steps.add(lambda at=step: Shot(at, fits.weights.clone()))  # type: ignore[misc]
        if not fits.penalized.isfinite().all():
            message = N_("At step {step} the weights diverged. Try a smaller step size.")
            raise Diverged(message, step=step)


def frame_of(
    config: RegularizationConfig,
    data: Regression,
    fits: Regressions | Networks,
    over_steps: Thinned[Shot],
    step: int,
    start_test: float,
) -> RegularizationFrame:
    from models.data.curves import true_curve
    from models.regularization.linear import penalty, validated

    at = int((fits.lambdas.log() - np.log(config.lam)).abs().argmin())
    cross = validated(fits.left_out_errors())
    weights, training = fits.penalized, fits.errors(data.x, data.y)
    order = data.test_places.argsort()
    small = (weights != 0) & (weights.abs() < NEAR)
    return RegularizationFrame(
        step=step,
        model=config.model,
        lambdas=fits.lambdas.numpy(),
        at=at,
        paths=as_floats(fits.weights),
        used=as_floats(used_by(fits.weights, data.x.shape[1], config.model)),
        truth=as_floats(data.truth),
        zeros=(weights == 0).sum(dim=1).numpy().astype(np.int32),
        near=small.sum(dim=1).numpy().astype(np.int32),
        penalized=weights.shape[1],
        training=as_floats(training),
        test=as_floats(fits.errors(data.test_x, data.test_y)),
        validated=np.stack([as_floats(cross.mean), as_floats(cross.error)]),
        best=cross.best if step else None,
        one_error=cross.one_error if step else None,
        floor=config.noise**2,
        start_test=start_test,
        data_loss=float(training[at]) * len(data.y) / 2,
        penalty=float(penalty(weights, fits.lambdas, l1_share(config))[at]),
        moved=float(fits.moved.max()),
        moments=np.array([shot.step for shot in over_steps.kept], np.float64),
        over_steps=np.stack([as_floats(shot.weights[at]) for shot in over_steps.kept]),
        x=as_floats(data.places),
        y=as_floats(data.y[: len(data.places)]),
        grid=as_floats(data.test_places[order]),
        curve=as_floats(fits.predict(data.test_x)[at][order]),
        true_curve=as_floats(true_curve("sine", data.test_places[order])),
    )


def used_by(weights: Tensor, features: int, model: str) -> Tensor:
    """How much each feature is used, from [K, W]: [K, D]."""
    if model != "mlp":
        return weights
    lengths: Tensor = weights.view(len(weights), features, -1).norm(dim=2)
    return lengths


def as_floats(values: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(values.float().numpy())
