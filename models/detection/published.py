"""Detectors that others trained on COCO, as torchvision publishes them with its weights."""

from typing import Literal, NamedTuple

from torchvision.models import get_weight

Kind = Literal["one-stage", "two-stage"]


class Published(NamedTuple):
    """One detector on COCO val2017."""

    name: str
    kind: Kind
    backbone: str
    box_map: float  # mean AP at IoU 0.5 to 0.95, of 100
    gflops: float  # of one picture at the size that the weights are for


PAIRS: tuple[tuple[str, Kind, str, str], ...] = (
    ("RetinaNet_ResNet50_FPN_Weights", "one-stage", "RetinaNet", "ResNet-50"),
    ("FCOS_ResNet50_FPN_Weights", "one-stage", "FCOS", "ResNet-50"),
    ("FasterRCNN_ResNet50_FPN_Weights", "two-stage", "Faster R-CNN", "ResNet-50"),
    ("SSDLite320_MobileNet_V3_Large_Weights", "one-stage", "SSDLite", "MobileNetV3, 320 px"),
    (
        "FasterRCNN_MobileNet_V3_Large_320_FPN_Weights",
        "two-stage",
        "Faster R-CNN",
        "MobileNetV3, 320 px",
    ),
)


def published() -> list[Published]:
    """The pairs that share a backbone, with torchvision's own numbers."""
    rows = []
    for weights, kind, name, backbone in PAIRS:
        meta = get_weight(f"{weights}.COCO_V1").meta
        box_map = float(meta["_metrics"]["COCO-val2017"]["box_map"])
        rows.append(Published(name, kind, backbone, box_map, float(meta["_ops"])))
    return rows
