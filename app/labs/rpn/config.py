"""What a learner may set in the `rpn` lab."""

from __future__ import annotations

from typing import Literal

from app.i18n import N_
from app.lab.controls import LabConfig, Look, control, page_state
from models.detection.catalog import NETWORKS, NetworkName

NETWORK, TRUTH = N_("The network"), N_("Your ground truth")
# The size that models.detection.preprocess prepares for; importing it from there loads torch.
INPUT_SIZE = 544
MAX_BOXES = 6000  # into NMS, or out of it


class RpnConfig(LabConfig):
    """What the visitor may set on the `rpn` page."""

    model: NetworkName = control(
        "vitrine",
        N_("Model"),
        N_("Whose proposals to look at. The untrained one shows what training adds."),
        Look(NETWORK, choices={name: network.title for name, network in NETWORKS.items()}),
    )
    input_size: int = control(
        INPUT_SIZE,
        N_("Input size"),
        N_(
            "The photo's longer side as the network sees it; more pixels show smaller objects and "
            "mean more anchors. Not for torchvision's networks."
        ),
        Look(NETWORK, step=16, unit="px", usual=(320, 640), reach=(160, 800)),
        ge=64,
        le=1024,
    )
    pre_nms_top_n: int = control(
        1500,
        N_("Boxes into NMS"),
        N_("Only the best-scored boxes go on to NMS."),
        Look(NETWORK, usual=(1000, 6000)),
        ge=1,
        le=MAX_BOXES,
    )
    iou_threshold: float = control(
        0.7,
        N_("NMS IoU threshold"),
        N_(
            "A box is suppressed if its IoU with a better box that is kept is over this. A higher "
            "threshold usually keeps more boxes."
        ),
        Look(NETWORK, step=0.01, usual=(0.5, 0.7)),
        ge=0,
        le=1,
    )
    post_nms_top_n: int = control(
        300,
        N_("Proposals out"),
        N_("How many of the boxes that NMS keeps become proposals."),
        Look(NETWORK, usual=(100, 300), reach=(1, 2000)),
        ge=1,
        le=MAX_BOXES,
    )
    min_size: float = control(
        0.0,
        N_("Smallest side"),
        N_("Boxes with a shorter side are dropped, in pixels of the network's input."),
        Look(NETWORK, unit="px", usual=(0, 16), reach=(0, 100)),
        ge=0,
        le=1000,
    )
    positive_iou: float = control(
        0.7,
        N_("Positive from IoU"),
        N_("Anchors that overlap a ground-truth box at least this much are positive."),
        Look(TRUTH, step=0.01, usual=(0.5, 0.7)),
        ge=0,
        le=1,
    )
    negative_iou: float = control(
        0.3,
        N_("Negative below IoU"),
        N_("Anchors that overlap every ground-truth box less than this are negative."),
        Look(TRUTH, step=0.01, usual=(0.3, 0.4)),
        ge=0,
        le=1,
    )

    # The page's own state.
    sample: str = page_state("", max_length=40)  # the sample picture to open; "": the newest photo
    stage: Literal[
        "photo", "features", "anchors", "scores", "deltas", "clipped", "top", "nms", "proposals"
    ] = page_state("anchors")
    row: int = page_state(-1, -1, 4000)  # the chosen place; -1: the middle
    column: int = page_state(-1, -1, 4000)
    shape: int = page_state(-1, -1, 63)  # the chosen anchor at the place; -1: the best
    map: int = page_state(0, 0, 9)  # of several feature maps
    channel: int = page_state(0, 0, 4095)
    # By hand: unit of the 3 x 3 convolution, channel, output; -1: where most comes from
    unit: int = page_state(-1, -1, 255)
    plane: int = page_state(-1, -1, 127)
    output: int = page_state(-1, -1, 53)
    heat: int = page_state(-1, -1, 63)  # whose scores are the heat map; -1: the best of all shapes
    tool: Literal["look", "truth"] = page_state("look")
