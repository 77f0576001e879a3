"""The views of the `mlp` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("network", N_("Network and map")),
    View("training", N_("Training")),
    View("inside", N_("Inside")),
)
