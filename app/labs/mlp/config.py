"""What a learner may set in the `mlp` lab."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.i18n import N_, P_
from app.lab import fields
from app.lab.controls import LabConfig, Look, control, page_state
from app.lab.fields import Optimizer

DATA, NETWORK, START, TRAINING, LEVERS = (
    N_("Data"),
    N_("Network"),
    N_("Random initialization"),
    N_("Training"),
    N_("Against overfitting"),
)
MAX_LAYERS, MAX_UNITS = 6, 32
# The corners of a square, opposite ones of one class; written by models.data.points.encode_rows.
XOR = "zEzMTADMTDOzATOzzEwBM7MzswA"


class MlpConfig(LabConfig):
    """What the visitor may set on the `mlp` page."""

    model: Literal["mlp", "perceptron"] = control(
        "mlp",
        N_("Model"),
        N_("Rosenblatt's perceptron, one sample at a time, or a multilayer perceptron."),
        Look(NETWORK, choices={"mlp": N_("Multilayer perceptron"), "perceptron": N_("Perceptron")},
             hidden=True),
    )  # fmt: skip
    data: Literal[
        "gaussians", "circle", "xor", "moons", "spiral", "slope", "hill", "saddle", "own"
    ] = control(
        "moons",
        N_("Data set"),
        N_("Classes to tell apart, or, on a surface, heights to predict."),
        Look(
            DATA,
            choices={
                "gaussians": N_("Gaussians"),
                "circle": N_("Circle"),
                "xor": N_("XOR"),
                "moons": N_("Two moons"),
                "spiral": N_("Spiral"),
                "slope": N_("Regression: a slope"),
                "hill": N_("Regression: a hill"),
                "saddle": N_("Regression: a saddle"),
                "own": N_("Your own points"),
            },
        ),
    )
    samples: int = control(
        200,
        N_("Points"),
        N_("Training and test points together."),
        Look(DATA, step=10, usual=(100, 500), live=True),
        ge=10,
        le=1000,
    )
    noise: float = control(
        0.15,
        N_("Noise"),
        N_("How far the points stray."),
        Look(DATA, step=0.01, usual=(0.05, 0.3), live=True),
        ge=0,
        le=1,
    )
    test_share: float = control(
        0.3,
        N_("Test points"),
        N_("This share of the points is kept for testing; the network never learns from it."),
        Look(DATA, step=0.05, usual=(0.2, 0.5), live=True),
        ge=0,
        le=0.8,
    )
    classes: int = control(
        2,
        P_("how many", "Classes"),
        N_("For the Gaussians and the spiral; the other sets have two."),
        Look(DATA),
        ge=2,
        le=4,
    )
    data_seed: int = fields.data_seed(DATA, live=True)
    points: str = fields.own_points(DATA)
    axes: str = fields.own_axes(DATA)
    labels: str = control(
        "", N_("Names of the classes"), "", Look(DATA, hidden=True), max_length=200
    )
    reading: str = fields.own_reading(DATA)
    layers: str = control("6,4", N_("Hidden layers"), "", Look(NETWORK, hidden=True), max_length=20)
    activation: Literal["identity", "sign", "sigmoid", "tanh", "relu"] = control(
        "tanh",
        N_("Activation"),
        N_("Without one (identity) all layers together are a single linear map."),
        Look(
            NETWORK,
            choices={
                "identity": N_("Identity (none)"),
                "sign": N_("Sign (step)"),
                "sigmoid": N_("sigmoid"),
                "tanh": N_("tanh"),
                "relu": N_("ReLU"),
            },
        ),
    )
    batchnorm: Literal["none", "before", "after"] = control(
        "none",
        N_("BatchNorm"),
        N_("Normalizes each hidden unit over the batch, before or after its activation."),
        Look(
            NETWORK,
            choices={
                "none": N_("None"),
                "before": N_("Before the activation"),
                "after": N_("After the activation"),
            },
        ),
    )
    replicas: int = control(
        8,
        P_("how many", "Networks"),
        N_("The same network from this many random initializations; the curves show their spread."),
        Look(NETWORK, usual=(4, 32)),
        ge=1,
        le=32,
    )
    shown: int = control(
        0,
        N_("Network on show"),
        N_("The one that is drawn; 0 is the first."),
        Look(NETWORK, live=True, hidden=True),
        ge=0,
        le=31,
    )
    loss: Literal["cross-entropy", "squared", "hinge"] = control(
        "cross-entropy",
        P_("function", "Loss"),
        N_("The loss that training minimizes. On a surface it is always the squared error."),
        Look(
            TRAINING,
            choices={
                "cross-entropy": N_("Cross-entropy"),
                "squared": N_("Squared error"),
                "hinge": N_("Hinge"),
            },
        ),
    )
    optimizer: Optimizer = fields.optimizer(TRAINING)
    learning_rate: float = fields.learning_rate(TRAINING, 0.02, (0.00001, 100), (0.001, 0.1))
    batch_size: int = fields.batch_size(TRAINING, 20, 1000, (10, 100))
    seed: int = fields.seed(START)
    init: Literal["xavier", "he", "torch", "normal", "zero"] = control(
        "xavier",
        N_("Initialization"),
        N_("From which distribution the first weights are drawn. Zero keeps all units alike."),
        Look(
            START,
            choices={
                "xavier": N_("Xavier (Glorot)"),
                "he": N_("He (Kaiming)"),
                "torch": N_("PyTorch's default"),
                "normal": N_("Standard normal"),
                "zero": N_("All zero"),
            },
        ),
    )
    init_scale: float = control(
        1.0,
        N_("Initialization scale"),
        N_("Multiplies all initial weights."),
        Look(START, scale="log", usual=(0.5, 2)),
        ge=0.01,
        le=100,
    )
    l2: float = fields.l2(LEVERS)
    l1: float = fields.l1(LEVERS)
    dropout: float = fields.dropout(LEVERS)
    eta: float = control(
        1.0,
        N_("Step η of the perceptron"),
        N_(
            "How much of the wrong point is added. From a start at zero it only scales the weights."
        ),
        Look(TRAINING, scale="log"),
        ge=0.01,
        le=10,
    )

    # The page's own state.
    look: Literal["shares", "classes"] = page_state("shares")  # of the map
    compare: str = page_state("", max_length=2000)  # the other settings, as an address has them


class SetWeight(BaseModel):
    """A weight from one unit to another, or with `source` null the bias of `target`."""

    model_config = ConfigDict(extra="forbid")

    layer: Annotated[int, Field(ge=0, le=MAX_LAYERS)]
    source: Annotated[int, Field(ge=0, le=MAX_UNITS)] | None = None
    target: Annotated[int, Field(ge=0, le=MAX_UNITS)]
    value: Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
