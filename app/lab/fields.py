"""Controls that several labs offer: their names, units and texts are the same everywhere.

Each takes the heading of its group and what a lab has of its own: its default, its limits, its
usual range.
"""

from typing import Any, Literal

from app.i18n import N_, LazyText
from app.lab.controls import Look, control

Optimizer = Literal["sgd", "momentum", "adam"]
Range = tuple[float, float]

OWN = frozenset({"pictures", "clip"})  # fields that hold the id of what a visitor has uploaded


def learning_rate(
    group: LazyText,
    default: float,
    limits: Range,
    usual: Range,
    description: LazyText = N_("How far a step goes. If it is too large, the loss diverges."),
) -> Any:
    """The size of a step, powers of ten on its slider; it changes a running run."""
    look = Look(group, scale="log", usual=usual, live=True)
    return control(default, N_("Learning rate"), description, look, *limits)


def batch_size(
    group: LazyText,
    default: int,
    most: int,
    usual: Range,
    description: LazyText = N_("Training points in one step."),
    live: bool = True,
) -> Any:
    """Samples of one step."""
    return control(
        default, N_("Batch size"), description, Look(group, usual=usual, live=live), 1, most
    )


def optimizer(group: LazyText) -> Any:
    choices = {"sgd": N_("SGD"), "momentum": N_("SGD with momentum"), "adam": N_("Adam")}
    return control(
        "adam",
        N_("Optimizer"),
        N_("How a gradient becomes a step."),
        Look(group, choices=choices),
    )


def seed(
    group: LazyText,
    description: LazyText = N_(
        "Chooses the random initializations and the order of the points. The same number gives "
        "the same run."
    ),
) -> Any:
    """The number that every draw of a run follows from."""
    return control(0, N_("Seed"), description, Look(group), 0, 9999)


def data_seed(
    group: LazyText,
    default: int = 0,
    description: LazyText = N_("Another number draws other points."),
    live: bool = False,
) -> Any:
    """The number that a run's data are drawn by."""
    return control(default, N_("Sample"), description, Look(group, live=live), 0, 999)


def l2(group: LazyText) -> Any:
    return control(
        0.0,
        N_("L2 penalty"),
        N_("Adds λ times the sum of all squared weights to the loss: no weight grows large."),
        Look(group, scale="log", usual=(0.0001, 0.01), live=True),
        0,
        1,
    )


def l1(group: LazyText) -> Any:
    return control(
        0.0,
        N_("L1 penalty"),
        N_(
            "Adds λ times the sum of all absolute weights: many weights come close to zero "
            "(exactly zero only with a proximal step, see L1 and L2 regularization)."
        ),
        Look(group, scale="log", usual=(0.0001, 0.01), live=True),
        0,
        1,
    )


def dropout(group: LazyText) -> Any:
    return control(
        0.0,
        N_("Dropout"),
        N_("The share of hidden units left out at random in each step."),
        Look(group, step=0.05, usual=(0.1, 0.5), live=True),
        0,
        0.8,
    )


def own_points(group: LazyText) -> Any:
    """A visitor's own points, as `encode_rows` of models/data/points.py writes them."""
    return control("", N_("Own points"), "", Look(group, live=True, hidden=True), max_length=14_000)


def own_axes(group: LazyText) -> Any:
    """What the axes of own points are called and count in."""
    return control("", N_("Names and units"), "", Look(group, hidden=True), max_length=200)


def own_reading(group: LazyText) -> Any:
    """How the table of own points was understood."""
    return control("", N_("How it was read"), "", Look(group, hidden=True), max_length=240)


def pictures_to_learn_from(group: LazyText) -> Any:
    """How many of the pictures are learned from."""
    return control(
        2000,
        N_("To learn from"),
        N_("Pictures without labels. Others are held out for testing."),
        Look(group, step=50),
        50,
        5000,
    )


def own_pictures(group: LazyText) -> Any:
    """The album that a visitor has uploaded."""
    look = Look(group, hidden=True)
    said = N_("What was uploaded, by its id.")
    return control("", N_("Your pictures"), said, look, max_length=32)


def classes_of_pictures(group: LazyText) -> Any:
    """The rule by which an album's files tell their classes."""
    return control(
        "auto",
        N_("Classes"),
        N_(
            "What tells the class of each picture. ImageFolder, torchvision’s rule, takes the "
            "first level that has several folders."
        ),
        Look(
            group,
            choices={
                "auto": N_("folders (ImageFolder)"),
                "first": N_("outermost folders"),
                "last": N_("innermost folders"),
                "name": N_("start of the file name"),
                "none": N_("no classes"),
            },
        ),
    )
