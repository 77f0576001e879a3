"""The `regularization` lab: L1 makes weights zero, L2 makes them small, over every λ at once."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.errors import Diverged
from app.i18n import N_
from app.lab import Ask, Frame, Lab, Paper
from app.labs.regularization_code import write
from app.labs.regularization_config import (
    LAMBDAS,
    LESSON,
    LOW,
    PER_DECADE,
    RegularizationConfig,
)
from app.labs.regularization_queries import router

if TYPE_CHECKING:
    from torch import Tensor

    from models.regularization import Regressions
    from models.regularization_data import Regression
    from models.regularization_mlp import Networks

FOLDS = 5
MOMENTS = 60  # kept of a run for the histograms over time
NEAR = 0.02  # a weight below it hovers about zero, if it is not zero


@dataclass(frozen=True, kw_only=True)
class RegularizationFrame(Frame):
    """K values of λ, D features, W weights whose paths are drawn (of an MLP those of its first
    layer, input by input), T moments, N points, M places of a curve.
    """

    model: str
    lambdas: NDArray[np.float64]  # [K]
    at: int  # the chosen λ's index
    paths: NDArray[np.float32]  # [K, W]
    used: NDArray[np.float32]  # [K, D] a feature's weight; of an MLP the length of all its weights
    truth: NDArray[np.float32]  # [D] the weights that made the data; NaN where nobody knows them
    zeros: NDArray[np.int32]  # [K] weights that are exactly zero
    near: NDArray[np.int32]  # [K] weights that are not, but below `NEAR`
    penalized: int  # weights that there are
    training: NDArray[np.float32]  # [K] mean squared error
    test: NDArray[np.float32]  # [K]
    validated: NDArray[np.float32]  # [2, K] the folds' mean, and its standard error
    best: int | None  # the λ of the least validated error; None before the first step
    one_error: int | None  # the greatest within one standard error of it
    floor: float  # the noise's variance: the least error on new points that is possible
    start_test: float  # test error of the start; of a linear model, of least squares
    data_loss: float  # 1/2 the sum of squares at the chosen λ
    penalty: float
    moved: float  # the greatest change of a number in the last step, of all λ
    moments: NDArray[np.float64]  # [T] steps
    film: NDArray[np.float32]  # [T, W] weights of the chosen λ over time
    x: NDArray[np.float32]  # [N] places of the points, if there is a curve
    y: NDArray[np.float32]
    grid: NDArray[np.float32]  # [M]
    curve: NDArray[np.float32]  # [M] the fit of the chosen λ
    true_curve: NDArray[np.float32]  # [M]


class Film:
    """All paths at up to `MOMENTS` moments: when full, every other moment goes."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, Tensor]] = []
        self._stride = 1

    def add(self, step: int, weights: Tensor) -> None:
        if step % self._stride:
            return
        if len(self._kept) == MOMENTS:
            self._stride *= 2
            self._kept = [shot for shot in self._kept if shot[0] % self._stride == 0]
            if step % self._stride:
                return
        self._kept.append((step, weights.clone()))

    def of(self, at: int) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        steps = np.array([step for step, _ in self._kept], np.float64)
        return steps, np.stack([as_floats(weights[at]) for _, weights in self._kept])


def run(config: RegularizationConfig) -> Generator[RegularizationFrame, Ask, None]:
    data = data_of(config)
    fits = fits_of(config, data)
    start_test = float(fits.errors(data.test_x, data.test_y)[0])
    film, step = Film(), 0
    film.add(step, fits.weights)
    while True:
        ask = yield frame_of(config, data, fits, film, step, start_test)
        config = ask.config
        for _ in ask.turns():
            fits.train(1, l1_share(config), config.method, config.rate)
            step += 1
            film.add(step, fits.weights)
        if not fits.penalized.isfinite().all():
            message = N_("At step {step} the weights left every bound. Try a smaller step size.")
            raise Diverged(message, step=step)


def frame_of(
    config: RegularizationConfig,
    data: Regression,
    fits: Regressions | Networks,
    film: Film,
    step: int,
    start_test: float,
) -> RegularizationFrame:
    from models.regularization import penalty, validated
    from models.toy import true_curve

    at = int((fits.lambdas.log() - np.log(config.lam)).abs().argmin())
    cross = validated(fits.left_out_errors())
    weights, training = fits.penalized, fits.errors(data.x, data.y)
    moments, shots = film.of(at)
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
        moments=moments,
        film=shots,
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


# --- From settings to data and models -------------------------------------------------------------


def l1_share(config: RegularizationConfig) -> float:
    """ρ: how much of the penalty is L1."""
    return {"l1": 1.0, "l2": 0.0, "elastic": config.mix}[config.penalty]


def data_of(config: RegularizationConfig) -> Regression:
    from models import regularization_data as source

    if config.model == "polynomial" or config.model == "random":
        return source.of_a_sine(
            config.model, config.points, config.features, config.noise, config.data_seed,
            config.seed,
        )  # fmt: skip
    return source.with_useless_features(
        config.points, config.features, config.useful, config.correlation, config.noise,
        config.data_seed,
    )  # fmt: skip


def fits_of(config: RegularizationConfig, data: Regression) -> Regressions | Networks:
    from models.regularization import Regressions, groups_of, lambda_grid
    from models.regularization_mlp import Networks

    lambdas = lambda_grid(LOW, PER_DECADE, LAMBDAS)
    groups = groups_of(len(data.y), FOLDS, config.seed)
    if config.model == "mlp":
        return Networks(data.x, data.y, lambdas, groups, config.hidden, config.seed)
    return Regressions(data.x, data.y, lambdas, groups)


def parameters(config: RegularizationConfig) -> int:
    """Trained numbers of all λ and folds together."""
    one = config.features + 1
    if config.model == "mlp":
        one = (config.features + 2) * config.hidden + 1
    return LAMBDAS * (1 + FOLDS) * one


def code(config: RegularizationConfig, steps: int) -> str:
    """One λ after another, written plainly."""
    data = data_of(config)
    fits = fits_of(config, data)
    at = int((fits.lambdas.log() - np.log(config.lam)).abs().argmin())
    return write(config, data, fits, at, l1_share(config), steps)


LAB = Lab(
    slug="regularization",
    title=N_("L1 and L2 regularization"),
    summary=N_("A penalty makes weights exactly zero, or only small: every path over λ, live."),
    papers=(
        Paper(
            "Hoerl, Kennard", 1970, "Ridge regression: biased estimation for nonorthogonal problems"
        ),
        Paper("Tibshirani", 1996, "Regression shrinkage and selection via the lasso"),
        Paper("Zou, Hastie", 2005, "Regularization and variable selection via the elastic net"),
        Paper("Loshchilov, Hutter", 2019, "Decoupled weight decay regularization"),
    ),
    config=RegularizationConfig,
    lesson=LESSON,
    router=router,
    run=run,
    parameters=parameters,
    code=code,
)
