"""The views of the `rpn` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("picture", N_("Picture")),
    View("place", N_("One place")),
)
