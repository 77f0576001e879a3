"""What a learner may set in the `regularization` lab."""

from typing import Literal

from app.i18n import N_
from app.lab import fields
from app.lab.controls import LabConfig, Look, control, page_state

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
        N_("How much of the elastic net is L1: 1 is L1 alone, 0 is L2 alone."),
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
        N_("How many features the target really depends on."),
        Look(DATA, usual=(1, 8)),
        ge=0,
        le=40,
    )
    correlation: float = control(
        0.0,
        N_("Correlation"),
        N_(
            "The correlation of every two features. The higher, the harder to tell which one "
            "matters."
        ),
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
    data_seed: int = fields.data_seed(DATA, default=12)
    hidden: int = control(
        8,
        N_("Hidden units"),
        N_("Hidden units of the network, with tanh."),
        Look(DATA, usual=(4, 12)),
        ge=1,
        le=16,
    )
    method: Literal["proximal", "accelerated", "subgradient"] = control(
        "proximal",
        N_("How L1 is taken"),
        N_(
            "Proximal: after each step, the soft threshold, which stops at 0. Accelerated: the "
            "same with momentum. Sub-gradient: sign(θ) as a derivative, which steps over 0."
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
        N_(
            "As a share of 1/L, the usual safe step; L is the greatest curvature, and each λ "
            "has its own."
        ),
        Look(TRAINING, scale="log", usual=(0.1, 1), live=True),
        ge=0.01,
        le=1,
    )
    seed: int = fields.seed(
        TRAINING, N_("Draws the network’s initialization, the random features, and the folds.")
    )

    # The page's own state.
    between: float = page_state(0.6, -0.95, 0.95, step=0.1, reach=(-0.9, 0.9))  # two features
    pull: float = page_state(0.07, 0.01, 0.4, step=0.01)  # step size times λ, on one weight
    start: float = page_state(1.0, -2, 2, step=0.05)  # of that weight
    decay: float = page_state(0.5, 0.01, 10, step=0.1, scale="log")  # λ of four optimizers
