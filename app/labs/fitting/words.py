"""What the words of the `fitting` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(
        N_("capacity"),
        N_(
            "How varied the functions are that a model can represent: more units or layers, more "
            "capacity."
        ),
    ),
    Word(
        N_("overfitting"),
        N_(
            "The model follows the training points, noise included: low training error, high test "
            "error."
        ),
    ),
    Word(
        N_("underfitting"),
        N_("The model cannot follow even the training points: both errors are high."),
    ),
    Word(
        N_("generalization error"),
        N_("The error to be expected on new points. The test error estimates it."),
    ),
    Word(
        N_("validation points"),
        N_(
            "Points held back to decide when to stop or which setting to take; the test points "
            "decide nothing."
        ),
    ),
    Word(
        N_("noise alone"),
        N_(
            "The least error on new points that is possible: the scatter of the points around the "
            "true curve."
        ),
    ),
    Word(
        N_("median, 10 to 90 %"),
        N_("Of the networks, which differ only in their random start: no uncertainty of the data."),
    ),
)
