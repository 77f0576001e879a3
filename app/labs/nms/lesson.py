"""The lesson of the `nms` lab."""

from __future__ import annotations

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("One car, six boxes"),
        N_(
            "Six cells of a 19 x 19 grid each claim to have found the car. NMS keeps the one "
            "with the highest score. Point at a ghost to see who suppressed it."
        ),
        {"source": "textbook", "iou_threshold": 0.5},
    ),
    Step(
        N_("Which way does the threshold work?"),
        N_(
            "Move the IoU threshold up. More boxes stay, because a box must overlap more to "
            "be suppressed. At 1 nothing is suppressed; at 0 any touch is enough."
        ),
        {"source": "textbook", "iou_threshold": 0.8},
        "counts",
    ),
    Step(
        N_("Step by step"),
        N_(
            "Take the best box that is left, keep it, suppress all that overlap it too much, "
            "repeat. Press Step and read each decision."
        ),
        {"source": "textbook", "iou_threshold": 0.5, "step": 1},
    ),
    Step(
        N_("Two cars side by side"),
        N_(
            "NMS cannot tell a duplicate from a neighbor. At 0.25 one of the two cars is lost; "
            "where does the second come back?"
        ),
        {"source": "neighbors", "iou_threshold": 0.25},
    ),
    Step(
        N_("Softer"),
        N_(
            "Soft-NMS lowers the neighbor's score instead of removing it. Which score is "
            "left for the second car?"
        ),
        {
            "source": "neighbors",
            "method": "soft-gaussian",
            "sigma": 0.5,
            "score_threshold": 0.05,
        },
    ),
    Step(
        N_("A network's real pile"),
        N_(
            "The hundred best boxes of the proposal network. Why does a proposal network use 0.7 "
            "and a detector 0.5?"
        ),
        {"source": "photo", "iou_threshold": 0.7},
    ),
)
