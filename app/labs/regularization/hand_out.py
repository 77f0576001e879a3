"""A class draws the test error, and how many weights are exactly 0, against what the data are."""

from app.i18n import N_
from app.lab.hand_out import HandOut, Measure, Measured


def at_best(measured: Measured, name: str) -> float:
    """A number at the λ that cross-validation prefers."""
    return float(measured[name][measured["best"]])


HAND_OUT = HandOut(
    fields=("points", "noise", "useful", "correlation", "data_seed"),
    measures=(
        Measure("test", N_("test error at the validated λ"), lambda m: at_best(m, "test")),
        Measure("zeros", N_("weights that are 0 there"), lambda m: at_best(m, "zeros"), digits=0),
    ),
    steps=200,
    settings={"model": "features"},
)
