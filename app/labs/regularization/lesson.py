"""The lesson of the `regularization` lab."""

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("From least squares"),
        N_(
            "Sixteen features, but only four made the target. Least squares finds a use for all "
            "sixteen: it fits the noise. Play: at every λ the L1 penalty pulls, and with growing λ "
            "the dashed lines of the useless features reach zero before the solid ones. What is "
            "left at the chosen λ predicts new points better."
        ),
        {},
    ),
    Step(
        N_("Small, but not zero"),
        N_(
            "The same under L2. The larger λ, the smaller the weights together, and not one is "
            "exactly zero: close to 0 the slope 2λθ all but vanishes, so nothing ever arrives. "
            "Compare the test error at the best λ with that under L1."
        ),
        {"penalty": "l2"},
    ),
    Step(
        N_("Only hovering"),
        N_(
            "L1 again, but by its plain sub-gradient: sign(θ) pulls as hard next to zero as far "
            "away, so a step leaps over zero, and the next one back. No weight is exactly zero; "
            "the lines tremble, the more so the greater λ. The soft threshold cures it: switch "
            "to the proximal step."
        ),
        {"method": "subgradient"},
    ),
    Step(
        N_("Twins"),
        N_(
            "Now the features resemble each other: correlation 0.9. At the chosen λ, L1 keeps "
            "only some of the useful ones and drops their twins. L2 drops none: it shares the "
            "weight among all. The elastic net lies between: fewer zeros than L1, more than L2."
        ),
        {"correlation": 0.9, "method": "accelerated", "rate": 1.0},
    ),
    Step(
        N_("A polynomial, tamed"),
        N_(
            "Degree 16 through 30 noisy points of a sine. Where λ is smallest the curve chases "
            "single points, and its test error is several times that at the λ which "
            "cross-validation marks. Move λ to both, and watch the curve."
        ),
        {"model": "polynomial", "method": "accelerated", "rate": 1.0, "noise": 0.3, "lam": 1.0},
        "weights",
    ),
    Step(
        N_("Inputs that a network ignores"),
        N_(
            "A multilayer perceptron on the first table. Its weights start at random, so it needs "
            "a few hundred steps. Under L1 most useless inputs are cut off, with all their "
            "weights exactly zero, and the test error is far below that of the smallest λ."
        ),
        {"model": "mlp", "method": "accelerated", "lam": 5.62, "speed": 5},
    ),
)
