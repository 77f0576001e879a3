"""What the words of the `detectors` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(
        N_("anchor, default box"),
        N_(
            "A reference box that stands on a place of the feature map before the network has "
            "looked: nine shapes at each place here."
        ),
    ),
    Word(
        N_("proposal, region of interest (RoI)"),
        N_(
            "An anchor that the RPN finds likely to hold some object, moved by its four deltas. It"
            " has no class yet."
        ),
    ),
    Word(N_("box"), N_("Four numbers: two corners, or center, width and height.")),
    Word(N_("detection"), N_("A box with a class and a score, after NMS.")),
    Word(
        "K + 1, 4K",
        N_(
            "Scores of K classes and the background, and four deltas for each class. The RPN has "
            "only 2 scores: object or background."
        ),
    ),
    Word(
        N_("error rate, miss rate"),
        N_("Share of the detections that are wrong; share of the objects that no detection found."),
    ),
    Word(
        "AP50, AP75",
        N_(
            "Average precision: the area under precision over recall, where a box is right from "
            "IoU 0.5 or 0.75 on; the mean over the classes."
        ),
    ),
)
