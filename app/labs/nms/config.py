"""What a learner may set in the `nms` lab."""

from __future__ import annotations

from typing import Literal

from app.i18n import N_
from app.lab.controls import LabConfig, Look, control, page_state

HOW, WHICH = N_("Suppression"), N_("Which boxes take part")
MAX_BOXES = 6000
# Beyond this float32 loses whole pixels, and areas overflow.
MAX_COORDINATE = 1e6
Method = Literal["greedy", "soft-linear", "soft-gaussian"]


class NmsConfig(LabConfig):
    """What the visitor may set on the `nms` page."""

    iou_threshold: float = control(
        0.5,
        N_("IoU threshold"),
        N_(
            "A box is suppressed if its IoU with a better box that is kept is over this. A higher "
            "threshold usually keeps more boxes."
        ),
        Look(HOW, step=0.01, usual=(0.5, 0.7)),
        ge=0,
        le=1,
    )
    method: Method = control(
        "greedy",
        N_("Method"),
        N_("Hard NMS removes a box; Soft-NMS lowers its score instead."),
        Look(
            HOW,
            choices={
                "greedy": N_("Greedy (hard)"),
                "soft-linear": N_("Soft, linear"),
                "soft-gaussian": N_("Soft, Gaussian"),
            },
        ),
    )
    sigma: float = control(
        0.5,
        N_("Sigma"),
        N_("Only for the Gaussian: the smaller, the faster an overlapped box loses its score."),
        Look(HOW, step=0.05, usual=(0.3, 0.7), reach=(0.05, 2)),
        ge=1e-6,
        le=1000,
    )
    class_aware: bool = control(
        False,
        N_("Each class by itself"),
        N_("Boxes of different classes then never suppress each other."),
        Look(HOW),
    )
    score_threshold: float = control(
        0.0,
        N_("Score threshold"),
        N_(
            "Boxes with a lower score are left out before NMS. Soft-NMS also drops a box whose "
            "lowered score falls below it."
        ),
        Look(WHICH, step=0.01, usual=(0.05, 0.5), reach=(0, 1)),
        ge=-MAX_COORDINATE,
        le=MAX_COORDINATE,
    )
    top_n: int = control(
        100,
        N_("Best boxes"),
        N_("How many of the best-scored boxes take part."),
        Look(WHICH, usual=(100, 1000), reach=(1, 2000)),
        ge=1,
        le=MAX_BOXES,
    )

    # The page's own state.
    sample: str = page_state("", max_length=40)  # the sample picture to open; "": the newest photo
    source: Literal["textbook", "neighbors", "photo", "hand", "file"] = page_state("textbook")
    view: Literal["side", "swipe"] = page_state("side")  # on a phone it begins as "swipe"
    tool: Literal["look", "boxes", "truth"] = page_state("look")
    step: int = page_state(-1, -1, MAX_BOXES)  # decisions taken; -1: all
    # A visitor's file: which of its pictures, and how its boxes and scores are read.
    picture: int = page_state(1, 1, 10_000_000)
    boxes_as: Literal["form", "xywh", "xyxy"] = page_state("form")
    scores_as: Literal["raw", "logits", "percent"] = page_state("raw")
