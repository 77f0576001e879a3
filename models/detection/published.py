"""Detectors that others trained on COCO, as torchvision publishes them with its weights."""

from typing import Literal, NamedTuple

from torchvision.models import get_weight

from models.detection.catalog import INSTALLED, InstalledName

Kind = Literal["one-stage", "two-stage"]


class Published(NamedTuple):
    """One detector on COCO val2017."""

    name: str
    kind: Kind
    backbone: str
    box_map: float  # mean AP at IoU 0.5 to 0.95, of 100
    gflops: float  # of one picture at the size that the weights are for
    network: str  # its name in `models.detection.catalog.INSTALLED`


PAIRS: tuple[tuple[InstalledName, str, str], ...] = (
    ("retinanet_resnet50_fpn", "RetinaNet", "ResNet-50"),
    ("fcos_resnet50_fpn", "FCOS", "ResNet-50"),
    ("fasterrcnn_resnet50_fpn", "Faster R-CNN", "ResNet-50"),
    ("ssdlite320_mobilenet_v3_large", "SSDLite", "MobileNetV3, 320 px"),
    ("fasterrcnn_mobilenet_v3_large_320_fpn", "Faster R-CNN", "MobileNetV3, 320 px"),
)


def published() -> list[Published]:
    """The pairs that share a backbone, with torchvision's own numbers."""
    rows = []
    for network, name, backbone in PAIRS:
        one = INSTALLED[network]
        meta = get_weight(one.weights).meta
        kind: Kind = "one-stage" if one.stages == "one" else "two-stage"
        box_map = float(meta["_metrics"]["COCO-val2017"]["box_map"])
        rows.append(Published(name, kind, backbone, box_map, float(meta["_ops"]), network))
    return rows
