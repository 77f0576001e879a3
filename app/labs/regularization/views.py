"""The views of the `regularization` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("paths", N_("Paths")),
    View("errors", N_("Errors")),
    View("weights", N_("Weights")),
    View("planes", N_("Two weights")),
    View("one", N_("One weight")),
    View("decay", N_("Weight decay")),
)
