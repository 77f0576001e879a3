"""The `regularization` lab's training as a script of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.code import environment

if TYPE_CHECKING:
    from app.labs.regularization_config import RegularizationConfig
    from models.regularization import Regressions
    from models.regularization_data import Regression
    from models.regularization_mlp import Networks


def write(
    config: RegularizationConfig,
    data: Regression,
    fits: Regressions | Networks,
    at: int,
    l1_share: float,
    steps: int,
) -> str:
    """The script's text: every λ by itself, with cross-validation."""
    from models.regularization_mlp import MOMENTUM, STEP

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
