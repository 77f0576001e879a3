"""What a learner may set in the `fitting` lab."""

from typing import Literal

from app.i18n import N_, P_
from app.lab import fields
from app.lab.controls import LabConfig, Look, control, page_state
from app.lab.fields import Optimizer

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
        N_("The curve that generates the points (unknown for your own data)."),
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
    data_seed: int = fields.data_seed(
        DATA,
        description=N_("Another number draws other points from the same curve."),
        live=True,
    )
    drawn: str = control(
        "", N_("Drawn curve"), "", Look(DATA, live=True, hidden=True), max_length=400
    )
    points: str = fields.own_points(DATA)
    axes: str = fields.own_axes(DATA)
    reading: str = fields.own_reading(DATA)
    width: int = control(
        64,
        N_("Units per layer"),
        N_("Units per hidden layer: the network’s capacity. You can reduce it during training."),
        Look(NETWORK, usual=(4, 64), live=True),
        ge=1,
        le=256,
    )
    depth: int = control(
        2,
        P_("how many", "Hidden layers"),
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
        P_("how many", "Networks"),
        N_(
            "The same network from this many random initializations; the band is their spread, "
            "not an uncertainty of the data."
        ),
        Look(NETWORK, usual=(8, 32)),
        ge=1,
        le=64,
    )
    optimizer: Optimizer = fields.optimizer(TRAINING)
    learning_rate: float = fields.learning_rate(TRAINING, 0.01, (0.00001, 10), (0.001, 0.03))
    batch_size: int = fields.batch_size(TRAINING, 16, 500, (8, 64))
    seed: int = fields.seed(TRAINING)
    l2: float = fields.l2(LEVERS)
    l1: float = fields.l1(LEVERS)
    dropout: float = fields.dropout(LEVERS)
    early_stopping: bool = control(
        False,
        N_("Early stopping"),
        N_("A network whose validation error no longer falls returns to its best state."),
        Look(LEVERS, live=True),
    )
    patience: int = control(
        300,
        N_("Patience"),
        N_("Stop after this many steps without improvement."),
        Look(LEVERS, step=10, unit=N_("steps"), live=True),
        ge=10,
        le=5000,
    )

    # The page's own state.
    show_test: bool = page_state(False)  # the test points, in the view of one network
    singles: bool = page_state(False)  # each network by itself
    sweep: bool = page_state(False)  # whether error against capacity is unfolded
