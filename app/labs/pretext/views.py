"""The views of the `pretext` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("puzzle", N_("Puzzle"), ("task", "data", "start")),
    View("label", N_("The label"), ("task", "gap", "jitter", "color_drop", "ratio")),
    View("learning", N_("Learning"), ("task", "learning_rate", "data")),
    View("words", N_("Masked words"), ("sentences", "learning_rate")),
    View("filled", N_("Filled in"), ("ratio", "block", "data")),
    View("video", N_("Video"), ("clips", "length", "seed")),
    View("transfer", N_("Transfer"), ("task", "data", "start")),
    View("compared", N_("All tasks"), ()),
    View("scale", N_("Scale"), ("width", "seed")),
    View("pairs", N_("CLIP"), ("count", "batch_size", "learning_rate")),
    View("stages", N_("Three stages"), ("task",)),
)
