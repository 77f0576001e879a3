"""A class draws accuracy against a setting of the multilayer perceptron together."""

from typing import get_args

from app.i18n import N_
from app.lab.hand_out import HandOut, Measure, Measured
from models.measures import ClassifyScore


def score(name: ClassifyScore) -> Measure:
    """A score of the network on show."""
    place = get_args(ClassifyScore).index(name)
    titles = {
        "training accuracy": N_("training accuracy"),
        "test accuracy": N_("test accuracy"),
    }

    def of(measured: Measured) -> float:
        return float(measured["scores"][place])

    return Measure(name, titles[name], of, digits=3)


HAND_OUT = HandOut(
    fields=("learning_rate", "noise", "l2", "dropout", "batch_size", "data_seed", "seed"),
    measures=(score("training accuracy"), score("test accuracy")),
    steps=400,
    settings={"model": "mlp"},
)
