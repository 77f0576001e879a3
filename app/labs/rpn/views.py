"""The views of the `rpn` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("picture", N_("Picture"), ("iou_threshold", "post_nms_top_n", "positive_iou")),
    View("place", N_("One place"), ("model",)),
    View("window", N_("By hand"), ("model", "input_size")),
)
