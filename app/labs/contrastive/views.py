"""The views of the `contrastive` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("similarities", N_("Similarities")),
    View("pairs", N_("Pairs")),
    View("training", N_("Training")),
    View("queue", N_("Queue")),
    View("negatives", N_("Negatives")),
    View("map", N_("Map")),
    View("invariance", N_("Invariance")),
    View("transfer", N_("Transfer")),
)
