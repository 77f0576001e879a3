"""The views of the `cross-entropy` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("information", N_("Information")),
    View("events", N_("Two events")),
    View("distributions", N_("Distributions")),
    View("softmax", N_("Softmax")),
    View("binary", N_("Squared error")),
    View("digits", N_("Digits"), ("start_scale", "learning_rate", "batch_size")),
    View("certainty", N_("Certainty"), ("start_scale", "learning_rate")),
    View("worst", N_("Worst digits"), ("start_scale",)),
)
