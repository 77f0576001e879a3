"""Both detectors on a photo: what the lab's endpoints share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.inference import detectors, go_on
from app.errors import BAD_BODY
from app.labs.detectors.answers import PhotoQuery
from app.labs.detectors.config import MOST_PROPOSALS
from app.settings import Settings
from models.detection.catalog import DETECTORS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from models.detection.detect import Looked
    from models.detection.shipped import Shipped

CAN_FAIL = {
    **BAD_BODY,
    404: "no such picture",
    409: "weights missing",
    503: "too many others wait for an answer",
}


def key_of(query: PhotoQuery) -> tuple[str, int, int]:
    """What an answer depends on beside the picture and what is asked about it."""
    return query.model, size_of(query), query.pre_nms_top_n


def looked_at(
    query: PhotoQuery,
    config: Settings,
    image: NDArray[np.uint8],
    proposals: int = MOST_PROPOSALS,
) -> tuple[Shipped, Looked]:
    """The pair of detectors, and what it computes on the picture; for the networks' thread."""
    from models.detection.detect import look

    shipped, size = detectors(query.model, config), size_of(query)
    looked = look(shipped.model, pixels_of(image), size, query.pre_nms_top_n, proposals)
    go_on()
    return shipped, looked


def pixels_of(image: NDArray[np.uint8]) -> Tensor:
    """The picture as torch has it, uint8 [3, H, W]."""
    import torch

    return torch.from_numpy(image.copy()).permute(2, 0, 1)


def size_of(query: PhotoQuery) -> int:
    """The longer side of the input, pixels."""
    return query.input_size or DETECTORS[query.model].size
