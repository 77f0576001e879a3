"""What a learner may set in the `detectors` lab."""

from __future__ import annotations

from typing import Literal

from app.i18n import N_, LazyText
from app.lab import fields
from app.lab.controls import LabConfig, Look, control, page_state
from models.detection.catalog import INSTALLED, OneStageName, TwoStageName

FOUND, NETWORK = N_("Detections"), N_("The network")
POOLING, FAMILY = N_("RoI pooling"), N_("The family")
TRAINING = N_("Train it")
# As in models.detection; importing them from there loads torch.
INPUT_SIZE = 544
MOST_PROPOSALS, MAX_CANDIDATES = 300, 6000
MIN_SCORE = 0.02
BINS, MOST_BINS = 7, 14
MOST_CROPS = 50
CHANNELS = 48  # of the map that the second stage pools from
MEASURED, MEASURED_STEP = 60, 10  # scenes that are measured while one looks on
FIRST_HELD_OUT = 1_000_000_000  # seeds of scenes from here on are never learned from
SCENES = 200  # those that the recorded numbers of models/weights/scores.json are of


def networks(stages: str) -> dict[str, LazyText]:
    """The networks of a road, Vitrine's first."""
    others: dict[str, LazyText] = {
        str(name): one.title for name, one in INSTALLED.items() if one.stages == stages
    }
    return {"vitrine": N_("Vitrine's (shipped weights)"), **others}


class DetectorsConfig(LabConfig):
    """What the visitor may set on the `detectors` page."""

    score_threshold: float = control(
        0.3,
        N_("Score threshold"),
        N_("Detections with a lower score are left out. Lower shows more, right and wrong ones."),
        Look(FOUND, step=0.01, usual=(0.3, 0.5)),
        ge=MIN_SCORE,
        le=1,
    )
    iou_threshold: float = control(
        0.5,
        N_("NMS IoU threshold"),
        N_(
            "Of two boxes of the same class that overlap by more than this, the one with the lower "
            "score is suppressed. Each class by itself."
        ),
        Look(FOUND, step=0.01, usual=(0.45, 0.6)),
        ge=0,
        le=1,
    )
    proposals: int = control(
        100,
        N_("Proposals looked at"),
        N_(
            "How many of the best proposals the second stage looks at. The one-stage detector has "
            "none."
        ),
        Look(FOUND, usual=(50, 300)),
        ge=1,
        le=MOST_PROPOSALS,
    )
    model: Literal["auto", "photos", "shapes"] = control(
        "auto",
        N_("Classes"),
        N_(
            "Which pair of detectors looks at the picture. Each pair shares one trunk and learned "
            "from the same pictures."
        ),
        Look(
            NETWORK,
            choices={
                "auto": N_("What fits the picture"),
                "photos": N_("For photos: six classes"),
                "shapes": N_("For drawn scenes: eight shapes"),
            },
        ),
    )
    input_size: int = control(
        INPUT_SIZE,
        N_("Input size"),
        N_(
            "The photo's longer side as the network sees it; more pixels show smaller objects and "
            "take longer. Drawn scenes are seen at their own 192 pixels until you move this."
        ),
        Look(NETWORK, step=16, unit="px", usual=(320, 640), reach=(160, 800)),
        ge=64,
        le=1024,
    )
    pre_nms_top_n: int = control(
        1000,
        N_("Boxes into NMS"),
        N_("Only the best-scored boxes of the proposal network go on to its NMS."),
        Look(NETWORK, usual=(1000, 6000)),
        ge=1,
        le=MAX_CANDIDATES,
    )

    one_network: Literal["vitrine", OneStageName] = control(
        "vitrine",
        N_("One-stage network"),
        N_(
            "Which network goes the one-stage road in “Result”, “The two roads”, “Follow one "
            "detection” and “Measure the claim”. Vitrine's is shipped; others know COCO's classes "
            "and are installed."
        ),
        Look(NETWORK, choices=networks("one")),
    )
    two_network: Literal["vitrine", TwoStageName] = control(
        "vitrine",
        N_("Two-stage network"),
        N_(
            "Which network goes the two-stage road there. Only two of them with the same backbone "
            "and training make a fair pair. Mask R-CNN also makes the masks in “The family”."
        ),
        Look(NETWORK, choices=networks("two")),
    )
    budget: int = control(
        33,
        N_("Frame budget"),
        N_("Milliseconds that a picture may take. 33 ms are 30 pictures per second."),
        Look(NETWORK, unit="ms", usual=(33, 100)),
        ge=1,
        le=500,
    )

    rule: Literal["voc", "coco"] = control(
        "voc",
        N_("Rule of the AP"),
        N_(
            "By VOC's rule a detection belongs to the object that it overlaps most, and AP is the "
            "area under the curve. By COCO's it belongs to the best one that is still free, and AP "
            "is the mean precision at 101 recalls. They part where objects of a class overlap."
        ),
        Look(FOUND, choices={"voc": N_("VOC, 2010"), "coco": N_("COCO")}),
    )

    bins: int = control(
        BINS,
        N_("Bins per side"),
        N_("Into how many bins per side a region is pooled, whatever the region's size."),
        Look(POOLING, usual=(7, 14)),
        ge=1,
        le=MOST_BINS,
    )
    crops: int = control(
        10,
        N_("Crops for R-CNN"),
        N_(
            "How many of the best proposals are cut out of the picture; each goes through a whole "
            "network by itself. R-CNN took 2,000."
        ),
        Look(FAMILY, usual=(10, 50)),
        ge=1,
        le=MOST_CROPS,
    )

    external: Literal["rpn", "selective"] = control(
        "rpn",
        N_("Boxes of R-CNN and Fast R-CNN"),
        N_(
            "Both took their proposals from elsewhere: from selective search, which is an extra "
            "here. With the RPN's, they look at the same boxes as Faster R-CNN; an installed Mask "
            "R-CNN has an RPN of its own."
        ),
        Look(
            FAMILY,
            choices={"rpn": N_("the RPN’s"), "selective": N_("from selective search")},
        ),
    )

    form: Literal["two", "ssd", "yolo"] = control(
        "two",
        N_("Detector"),
        N_(
            "Which detector learns: RPN and second stage; or in one stage, a class and a box for "
            "each anchor (SSD) or for each cell of a grid (YOLO). The trunk is the same."
        ),
        Look(
            TRAINING,
            choices={
                "two": N_("Two stages"),
                "ssd": N_("One stage: SSD"),
                "yolo": N_("One stage: YOLO"),
            },
        ),
    )
    order: Literal["jointly", "alternating"] = control(
        "jointly",
        N_("Order of training"),
        N_("RPN and second stage at every step, or one of them at a time."),
        Look(
            TRAINING,
            choices={"jointly": N_("both at once"), "alternating": N_("by turns, four steps")},
        ),
    )
    part_steps: int = control(
        60,
        N_("Steps of each turn"),
        N_("After how many steps of training the other part has its turn."),
        Look(TRAINING, step=10, usual=(60, 200)),
        ge=10,
        le=500,
    )
    negatives: Literal["hardest", "all"] = control(
        "hardest",
        N_("Background in the loss"),
        N_(
            "SSD trains on the hardest negatives, three for each positive and here at least 12 in "
            "a scene. Focal loss takes all of them and weighs the easy ones down."
        ),
        Look(
            TRAINING,
            choices={"hardest": N_("hardest, about 3 : 1"), "all": N_("all, focal loss")},
        ),
    )
    gamma: float = control(
        2.0,
        N_("γ of focal loss"),
        N_("At 0 it is cross-entropy. Higher values weigh easy anchors down more."),
        Look(TRAINING, step=0.25, usual=(1, 3), live=True),
        ge=0,
        le=5,
    )
    taught: int = control(
        48,
        N_("Scenes to learn from"),
        N_("Few scenes are learned by heart; more of them help on scenes never seen."),
        Look(TRAINING, step=4, usual=(32, 128)),
        ge=4,
        le=200,
    )
    held_out: int = control(
        6,
        N_("Held-out scene"),
        N_("Which of the scenes that no training sees is shown beside. It changes no number."),
        Look(TRAINING, live=True),
        ge=0,
        le=SCENES - 1,
    )
    learning_rate: float = fields.learning_rate(
        TRAINING, 0.002, (0.00001, 0.1), (0.0005, 0.005), N_("How far a step of AdamW goes.")
    )
    seed: int = fields.seed(
        TRAINING, N_("Draws the scenes, the start, the anchors and the proposals of every step.")
    )

    # The page's own state.
    script: Literal["detection", "training"] = page_state("detection")  # what "The code" writes
    source: Literal["scene", "photo"] = page_state("scene")
    scene: int = page_state(6, 0, SCENES - 1)  # the number of the drawn scene
    sample: str = page_state("", max_length=40)  # the sample picture to open; "": the newest photo
    shown: Literal["side", "one", "two", "differs"] = page_state("side")
    answer: Literal["list", "box", "class"] = page_state("list")  # what is asked of a picture
    tool: Literal["look", "truth"] = page_state("look")
    followed: Literal["one", "two"] = page_state("two")  # whose detection is followed
    row: int = page_state(-1, -1, 200_000)  # which one: its row of the answer; -1: the best
    label: int = page_state(0, 0, 99)  # the class that it was found as
    as_class: int = page_state(-1, -1, 99)  # whose box of the followed proposal is shown, too
    defaults: bool = page_state(False)  # whether the default boxes of its cell are shown
    proposer: Literal["windows", "selective", "rpn"] = page_state("rpn")
    drawn: Literal["anchors", "rois"] = page_state("anchors")  # of a step's sample
    measured: Literal["scenes", "photos"] = page_state("scenes")  # now, or recorded
    curve: Literal["learned", "losses"] = page_state("learned")
    channel: int = page_state(-1, -1, CHANNELS - 1)  # of the pooled map; -1: the strongest
    bin: int = page_state(-1, -1, MOST_BINS**2 - 1)  # worked out by hand; -1: the strongest
    region: str = page_state("", max_length=60)  # x1,y1,x2,y2 that is pooled; "": a proposal
