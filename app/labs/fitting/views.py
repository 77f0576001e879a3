"""The views of the `fitting` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("one", N_("One network"), ("train", "width", "noise")),
    View("curve", N_("Curve and error"), ("train", "width", "noise", "l2", "early_stopping")),
    View("capacity", N_("Capacity"), ("train", "noise")),
)
