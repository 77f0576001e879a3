"""From a photo to the network's input.

Shape letters: H, W rows and columns of the displayed photo; h, w those of the model's input.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from models.boxes.boxes import Scaling
from models.detection.backbone import STRIDE

INPUT_SIZE = 320  # pixels, the longer side of the model's input
# Mean and standard deviation of natural photos' red, green and blue in [0, 1] (ImageNet's).
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def normalize(images: Tensor) -> Tensor:
    """uint8 RGB [N, 3, h, w] -> float32 of about zero mean and unit variance, channels last."""
    mean = 255 * torch.tensor(MEAN, device=images.device).view(1, 3, 1, 1)
    std = 255 * torch.tensor(STD, device=images.device).view(1, 3, 1, 1)
    # The bytes change layout, not the floats: a quarter of the memory to move.
    return (images.contiguous(memory_format=torch.channels_last) - mean) / std


def input_shape(height: int, width: int, size: int = INPUT_SIZE) -> tuple[int, int]:
    """(h, w) of the model's input: longer side `size`, each side the nearest multiple of 16.

    Rounding bends the aspect by at most 8 pixels in a side; in exchange every location of the
    feature map lies inside the photo, and there is no padding to explain or to clip away.
    """
    scale = size / max(height, width)
    return (
        max(2, round(height * scale / STRIDE)) * STRIDE,
        max(2, round(width * scale / STRIDE)) * STRIDE,
    )


def prepare(
    image: Tensor, size: int = INPUT_SIZE, to_input: Callable[[Tensor], Tensor] = normalize
) -> tuple[Tensor, Scaling]:
    """A photo uint8 [3, H, W] -> (input [1, 3, h, w], how coordinates scale).

    `to_input` turns values in 0..255 into those that the network learned from.
    """
    height, width = image.shape[-2:]
    shape = input_shape(height, width, size)
    resized = F.interpolate(
        image[None].float(), shape, mode="bilinear", antialias=True, align_corners=False
    )
    return to_input(resized.round().clamp(0, 255)), Scaling(shape[1] / width, shape[0] / height)
