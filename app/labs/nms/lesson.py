"""The lesson of the `nms` lab."""

from __future__ import annotations

from app.i18n import N_
from app.lab.lessons import Question, Step

LESSON = (
    Step(
        N_("One car, six boxes"),
        N_(
            "Six cells of a 19 × 19 grid each claim that the car’s center lies in them. Point at a "
            "suppressed box to see which box suppressed it."
        ),
        {"source": "textbook", "iou_threshold": 0.5},
        levers=("iou_threshold",),
        watch=N_("Kept"),
        question=Question(
            N_("How many boxes does NMS keep?"),
            (N_("One."), N_("Two."), N_("Six.")),
            0,
            N_(
                "The one with the highest score; each of the others overlaps it with an IoU above "
                "the threshold."
            ),
        ),
    ),
    Step(
        N_("Which way does the threshold work?"),
        N_("Move the IoU threshold {iou_threshold} up and down and watch the number of boxes."),
        {"source": "textbook", "iou_threshold": 0.8},
        "counts",
        levers=("iou_threshold",),
        watch=N_("Kept"),
        question=Question(
            N_("A higher threshold: do more boxes stay, or fewer?"),
            (N_("Usually more."), N_("Usually fewer."), N_("Always more.")),
            0,
            N_(
                "A box must overlap more to be suppressed. At 1 nothing is suppressed; at 0 any "
                "overlap is enough. It is no theorem: a box that survives a higher threshold may "
                "suppress others in its turn."
            ),
        ),
    ),
    Step(
        N_("Step by step"),
        N_(
            "Take the best box that is left, keep it, suppress every box whose IoU with it is over "
            "the threshold, repeat. Go through the decisions with the player under the picture."
        ),
        {"source": "textbook", "iou_threshold": 0.5, "step": 1},
        levers=("iou_threshold",),
        watch=N_("Suppressed"),
        question=Question(
            N_("Can a suppressed box suppress another one?"),
            (N_("Yes."), N_("No.")),
            1,
            N_("Only a box that is kept suppresses: that is why it is called greedy."),
        ),
    ),
    Step(
        N_("Two cars side by side"),
        N_(
            "The two cars overlap with an IoU of 0.56. Raise the threshold from {iou_threshold}: "
            "at which value does the second car’s best box come back, and from which value on do "
            "duplicates stay?"
        ),
        {"source": "neighbors", "iou_threshold": 0.5},
        levers=("iou_threshold",),
        watch=N_("Recall"),
        question=Question(
            N_("What does NMS do with the second car at 0.5?"),
            (N_("It keeps it."), N_("It suppresses it as a duplicate.")),
            1,
            N_(
                "NMS cannot tell a duplicate from a neighbor. At 0.57 box 2 returns: its IoU with "
                "box 1, 0.56, is no longer over the threshold. From 0.53 to 0.56 only the worse "
                "box 4 stands for the car. From 0.81 on duplicates stay."
            ),
        ),
        see=(("detectors", "Every threshold is a trade"),),
    ),
    Step(
        N_("Soft-NMS keeps the second car"),
        N_(
            "Soft-NMS lowers the neighbor’s score instead of removing the box. What falls below "
            "the score threshold {score_threshold} is left out. Lower it to 0.05: what comes back?"
        ),
        {
            "source": "neighbors",
            "method": "soft-gaussian",
            "sigma": 0.5,
            "score_threshold": 0.3,
        },
        levers=("score_threshold", "sigma", "method"),
        watch=N_("Precision"),
        question=Question(
            N_("The second car’s score was 0.88. Does it survive?"),
            (N_("Yes, with a lower score."), N_("No."), N_("Yes, unchanged.")),
            0,
            N_(
                "It falls to 0.47 and stays; the duplicates fall below 0.13. At 0.05 box 3, a "
                "duplicate of the first car, comes back with 0.11: Soft-NMS alone removes nothing, "
                "the score threshold decides."
            ),
        ),
    ),
    Step(
        N_("A network’s real pile"),
        N_("The hundred best boxes of the proposal network on the sample photo."),
        {"source": "photo", "iou_threshold": 0.7},
        levers=("iou_threshold", "score_threshold"),
        watch=N_("Kept"),
        question=Question(
            N_("A proposal network uses 0.7 and a detector 0.5. Why?"),
            (
                N_("A second stage can still reject duplicates, but find nothing again."),
                N_("Proposals overlap less than detections."),
                N_("It is only a habit."),
            ),
            0,
            N_(
                "A proposal network must not lose an object, so it suppresses less. A detector’s "
                "boxes are final, and every duplicate counts as an error."
            ),
        ),
        see=(("rpn", "Too many boxes"), ("detectors", "Fewer proposals")),
    ),
)
