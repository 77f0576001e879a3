"""The detection networks that there are: the one list of them. torch is not imported here."""

from typing import Literal, NamedTuple, get_args

NetworkName = Literal[
    "vitrine", "fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_resnet50_fpn_v2", "untrained"
]
DetectorsName = Literal["photos", "shapes"]
Origin = Literal["shipped", "fetched", "untrained"]


def N_(text: str) -> str:
    """Mark a text for translation by whoever shows it."""
    return text


class Network(NamedTuple):
    """A network: its title, and where its weights come from.

    A fetched one is torchvision's: `builder` is the name of the function in
    torchvision.models.detection that makes it, `weights` that of its weights, as
    torchvision.models.get_weight knows them.
    """

    title: str
    origin: Origin
    builder: str = ""
    weights: str = ""


NETWORKS: dict[NetworkName, Network] = {
    "vitrine": Network(N_("Vitrine's RPN (shipped weights)"), "shipped"),
    "fasterrcnn_mobilenet_v3_large_320_fpn": Network(
        N_("Faster R-CNN MobileNetV3 320 (torchvision)"),
        "fetched",
        "fasterrcnn_mobilenet_v3_large_320_fpn",
        "FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.COCO_V1",
    ),
    "fasterrcnn_resnet50_fpn_v2": Network(
        N_("Faster R-CNN ResNet-50 v2 (torchvision)"),
        "fetched",
        "fasterrcnn_resnet50_fpn_v2",
        "FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1",
    ),
    "untrained": Network(N_("The same network, untrained"), "untrained"),
}
FETCHED: tuple[NetworkName, ...] = tuple(
    name for name in get_args(NetworkName) if NETWORKS[name].origin == "fetched"
)


class DetectorPair(NamedTuple):
    """A one-stage and a two-stage detector on one trunk: what they know, and how they see.

    `files` names the paths in `models.detection.shipped`; `size` is the longer side of the input
    where nobody asks for another, pixels.
    """

    title: str
    files: str
    size: int


DETECTORS: dict[DetectorsName, DetectorPair] = {
    "photos": DetectorPair(N_("For photos: six classes"), "PHOTO_FILES", 544),
    "shapes": DetectorPair(N_("For drawn scenes: eight shapes"), "SHAPE_FILES", 192),
}
