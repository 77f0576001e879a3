"""A class draws the recall of its own photos: the share of the marked objects that is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.inference import go_on, open_photo
from app.i18n import N_, translate
from app.lab.hand_out import Box, HandIn, Ranks
from app.labs.rpn.config import RpnConfig
from app.settings import Settings
from models.detection.catalog import NETWORKS, NetworkName

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.detection.opened import Opened

PLACES = (1, 2, 5, 10, 20, 50, 100, 200, 300)  # proposals
FOUND_FROM = 0.5  # IoU


def networks_of(config: RpnConfig) -> list[NetworkName]:
    """The network of the page, and beside it the one that has learned nothing."""
    return list(dict.fromkeys((config.model, "untrained")))


def lines(config: RpnConfig, language: str) -> list[str]:
    """What is drawn: the share of marked objects that each network proposes."""
    share = translate(N_("marked objects found: {network}"), language)
    names = networks_of(config)
    return [share.format(network=translate(NETWORKS[name].title, language)) for name in names]


def ranks(
    config: RpnConfig, settings: Settings, boxes: tuple[Box, ...], image: NDArray[np.uint8]
) -> Ranks:
    """Which proposal is the first to overlap each box by IoU 0.5 or more, from 1; 0: none of the
    300. Raises `ModelNotInstalled`.
    """
    found = []
    for name in networks_of(config):
        opened = open_photo(
            name,
            image,
            settings,
            pre_nms_top_n=config.pre_nms_top_n,
            post_nms_top_n=PLACES[-1],
            iou_threshold=config.iou_threshold,
            min_size=config.min_size,
            size=config.input_size,
        )
        found.append(first_to_find(opened, boxes))
        go_on()
    return found


def first_to_find(opened: Opened, boxes: tuple[Box, ...]) -> list[int]:
    import torch

    from models.boxes.boxes import pairwise_iou

    proposals = opened.proposals
    kept = opened.displayed(proposals.candidates.clipped[proposals.kept])
    finds = pairwise_iou(torch.tensor(boxes), kept) >= FOUND_FROM
    return [int(row.nonzero()[0]) + 1 if row.any() else 0 for row in finds]


HAND_IN = HandIn(x=N_("proposals"), places=PLACES, lines=lines, ranks=ranks)
