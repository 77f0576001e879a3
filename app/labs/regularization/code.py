"""The `regularization` lab's training as a script of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.code.script import environment
from app.labs.regularization.config import RegularizationConfig
from app.labs.regularization.data import data_of, fits_of, l1_share

if TYPE_CHECKING:
    from models.regularization.data import Regression
    from models.regularization.linear import Regressions
    from models.regularization.networks import Networks


def write(
    config: RegularizationConfig,
    data: Regression,
    fits: Regressions | Networks,
    at: int,
    l1_share: float,
    steps: int,
) -> str:
    """The script's text: every λ by itself, with cross-validation."""
    from models.regularization.networks import MOMENTUM, STEP

    template = environment().get_template("regularization.py.jinja")
    return template.render(
        c=config,
        data=data,
        lambdas=fits.lambdas,
        left_out=[(~mine).nonzero()[:, 0].tolist() for mine in fits.groups[1:]],
        at=at,
        l1_share=l1_share,
        steps=steps,
        step=STEP,
        momentum=MOMENTUM,
    )


def code(config: RegularizationConfig, steps: int) -> str:
    """One λ after another, written plainly."""
    data = data_of(config)
    fits = fits_of(config, data)
    at = int((fits.lambdas.log() - np.log(config.lam)).abs().argmin())
    return write(config, data, fits, at, l1_share(config), steps)
