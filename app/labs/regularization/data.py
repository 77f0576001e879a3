"""What the `regularization` lab learns from, by its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.labs.regularization.config import LAMBDAS, LOW, PER_DECADE, RegularizationConfig

if TYPE_CHECKING:
    from models.regularization.data import Regression
    from models.regularization.linear import Regressions
    from models.regularization.networks import Networks


FOLDS = 5


def l1_share(config: RegularizationConfig) -> float:
    """ρ: how much of the penalty is L1."""
    return {"l1": 1.0, "l2": 0.0, "elastic": config.mix}[config.penalty]


def data_of(config: RegularizationConfig) -> Regression:
    from models.regularization import data as source

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
    from models.regularization.linear import Regressions, groups_of, lambda_grid
    from models.regularization.networks import Networks

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
