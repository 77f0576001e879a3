"""The small convolutional backbone that the proposal network looks through.

Shape letters: N images, C channels, H, W rows and columns at the stride named.
Residual blocks with BatchNorm (He, Zhang, Ren and Sun, 2015) down to stride 32, brought together
at stride 16 as in a feature pyramid (Lin et al., 2017): stride 8 adds detail for small objects,
stride 32 adds context for large ones. One map comes out, as in the first Faster R-CNN.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.detection.efficientnet import TAP_CHANNELS, Trunk

STRIDE = 16


def conv_bn(inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """Convolution without bias, then BatchNorm, whose beta is the bias."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class ResidualBlock(nn.Module):
    """relu(x + f(x)) with f two 3 x 3 convolutions; [N, C, H, W] -> [N, C, H, W]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = conv_bn(channels, channels)
        self.second = conv_bn(channels, channels)
        # Starting as the identity lets a fresh network train at a high learning rate
        # (Goyal et al., 2017, section 5.1).
        gamma = self.second[1].get_parameter("weight")
        nn.init.zeros_(gamma)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


def stage(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    """Halve the resolution once, then `blocks` residual blocks."""
    layers: list[nn.Module] = [conv_bn(inputs, outputs, stride=2), nn.ReLU()]
    layers += [ResidualBlock(outputs) for _ in range(blocks)]
    return nn.Sequential(*layers)


class Backbone(nn.Module):
    """Images [N, 3, H, W], normalized, to one feature map [N, channels, H/16, W/16].

    H and W should be multiples of 16.
    """

    def __init__(self, channels: int = 128) -> None:
        super().__init__()
        self.channels = channels
        self.stem = nn.Sequential(conv_bn(3, 16, stride=2), nn.ReLU())
        self.stage4 = stage(16, 24, blocks=1)
        self.stage8 = stage(24, 56, blocks=1)
        self.stage16 = stage(56, 112, blocks=2)
        self.stage32 = stage(112, 176, blocks=1)
        self.from8 = conv_bn(56, channels, stride=2)
        self.from16 = conv_bn(112, channels, kernel=1)
        self.from32 = conv_bn(176, channels, kernel=1)

    def forward(self, images: Tensor) -> Tensor:
        at8 = self.stage8(self.stage4(self.stem(images)))
        at16 = self.stage16(at8)
        at32 = self.from32(self.stage32(at16))
        context = F.interpolate(at32, size=at16.shape[-2:], mode="nearest")
        return torch.relu(self.from8(at8) + self.from16(at16) + context)


class TrunkBackbone(nn.Module):
    """EfficientNet-Lite0 to block 14, its maps brought together as in `Backbone`.

    Images [N, 3, H, W] in -1..1 -> one feature map [N, channels, H/16, W/16]. H and W should be
    multiples of 16.
    """

    def __init__(self, channels: int = 128) -> None:
        super().__init__()
        self.channels = channels
        self.trunk = Trunk()
        at8, at16, at32 = TAP_CHANNELS
        self.from8 = conv_bn(at8, channels, stride=2)
        self.from16 = conv_bn(at16, channels, kernel=1)
        self.from32 = conv_bn(at32, channels, kernel=1)

    def fuse(self, at8: Tensor) -> Tensor:
        """The fused map from the map at stride 8 [N, 40, H/8, W/8], by the late blocks."""
        return self.merge(at8, *self.trunk.late(at8))

    def merge(self, at8: Tensor, at16: Tensor, at32: Tensor) -> Tensor:
        """The fused map from the trunk's three."""
        context = F.interpolate(self.from32(at32), size=at16.shape[-2:], mode="nearest")
        return torch.relu(self.from8(at8) + self.from16(at16) + context)

    def forward(self, images: Tensor) -> Tensor:
        return self.merge(*self.trunk(images))
