"""From a photo to the network's input.

Shape letters: H, W rows and columns of the displayed photo; h, w those of the model's input.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.boxes.boxes import Scaling
from models.detection.backbone import STRIDE

# Pixels, the longer side of the model's input; models/weights/MODEL_CARD.md says why.
INPUT_SIZE = 544
MEAN, SCALE = 127.0, 128.0  # what EfficientNet-Lite0 learned with


def normalize(images: Tensor) -> Tensor:
    """RGB in 0..255, [N, 3, h, w] of any dtype -> float32 in -1..1, channels last."""
    # Bytes change layout, not floats: a quarter of the memory to move.
    return (images.contiguous(memory_format=torch.channels_last) - MEAN) / SCALE


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


def prepare(image: Tensor, size: int = INPUT_SIZE) -> tuple[Tensor, Scaling]:
    """A photo uint8 [3, H, W] -> (input [1, 3, h, w], how coordinates scale)."""
    height, width = image.shape[-2:]
    shape = input_shape(height, width, size)
    resized = F.interpolate(
        image[None].float(), shape, mode="bilinear", antialias=True, align_corners=False
    )
    return normalize(resized.round().clamp(0, 255)), Scaling(shape[1] / width, shape[0] / height)
