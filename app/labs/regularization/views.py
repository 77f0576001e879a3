"""The views of the `regularization` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("one", N_("One weight")),
    View("planes", N_("Two weights")),
    View("paths", N_("Paths"), ("lam", "mix", "correlation", "noise")),
    View("errors", N_("Errors"), ("lam", "noise", "points")),
    View("weights", N_("Weights"), ("lam", "correlation")),
    View("decay", N_("Weight decay")),
)
