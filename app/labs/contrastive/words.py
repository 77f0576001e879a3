"""What the words of the `contrastive` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(N_("view"), N_("A picture after a random draw of operations from T.")),
    Word(
        N_("positive, negative"),
        N_("The other view of the same picture; a view of any other picture of the batch."),
    ),
    Word(
        N_("h, z"),
        N_(
            "What the encoder f gives of a view; what the projector g makes of h. The loss sees z,"
            " later tasks get h."
        ),
    ),
    Word(
        N_("temperature τ"),
        N_(
            "Similarities are divided by it before the softmax: the lower, the more the most "
            "similar negatives count."
        ),
    ),
    Word(N_("collapse"), N_("All pictures have nearly the same vector.")),
    Word(N_("invariance"), N_("A change of the picture does not change its vector.")),
    Word(
        N_("queue, key, query"),
        N_(
            "In MoCo: stored vectors of earlier batches; one of them; the vector that is compared "
            "with them."
        ),
    ),
)
