"""A region of the feature map, pooled by RoIPool and by RoIAlign, with the bins of both."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from app.answers.computed import JSON_TYPE, pack, packed_response
from app.answers.single_flight import until_gone
from app.detection.on_photo import answer_on_photo
from app.errors import InvalidInput, can_fail
from app.i18n import N_
from app.labs.detectors.answers import AlignAnswer, PoolAnswer, PoolQuery, RoIPoolAnswer
from app.labs.detectors.looking import CAN_FAIL, key_of, looked_at
from app.pictures.images import images_of
from app.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

router = APIRouter()


@router.post(
    "/api/detectors/pool",
    response_class=Response,
    responses={**can_fail(CAN_FAIL), 200: {"model": PoolAnswer}},
)
async def pool(request: Request, query: Annotated[PoolQuery, Body()]) -> Response:
    """A box of the picture on the feature map that the second stage pools from: RoIPool with its
    rounded bins, RoIAlign with its samples, on one channel.

    What of the box lies outside the picture is cut off.
    """
    evaluate = partial(pooled, query, images_of(request).settings)
    key = ("pool", *key_of(query), *query.box, query.bins, query.channel)
    packed = await until_gone(request, answer_on_photo(request, query.image_id, key, evaluate))
    return await packed_response(request, packed, JSON_TYPE)


def pooled(query: PoolQuery, config: Settings, image: NDArray[np.uint8]) -> bytes:
    """The answer, gzipped; for the networks' thread. Raises `InvalidInput` for no area."""
    import torch

    from models.boxes.boxes import clip_boxes
    from models.boxes.roi import pool_edges, roi_align, roi_pool, sample_positions

    box = clip_boxes(torch.tensor([query.box]), *image.shape[:2])
    if box[0, 2] - box[0, 0] <= 0 or box[0, 3] - box[0, 1] <= 0:
        raise InvalidInput(N_("This box has no area inside the picture."), "box")
    shipped, looked = looked_at(query, config, image)
    stride = shipped.model.anchors.stride
    with torch.inference_mode():
        maps, inner = looked.reduced, looked.scaling.to_resized(box)
        aligned = roi_align(maps, inner, query.bins, stride)[0]
        channel = query.channel
        if channel < 0:
            channel = int(aligned.flatten(1).max(dim=1).values.argmax())
        one = maps[channel : channel + 1]
        largest = roi_pool(one, inner, query.bins, stride)[0, 0]
        x1, y1, x2, y2 = (inner / stride).unbind(dim=1)
        top, bottom = pool_edges(y1, y2, query.bins, one.shape[1])
        left, right = pool_edges(x1, x2, query.bins, one.shape[2])
        x, y = sample_positions(x1, x2, query.bins), sample_positions(y1, y2, query.bins)
    answer = PoolAnswer(
        feature_map=list(maps.shape),
        channel=channel,
        values=one[0].tolist(),
        region=(inner / stride)[0].tolist(),
        cell=[stride / looked.scaling.x, stride / looked.scaling.y],
        align=AlignAnswer(
            values=aligned[channel].tolist(), x=x.flatten().tolist(), y=y.flatten().tolist()
        ),
        pool=RoIPoolAnswer(
            values=largest.tolist(),
            left=left[0].tolist(),
            right=right[0].tolist(),
            top=top[0].tolist(),
            bottom=bottom[0].tolist(),
        ),
    )
    return pack(answer.model_dump_json().encode())
