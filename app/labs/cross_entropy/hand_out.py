"""A class draws what either loss reaches on the digits against a setting of the training."""

from typing import get_args

from app.i18n import N_
from app.lab.hand_out import HandOut, Measure, Measured
from models.measures import ComparedLoss, LossScore


def accuracy(loss: ComparedLoss) -> Measure:
    """The mean test accuracy of the networks that learned with that loss."""
    place, score = get_args(ComparedLoss).index(loss), get_args(LossScore).index("accuracy")
    titles = {
        "cross-entropy": N_("test accuracy with cross-entropy"),
        "brier": N_("test accuracy with squared error"),
    }

    def of(measured: Measured) -> float:
        return float(measured["scores"][place][score].mean())

    return Measure(loss, titles[loss], of, digits=3)


HAND_OUT = HandOut(
    fields=("learning_rate", "start_scale", "hidden", "batch_size", "seed"),
    measures=(accuracy("cross-entropy"), accuracy("brier")),
    steps=200,
)
