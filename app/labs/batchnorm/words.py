"""What the words of the `batchnorm` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(N_("x̂"), N_("A value less the batch’s mean, divided by its standard deviation.")),
    Word(N_("γ, β"), N_("Scale and shift that are learned: y = γ x̂ + β.")),
    Word(
        N_("running statistics"),
        N_("Moving averages of the batches’ mean and variance, used in evaluation mode."),
    ),
    Word(
        N_("momentum m"),
        N_(
            "The share of each batch in the running statistics. (In MoCo m is the share that "
            "stays.)"
        ),
    ),
    Word(
        N_("saturated"),
        N_("Where the activation is flat: a change of the input changes next to nothing."),
    ),
    Word(
        N_("training and evaluation mode"),
        N_("By the batch’s own statistics, or by the running ones."),
    ),
)
