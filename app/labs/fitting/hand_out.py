"""A class draws error against capacity, or against any other setting, together."""

from typing import get_args

import numpy as np

from app.i18n import N_
from app.lab.hand_out import HandOut, Measure, Measured
from models.measures import CurveFitError


def error(name: CurveFitError) -> Measure:
    """The median of the networks' errors, mean squared."""
    place = get_args(CurveFitError).index(name)
    titles = {"training": N_("training error"), "test": N_("test error")}

    def of(measured: Measured) -> float:
        return float(np.median(measured["errors"][place]))

    return Measure(name, titles[name], of)


HAND_OUT = HandOut(
    fields=("width", "train", "noise", "l2", "learning_rate", "data_seed", "seed"),
    measures=(error("training"), error("test")),
    steps=600,
    settings={"mode": "fit"},
)
