"""What the tests of the `detectors` lab share."""

import torch
import torchvision

from app.lab import wire

PATH = "/api/detectors/detect"
BINARY = {"Accept": wire.MEDIA_TYPE}


def by_class(
    boxes: torch.Tensor, probabilities: torch.Tensor, threshold: float
) -> list[tuple[int, int]]:
    """(row, class) of what torchvision's NMS keeps of each class by itself, best first."""
    found: list[tuple[float, int, int]] = []
    for label in range(probabilities.shape[1] - 1):
        scores = probabilities[:, label + 1]
        rows = (scores >= 0.02).nonzero().flatten()
        own = boxes[rows] if boxes.ndim == 2 else boxes[rows, label]
        kept = rows[torchvision.ops.nms(own, scores[rows], threshold)].tolist()
        found += [(float(scores[row]), row, label) for row in kept]
    found.sort(key=lambda one: -one[0])
    return [(row, label) for _, row, label in found[:100]]
