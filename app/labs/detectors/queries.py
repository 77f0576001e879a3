"""The `detectors` lab: both detectors on a photo, from one answer of one trunk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response
from pydantic_core import to_json

from app.answers.computed import JSON_TYPE, pack, packed_response
from app.answers.single_flight import until_gone
from app.detection.answers import Transform
from app.detection.inference import computed_on
from app.detection.on_photo import answer_on_photo
from app.errors import can_fail
from app.lab import wire
from app.labs.detectors import claim, family, installed, pooling, proposing, scenes, timings
from app.labs.detectors.answers import DetectAnswer, Detection, DetectQuery, PhotoQuery
from app.labs.detectors.looking import CAN_FAIL, key_of, looked_at
from app.pictures.images import images_of
from app.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from models.detection.detect import Looked
    from models.detection.detectors import Detectors
    from models.detection.one_stage import Chosen
    from models.detection.shipped import Shipped

router = APIRouter()
for part in (scenes, timings, installed, pooling, family, proposing, claim):
    router.include_router(part.router)


@router.post(
    "/api/detectors/detect",
    response_class=Response,
    responses={
        **can_fail(CAN_FAIL),
        200: wire.described(
            DetectAnswer, "JSON, or a frame with every candidate, proposal and score"
        ),
    },
)
async def detect(request: Request, query: Annotated[DetectQuery, Body()]) -> Response:
    """What a one-stage and a two-stage detector on the same trunk find in a picture.

    With `Accept: application/octet-stream` the answer is one binary frame (`app/lab/wire.py`) with
    all that came before NMS, for up to 300 proposals: thresholds and their number move in the page.
    """
    binary = wire.MEDIA_TYPE in request.headers.get("accept", "")
    proposals = None if binary else query.proposals  # the frame leaves the cut to the page
    key = ("detect", *key_of(query), proposals)
    config = images_of(request).settings
    evaluate = partial(evaluated, query, config, binary)
    packed = await until_gone(request, answer_on_photo(request, query.image_id, key, evaluate))
    return await packed_response(request, packed, wire.MEDIA_TYPE if binary else JSON_TYPE)


def evaluated(
    query: DetectQuery, config: Settings, binary: bool, image: NDArray[np.uint8]
) -> bytes:
    """The answer, gzipped; for the networks' thread."""
    shipped, looked = looked_at(query, config, image)
    head = header(query, shipped, looked, image.shape)
    if binary:
        data = as_frame(head, shipped, looked)
    else:
        data = to_json({**head, **as_json(query, shipped, looked)})
    return pack(data)


def header(
    query: PhotoQuery, shipped: Shipped, looked: Looked, image_shape: tuple[int, ...]
) -> dict[str, Any]:
    """What the JSON answer and the frame's header share."""
    transform = Transform(
        scale_x=looked.scaling.x,
        scale_y=looked.scaling.y,
        input_width=looked.input_shape[1],
        input_height=looked.input_shape[0],
    )
    return {
        "model": query.model,
        "classes": list(shipped.classes),
        "image": {"width": image_shape[1], "height": image_shape[0]},
        "transform": transform.model_dump(),
        "feature_map": list(looked.features.shape),
        "milliseconds": looked.milliseconds,
        "device": computed_on(shipped.model),
    }


def as_json(query: DetectQuery, shipped: Shipped, looked: Looked) -> dict[str, Any]:
    """What both find, with the chain back to the anchors."""
    two = looked.two_stage(query.proposals)
    return {
        "one_stage": detections(shipped, looked, looked.one_stage(), None),
        "two_stage": detections(shipped, looked, two, looked.proposal_anchor),
    }


def detections(
    shipped: Shipped, looked: Looked, chosen: Chosen, anchors: Tensor | None
) -> list[dict[str, Any]]:
    """Detections as the API tells them: rows are anchors, or proposals whose `anchors` are told."""
    found, rows = chosen
    boxes = looked.scaling.to_displayed(found.boxes).tolist()
    return [
        Detection(
            box=box,
            score=score,
            label=shipped.classes[label],
            anchor=row if anchors is None else int(anchors[row]),
            proposal=None if anchors is None else row,
        ).model_dump()
        for box, score, label, row in zip(
            boxes, found.scores.tolist(), found.labels.tolist(), rows.tolist(), strict=True
        )
    ]


def widths(model: Detectors) -> dict[str, int]:
    """Of the layers after the shared features, for the tracks that the page draws."""
    from models.detection.rpn import HIDDEN_CHANNELS
    from models.detection.two_stage import BINS, REDUCED_CHANNELS

    return {
        "hidden": HIDDEN_CHANNELS,
        "reduced": REDUCED_CHANNELS,
        "bins": BINS,
        "fc": model.box_head.fc2.out_features,
    }


def as_frame(head: dict[str, Any], shipped: Shipped, looked: Looked) -> bytes:
    """One binary frame: all that the page draws, in pixels of the displayed image."""
    import numpy as np

    spec = shipped.model.anchors
    displayed = looked.scaling.to_displayed
    rows = looked.candidates
    first = looked.proposals.candidates
    extra = {
        "anchor_shapes": {
            "stride": spec.stride,
            "scales": list(spec.scales),
            "ratios": list(spec.ratios),
        },
        "ranked": len(looked.proposals.ranked),
        "widths": widths(shipped.model),
    }
    arrays = {
        "anchors": displayed(looked.anchors).numpy(),
        "one_anchor": rows.numpy().astype(np.int32),
        "one_boxes": displayed(looked.first.boxes[rows]).numpy(),
        "one_probabilities": looked.first.probabilities[rows].numpy(),
        "proposals": displayed(looked.proposal_boxes).numpy(),
        "proposal_anchor": looked.proposal_anchor.numpy().astype(np.int32),
        "proposal_scores": first.objectness[looked.proposal_anchor].numpy(),
        "roi_probabilities": looked.second.probabilities.numpy(),
        "refined": displayed(looked.second.boxes).numpy(),
    }
    return wire.encode({**head, **extra}, arrays)
