"""The backbone: EfficientNet-Lite0's maps at three strides, brought together in one.

Shape letters: N images; H, W rows and columns of the input. As in a feature pyramid (Lin et al.,
2017), here down to one map at stride 16: stride 8 adds detail for small objects, stride 32 adds
context for large ones. One map comes out, as in the first Faster R-CNN.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.detection.efficientnet import TAP_CHANNELS, Trunk

STRIDE = 16


def lateral(inputs: int, outputs: int, stride: int = 1, kernel: int = 1) -> nn.Sequential:
    """Convolution without bias, then BatchNorm, whose beta is the bias."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Neck(nn.Module):
    """The trunk's maps at three strides -> one fused map [N, channels, H/16, W/16]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        at8, at16, at32 = TAP_CHANNELS
        self.from8 = lateral(at8, channels, stride=2, kernel=3)
        self.from16 = lateral(at16, channels)
        self.from32 = lateral(at32, channels)

    def merge(self, at8: Tensor, at16: Tensor, at32: Tensor) -> Tensor:
        """The fused map from the trunk's three."""
        context = F.interpolate(self.from32(at32), size=at16.shape[-2:], mode="nearest")
        return torch.relu(self.from8(at8) + self.from16(at16) + context)


class Backbone(Neck):
    """Images [N, 3, H, W] in -1..1 -> one feature map [N, channels, H/16, W/16].

    H and W should be multiples of 16.
    """

    def __init__(self, channels: int = 128) -> None:
        super().__init__(channels)
        self.trunk = Trunk()

    def fuse(self, at8: Tensor) -> Tensor:
        """The fused map from the map at stride 8 [N, 40, H/8, W/8], by the late blocks."""
        return self.merge(at8, *self.trunk.late(at8))

    def forward(self, images: Tensor) -> Tensor:
        return self.merge(*self.trunk(images))
