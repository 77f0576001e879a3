"""What the words of the `cross-entropy` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(N_("information"), N_("−log P of an outcome; in bits with log₂, in nats with ln.")),
    Word(N_("entropy H(p)"), N_("The expected information, when outcomes are drawn from p.")),
    Word(N_("cross-entropy H(p, q)"), N_("The same when q was expected: H(p) + KL.")),
    Word(N_("KL divergence"), N_("What a wrong q costs; 0 only for q = p, and not symmetric.")),
    Word(N_("logit"), N_("A number that softmax makes a probability of.")),
    Word(N_("confidence"), N_("The greatest of the predicted probabilities.")),
    Word(
        N_("calibration error"),
        N_("How far confidence and accuracy lie apart, averaged over the bins."),
    ),
)
