"""The lesson of the `rpn` lab."""

from __future__ import annotations

from app.i18n import N_
from app.lab.lessons import Question, Step

LESSON = (
    Step(
        N_("Start from one place"),
        N_(
            "Nine dashed anchors stand on one cell of the feature map: three sizes, three shapes. "
            "Move to another cell with the arrow keys or by a tap."
        ),
        {"stage": "anchors"},
        levers=("positive_iou",),
        watch=N_("anchors"),
        question=Question(
            N_("Do the anchors of another cell look different?"),
            (N_("Yes, they fit what is there."), N_("No, they are the same everywhere.")),
            1,
            N_(
                "Anchors do not depend on the photo: the same nine boxes stand on every cell, "
                "H × W × 9 in all. Only what the network says about them differs."
            ),
        ),
        see=(("detectors", "Count along the two roads"),),
    ),
    Step(
        N_("Two scores for each anchor"),
        N_(
            "The network gives every anchor a score for background and one for object; softmax "
            "turns the pair into a probability. The map shows the best of a cell."
        ),
        {"stage": "scores"},
        levers=("iou_threshold",),
        watch=N_("scores"),
        question=Question(
            N_("Does the score say which kind of object it is?"),
            (N_("Yes."), N_("No, only that there is one.")),
            1,
            N_(
                "Two scores an anchor, 2k at each cell: object or background. What it is, a second "
                "stage says: see the lab of detectors."
            ),
        ),
    ),
    Step(
        N_("Four deltas move the anchor"),
        N_(
            "Choose the anchor with the highest probability and read the formula. The dashed "
            "anchor becomes the solid box."
        ),
        {"stage": "deltas"},
        "place",
        levers=("model",),
        watch=N_("deltas"),
        question=Question(
            N_("The deltas t_w and t_h are 0. How large is the box?"),
            (N_("As large as the anchor."), N_("Of no size."), N_("As large as the photo.")),
            0,
            N_(
                "Two deltas shift the center in units of the anchor’s size, two scale its sides by "
                "their exponential: e⁰ = 1."
            ),
        ),
    ),
    Step(
        N_("Too many boxes"),
        N_("The best boxes before NMS. Compare this stage with the next one."),
        {"stage": "top"},
        levers=("iou_threshold", "post_nms_top_n"),
        watch=N_("boxes"),
        question=Question(
            N_("Why do they lie in piles?"),
            (
                N_("The photo has so many objects."),
                N_("Neighboring anchors find the same object."),
                N_("The network is not trained well."),
            ),
            1,
            N_(
                "Every cell near an object sees it, with several anchors. NMS keeps the best of "
                "those that overlap more than the threshold."
            ),
        ),
        see=(("nms", "One car, six boxes"),),
    ),
    Step(
        N_("What if it were not trained?"),
        N_("The same network with random weights."),
        {"stage": "proposals", "model": "untrained"},
        levers=("model", "iou_threshold"),
        watch=N_("proposals"),
        question=Question(
            N_("What are its proposals like?"),
            (
                N_("There are none."),
                N_("Hardly moved anchors, all scored about one half."),
                N_("They lie on the objects, only less exactly."),
            ),
            1,
            N_(
                "Random weights say next to nothing about object or background, and their deltas "
                "are near 0. What NMS leaves is spread over the photo."
            ),
        ),
    ),
    Step(
        N_("How anchors are labeled for training"),
        N_(
            "Draw a box around an object. By the paper’s rule anchors with an IoU of at least "
            "{positive_iou} become positive, below 0.3 negative, the rest neutral. (This network "
            "was trained with other thresholds, as its page says.) Raise the threshold."
        ),
        {"stage": "anchors", "positive_iou": 0.7, "tool": "truth"},
        levers=("positive_iou",),
        watch=N_("positive"),
        question=Question(
            N_("At a threshold of 0.95, is any anchor positive?"),
            (N_("No."), N_("Yes, the best one of each object.")),
            1,
            N_(
                "Every object must be learned by at least one anchor. So the anchor with the "
                "greatest IoU is positive, even below the threshold."
            ),
        ),
        see=(("detectors", "Train both parts"),),
    ),
)
