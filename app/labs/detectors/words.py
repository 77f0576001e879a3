"""What the words of the `detectors` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(
        N_("anchor, default box"),
        N_(
            "A reference box that stands on a place of the feature map before the network has "
            "looked: nine shapes at each place here. SSD has its default boxes on several maps, "
            "from fine to coarse; ours stand on one."
        ),
        view="follow",
        state={"followed": "one", "defaults": True},
    ),
    Word(
        N_("proposal, region of interest (RoI)"),
        N_(
            "An anchor that the RPN finds likely to hold some object, moved by its four deltas. It"
            " has no class yet."
        ),
        view="proposers",
        state={"proposals": 30},
    ),
    Word(N_("box"), N_("Four numbers: two corners, or center, width and height."), view="pooling"),
    Word(N_("detection"), N_("A box with a class and a score, after NMS."), view="result"),
    Word(
        "K + 1, 4K",
        N_(
            "Scores of K classes and the background, and four deltas for each class. The RPN has "
            "only 2 scores: object or background."
        ),
        view="roads",
    ),
    Word(
        N_("sliding windows, selective search"),
        N_(
            "Proposals without learning. Windows of a few sizes and shapes stand everywhere, in an "
            "order that means nothing. Selective search joins neighboring regions of like color "
            "and texture, again and again, and proposes each; R-CNN and Fast R-CNN took 2,000."
        ),
        view="proposers",
        state={"proposer": "windows"},
    ),
    Word(
        N_("positive, negative, ignored anchor"),
        N_(
            "An anchor that overlaps an object enough (IoU 0.5 or more here) or more than any "
            "other anchor does; one that overlaps none enough (under 0.4); and one in between, "
            "which trains nothing."
        ),
        view="train",
        state={"drawn": "anchors"},
    ),
    Word(
        N_("hard negatives, focal loss"),
        N_(
            "Two ways to keep easy background from deciding the loss: train only on the "
            "negatives with the highest loss, or weigh each anchor by (1 − p) to the power of γ, "
            "where p is the probability of its right class."
        ),
        view="train",
        state={"form": "ssd", "negatives": "all"},
    ),
    Word(
        N_("responsible cell"),
        N_(
            "In YOLO the cell of the S × S grid in which an object’s center lies. Each cell gives "
            "B boxes with x, y, width, height and confidence, and the probabilities of C classes: "
            "S × S × (5B + C) numbers, here 12 × 12 × (5 · 2 + 8)."
        ),
        view="train",
        state={"form": "yolo"},
    ),
    Word(
        N_("heat map, peak"),
        N_(
            "CenterNet has no anchors. For each class it gives a map of how likely an object’s "
            "center is at each place; a peak is a place with no higher neighbor, and its box is "
            "given by its distances to the four sides."
        ),
        view="roads",
        state={"source": "photo", "sample": "street", "one_network": "centernet"},
    ),
    Word(
        N_("error rate, miss rate"),
        N_("Share of the detections that are wrong; share of the objects that no detection found."),
        view="result",
        state={"shown": "differs"},
    ),
    Word(
        "AP50, AP75",
        N_(
            "Average precision: the area under precision over recall, where a box is right from "
            "IoU 0.5 or 0.75 on; the mean over the classes. COCO reads the precision at 101 "
            "recalls instead, and gives a detection to the best object that is still free."
        ),
        view="claim",
    ),
)
