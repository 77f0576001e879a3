"""The views of the `fitting` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("curve", N_("Curve and error")),
    View("capacity", N_("Capacity")),
)
