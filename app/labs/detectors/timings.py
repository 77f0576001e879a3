"""How long each part of both detectors takes, measured where they run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from app.answers.computed import JSON_TYPE, pack, packed_response
from app.answers.single_flight import until_gone
from app.detection.inference import computed_on, detectors, go_on
from app.detection.on_photo import answer_on_photo
from app.errors import can_fail
from app.labs.detectors.answers import PartTime, Timings, TimingsQuery
from app.labs.detectors.looking import CAN_FAIL, key_of, pixels_of, size_of
from app.pictures.images import images_of
from app.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WARM_UP, REPEATS, LEAST_REPEATS = 3, 15, 3
NUMBERS, EACH = (10, 30, 100, 300), 5  # proposals that are tried for the budget, and how often
LONG = 6.0  # seconds after which a large network is not asked again

router = APIRouter()


@router.post(
    "/api/detectors/timings",
    response_class=Response,
    responses={**can_fail(CAN_FAIL), 200: {"model": Timings}},
)
async def timings(request: Request, query: Annotated[TimingsQuery, Body()]) -> Response:
    """Milliseconds of each part of both detectors on a picture: median and spread of 15
    evaluations after 3 that do not count, with nothing else in the networks' queue meanwhile.

    Two stages are evaluated five times more with each of 10, 30, 100 and 300 proposals. From the
    decoded picture to the boxes after NMS; without decoding it, and without the way to
    whoever asked.
    """
    evaluate = partial(measured, query, images_of(request).settings)
    key = ("timings", *key_of(query), query.proposals)
    packed = await until_gone(request, answer_on_photo(request, query.image_id, key, evaluate))
    return await packed_response(request, packed, JSON_TYPE)


def measured(query: TimingsQuery, config: Settings, image: NDArray[np.uint8]) -> bytes:
    """The answer, gzipped; for the networks' thread."""
    import torch

    from models.detection.detect import ONE_STAGE, SHARED, TWO_STAGE, look

    model = detectors(query.model, config).model
    pixels = pixels_of(image)

    def timed(proposals: int) -> dict[str, float]:
        looked = look(model, pixels, size_of(query), query.pre_nms_top_n, proposals)
        go_on()
        return looked.milliseconds

    for _ in range(WARM_UP):
        timed(query.proposals)
    runs: list[dict[str, float]] = []
    tried: dict[int, list[dict[str, float]]] = {count: [] for count in NUMBERS}
    for repeat in range(REPEATS):
        runs.append(timed(query.proposals))
        if (
            repeat % (REPEATS // EACH) == 0
        ):  # in between: what else the machine does meets all alike
            for count, own in tried.items():
                # What both roads share is that of the run before: it does not depend on the number.
                own.append({**timed(count), **{part: runs[-1][part] for part in SHARED}})

    def parts(names: Iterable[str]) -> list[PartTime]:
        return [spread(name, [run[name] for run in runs]) for name in names]

    def total(name: str, names: Iterable[str], runs: list[dict[str, float]] = runs) -> PartTime:
        return spread(name, [sum(run[part] for part in (*SHARED, *names)) for run in runs])

    tried[query.proposals] = runs
    by_proposals = [total(str(count), TWO_STAGE, tried[count]) for count in NUMBERS]

    answer = Timings(
        repeats=REPEATS,
        threads=torch.get_num_threads(),
        device=computed_on(model),
        shared=parts(SHARED),
        one_stage=parts(ONE_STAGE),
        two_stage=parts(TWO_STAGE),
        one_stage_total=total("one_stage", ONE_STAGE),
        two_stage_total=total("two_stage", TWO_STAGE),
        by_proposals=by_proposals,
    )
    return pack(answer.model_dump_json().encode())


def spread(name: str, values: list[float]) -> PartTime:
    """Median and the tenths at both ends."""
    import numpy as np

    low, median, high = np.quantile(values, [0.1, 0.5, 0.9]).tolist()
    return PartTime(name=name, median=median, low=low, high=high)
