"""What a learner may set in the `contrastive` lab."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.i18n import N_
from app.lab import fields
from app.lab.controls import LabConfig, Look, control, page_state
from app.pictures.albums.classes import Rule

PICTURES, METHOD, VIEWS = N_("Pictures"), N_("Method"), N_("Views: the family T")
TRAINING, SHOWN = N_("Training"), N_("Shown")


def strength(default: float, title: Any, description: Any) -> Any:
    return control(default, title, description, Look(VIEWS, step=0.05), ge=0, le=1)


class ContrastiveConfig(LabConfig):
    """What the visitor may set of a contrastive training."""

    mode: Literal["train", "composition", "projector"] = control(
        "train",
        N_("Experiment"),
        N_("Watch one training, or run many short ones (the paper’s two experiments)."),
        Look(
            METHOD,
            choices={
                "train": N_("Train and watch"),
                "composition": N_("Which augmentations?"),
                "projector": N_("Which projector?"),
            },
        ),
    )
    method: Literal["simclr", "moco", "simsiam"] = control(
        "simclr",
        N_("Method"),
        N_("SimCLR takes its negatives from the batch, MoCo from a queue; SimSiam has none."),
        Look(
            METHOD, choices={"simclr": N_("SimCLR"), "moco": N_("MoCo"), "simsiam": N_("SimSiam")}
        ),
    )
    temperature: float = control(
        0.2,
        N_("Temperature τ"),
        N_("Divides the similarities: the lower, the more the most similar negatives count."),
        Look(METHOD, scale="log", usual=(0.1, 0.5), live=True),
        ge=0.01,
        le=10,
    )
    projector: Literal["none", "linear", "mlp"] = control(
        "mlp",
        N_("Projector g"),
        N_("Stands between h and the loss, and is thrown away afterwards."),
        Look(
            METHOD,
            choices={"none": N_("none"), "linear": N_("linear"), "mlp": N_("with a hidden layer")},
        ),
    )
    queue: int = control(
        1024, N_("Keys in the queue"),
        N_("MoCo’s negatives: the newest keys; the oldest drop out."),
        Look(METHOD, step=64, usual=(512, 4096)), ge=64, le=4096,
    )  # fmt: skip
    momentum: float = control(
        0.99,
        N_("Momentum m"),
        N_(
            "The share of its own weights that the key encoder keeps in each step; 0 makes it a "
            "copy. (In the lab BatchNorm, m is the share of the new value.)"
        ),
        Look(METHOD, step=0.001, usual=(0.9, 0.999), live=True),
        ge=0,
        le=1,
    )
    stop_gradient: bool = control(
        True,
        N_("Stop-gradient"),
        N_(
            "SimSiam treats one of the two views as a constant. Without it everything may collapse."
        ),
        Look(METHOD),
    )
    data: Literal["scenes", "digits", "own", "cifar10", "folder"] = control(
        "scenes",
        N_("Pictures"),
        N_("Small scenes drawn by Vitrine, where only the shape is the class; or others."),
        Look(
            PICTURES,
            choices={
                "scenes": N_("shapes, drawn by Vitrine"),
                "digits": N_("handwritten digits"),
                "own": N_("your own"),
                "cifar10": N_("CIFAR-10, from the server’s disk"),
                "folder": N_("a folder on the server’s disk"),
            },
        ),
    )
    count: int = fields.pictures_to_learn_from(PICTURES)
    pictures: str = fields.own_pictures(PICTURES)
    classes: Rule = fields.classes_of_pictures(PICTURES)
    crop: float = strength(0.3, N_("Random crop"), N_("How small a crop may be, resized back."))
    flip: bool = control(True, N_("Flip"), N_("Mirrors a random half of the views."), Look(VIEWS))
    color: float = strength(
        0.8, N_("Color jitter"), N_("Brightness, contrast, saturation and hue.")
    )
    gray: float = strength(0.2, N_("Grayscale"), N_("The share of views without color."))
    blur: float = strength(0.5, N_("Blur"), N_("Gaussian, in half of the views, at random."))
    rotation: float = strength(1.0, N_("Rotation"), N_("Up to 90° either way at 1."))
    cutout: float = strength(
        0.0, N_("Cutout"), N_("A gray square, in half of the views, at random.")
    )
    noise: float = strength(0.0, N_("Noise"), N_("Added to every pixel."))
    batch_size: int = control(
        128, N_("Batch size N"), N_("Pictures in one step; twice as many views."),
        Look(TRAINING, step=32, usual=(64, 512)), ge=2, le=512,
    )  # fmt: skip
    learning_rate: float = fields.learning_rate(
        TRAINING, 0.003, (0.00001, 0.1), (0.001, 0.01), N_("How far a step of AdamW goes.")
    )
    weight_decay: float = control(
        0.0001, N_("Weight decay"), N_("The share of each weight that a step takes away, times the "
        "learning rate."), Look(TRAINING, scale="log"), ge=0.000001, le=0.1,
    )  # fmt: skip
    trial_steps: int = control(
        120, N_("Steps of one short training"),
        N_("In the two experiments of many trainings, on 1,000 pictures in batches of 64."),
        Look(TRAINING, step=20), ge=20, le=400,
    )  # fmt: skip
    seed: int = fields.seed(
        TRAINING, N_("Draws the scenes, the initialization, the batches and every view.")
    )
    row: int = control(
        0, N_("Chosen view"), N_("The row of the matrix shown in detail."),
        Look(SHOWN, live=True, hidden=True), ge=0, le=31,
    )  # fmt: skip
    space: Literal["z", "h"] = control(
        "z", N_("Similarities of"), N_("In which space similarities are computed."),
        Look(SHOWN, choices={"z": N_("z"), "h": N_("h")}, live=True, hidden=True),
    )  # fmt: skip

    # The page's own state.
    column: int = page_state(-1, -1, 31)  # of the matrix; -1: the positive's
    picture: int = page_state(0, 0, 159)  # whose views are drawn
    draws: int = page_state(0, 0, 999_999)  # the number of its first draw
    map: Literal["pca", "tsne", "before"] = page_state("pca")


class ContrastiveAction(BaseModel):
    """What is measured on request, a part at a time: linear probes and neighbors; trainings with
    few labels and with many from a random start, or from the encoder; a map by t-SNE.
    """

    model_config = ConfigDict(extra="forbid")

    do: Literal["probe", "supervise", "fine-tune", "map"]
