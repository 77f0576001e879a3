"""The `regularization` lab's training as a script of its own."""

from __future__ import annotations

import numpy as np

from app.code.script import write
from app.labs.regularization.config import RegularizationConfig
from app.labs.regularization.data import data_of, fits_of, l1_share


def code(config: RegularizationConfig, steps: int) -> str:
    """One λ after another, written plainly, with cross-validation."""
    from models.regularization.networks import MOMENTUM, STEP

    data = data_of(config)
    fits = fits_of(config, data)
    return write(
        "regularization",
        c=config,
        data=data,
        lambdas=fits.lambdas,
        left_out=[(~mine).nonzero()[:, 0].tolist() for mine in fits.groups[1:]],
        at=int((fits.lambdas.log() - np.log(config.lam)).abs().argmin()),
        l1_share=l1_share(config),
        steps=steps,
        step=STEP,
        momentum=MOMENTUM,
    )
