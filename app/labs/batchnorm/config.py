"""What a learner may set in the `batchnorm` lab."""

from typing import Literal

from app.i18n import N_, P_
from app.lab import fields
from app.lab.controls import LabConfig, Look, control, page_state

DATA, NETWORK, TRAINING, GOAL = N_("Data"), N_("Networks"), N_("Training"), N_("Goal")
MAX_LAYERS, MAX_UNITS = 6, 32


class BatchnormConfig(LabConfig):
    """What the visitor may set on the `batchnorm` page."""

    mode: Literal["train", "sweep"] = control(
        "train",
        N_("Kind of run"),
        N_("Compare three positions of BatchNorm, or eight settings with and without it."),
        Look(
            TRAINING,
            hidden=True,
            choices={"train": N_("Side by side"), "sweep": N_("Eight settings")},
        ),
    )
    setting: Literal["rate", "scale"] = control(
        "rate",
        N_("What the eight settings are"),
        N_("Eight learning rates, or eight scales of the random start."),
        Look(
            TRAINING,
            hidden=True,
            choices={"rate": N_("Learning rates"), "scale": N_("Initialization scales")},
        ),
    )
    layer: int = control(
        2, N_("Layer"), N_("Of the unit that is looked at closely."),
        Look(NETWORK, live=True, hidden=True), ge=1, le=MAX_LAYERS,
    )  # fmt: skip
    unit: int = control(
        1, N_("Hidden unit"), N_("The unit that is looked at closely."),
        Look(NETWORK, live=True, hidden=True), ge=1, le=MAX_UNITS,
    )  # fmt: skip
    depth: int = control(
        4,
        P_("how many", "Hidden layers"),
        N_("The deeper, the more a layer’s input depends on all the layers before it."),
        Look(NETWORK, usual=(3, 5)),
        ge=1,
        le=MAX_LAYERS,
    )
    width: int = control(
        12, N_("Units per layer"), N_("The same in every hidden layer."),
        Look(NETWORK, usual=(8, 16)), ge=2, le=MAX_UNITS,
    )  # fmt: skip
    activation: Literal["tanh", "sigmoid", "relu"] = control(
        "tanh",
        N_("Activation"),
        N_("The function after each hidden layer. It is drawn under the histograms."),
        Look(NETWORK, choices={"tanh": "tanh", "sigmoid": "sigmoid", "relu": "ReLU"}),
    )
    init_scale: float = control(
        1.0,
        N_("Initialization scale"),
        N_("Multiplies all initial weights (Glorot)."),
        Look(NETWORK, scale="log", usual=(0.5, 2)),
        ge=0.05,
        le=20,
    )
    learning_rate: float = fields.learning_rate(
        TRAINING,
        0.1,
        (0.001, 10),
        (0.03, 1),
        N_("How far a step goes against the gradient, in all networks."),
    )
    batch_size: int = fields.batch_size(
        TRAINING,
        32,
        256,
        (16, 64),
        N_("Points of one step. BatchNorm takes its mean and variance from so many."),
        live=False,
    )
    momentum: float = control(
        0.1,
        N_("Momentum of the statistics"),
        N_("The share of the new batch in the running mean and variance, as PyTorch counts it."),
        Look(TRAINING, scale="log", usual=(0.01, 0.1), live=True),
        ge=0.001,
        le=1,
    )
    seeds: int = control(
        6,
        N_("Random initializations"),
        N_("From each initialization one network is trained without BatchNorm and two with it."),
        Look(TRAINING, usual=(4, 8)),
        ge=1,
        le=12,
    )
    seed: int = fields.seed(TRAINING, N_("Draws the initializations and the order of the points."))
    data: Literal["moons", "circle", "xor", "spiral", "gaussians"] = control(
        "moons",
        N_("Data set"),
        N_("Two classes on a plane, to be told apart."),
        Look(
            DATA,
            choices={
                "moons": N_("Two moons"),
                "circle": N_("Circle"),
                "xor": N_("XOR"),
                "spiral": N_("Spiral"),
                "gaussians": N_("Gaussians"),
            },
        ),
    )
    noise: float = control(
        0.1, N_("Noise"), N_("How far the points stray."),
        Look(DATA, step=0.01, usual=(0.05, 0.3)), ge=0, le=1,
    )  # fmt: skip
    data_seed: int = fields.data_seed(DATA)
    target: float = control(
        0.1,
        N_("Loss to reach"),
        N_("The page counts the steps until the training loss is below it."),
        Look(GOAL, step=0.01, usual=(0.05, 0.3), live=True),
        ge=0.02,
        le=0.68,
    )

    # The page's own state.
    sweep: bool = page_state(False)  # whether the eight settings are unfolded
    phase: Literal["train", "eval"] = page_state("train")  # of the unit that is looked at closely
    sister: Literal["batch", "layer", "instance", "group"] = page_state("batch")
    groups: Literal["1", "2", "4"] = page_state("2")  # of GroupNorm
    map: int = page_state(0, 0, 11)  # that is looked at closely
    # Gradient descent on two weights: the rate as a share of the greatest that converges; the
    # deviation of input 2 and the mean of input 1.
    descent: float = page_state(0.7, 0.01, 1.2, step=0.05, reach=(0.05, 1.1))
    spread: float = page_state(5.0, 0.2, 10, step=0.5, reach=(0.5, 10))
    offset: float = page_state(1.0, -5, 5, step=0.25, reach=(-3, 3))
