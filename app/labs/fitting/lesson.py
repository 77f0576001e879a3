"""The lesson of the `fitting` lab."""

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("Memorizing"),
        N_(
            "Sixteen points, networks with thousands of weights. Play: the curves soon run through "
            "every training point, noise and all. The training error falls below the dashed line "
            "of the noise, the test error rises. That gap is overfitting."
        ),
        {"width": 64, "depth": 2, "train": 16},
    ),
    Step(
        N_("Underfitting"),
        N_(
            "One unit can only bend once. Both errors stay high, close together: the network is "
            "too small for the curve, and more data would not help it."
        ),
        {"width": 1, "depth": 1, "train": 100},
    ),
    Step(
        N_("More data"),
        N_(
            "The same large networks with 300 training points. There is no room left to wiggle "
            "between them: the band narrows onto the true curve, and the gap closes."
        ),
        {"train": 300, "batch_size": 100},
    ),
    Step(
        N_("A penalty"),
        N_(
            "Back to sixteen points, with an L2 penalty. The weights are held small, so the curve "
            "cannot bend sharply. Drag λ while it runs: too little changes nothing, too much "
            "flattens everything."
        ),
        {"train": 16, "l2": 0.002},
    ),
    Step(
        N_("Stopping early"),
        N_(
            "Each network keeps an eye on the validation points (diamonds) and goes back to its "
            "best state when they no longer get better. It ends nearly as well as with a penalty."
        ),
        {"train": 16, "early_stopping": True, "patience": 200},
    ),
    Step(
        N_("A question"),
        N_(
            "No noise at all: does the same large network still overfit? Look at the gap between "
            "the two errors, then add noise again. What did the network memorize, the curve or "
            "the noise?"
        ),
        {"noise": 0, "train": 16},
    ),
)
