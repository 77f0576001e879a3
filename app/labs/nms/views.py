"""The views of the `nms` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("boxes", N_("Boxes"), ("iou_threshold", "sigma", "method", "score_threshold")),
    View("counts", N_("Boxes kept"), ("iou_threshold", "sigma", "method", "score_threshold")),
    View("iou", N_("IoU")),
)
