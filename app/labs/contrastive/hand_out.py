"""A class draws how alike views become against temperature, an augmentation or the batch size."""

from typing import get_args

from app.i18n import N_
from app.lab.hand_out import HandOut, Measure, Measured
from models.measures import ContrastiveMeasure


def newest(name: ContrastiveMeasure) -> Measure:
    """The newest value of a measure."""
    place = get_args(ContrastiveMeasure).index(name)
    titles = {
        "positive": N_("similarity of the same picture’s views"),
        "negative": N_("similarity of different pictures’ views"),
        "hits": N_("share of views whose positive is nearest"),
    }

    def of(measured: Measured) -> float:
        return float(measured["history"][place][-1])

    return Measure(name, titles[name], of, digits=3)


HAND_OUT = HandOut(
    fields=("temperature", "color", "crop", "gray", "batch_size", "learning_rate", "seed"),
    measures=(newest("positive"), newest("negative"), newest("hits")),
    steps=60,
    settings={"mode": "train"},
)
