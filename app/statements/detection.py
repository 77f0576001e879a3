"""Sections 8, 9 and 10 of the notes."""

from app.i18n import N_
from app.statements.statement import Box, Statement

DETECTION = (
    # --- 8. The region proposal network -----------------------------------------------------------
    Statement(102, N_("A region proposal network names boxes that may hold an object."), "rpn"),
    Statement(
        103,
        N_("In Faster R-CNN it stands between backbone and detector."),
        "detectors?tab=roads",
    ),
    Statement(104, N_("At each place: a window, a vector, 2k scores, 4k deltas."), "rpn?tab=place"),
    Statement(
        105, N_("The window’s vector goes into two fully connected layers."), "rpn?tab=window"
    ),
    Statement(
        106, N_("Its input is the feature map that the detector uses, too."), "detectors?tab=roads"
    ),
    Statement(107, N_("A 3 × 3 window at every place is a 3 × 3 convolution."), "rpn?tab=window"),
    Statement(108, N_("It gives H × W vectors."), "rpn?stage=features"),
    Statement(
        109,
        N_("Each vector becomes 2k scores and 4k deltas."),
        "rpn?tab=place",
        Box(
            N_("Each place has 2 scores and 4 coordinates."),
            N_("Each anchor has; with k anchors a place has 2k and 4k."),
        ),
    ),
    Statement(
        110, N_("The same layers at every place are two 1 × 1 convolutions."), "rpn?tab=window"
    ),
    Statement(111, N_("Two scores: background and object, no class."), "rpn#step-2"),
    Statement(
        112,
        N_("A place of the map belongs to a region of the photo."),
        "rpn#step-1",
        Box(
            N_("It sees its own cell only."),
            N_("It sees a far larger region around it, its receptive field."),
        ),
    ),
    Statement(
        113,
        N_("Anchors are centered on the place’s point."),
        "rpn#step-1",
        Box(
            N_("The anchor point is a top left corner."),
            N_("In the paper, and here, it is the center."),
        ),
    ),
    Statement(114, N_("k anchors at each place, H × W × k in all."), "rpn#step-1"),
    Statement(
        115, N_("Of each it is told whether it holds an object, and how to move it."), "rpn#step-3"
    ),
    Statement(116, N_("Three sizes and three shapes make nine."), "rpn#step-1"),
    Statement(117, N_("With nine anchors: 18 scores and 36 deltas a place."), "rpn?stage=scores"),
    # --- 9. Object detectors ----------------------------------------------------------------------
    Statement(118, N_("Detection is recognition and localization."), "detectors#step-1"),
    Statement(
        119,
        N_("There are one-stage and two-stage detectors."),
        "detectors#step-1",
        Box(
            N_("These are the two kinds there are."),
            N_("Since 2020 transformers such as DETR predict a set of boxes, without anchors."),
        ),
    ),
    Statement(120, N_("Two stages: first candidates, then class and place."), "detectors#step-3"),
    Statement(121, N_("R-CNN, Fast, Faster, Mask R-CNN."), "detectors#step-8"),
    Statement(
        122,
        N_("Two stages: fewer errors and misses, but slower."),
        "detectors#step-13",
        Box(
            N_("Two-stage detectors are always more accurate, and never real-time."),
            N_("Recipe, backbone and training time may turn either around: measure it."),
        ),
    ),
    Statement(123, N_("One stage: classes and boxes at once, in one pass."), "detectors#step-4"),
    Statement(124, N_("A box is four numbers."), "detectors?tab=follow"),
    Statement(125, N_("Detections are picked from the proposals."), "detectors#step-6"),
    Statement(
        126, N_("Proposals come from older algorithms or from a network."), "detectors#step-9"
    ),
    Statement(127, N_("A network classifies what lies in each proposal."), "detectors?tab=follow"),
    Statement(
        128, N_("Features come from one backbone; two parts are trained."), "detectors#step-10"
    ),
    Statement(
        129,
        N_("256 × 256 pixels, a map of 16 × 16, 9 anchors each: 2,304 results."),
        "detectors#step-4",
    ),
    Statement(130, N_("Then the detection network is trained."), "detectors#step-11"),
    Statement(
        131, N_("The proposal network gives object or not, and a first place."), "detectors#step-6"
    ),
    Statement(
        132,
        N_("RoI pooling cuts out a proposal’s features."),
        "detectors#step-7",
        Box(
            N_("RoI pooling locates the object precisely."),
            N_("It only cuts out features; the regression branch refines the box."),
        ),
    ),
    Statement(133, N_("It cuts on the feature map, not on the photo."), "detectors#step-7"),
    Statement(
        134,
        N_("What it cuts out becomes a vector."),
        "detectors?tab=roads",
        also="detectors?tab=pooling",
    ),
    Statement(135, N_("Two branches follow: class and box."), "detectors#step-6"),
    Statement(136, N_("One stage asks the map directly, without proposals."), "detectors#step-4"),
    Statement(
        137,
        N_("One stage is faster, and was less accurate."),
        "detectors#step-13",
        Box(
            N_("One-stage detectors are less accurate."),
            N_("RetinaNet closed the gap in 2017: focal loss weighs easy background down."),
        ),
    ),
    Statement(138, N_("Both roads, drawn with their shapes."), "detectors?tab=roads"),
    # --- 10. Non-maximum suppression --------------------------------------------------------------
    Statement(139, N_("A detector finds the same object several times."), "nms#step-1"),
    Statement(140, N_("Several cells of a 19 × 19 grid claim a car’s center."), "nms#step-1"),
    Statement(141, N_("Non-maximum suppression keeps one of them."), "nms#step-1"),
    Statement(142, N_("The boxes are sorted by score."), "nms#step-3"),
    Statement(
        143,
        N_("From the best on, what overlaps it more than the threshold is dropped."),
        "nms#step-3",
        Box(
            N_("A box that overlaps a better one is dropped."),
            N_("A better one that is kept: what is dropped suppresses nothing."),
        ),
    ),
    Statement(144, N_("It repeats until every box is kept or dropped."), "nms#step-3"),
)
