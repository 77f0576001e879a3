"""What the words of the `regularization` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(N_("λ"), N_("How much the penalty counts against the error.")),
    Word(N_("sparse"), N_("With many weights of exactly zero.")),
    Word(
        N_("proximal step"),
        N_(
            "A step down the error, then the penalty’s exact minimum near there: for L1 the soft "
            "threshold."
        ),
    ),
    Word(
        N_("sub-gradient"),
        N_("A slope where there is a kink: at 0 any number from −1 to 1 would do for |θ|."),
    ),
    Word(
        N_("cross-validation"),
        N_(
            "Each fold of the training points is predicted by what was learned from the others; "
            "the mark is the λ with the least error."
        ),
    ),
    Word(N_("elastic net"), N_("A sum of both penalties.")),
)
