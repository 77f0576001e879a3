"""R-CNN's way: every region is cut out of the picture and goes through the whole network by itself.

Girshick, Donahue, Darrell and Malik, 2014, Rich Feature Hierarchies for Accurate Object Detection
and Semantic Segmentation, section 2.1: "we warp all pixels in a tight bounding box around it to the
required size". Here the network is EfficientNet-Lite0 with ImageNet's weights, which names each
crop; R-CNN trained a linear classifier of its own on such features.

Shape letters: R regions; h, w sides of a crop.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from models.detection.efficientnet import IMAGE_SIDE, Classifier
from models.detection.preprocess import normalize

BATCH = 5  # crops that go through the network together


class Named(NamedTuple):
    """What the classifier calls each crop."""

    labels: Tensor  # [R] int64, of ImageNet's 1,000 classes
    scores: Tensor  # [R], in [0, 1]


def warp(image: Tensor, box: list[float]) -> Tensor:
    """The part of a picture uint8 [3, H, W] in a box, stretched to a square: uint8 [3, 224, 224].

    A box thinner than a pixel has one pixel.
    """
    height, width = image.shape[-2:]
    x1, y1 = min(int(box[0]), width - 1), min(int(box[1]), height - 1)
    x2, y2 = max(round(box[2]), x1 + 1), max(round(box[3]), y1 + 1)
    crop = image[None, :, y1:y2, x1:x2].float()
    side = (IMAGE_SIDE, IMAGE_SIDE)
    warped = F.interpolate(crop, side, mode="bilinear", antialias=True, align_corners=False)
    return warped[0].round().clamp(0, 255).byte()


def name_crops(
    classifier: Classifier, image: Tensor, boxes: Tensor, between: Callable[[], None]
) -> Named:
    """Name each of the boxes [R, 4], pixels of the picture uint8 [3, H, W].

    `between` is called before each batch: it may end the work by an exception.
    """
    labels, scores = [], []
    with torch.inference_mode():
        for start in range(0, len(boxes), BATCH):
            between()
            rows = boxes[start : start + BATCH].tolist()
            crops = torch.stack([warp(image, box) for box in rows])
            best = classifier(normalize(crops)).softmax(dim=1).max(dim=1)
            labels.append(best.indices)
            scores.append(best.values)
    if not labels:
        return Named(torch.zeros(0, dtype=torch.int64), torch.zeros(0))
    return Named(torch.cat(labels), torch.cat(scores))
