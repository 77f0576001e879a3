"""The RPN's head at one place of the map, taken apart so that it can be multiplied by hand.

"This feature is fed into two sibling fully-connected layers […]. This architecture is naturally
implemented with an n x n convolutional layer followed by two sibling 1 x 1 convolutional layers"
(Ren et al., 2015, section 3.1). What is here shows that both are the same numbers.

Shape letters: C channels of the map; D units of the 3 x 3 convolution (256); O = 2k + 4k outputs.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.detection.rpn import AnchorHead


class HeadAtPlace(NamedTuple):
    """All that goes into the outputs at one place, and what the convolutions gave there."""

    window: Tensor  # [C, 3, 3] of the map around the place; 0 beyond its border
    biases: Tensor  # [D] of the 3 x 3 convolution
    convolved: Tensor  # [D] what it gives at the place, before ReLU
    rows: Tensor  # [O, D] weights of the two 1 x 1 convolutions: 2k scores, then 4k deltas
    row_biases: Tensor  # [O]
    outputs: Tensor  # [O] what they give at the place


def head_at(head: AnchorHead, features: Tensor, row: int, column: int) -> HeadAtPlace:
    """The head on a map [C, H, W], seen from the place in `row` and `column`.

    The convolutions run over the whole map; the place is read from their maps. Raises IndexError
    for a place beyond it.
    """
    height, width = features.shape[-2:]
    if not (0 <= row < height and 0 <= column < width):
        raise IndexError(f"({row}, {column}) is no place of a map of {height} x {width}")
    window = F.pad(features, (1, 1, 1, 1))[:, row : row + 3, column : column + 3]
    convolved = head.conv(features[None])
    hidden = torch.relu(convolved)
    layers = (head.cls_score, head.bbox_pred)
    outputs = [layer(hidden)[0, :, row, column] for layer in layers]
    return HeadAtPlace(
        window,
        bias_of(head.conv).to(features.device),
        convolved[0, :, row, column],
        torch.cat([layer.weight[:, :, 0, 0] for layer in layers]).to(features.device),
        torch.cat([bias_of(layer) for layer in layers]).to(features.device),
        torch.cat(outputs),
    )


def bias_of(layer: nn.Conv2d) -> Tensor:
    return layer.get_parameter("bias")
