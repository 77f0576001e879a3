"""A class draws the loss with and without BatchNorm against a setting of the training."""

from typing import get_args

import numpy as np

from app.i18n import N_
from app.lab.hand_out import HandOut, Measure, Measured
from models.measures import BatchNorm


def loss(where: BatchNorm) -> Measure:
    """The median loss of the networks; one that diverged counts as worse than all others."""
    place = get_args(BatchNorm).index(where)
    titles = {
        "none": N_("loss without BatchNorm"),
        "before": N_("loss with BatchNorm before the activation"),
        "after": N_("loss with BatchNorm after the activation"),
    }

    def of(measured: Measured) -> float:
        losses = measured["losses"][place]
        return float(np.median(np.where(np.isfinite(losses), losses, np.inf)))

    return Measure(where, titles[where], of)


HAND_OUT = HandOut(
    fields=("learning_rate", "init_scale", "batch_size", "depth", "seed"),
    measures=(loss("none"), loss("before"), loss("after")),
    steps=200,
    settings={"mode": "train"},
)
