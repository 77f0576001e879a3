"""The `nms` lab: non-maximum suppression, decision by decision and at every threshold at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.answers.computed import JSON_TYPE, answer_to
from app.detection.answers import SweepAnswer
from app.doors.bodies import json_body, parse_json
from app.errors import BAD_BODY, InvalidInput, can_fail
from app.i18n import N_
from app.lab import wire
from app.labs.nms.answers import SOFT_SCORE_THRESHOLD, BoxSet, Decision, NmsAnswer, NmsQuery
from app.labs.nms.config import MAX_COORDINATE
from app.settings import MEBIBYTE

if TYPE_CHECKING:
    from torch import Tensor

    from models.boxes.nms import SoftTrace, Trace

MAX_BODY = 8 * MEBIBYTE  # 6,000 boxes take about 0.6 MB; files of detectors are often indented


CAN_FAIL = {**BAD_BODY, 503: "too many others wait for an answer"}
router = APIRouter()


def checked(query: BoxSet) -> tuple[Tensor, Tensor, Tensor | None]:
    """The boxes as tensors. Raises `InvalidInput` that names the field and the index."""
    import torch

    count = len(query.boxes)
    for field in ("scores", "labels"):
        values = getattr(query, field)
        if values is not None and len(values) != count:
            message = N_(
                "The numbers of boxes ({boxes}) and of entries in “{name}” ({count}) differ."
            )
            raise InvalidInput(message, field, boxes=count, count=len(values), name=field)
    for index, (x1, y1, x2, y2) in enumerate(query.boxes):
        place = f"boxes.{index}"
        if max(abs(x1), abs(y1), abs(x2), abs(y2)) > MAX_COORDINATE:
            message = N_("Box {index} has a coordinate beyond {limit}.")
            raise InvalidInput(message, place, index=index, limit=f"{MAX_COORDINATE:,.0f}")
        if x2 < x1 or y2 < y1:
            message = N_("Box {index} is inverted: x2 must not be below x1, nor y2 below y1.")
            raise InvalidInput(message, place, index=index)
    for index, score in enumerate(query.scores):
        if abs(score) > MAX_COORDINATE:
            message = N_("Score {index} is beyond {limit}.")
            raise InvalidInput(
                message, f"scores.{index}", index=index, limit=f"{MAX_COORDINATE:,.0f}"
            )
    labels = None if query.labels is None else torch.tensor(query.labels, dtype=torch.int64)
    boxes = torch.tensor(query.boxes, dtype=torch.float32).reshape(-1, 4)
    return boxes, torch.tensor(query.scores, dtype=torch.float32), labels


@router.post(
    "/api/nms",
    response_class=Response,
    responses={**can_fail(CAN_FAIL), 200: {"model": NmsAnswer}},
    openapi_extra=json_body(NmsQuery),
)
async def nms(request: Request) -> Response:
    """Suppress boxes, with every decision: greedy, or Soft-NMS (Bodla et al., 2017)."""
    return await answer_to(request, MAX_BODY, JSON_TYPE, suppressed)


def suppressed(body: bytes) -> bytes:
    """The answer to an `NmsQuery`, both as JSON."""
    query = parse_json(NmsQuery, body)
    answer = greedily(query) if query.method == "greedy" else softly(query)
    return answer.model_dump_json().encode()


def greedily(query: NmsQuery) -> NmsAnswer:
    from models.boxes import nms as algorithms

    boxes, scores, labels = checked(query)
    least = -MAX_COORDINATE if query.score_threshold is None else query.score_threshold
    trace = algorithms.greedy(boxes, scores, query.iou_threshold, labels, least)
    return NmsAnswer(
        keep=trace.keep.tolist(),
        scores=query.scores,
        suppressed_by=trace.suppressed_by.tolist(),
        steps=hard_steps(trace, query.scores),
    )


def softly(query: NmsQuery) -> NmsAnswer:
    """Raises `InvalidInput` for a negative score."""
    from models.boxes import nms as algorithms

    boxes, scores, labels = checked(query)
    for index, score in enumerate(query.scores):
        if score < 0:
            message = N_("Soft-NMS multiplies scores, so score {index} must not be negative.")
            raise InvalidInput(message, f"scores.{index}", index=index)
    soft = algorithms.soft(
        boxes,
        scores,
        "linear" if query.method == "soft-linear" else "gaussian",
        query.iou_threshold,
        query.sigma,
        SOFT_SCORE_THRESHOLD if query.score_threshold is None else query.score_threshold,
        labels,
    )
    return NmsAnswer(
        keep=soft.keep.tolist(),
        scores=soft.scores.tolist(),
        suppressed_by=soft.suppressed_by.tolist(),
        steps=soft_steps(soft),
    )


def hard_steps(trace: Trace, scores: list[float]) -> list[Decision]:
    return [
        Decision(
            box=step.box,
            score=scores[step.box],
            others=step.suppressed.tolist(),
            values=step.iou.tolist(),
        )
        for step in trace.steps
    ]


def soft_steps(trace: SoftTrace) -> list[Decision]:
    return [
        Decision(
            box=step.box,
            score=step.score,
            others=step.decayed.tolist(),
            values=step.factors.tolist(),
        )
        for step in trace.steps
    ]


@router.post(
    "/api/nms/sweep",
    response_class=Response,
    responses={
        **can_fail(CAN_FAIL),
        200: wire.described(SweepAnswer, "JSON, or one binary frame"),
    },
    openapi_extra=json_body(BoxSet),
)
async def sweep(request: Request) -> Response:
    """Greedy NMS at all 101 thresholds 0.00 to 1.00 at once.

    With `Accept: application/octet-stream` one binary frame (`app/lab/wire.py`): `order`, and by
    position in that order the kept bits and the suppressors' positions.
    """
    binary = wire.MEDIA_TYPE in request.headers.get("accept", "")
    return await answer_to(
        request, MAX_BODY, wire.MEDIA_TYPE if binary else JSON_TYPE, swept, binary
    )


def swept(body: bytes, binary: bool) -> bytes:
    """The answer to a `BoxSet` in JSON: a frame, or JSON."""
    import numpy as np

    from models.boxes import nms as algorithms

    found = algorithms.sweep(*checked(parse_json(BoxSet, body)))
    order = found.order.numpy()
    if binary:
        arrays: dict[str, Any] = {
            "order": order.astype(np.int32),
            "kept": found.kept.view(np.uint32),
            "suppressed_by": found.suppressed_by,
        }
        return wire.encode({"thresholds": list(algorithms.THRESHOLDS)}, arrays)
    by_index: Any = np.full(found.suppressed_by.shape, -1, np.int64)
    if len(order):
        positions = found.suppressed_by
        by_index[:, order] = np.where(positions < 0, -1, order[positions])
    answer = SweepAnswer(
        thresholds=list(algorithms.THRESHOLDS),
        kept=[found.kept_at(t).tolist() for t in range(len(algorithms.THRESHOLDS))],
        suppressed_by=by_index.tolist(),
    )
    return answer.model_dump_json().encode()
