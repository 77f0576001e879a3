"""A class draws what a pretext task teaches against its pictures, or against how hard it is."""

from typing import get_args

import numpy as np

from app.i18n import N_
from app.lab.hand_out import HandOut, Measure, Measured
from models.measures import PretextMeasure, ProbeMeasure


def solved(measured: Measured) -> float:
    """The newest pretext accuracy on held-out puzzles; tasks that fill in have none."""
    rows = measured["history"][get_args(PretextMeasure).index("accuracy")]
    known = rows[np.isfinite(rows)]
    return float(known[-1]) if len(known) else np.nan


def found(name: ProbeMeasure) -> Measure:
    """What a linear classifier found of the class in the features, when it was last measured."""
    place = get_args(ProbeMeasure).index(name)
    titles = {
        "many": N_("class found with 50 labels of each, by a linear classifier"),
        "few": N_("class found with the set number of labels of each, in the same way"),
    }

    def of(measured: Measured) -> float:
        return float(measured["probes"][place][-1])

    return Measure(name, titles[name], of, digits=3)


HAND_OUT = HandOut(
    fields=(
        "count",
        "probe_labels",
        "ratio",
        "gap",
        "color_drop",
        "batch_size",
        "learning_rate",
        "seed",
    ),
    measures=(
        Measure("accuracy", N_("accuracy in the pretext task"), solved, digits=3),
        found("many"),
        found("few"),
    ),
    steps=250,  # where the features are measured for the first time after the start
    settings={"mode": "pictures"},
)
