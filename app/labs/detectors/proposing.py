"""Proposals, old and new: sliding windows, selective search and the RPN on the same picture."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from statistics import median
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from app.answers.computed import JSON_TYPE, pack, packed_response
from app.answers.single_flight import until_gone
from app.detection.inference import computed_on, detectors, go_on
from app.detection.on_photo import answer_on_photo
from app.errors import can_fail
from app.labs.detectors.answers import Proposer, ProposersAnswer, ProposersQuery
from app.labs.detectors.looking import CAN_FAIL, key_of, looked_at
from app.pictures.images import images_of
from app.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 1000  # proposals of each that are sent
SIDE = 500  # pixels, the longer side that selective search looks at: that of the paper's photos
RPN_PARTS = ("resize", "backbone", "rpn", "proposals")
EXTRA = "vitrine[selective-search]"

router = APIRouter()


@router.post(
    "/api/detectors/proposers",
    response_class=Response,
    responses={**can_fail(CAN_FAIL), 200: {"model": ProposersAnswer}},
)
async def proposers(request: Request, query: Annotated[ProposersQuery, Body()]) -> Response:
    """What three proposers propose in a picture, each in its own order, and how long each takes.

    Selective search (Uijlings et al., 2013, OpenCV's fast mode) is there where the extra
    `vitrine[selective-search]` is installed.
    """
    evaluate = partial(proposed, query, images_of(request).settings)
    key = ("proposers", *key_of(query), find_spec("cv2") is not None)
    packed = await until_gone(request, answer_on_photo(request, query.image_id, key, evaluate))
    return await packed_response(request, packed, JSON_TYPE)


def has_selective_search() -> bool:
    """Whether an OpenCV with its contributed modules is installed; it is loaded, so not in the
    thread that serves pages.
    """
    if find_spec("cv2") is None:
        return False
    import cv2

    return hasattr(cv2, "ximgproc")


def proposed(query: ProposersQuery, config: Settings, image: NDArray[np.uint8]) -> bytes:
    """The answer, gzipped; for the networks' thread."""
    installed = has_selective_search()
    ways: dict[str, tuple[Callable[[], Proposed], int]] = {
        "windows": (partial(windows, image), 3),
        **({"selective": (partial(selective_search, image), 1)} if installed else {}),
        "rpn": (partial(rpn, query, config, image), 3),
    }
    answer = ProposersAnswer(
        proposers=[measured(name, *way) for name, way in ways.items()],
        missing=[] if installed else ["selective"],
        extra=EXTRA,
        device=computed_on(detectors(query.model, config).model),
    )
    return pack(answer.model_dump_json().encode())


class Proposed(NamedTuple):
    """Boxes [N, 4], xyxy, in displayed pixels, the best first, and how long they took."""

    boxes: NDArray[np.float64]
    milliseconds: float


def measured(name: str, propose: Callable[[], Proposed], repeats: int) -> Proposer:
    """What a way to propose finds, with the median of its times after one that does not count."""
    propose()
    found = []
    for _ in range(repeats):
        go_on()
        found.append(propose())
    boxes = found[-1].boxes
    return Proposer(
        name=name,
        milliseconds=median(one.milliseconds for one in found),
        count=len(boxes),
        boxes=boxes[:MOST].tolist(),
    )


def windows(image: NDArray[np.uint8]) -> Proposed:
    from models.boxes.windows import sliding_windows

    start = time.perf_counter()
    boxes = sliding_windows(*image.shape[:2])
    return Proposed(boxes.double().numpy(), 1000 * (time.perf_counter() - start))


def selective_search(image: NDArray[np.uint8]) -> Proposed:
    """OpenCV's, on the picture made smaller; boxes in pixels of the picture as it is.

    Their order is partly drawn at random, as in the paper (section 3.3), by OpenCV itself.
    """
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    start = time.perf_counter()
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(np.ascontiguousarray(small[:, :, ::-1]))  # OpenCV has blue first
    search.switchToSelectiveSearchFast()
    x, y, w, h = np.asarray(search.process(), np.float64).reshape(-1, 4).T
    ms = 1000 * (time.perf_counter() - start)
    across, down = width / size[0], height / size[1]
    return Proposed(np.stack([x * across, y * down, (x + w) * across, (y + h) * down], axis=1), ms)


def rpn(query: ProposersQuery, config: Settings, image: NDArray[np.uint8]) -> Proposed:
    _, looked = looked_at(query, config, image)
    boxes = looked.scaling.to_displayed(looked.proposal_boxes)
    ms = sum(looked.milliseconds[part] for part in RPN_PARTS)
    return Proposed(boxes.double().numpy(), ms)
