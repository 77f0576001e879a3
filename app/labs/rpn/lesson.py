"""The lesson of the `rpn` lab."""

from __future__ import annotations

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("Start from one place"),
        N_(
            "Nine dashed anchors stand on one cell of the feature map: three sizes, three "
            "shapes. Move to another cell with the arrow keys. The anchors look the same "
            "everywhere: they know nothing of the photo yet."
        ),
        {"stage": "anchors"},
    ),
    Step(
        N_("Two scores for each anchor"),
        N_(
            "The network gives every anchor a score for background and one for object; "
            "softmax turns the pair into a probability. Where is the map bright? Does it "
            "care what the object is?"
        ),
        {"stage": "scores"},
    ),
    Step(
        N_("Four deltas move the anchor"),
        N_(
            "Pick the anchor with the highest probability and read the formula: two numbers "
            "shift its center, two stretch its sides. The dashed anchor becomes the solid box."
        ),
        {"stage": "deltas"},
        "place",
    ),
    Step(
        N_("Too many boxes"),
        N_(
            "Neighboring anchors find the same object, so the best thousand boxes lie in "
            "piles. Compare this stage with the next one, after NMS."
        ),
        {"stage": "top"},
    ),
    Step(
        N_("Let training have made no difference"),
        N_(
            "The same network with random weights scores every anchor about one half and "
            "hardly moves it. What do its best proposals have in common with the anchors?"
        ),
        {"stage": "proposals", "model": "untrained"},
    ),
    Step(
        N_("Ask how it was taught"),
        N_(
            "Draw a box around an object. Anchors turn positive, negative or neutral. Raise "
            "the positive threshold: why does the best anchor stay positive even so?"
        ),
        {"stage": "anchors", "positive_iou": 0.7, "tool": "truth"},
    ),
)
