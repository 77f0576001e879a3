"""The views of the `nms` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("boxes", N_("Boxes")),
    View("counts", N_("Boxes kept")),
    View("iou", N_("IoU")),
)
