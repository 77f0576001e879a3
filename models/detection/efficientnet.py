"""EfficientNet-Lite0, with the weights that it learned on ImageNet.

Tan and Le, 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, table 1,
in its Lite form (Google, 2020): no squeeze-and-excitation, ReLU6 for swish, so that it runs in
integers. Its blocks are the inverted residuals of Sandler et al. (2018), MobileNetV2, figure 4.
`models.detection.imagenet` reads the weights.

Three things follow TensorFlow, where the weights were made: the SAME padding, BatchNorm's epsilon
of 1e-3, and the input (x - 127) / 128. BatchNorm always works by its running statistics here, in
training, too; then it is an affine map for each channel and is folded into its convolution.

Shape letters: N images; C channels; H, W rows and columns of the input image; h, w of a map.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-3
IMAGE_SIDE = 224  # pixels: the side of the images that the classifier learned from


class Stage(NamedTuple):
    """A run of equal blocks, of which only the first has the stride and changes the channels."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STEM_CHANNELS, HEAD_CHANNELS, CLASSES = 32, 1280, 1000
STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
# Blocks after which the map has stride 8, 16 and 32 for the last time before the next stage
# halves it; of stride 32, block 15 has most of the parameters and is left out.
TAPS = (4, 10, 14)
TAP_CHANNELS = (40, 112, 192)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after `size` elements, so that ceil(size / stride) come out.

    TensorFlow's rule: an odd number of zeros has the extra one behind.
    """
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weight and bias of the one convolution that equals `conv`, then `norm` in eval mode.

    y = gamma (conv(x) - mean) / sqrt(var + eps) + beta, and conv is linear. Differentiable, so
    that a training by running statistics need not compute BatchNorm on the maps.
    """
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    shift = norm.bias - norm.running_mean * scale
    if conv.bias is not None:
        shift = shift + conv.bias * scale
    return conv.weight * scale[:, None, None, None], shift


class ConvNorm(nn.Module):
    """Convolution with SAME padding, then BatchNorm by running statistics, in one operation.

    [N, C, h, w] -> [N, outputs, ceil(h / stride), ceil(w / stride)].
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs, eps=EPSILON)
        # He et al. (2015): the variance of what comes out is that of what comes in.
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.conv.weight, self.conv.bias
        if isinstance(self.norm, nn.BatchNorm2d):
            weight, bias = folded(self.conv, self.norm)
        kernel, stride, groups = self.conv.kernel_size[0], self.conv.stride[0], self.conv.groups
        top, bottom = same_padding(x.shape[-2], kernel, stride)
        left, right = same_padding(x.shape[-1], kernel, stride)
        padding = (bottom, right)
        if (top, left) != padding:
            # A kernel with a row or column of zeros in front needs as many zeros before as behind,
            # so no padded copy of a large map is made.
            weight = F.pad(weight, (right - left, 0, bottom - top, 0))
        if groups > 1 and bias is not None and x.requires_grad:
            return filter_channels(x, weight, bias, stride, padding)
        return F.conv2d(x, weight, bias, stride, padding, groups=groups)


def filter_channels(
    x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: tuple[int, int]
) -> Tensor:
    """The depthwise convolution as it trains fast on a CPU: x [N, C, h, w], weight [C, 1, k, k].

    oneDNN computes the weight's gradient whenever the bias's is asked for, which took as long as
    all the rest, even for a frozen weight: so the bias is added by itself. And the gradient of a
    strided depthwise convolution in bfloat16 took seven times as long as in float32.
    """
    mixed = torch.is_autocast_enabled(x.device.type)
    with torch.autocast(x.device.type, enabled=mixed and stride == 1):
        filtered = F.conv2d(
            x if stride == 1 else x.float(), weight, None, stride, padding, groups=x.shape[1]
        )
    return filtered.add_(bias.to(filtered.dtype)[:, None, None])


class InvertedResidual(nn.Module):
    """Expand (1 x 1), filter each channel (k x k), project (1 x 1); plus the input if it fits.

    Sandler et al., 2018, figure 4. The projection has no activation ("linear bottleneck").
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = ConvNorm(inputs, hidden) if expansion > 1 else None
        self.depthwise = ConvNorm(hidden, hidden, kernel, stride, groups=hidden)
        self.project = ConvNorm(hidden, outputs)
        self.has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        hidden = x if self.expand is None else F.relu6(self.expand(x), inplace=True)
        hidden = F.relu6(self.depthwise(hidden), inplace=True)
        out: Tensor = self.project(hidden)
        return out + x if self.has_shortcut else out


def make_blocks(last: int) -> nn.ModuleList:
    """Blocks 0 .. `last` of the network, of 0 .. 15."""
    blocks: list[nn.Module] = []
    channels = STEM_CHANNELS
    for stage in STAGES:
        for number in range(stage.blocks):
            stride = stage.stride if number == 0 else 1
            shape = (channels, stage.channels, stage.kernel, stride, stage.expansion)
            blocks.append(InvertedResidual(*shape))
            channels = stage.channels
    return nn.ModuleList(blocks[: last + 1])


class Classifier(nn.Module):
    """The whole network: images [N, 3, H, W] in -1..1 -> logits [N, 1000] of ImageNet's classes."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, STEM_CHANNELS, 3, stride=2)
        self.blocks = make_blocks(15)
        self.head = ConvNorm(STAGES[-1].channels, HEAD_CHANNELS)
        self.fc = nn.Linear(HEAD_CHANNELS, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu6(self.stem(images))
        for block in self.blocks:
            x = block(x)
        pooled = F.relu6(self.head(x)).mean(dim=(2, 3))
        logits: Tensor = self.fc(pooled)
        return logits


class Trunk(nn.Module):
    """The network up to block 14, with the maps at three strides.

    Images [N, 3, H, W] in -1..1 -> maps [N, 40, H/8, W/8], [N, 112, H/16, W/16] and
    [N, 192, H/32, W/32], each size rounded up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, STEM_CHANNELS, 3, stride=2)
        self.blocks = make_blocks(TAPS[-1])

    def freeze(self) -> None:
        """Leave stem, blocks 0 .. 4 and all depthwise filters as they are when training.

        The filters of the channels are 7 % of the late blocks' numbers and most of the time.
        """
        for part in (self.stem, *self.blocks[: TAPS[0] + 1]):
            part.requires_grad_(False)
        for module in self.modules():
            if isinstance(module, ConvNorm) and module.conv.groups > 1:
                module.conv.weight.requires_grad_(False)
                module.norm.get_parameter("weight").requires_grad_(False)

    def early(self, images: Tensor) -> Tensor:
        """Stem and blocks 0 .. 4, which fine-tuning leaves alone: the map at stride 8."""
        x = F.relu6(self.stem(images), inplace=True)
        for block in self.blocks[: TAPS[0] + 1]:
            x = block(x)
        return x

    def late(self, at8: Tensor) -> tuple[Tensor, Tensor]:
        """Blocks 5 .. 14: the maps at strides 16 and 32."""
        at16 = at8
        for block in self.blocks[TAPS[0] + 1 : TAPS[1] + 1]:
            at16 = block(at16)
        at32 = at16
        for block in self.blocks[TAPS[1] + 1 :]:
            at32 = block(at32)
        return at16, at32

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        at8 = self.early(images)
        return at8, *self.late(at8)


def fold_batchnorm(module: nn.Module) -> nn.Module:
    """Fold every BatchNorm of a `ConvNorm`, or of a Sequential after its convolution, in place.

    For inference: what comes out is the same but for rounding. Returns the module.
    """
    for part in list(module.modules()):
        if isinstance(part, ConvNorm) and isinstance(part.norm, nn.BatchNorm2d):
            part.conv = _with_bias(part.conv, part.norm)
            part.norm = nn.Identity()
        elif isinstance(part, nn.Sequential):
            for i in range(len(part) - 1):
                conv, norm = part[i], part[i + 1]
                if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                    part[i], part[i + 1] = _with_bias(conv, norm), nn.Identity()
    return module


def _with_bias(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> nn.Conv2d:
    """The convolution, with BatchNorm folded into its weight and a new bias."""
    weight, bias = folded(conv, norm)
    conv.weight = nn.Parameter(weight.detach(), requires_grad=False)
    conv.bias = nn.Parameter(bias.detach(), requires_grad=False)
    return conv
