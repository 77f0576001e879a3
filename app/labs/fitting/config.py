"""What the visitor may set on the `fitting` page, and its lesson."""

from typing import Literal

from app.i18n import N_
from app.lab.contract import LabConfig, Look, control

DATA, NETWORK, TRAINING, LEVERS = (
    N_("Data"),
    N_("Network"),
    N_("Training"),
    N_("Against overfitting"),
)


class FittingConfig(LabConfig):
    """What the visitor may set on the `fitting` page."""

    mode: Literal["fit", "capacity"] = control(
        "fit",
        N_("What to train"),
        N_("One size of network, or every size at once."),
        Look(
            DATA,
            choices={"fit": N_("One size"), "capacity": N_("Every size")},
            hidden=True,
        ),
    )
    data: Literal["sine", "step", "polynomial", "drawn", "own"] = control(
        "sine",
        N_("True curve"),
        N_("What the points are drawn from. With your own points nobody knows it."),
        Look(
            DATA,
            live=True,
            choices={
                "sine": N_("Sine"),
                "step": N_("Step function"),
                "polynomial": N_("Polynomial"),
                "drawn": N_("The one you draw"),
                "own": N_("Your own points"),
            },
        ),
    )
    train: int = control(
        16,
        N_("Training points"),
        N_("The network learns from these. More of them leave less room for wiggles."),
        Look(DATA, usual=(10, 200), live=True),
        ge=2,
        le=500,
    )
    noise: float = control(
        0.25,
        N_("Noise"),
        N_("Standard deviation of what is added to the true curve. No network can predict it."),
        Look(DATA, step=0.01, usual=(0.1, 0.4), live=True),
        ge=0,
        le=1,
    )
    validation: int = control(
        24,
        N_("Validation points"),
        N_("They choose when to stop. The network is not trained on them."),
        Look(DATA, live=True),
        ge=0,
        le=200,
    )
    data_seed: int = control(
        0,
        N_("Sample"),
        N_("Another number draws other points from the same curve."),
        Look(DATA, live=True),
        ge=0,
        le=999,
    )
    drawn: str = control(
        "", N_("Drawn curve"), "", Look(DATA, live=True, hidden=True), max_length=400
    )
    points: str = control(
        "", N_("Own points"), "", Look(DATA, live=True, hidden=True), max_length=14_000
    )
    axes: str = control("", N_("Names and units"), "", Look(DATA, hidden=True), max_length=200)
    reading: str = control("", N_("How it was read"), "", Look(DATA, hidden=True), max_length=240)
    width: int = control(
        64,
        N_("Units in a layer"),
        N_("How much the network can bend. Fewer can be switched off while it trains."),
        Look(NETWORK, usual=(4, 64), live=True),
        ge=1,
        le=256,
    )
    depth: int = control(
        2,
        N_("Hidden layers"),
        N_("More layers bend more with the same number of units."),
        Look(NETWORK, usual=(1, 3)),
        ge=1,
        le=3,
    )
    activation: Literal["tanh", "relu", "sigmoid"] = control(
        "tanh",
        N_("Activation"),
        N_("What each unit does to its sum: tanh bends smoothly, ReLU in straight pieces."),
        Look(NETWORK, choices={"tanh": N_("tanh"), "relu": N_("ReLU"), "sigmoid": N_("sigmoid")}),
    )
    replicas: int = control(
        16,
        N_("Networks"),
        N_("The same network from so many random starts: their spread is the band."),
        Look(NETWORK, usual=(8, 32)),
        ge=1,
        le=64,
    )
    optimizer: Literal["sgd", "momentum", "adam"] = control(
        "adam",
        N_("Optimizer"),
        N_("How a gradient becomes a step."),
        Look(
            TRAINING,
            choices={"sgd": N_("SGD"), "momentum": N_("SGD with momentum"), "adam": N_("Adam")},
        ),
    )
    learning_rate: float = control(
        0.01,
        N_("Learning rate"),
        N_("How far a step goes. Too large, and the loss leaves every bound."),
        Look(TRAINING, scale="log", usual=(0.001, 0.03), live=True),
        ge=0.00001,
        le=10,
    )
    batch_size: int = control(
        16,
        N_("Batch size"),
        N_("Training points in one step."),
        Look(TRAINING, usual=(8, 64), live=True),
        ge=1,
        le=500,
    )
    seed: int = control(
        0,
        N_("Seed"),
        N_("Chooses the random starts and the order of the points. The same number, the same run."),
        Look(TRAINING),
        ge=0,
        le=9999,
    )
    l2: float = control(
        0.0,
        N_("L2 penalty"),
        N_("Adds λ times the sum of all squared weights to the loss: no weight grows large."),
        Look(LEVERS, scale="log", usual=(0.0001, 0.01), live=True),
        ge=0,
        le=1,
    )
    l1: float = control(
        0.0,
        N_("L1 penalty"),
        N_("Adds λ times the sum of all absolute weights: many weights go to zero."),
        Look(LEVERS, scale="log", usual=(0.0001, 0.01), live=True),
        ge=0,
        le=1,
    )
    dropout: float = control(
        0.0,
        N_("Dropout"),
        N_("The share of hidden units left out at random in each step."),
        Look(LEVERS, step=0.05, usual=(0.1, 0.5), live=True),
        ge=0,
        le=0.8,
    )
    early_stopping: bool = control(
        False,
        N_("Early stopping"),
        N_("A network whose validation error no longer falls goes back to its best state."),
        Look(LEVERS, live=True),
    )
    patience: int = control(
        300,
        N_("Patience"),
        N_("For so many steps the validation error may fail to fall before the network stops."),
        Look(LEVERS, step=10, unit=N_("steps"), live=True),
        ge=10,
        le=5000,
    )
