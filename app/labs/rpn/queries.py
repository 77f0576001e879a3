"""The `rpn` lab: a Region Proposal Network opened on a photo."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response
from pydantic_core import to_json

from app.answers.computed import JSON_TYPE, pack, packed_response
from app.answers.single_flight import until_gone
from app.detection.answers import AnchorShapes, FeatureMap, ProposalsAnswer, Transform
from app.detection.inference import go_on, is_installed, open_photo
from app.detection.on_photo import answer_on_photo
from app.errors import BAD_BODY, can_fail
from app.i18n import language_of, translate
from app.lab import wire
from app.labs.rpn import window
from app.labs.rpn.answers import ModelAnswer, ProposalsQuery
from app.pictures.images import images_of
from app.settings import Settings
from models.detection.catalog import NETWORKS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.boxes.nms import Sweep
    from models.detection.opened import Opened

PICTURED_SIDE = 64  # locations; a larger feature map is not sent as pictures


router = APIRouter()
router.include_router(window.router)


@router.post(
    "/api/rpn/proposals",
    response_class=Response,
    responses={
        **can_fail(
            {
                **BAD_BODY,
                404: "no such picture",
                409: "weights not installed",
                503: "too many others wait for an answer",
            }
        ),
        200: wire.described(
            ProposalsAnswer, "JSON, or a frame that also has all scores and deltas"
        ),
    },
)
async def proposals(request: Request, query: Annotated[ProposalsQuery, Body()]) -> Response:
    """The boxes that a proposal network finds in a picture, before NMS, and NMS at all thresholds.

    With `Accept: application/octet-stream` the answer is one binary frame (`app/lab/wire.py`) that
    also holds every anchor, all 2k scores, all 4k deltas and the feature map.
    """
    binary = wire.MEDIA_TYPE in request.headers.get("accept", "")
    packed = await until_gone(request, shared_proposals(request, query, binary))
    return await packed_response(request, packed, wire.MEDIA_TYPE if binary else JSON_TYPE)


async def shared_proposals(request: Request, query: ProposalsQuery, binary: bool) -> bytes:
    """The answer, gzipped: evaluated once for all who ask about a picture of the same content."""
    config = images_of(request).settings
    # The frame leaves the last cut to the page.
    post_nms_top_n = None if binary else query.post_nms_top_n
    key = ("proposals", binary, query.model, query.pre_nms_top_n, post_nms_top_n, query.min_size,
           query.input_size)  # fmt: skip
    evaluate = partial(evaluated, query, config, binary)
    return await answer_on_photo(request, query.image_id, key, evaluate)


def evaluated(
    query: ProposalsQuery, config: Settings, binary: bool, image: NDArray[np.uint8]
) -> bytes:
    """The answer, gzipped; for the networks' thread. Raises `ModelNotInstalled`."""
    import torch

    from models.boxes.nms import sweep

    opened = open_photo(
        query.model,
        image,
        config,
        pre_nms_top_n=query.pre_nms_top_n,
        min_size=query.min_size,
        size=query.input_size,
    )
    go_on()
    levels = opened.labels if len(opened.levels) > 1 else None
    with torch.inference_mode():
        swept = sweep(opened.boxes, opened.objectness, levels)
    go_on()
    head = header(query, opened, image.shape)
    if binary:
        data = as_frame(head, opened, swept)
    else:
        data = to_json({**head, **as_json(query, opened, swept)})
    go_on()
    return pack(data)


def header(query: ProposalsQuery, opened: Opened, image_shape: tuple[int, ...]) -> dict[str, Any]:
    """What the JSON answer and the frame's header share."""
    from models.detection.detectors import ANCHORS

    paper = NETWORKS[query.model].origin != "fetched"
    maps = [
        FeatureMap(
            channels=features.shape[0],
            height=level.height,
            width=level.width,
            stride_y=level.stride_y,
            stride_x=level.stride_x,
            anchors_per_location=level.per_location,
            first_anchor=level.first,
        ).model_dump()
        for level, features in zip(opened.levels, opened.features, strict=True)
    ]
    total = len(opened.proposals.candidates.anchors)
    shapes = AnchorShapes(
        scales=list(ANCHORS.scales),
        ratios=list(ANCHORS.ratios),
        per_location=ANCHORS.per_location,
        total=total,
    )
    transform = Transform(
        scale_x=opened.scaling.x,
        scale_y=opened.scaling.y,
        input_width=opened.input_shape[1],
        input_height=opened.input_shape[0],
    )
    return {
        "model": query.model,
        "origin": NETWORKS[query.model].origin,
        "image": {"width": image_shape[1], "height": image_shape[0]},
        "transform": transform.model_dump(),
        "feature_map": list(opened.features[0].shape),
        "feature_maps": maps,
        "anchors": shapes.model_dump() if paper else None,
    }


def as_json(query: ProposalsQuery, opened: Opened, swept: Sweep) -> dict[str, Any]:
    """The boxes and the sweep as lists. The boxes are sorted, so positions are indices."""
    from models.boxes.nms import THRESHOLDS

    ranked = opened.proposals.ranked
    return {
        "boxes": opened.boxes.tolist(),
        "scores": opened.objectness.tolist(),
        "anchor": ranked.tolist(),
        "location": opened.locate(ranked).tolist(),
        "proposals": swept.kept_at(70)[: query.post_nms_top_n].tolist(),
        "sweep": {
            "thresholds": list(THRESHOLDS),
            "kept": [swept.kept_at(t).tolist() for t in range(len(THRESHOLDS))],
            "suppressed_by": swept.suppressed_by.tolist(),
        },
    }


def as_frame(head: dict[str, Any], opened: Opened, swept: Sweep) -> bytes:
    """One binary frame: all that the page draws, in pixels of the displayed image."""
    import numpy as np
    import torch

    candidates = opened.proposals.candidates
    outputs = len(opened.scores[0]) // opened.levels[0].per_location
    with torch.inference_mode():
        logits = torch.cat(
            [maps.view(-1, outputs, maps[0].numel()).permute(2, 0, 1).reshape(-1, outputs)
             for maps in opened.scores]
        )  # fmt: skip
    arrays = {
        "boxes": opened.boxes.numpy(),
        "scores": opened.objectness.numpy(),
        "anchor": opened.proposals.ranked.numpy().astype(np.int32),
        "anchors": opened.displayed(candidates.anchors).numpy(),
        "logits": logits.numpy(),
        "objectness": candidates.objectness.numpy(),
        "deltas": candidates.deltas.numpy(),
        "large_enough": candidates.large_enough.numpy().astype(np.uint8),
        "kept": swept.kept.view(np.uint32),
        "suppressed_by": swept.suppressed_by,
    }
    pictured = next(
        (i for i, level in enumerate(opened.levels) if level.width <= PICTURED_SIDE), None
    )
    if pictured is not None:
        features = opened.features[pictured].numpy()
        low = features.min(axis=(1, 2), keepdims=True)
        high = features.max(axis=(1, 2), keepdims=True)
        spread = np.maximum(high - low, 1e-12)
        arrays["features"] = np.rint((features - low) / spread * 255).astype(np.uint8)
        arrays["feature_range"] = np.concatenate([low, high], axis=(1))[:, :, 0]
    return wire.encode({**head, "pictured_map": pictured}, arrays)


@router.get("/api/rpn/models")
def models(request: Request) -> list[ModelAnswer]:
    """The networks that can be asked, and whether their weights are on this machine."""
    language = language_of(request)
    config = request.app.state.settings
    return [
        ModelAnswer(
            name=name,
            title=translate(network.title, language),
            origin=network.origin,
            installed=is_installed(name, config),
            command=f"vitrine fetch-weights {name}" if network.origin == "fetched" else None,
        )
        for name, network in NETWORKS.items()
    ]
