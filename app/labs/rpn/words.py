"""What the words of the `rpn` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(
        N_("anchor"),
        N_("A box of a fixed size and shape that stands on every place of the feature map."),
    ),
    Word(N_("objectness"), N_("The probability that an anchor holds an object, whatever it is.")),
    Word(N_("deltas"), N_("Four numbers that shift and scale an anchor.")),
    Word(N_("proposal"), N_("A moved anchor that is left after NMS.")),
    Word(N_("IoU"), N_("Area of the intersection over area of the union of two boxes.")),
    Word(
        N_("recall"),
        N_("The share of the objects that some proposal covers with an IoU of at least 0.5."),
    ),
)
