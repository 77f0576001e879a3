"""The views of the `contrastive` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("pair", N_("One pair"), ("temperature", "color", "rotation")),
    View("similarities", N_("Similarities"), ("temperature", "batch_size", "stop_gradient")),
    View(
        "pairs",
        N_("Pairs"),
        ("crop", "flip", "color", "gray", "blur", "rotation", "cutout", "noise"),
    ),
    View("training", N_("Training"), ("temperature", "learning_rate", "batch_size")),
    View("queue", N_("Queue"), ("queue", "momentum", "temperature")),
    View("negatives", N_("Negatives"), ("temperature", "stop_gradient")),
    View("map", N_("Map"), ("temperature", "color")),
    View("invariance", N_("Invariance"), ("color", "gray", "rotation", "cutout")),
    View("transfer", N_("Transfer"), ("color", "gray", "projector")),
    View("features", N_("h and z"), ("color", "gray", "rotation", "projector")),
)
