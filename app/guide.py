"""The way through the labs, as the home page tells it: sections, for whom, how long, two routes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.i18n import N_, LazyText
from app.lab.contract import CHAPTERS, Chapter, Lab


@dataclass(frozen=True)
class Section:
    """A lab's place on the way: its number there, what it asks for, minutes for its lesson. The
    notes' own order is that of `app/statements`.
    """

    number: int
    minutes: int
    before: LazyText


@dataclass(frozen=True)
class Route:
    """A way through several labs, for as long as one has: a lab's slug and its minutes."""

    title: LazyText
    text: LazyText
    stops: tuple[tuple[str, int], ...]

    @property
    def minutes(self) -> int:
        return sum(minutes for _, minutes in self.stops)


# Each asks only for what came before; a lab that is not registered is on no map.
SECTIONS: dict[str, Section] = {
    "fitting": Section(1, 25, N_("For everyone: no prior knowledge.")),
    "mlp": Section(2, 30, N_("For everyone; you should know what a derivative is.")),
    "batchnorm": Section(3, 35, N_("After section 2: layers, activations, mini-batches.")),
    "regularization": Section(4, 25, N_("After section 1: training error and test error.")),
    "cross-entropy": Section(5, 30, N_("For everyone who knows what a probability is.")),
    "pretext": Section(6, 30, N_("After section 5: classifiers and their loss.")),
    "contrastive": Section(7, 40, N_("After section 5: softmax and cross-entropy.")),
    "rpn": Section(8, 30, N_("After section 5: two scores and their softmax.")),
    "detectors": Section(9, 35, N_("After section 8: anchors and proposals.")),
    "nms": Section(10, 20, N_("For everyone: boxes and how far they overlap.")),
}

ROUTES = (
    Route(
        N_("90 minutes"),
        N_("One lecture: from a curve through points to boxes on your own photo."),
        (("fitting", 20), ("mlp", 20), ("cross-entropy", 15), ("rpn", 20), ("nms", 15)),
    ),
    Route(
        N_("3 hours"),
        N_("A workshop: every chapter, with time to try things."),
        (
            ("fitting", 20),
            ("mlp", 20),
            ("batchnorm", 20),
            ("regularization", 15),
            ("cross-entropy", 20),
            ("pretext", 20),
            ("contrastive", 30),
            ("rpn", 20),
            ("nms", 15),
        ),
    ),
)


def chapters_of(labs: Sequence[Lab[Any]]) -> list[tuple[Chapter, LazyText, list[Lab[Any]]]]:
    """The chapters with their labs, in the order of the notes."""
    ordered = sorted(labs, key=lambda lab: SECTIONS[lab.slug].number)
    return [
        (name, title, [x for x in ordered if x.chapter == name]) for name, title in CHAPTERS.items()
    ]
