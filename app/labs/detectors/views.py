"""The views of the `detectors` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View(
        "result",
        N_("Result"),
        ("score_threshold", "iou_threshold", "proposals", "one_network", "two_network"),
    ),
    View(
        "roads",
        N_("The two roads"),
        ("budget", "proposals", "input_size", "one_network", "two_network"),
    ),
    View(
        "follow",
        N_("Follow one detection"),
        ("score_threshold", "proposals", "one_network", "two_network"),
    ),
    View("pooling", N_("RoI pooling"), ("bins", "input_size")),
    View("family", N_("The family"), ("crops", "external", "input_size", "two_network")),
    View("proposers", N_("Proposals"), ("proposals", "input_size")),
    View(
        "train",
        N_("Train it"),
        ("form", "order", "negatives", "gamma", "learning_rate", "held_out"),
    ),
    View("claim", N_("Measure the claim"), ("proposals", "rule", "one_network", "two_network")),
)
