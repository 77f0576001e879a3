"""What a learner may set in the `pretext` lab."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.i18n import N_
from app.lab import fields
from app.lab.controls import LabConfig, Look, control, page_state
from app.pictures.albums.classes import Rule
from models.measures import PretextTask, Question

TASK, PICTURES, TRAINING = N_("Task"), N_("Pictures"), N_("Training")
SENTENCES = N_("Sentences")

TASK_NAMES = {
    "rotation": N_("rotation"),
    "patch": N_("relative patch"),
    "color": N_("color, as classes"),
    "regression": N_("color, squared error"),
    "masked": N_("masked region"),
    "order": N_("frame order: in order or not"),
    "sort": N_("frame order: 12 orders"),
    "speed": N_("video speed"),
    "frame": N_("masked frame"),
    "simclr": N_("contrastive (SimCLR)"),
    "supervised": N_("supervised: the classes"),
}


class PretextConfig(LabConfig):
    """What the visitor may set of a pretext training. The view on show tells the mode: a training
    of its own for each.
    """

    mode: Literal["pictures", "words", "pairs", "scale"] = control(
        "pictures", N_("What is learned from"),
        N_("Pictures and clips, sentences, or pairs of both; or more and more pictures."),
        Look(TASK, hidden=True, choices={
            "pictures": N_("pictures"), "words": N_("sentences"), "pairs": N_("pairs"),
            "scale": N_("more and more pictures"),
        }),
    )  # fmt: skip
    task: PretextTask = control(
        "rotation",
        N_("Pretext task"),
        N_(
            "The question that the network learns to answer. All but the last make their label "
            "from the data."
        ),
        Look(TASK, choices=TASK_NAMES),
    )
    start: Literal["random", "photos"] = control(
        "random",
        N_("Start"),
        N_(
            "Random weights, or those that come with Vitrine: trained on this task with crops of "
            "real photos, or with drawn clips."
        ),
        Look(TASK, choices={"random": N_("random weights"), "photos": N_("shipped weights")}),
    )
    gap: int = control(
        2, N_("Gap between patches"),
        N_(
            "With no gap, lines that go on from patch to patch give the answer away. A wide "
            "gap leaves room for smaller patches only."
        ),
        Look(TASK, unit=N_("px"), usual=(2, 4)), ge=0, le=4,
    )  # fmt: skip
    jitter: int = control(
        1, N_("Jitter"), N_("Each patch lies off its place by up to so many pixels."),
        Look(TASK, unit=N_("px")), ge=0, le=2,
    )  # fmt: skip
    color_drop: float = control(
        0.5, N_("Color dropped"), N_("The share of the patch pairs that are shown in gray."),
        Look(TASK, step=0.05), ge=0, le=1,
    )  # fmt: skip
    ratio: float = control(
        0.6, N_("Masked share"), N_("The share of the blocks that are hidden."),
        Look(TASK, step=0.05, usual=(0.5, 0.75)), ge=0.05, le=0.95,
    )  # fmt: skip
    block: Literal["4", "8", "16"] = control(
        "4",
        N_("Side of a block"),
        N_("Pixels. Larger blocks are harder to fill in from their edges."),
        Look(TASK, choices={"4": N_("4 px"), "8": N_("8 px"), "16": N_("16 px")}),
    )
    data: Literal["objects", "scenes", "digits", "own", "cifar10", "folder"] = control(
        "objects",
        N_("Pictures"),
        N_(
            "Things that stand on a ground, drawn by Vitrine; or others. Clips have a control of "
            "their own."
        ),
        Look(
            PICTURES,
            choices={
                "objects": N_("upright things, drawn"),
                "scenes": N_("turned shapes, drawn"),
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
    sentences: int = control(
        1000, N_("Sentences"), N_("How many captions are drawn to learn from."),
        Look(SENTENCES, step=10, usual=(200, 2000)), ge=10, le=5000,
    )  # fmt: skip
    sentence: str = control(
        "a small cup stands on the left", N_("Your sentence"), N_("In English, 12 words at most."),
        Look(SENTENCES, hidden=True, live=True), max_length=160,
    )  # fmt: skip
    hidden_word: int = control(
        2, N_("The gap"), N_("Which of its words is hidden, from 0."),
        Look(SENTENCES, hidden=True, live=True), ge=0, le=11,
    )  # fmt: skip
    prompts: str = control(
        "a car, a bus, a person, a cup, a bottle, a book, a vase, a balloon", N_("Your prompts"),
        N_("Texts in English, with commas between them, 12 at most."),
        Look(SENTENCES, hidden=True, live=True), max_length=400,
    )  # fmt: skip
    clips: Literal["thrown", "pans", "own"] = control(
        "thrown", N_("Clips"),
        N_(
            "Drawn things that are thrown, under one gravity; or pans over two photos, at one "
            "pace. Held-out pans are over the right part of each photo. On a clip of your own, the "
            "network is asked what it learned from thrown things."
        ),
        Look(PICTURES, choices={
            "thrown": N_("thrown things"), "pans": N_("pans over photos"), "own": N_("your own"),
        }),
    )  # fmt: skip
    clip: str = control(
        "", N_("Your clip"), N_("What was uploaded, by its id."),
        Look(PICTURES, hidden=True), max_length=32,
    )  # fmt: skip
    length: Literal["13", "25"] = control(
        "13", N_("Frames of a clip"),
        N_("In 25 frames, four frames eight apart have room: then there is a fourth speed, 8×."),
        Look(PICTURES, choices={"13": N_("13: up to 4×"), "25": N_("25: up to 8×")}),
    )  # fmt: skip
    width: Literal["0.5", "1", "2"] = control(
        "1", N_("Width of the encoder"),
        N_("Of all its layers but the last, as a multiple of what the other views have."),
        Look(TRAINING, choices={"0.5": N_("0.5 times"), "1": N_("1 time"), "2": N_("2 times")}),
    )  # fmt: skip
    batch_size: int = control(
        64, N_("Batch N"), N_("Pictures, clips, sentences or pairs in one step."),
        Look(TRAINING, step=16, usual=(32, 128)), ge=4, le=256,
    )  # fmt: skip
    learning_rate: float = fields.learning_rate(
        TRAINING, 0.002, (0.00001, 0.1), (0.0005, 0.005), N_("How far a step of AdamW goes.")
    )
    probe_labels: int = control(
        10, N_("Labels of the probe"),
        N_("So many of each class the lower of the two probes learns from: the mean of 3 draws."),
        Look(TRAINING, usual=(2, 20)), ge=1, le=40,
    )  # fmt: skip
    seed: int = fields.seed(
        TRAINING, N_("Draws the pictures, the start, the batches and every puzzle.")
    )

    # The page's own state.
    puzzle: int = page_state(0, 0, 15)  # whose making is drawn
    beside: Literal["game", "confusion"] = page_state("game")  # what stands beside the puzzles
    picture: int = page_state(0, 0, 47)  # whose neighbors are shown
    question: Question = page_state("class")
    labels: Literal["1", "5", "10", "100", "all"] = page_state("10")
    along: Literal["labels", "depth", "tuning"] = page_state(
        "labels"
    )  # what the accuracies are drawn over
    measured: Literal["drawn", "photos"] = page_state("drawn")
    filled: Literal["masked", "color"] = page_state("masked")
    painted: str = page_state("", max_length=64)  # blocks, row by row: "1" is hidden; "": at random
    watched: Literal["sort", "speed"] = page_state("sort")
    pair: int = page_state(0, 0, 9)  # the picture whose row is read
    text: int = page_state(0, 0, 9)  # and the text whose column is


class PretextAction(BaseModel):
    """What is measured on request, a part at a time: every question, by linear classifiers; or one
    question, by training the whole network for it.
    """

    model_config = ConfigDict(extra="forbid")

    do: Literal["ask", "tune"]
    question: Question = "class"
