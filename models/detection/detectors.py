"""A one-stage and a two-stage detector on one trunk: the same features, the same anchors.

Shape letters: N images; C classes; H, W rows and columns of the map; k anchors at a location.
"""

from typing import NamedTuple

from torch import Tensor, nn

from models.boxes.anchors import AnchorSpec
from models.detection.backbone import STRIDE, Backbone
from models.detection.mask_head import MaskHead
from models.detection.one_stage import OneStageHead
from models.detection.rpn import RPNHead, RPNOutput
from models.detection.two_stage import REDUCED_CHANNELS, BoxHead

# A quarter of COCO's objects are under 13 pixels in a photo of 320.
ANCHORS = AnchorSpec(stride=STRIDE, scales=(20.0, 56.0, 150.0))
# In the drawn scenes of `models.data.shape_scenes` no shape is larger than 104 pixels.
SHAPE_ANCHORS = AnchorSpec(stride=STRIDE, scales=(20.0, 44.0, 88.0))


class DetectorsOutput(NamedTuple):
    """What the network computes for N images before anything depends on the proposals."""

    rpn: RPNOutput  # features [N, 128, H, W], 2k scores and 4k deltas
    class_logits: Tensor  # [N, (C + 1) k, H, W] of the one-stage head, background first
    class_deltas: Tensor  # [N, 4k, H, W] of the one-stage head
    reduced: Tensor  # [N, 48, H, W]: what the second stage pools from


class Detectors(nn.Module):
    """Trunk, RPN and both heads: normalized images [N, 3, 16 H, 16 W] -> `DetectorsOutput`.

    `box_head` does the rest, proposal by proposal, and `mask_head`, where there is one, box by box.
    """

    def __init__(
        self, classes: int, anchors: AnchorSpec = ANCHORS, with_masks: bool = False
    ) -> None:
        super().__init__()
        self.anchors = anchors
        self.classes = classes
        self.backbone = Backbone()
        channels = self.backbone.channels
        self.rpn = RPNHead(channels, anchors.per_location)
        self.one_stage = OneStageHead(channels, anchors.per_location, classes)
        self.box_head = BoxHead(channels, classes)
        self.mask_head = MaskHead(REDUCED_CHANNELS, classes) if with_masks else None

    def forward(self, images: Tensor) -> DetectorsOutput:
        return self.heads(self.backbone(images))

    def heads(self, features: Tensor) -> DetectorsOutput:
        """The heads on fused features [N, 128, H, W]."""
        logits, deltas = self.rpn(features)
        class_logits, class_deltas = self.one_stage(features)
        rpn = RPNOutput(features, logits, deltas)
        return DetectorsOutput(rpn, class_logits, class_deltas, self.box_head.reduce(features))
