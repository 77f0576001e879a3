"""What the visitor may set on the `regularization` page, and its lesson."""

from typing import Literal

from app.i18n import N_
from app.lab import LabConfig, Look, Step, control

PENALTY, DATA, TRAINING = N_("Penalty"), N_("Model and data"), N_("Training")
LOW, HIGH = 0.01, 750.0  # of λ
LAMBDAS, PER_DECADE = 40, 8  # that are trained at once


class RegularizationConfig(LabConfig):
    """What the visitor may set on the `regularization` page."""

    penalty: Literal["l1", "l2", "elastic"] = control(
        "l1",
        N_("Penalty"),
        N_("What large weights cost: their absolute values, their squares, or some of both."),
        Look(
            PENALTY,
            live=True,
            hidden=True,
            choices={"l1": N_("L1"), "l2": N_("L2"), "elastic": N_("Elastic net")},
        ),
    )
    lam: float = control(
        3.16,
        N_("Shown λ"),
        N_(
            "How much the penalty counts. Forty values are trained at once; this one is shown "
            "closely."
        ),
        Look(PENALTY, scale="log", live=True),
        ge=LOW,
        le=HIGH,
    )
    mix: float = control(
        0.5,
        N_("L1 share ρ"),
        N_("Of the elastic net: 1 is all L1, 0 is all L2."),
        Look(PENALTY, step=0.05, live=True),
        ge=0,
        le=1,
    )
    model: Literal["features", "polynomial", "random", "mlp"] = control(
        "features",
        N_("Model"),
        N_("What is fitted, and to which points."),
        Look(
            DATA,
            choices={
                "features": N_("Features, some useless"),
                "polynomial": N_("Polynomial of a sine"),
                "random": N_("Random features of a sine"),
                "mlp": N_("MLP, some inputs useless"),
            },
        ),
    )
    points: int = control(
        30,
        N_("Training points"),
        N_("Few points let useless features look useful by chance."),
        Look(DATA, usual=(20, 60)),
        ge=10,
        le=200,
    )
    features: int = control(
        16,
        N_("Features"),
        N_("Columns of the table: the inputs, the polynomial’s degree, or the random units."),
        Look(DATA, usual=(8, 30)),
        ge=2,
        le=40,
    )
    useful: int = control(
        4,
        N_("Useful features"),
        N_("So many of them made the target. The others have nothing to do with it."),
        Look(DATA, usual=(1, 8)),
        ge=0,
        le=40,
    )
    correlation: float = control(
        0.0,
        N_("Correlation"),
        N_("How alike every two features are. The more, the harder to tell which one matters."),
        Look(DATA, step=0.05, usual=(0, 0.8)),
        ge=0,
        le=0.95,
    )
    noise: float = control(
        0.6,
        N_("Noise"),
        N_("Standard deviation of what is added to each target. No model can predict it."),
        Look(DATA, step=0.05, usual=(0.2, 1)),
        ge=0,
        le=2,
    )
    data_seed: int = control(
        12,
        N_("Sample"),
        N_("Another number draws other points."),
        Look(DATA),
        ge=0,
        le=999,
    )
    hidden: int = control(
        8,
        N_("Hidden units"),
        N_("Of the network, tanh each."),
        Look(DATA, usual=(4, 12)),
        ge=1,
        le=16,
    )
    method: Literal["proximal", "accelerated", "subgradient"] = control(
        "proximal",
        N_("How L1 is taken"),
        N_(
            "Proximal: after each step, the soft threshold, which stops at 0. Accelerated: the "
            "same with momentum. Sub-gradient: sign(θ) as a slope, which steps over 0."
        ),
        Look(
            TRAINING,
            live=True,
            choices={
                "proximal": N_("Proximal step"),
                "accelerated": N_("Proximal, accelerated"),
                "subgradient": N_("Plain sub-gradient"),
            },
        ),
    )
    rate: float = control(
        0.2,
        N_("Step size"),
        N_("As a share of the largest that is safe; each λ has its own."),
        Look(TRAINING, scale="log", usual=(0.1, 1), live=True),
        ge=0.01,
        le=1,
    )
    seed: int = control(
        0,
        N_("Seed"),
        N_("Draws the network’s start, the random features, and who is in which fold."),
        Look(TRAINING),
        ge=0,
        le=9999,
    )


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
            "cross-validation marks. Click the chart at both, and watch the curve."
        ),
        {"model": "polynomial", "method": "accelerated", "rate": 1.0, "noise": 0.3, "lam": 1.0},
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
