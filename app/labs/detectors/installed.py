"""Networks that others trained and that were installed here: what they find, and how fast."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from app.answers.computed import JSON_TYPE, pack, packed_response
from app.answers.single_flight import until_gone
from app.detection.answers import ImageSize, Transform
from app.detection.inference import computed_on, go_on, is_installed, network, set_threads
from app.detection.on_photo import answer_on_photo
from app.errors import can_fail
from app.i18n import language_of, translate
from app.lab import wire
from app.labs.detectors.answers import (
    InstalledAnswer,
    InstalledQuery,
    InstalledTimings,
    InstalledTimingsQuery,
    LevelAnswer,
    NetworkAnswer,
    StageShapes,
)
from app.labs.detectors.config import MOST_PROPOSALS
from app.labs.detectors.looking import CAN_FAIL, pixels_of
from app.labs.detectors.timings import LEAST_REPEATS, LONG, REPEATS, WARM_UP, spread
from app.pictures.images import images_of
from app.settings import Settings
from models.detection.catalog import INSTALLED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.detection.installed import Found

router = APIRouter()


@router.get("/api/detectors/networks")
def networks(request: Request) -> list[NetworkAnswer]:
    """Detectors with COCO's classes that may be installed, and which of them are."""
    language = language_of(request)
    return [
        NetworkAnswer(
            name=name,
            title=translate(one.title, language),
            stages=one.stages,
            installed=is_installed(name, request.app.state.settings),
            command=one.command(name),
        )
        for name, one in INSTALLED.items()
    ]


@router.post(
    "/api/detectors/installed",
    response_class=Response,
    responses={**can_fail(CAN_FAIL), 200: wire.described(InstalledAnswer, "a frame")},
)
async def installed(request: Request, query: Annotated[InstalledQuery, Body()]) -> Response:
    """What a network that others trained finds in a picture, with all that came before NMS.

    409 says what to type where it is not installed.
    """
    evaluate = partial(as_frame, query, images_of(request).settings)
    key = ("installed", query.network)
    packed = await until_gone(request, answer_on_photo(request, query.image_id, key, evaluate))
    return await packed_response(request, packed, wire.MEDIA_TYPE)


@router.post(
    "/api/detectors/installed/timings",
    response_class=Response,
    responses={**can_fail(CAN_FAIL), 200: {"model": InstalledTimings}},
)
async def timings(request: Request, query: Annotated[InstalledTimingsQuery, Body()]) -> Response:
    """Milliseconds of each part of an installed network on a picture: as for ours, median and
    spread of 15 evaluations after 3 that do not count; of a large network as many as 6 seconds
    allow, at least 3.
    """
    evaluate = partial(measured, query, images_of(request).settings)
    key = ("installed timings", query.network, query.proposals)
    packed = await until_gone(request, answer_on_photo(request, query.image_id, key, evaluate))
    return await packed_response(request, packed, JSON_TYPE)


def found_by(
    query: InstalledQuery, config: Settings, image: NDArray[np.uint8], proposals: int
) -> Found:
    """For the networks' thread. Raises `ModelNotInstalled`."""
    from models.detection.installed import look_installed

    set_threads(config)
    found = look_installed(
        query.network, network(query.network, config), pixels_of(image), proposals
    )
    go_on()
    return found


def as_frame(query: InstalledQuery, config: Settings, image: NDArray[np.uint8]) -> bytes:
    """The answer, gzipped; in pixels of the displayed image."""
    import numpy as np

    found = found_by(query, config, image, MOST_PROPOSALS)
    boxes, scores, labels, rows = found.candidates
    answer = InstalledAnswer(
        network=query.network,
        classes=list(found.classes),
        image=ImageSize(width=image.shape[1], height=image.shape[0]),
        transform=Transform(
            scale_x=found.scaling.x,
            scale_y=found.scaling.y,
            input_width=found.input_shape[1],
            input_height=found.input_shape[0],
        ),
        stages=[
            StageShapes(name=stage.name, shapes=[list(shape) for shape in stage.shapes])
            for stage in found.stages
        ],
        levels=[
            LevelAnswer(
                rows=level.rows,
                columns=level.columns,
                each=level.each,
                cell_width=level.cell_width / found.scaling.x,
                cell_height=level.cell_height / found.scaling.y,
            )
            for level in found.levels
        ],
        has_anchors=found.has_anchors,
    )
    arrays = {
        "boxes": found.scaling.to_displayed(boxes).numpy(),
        "scores": scores.numpy(),
        "labels": labels.numpy().astype(np.int32),
        "rows": rows.numpy().astype(np.int32),
        "proposals": found.scaling.to_displayed(found.proposals).numpy(),
        "starts": found.scaling.to_displayed(found.starts).numpy(),
        "proposal_anchor": found.proposal_anchor.numpy().astype(np.int32),
    }
    return pack(wire.encode(answer.model_dump(), arrays))


def measured(query: InstalledTimingsQuery, config: Settings, image: NDArray[np.uint8]) -> bytes:
    """The answer, gzipped; for the networks' thread."""
    import torch

    runs: list[dict[str, float]] = []
    began = time.monotonic()
    while len(runs) < WARM_UP + REPEATS:
        if len(runs) >= WARM_UP + LEAST_REPEATS and time.monotonic() - began > LONG:
            break
        runs.append(found_by(query, config, image, query.proposals).milliseconds)
    counted = runs[WARM_UP:]
    answer = InstalledTimings(
        network=query.network,
        repeats=len(counted),
        threads=torch.get_num_threads(),
        device=computed_on(network(query.network, config)),
        parts=[spread(name, [run[name] for run in counted]) for name in counted[0]],
        total=spread("total", [sum(run.values()) for run in counted]),
    )
    return pack(answer.model_dump_json().encode())
