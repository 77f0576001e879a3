"""What the words of the `nms` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(N_("score"), N_("How sure a detector is of a box.")),
    Word(N_("IoU threshold N_t"), N_("A box whose IoU with a kept one is above it is suppressed.")),
    Word(N_("greedy"), N_("The best box left is kept, and never reconsidered.")),
    Word(N_("duplicate"), N_("A second box of an object that is already kept.")),
    Word(
        N_("precision, recall"),
        N_(
            "Share of the kept boxes that hit an object; share of the objects that are hit, at an "
            "IoU of at least 0.5."
        ),
    ),
)
