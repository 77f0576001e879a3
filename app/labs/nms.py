"""The `nms` lab: non-maximum suppression, decision by decision and at every threshold at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app import wire
from app.answers import SweepAnswer
from app.bodies import json_body, parse_json
from app.errors import BAD_BODY, InvalidInput, can_fail
from app.i18n import N_
from app.lab import Lab, LabConfig, Look, Paper, Step, control
from app.queries import JSON_TYPE, answer_to
from app.settings import MEBIBYTE

if TYPE_CHECKING:
    from torch import Tensor

    from models.nms import SoftTrace, Trace

MAX_BOXES = 6000
MAX_BODY = 8 * MEBIBYTE  # 6,000 boxes take about 0.6 MB; files of detectors are often indented
# Beyond this float32 loses whole pixels, and areas overflow.
MAX_COORDINATE = 1e6
SOFT_SCORE_THRESHOLD = 0.001  # Bodla et al.'s code
Method = Literal["greedy", "soft-linear", "soft-gaussian"]
HOW, WHICH = N_("Suppression"), N_("Which boxes take part")


class NmsConfig(LabConfig):
    """What the visitor may set on the `nms` page."""

    iou_threshold: float = control(
        0.5,
        N_("IoU threshold"),
        N_("A box that overlaps a better one by more than this is suppressed. Higher keeps more."),
        Look(HOW, step=0.01, usual=(0.5, 0.7)),
        ge=0,
        le=1,
    )
    method: Method = control(
        "greedy",
        N_("Method"),
        N_("Hard NMS removes a box; Soft-NMS lowers its score instead."),
        Look(
            HOW,
            choices={
                "greedy": N_("Greedy (hard)"),
                "soft-linear": N_("Soft, linear"),
                "soft-gaussian": N_("Soft, Gaussian"),
            },
        ),
    )
    sigma: float = control(
        0.5,
        N_("Sigma"),
        N_("Only for the Gaussian: the smaller, the faster an overlapped box loses its score."),
        Look(HOW, step=0.05, usual=(0.3, 0.7)),
        ge=0.05,
        le=2,
    )
    class_aware: bool = control(
        False,
        N_("Each class by itself"),
        N_("Boxes of different classes then never suppress each other."),
        Look(HOW),
    )
    score_threshold: float = control(
        0.0,
        N_("Score threshold"),
        N_("Boxes with a lower score are left out before NMS."),
        Look(WHICH, step=0.01, usual=(0.05, 0.5), reach=(0, 1)),
        ge=-MAX_COORDINATE,
        le=MAX_COORDINATE,
    )
    top_n: int = control(
        1000,
        N_("Best boxes"),
        N_("How many of the best-scored boxes take part."),
        Look(WHICH, usual=(100, 1000)),
        ge=1,
        le=6000,
    )


Coordinate = Annotated[float, Field(allow_inf_nan=False)]
Threshold = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
# Scores may be logits, or percent.
ScoreThreshold = Annotated[float, Field(ge=-MAX_COORDINATE, le=MAX_COORDINATE, allow_inf_nan=False)]


class BoxSet(BaseModel):
    """Boxes (x1, y1, x2, y2) in any one unit, with scores and, if they have any, classes."""

    model_config = ConfigDict(extra="forbid")

    boxes: list[Annotated[list[Coordinate], Field(min_length=4, max_length=4)]] = Field(
        max_length=MAX_BOXES, examples=[[[0, 0, 10, 10], [1, 1, 11, 11]]]
    )
    scores: list[Annotated[float, Field(allow_inf_nan=False)]] = Field(
        max_length=MAX_BOXES, examples=[[0.9, 0.8]]
    )
    labels: list[Annotated[int, Field(ge=-(2**31), lt=2**31)]] | None = Field(
        None, max_length=MAX_BOXES, description="class of each box; classes do not suppress others"
    )


class NmsQuery(BoxSet):
    iou_threshold: Threshold = 0.5
    method: Method = "greedy"
    sigma: float = Field(0.5, gt=0, le=1000, allow_inf_nan=False)
    score_threshold: ScoreThreshold | None = Field(
        None, description="boxes below take no part; Soft-NMS drops them when they fall below"
    )


class Decision(BaseModel):
    """One turn of the loop: the box that was picked, and what that did to the others."""

    box: int
    score: float
    others: list[int] = Field(description="boxes it suppressed, or whose scores it lowered")
    values: list[float] = Field(description="their IoU with it, or the factor on their scores")


class NmsAnswer(BaseModel):
    keep: list[int] = Field(description="kept boxes, best first")
    scores: list[float] = Field(description="every box's score, as NMS left it")
    suppressed_by: list[int] = Field(description="the box that suppressed each, -1 if none did")
    steps: list[Decision]


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
    from models import nms as algorithms

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
    from models import nms as algorithms

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

    With `Accept: application/octet-stream` one binary frame (`app/wire.py`): `order`, and by
    position in that order the kept bits and the suppressors' positions.
    """
    binary = wire.MEDIA_TYPE in request.headers.get("accept", "")
    return await answer_to(
        request, MAX_BODY, wire.MEDIA_TYPE if binary else JSON_TYPE, swept, binary
    )


def swept(body: bytes, binary: bool) -> bytes:
    """The answer to a `BoxSet` in JSON: a frame, or JSON."""
    import numpy as np

    from models import nms as algorithms

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


LAB = Lab(
    slug="nms",
    title=N_("Non-maximum suppression"),
    summary=N_(
        "From a pile of boxes to one box an object: move the thresholds, ask each box who "
        "suppressed it, follow the algorithm decision by decision."
    ),
    papers=(
        Paper(
            "Bodla, Singh, Chellappa, Davis",
            2017,
            "Soft-NMS: Improving Object Detection With One Line of Code",
        ),
        Paper("Neubeck, Van Gool", 2006, "Efficient Non-Maximum Suppression"),
    ),
    config=NmsConfig,
    lesson=(
        Step(
            N_("One car, six boxes"),
            N_(
                "Six cells of a 19 x 19 grid each claim to have found the car. NMS keeps the one "
                "with the highest score. Point at a ghost to see who suppressed it."
            ),
            {"source": "textbook", "iou_threshold": 0.5},
        ),
        Step(
            N_("Which way does the threshold work?"),
            N_(
                "Move the IoU threshold up. More boxes stay, because a box must overlap more to "
                "be suppressed. At 1 nothing is suppressed; at 0 any touch is enough."
            ),
            {"source": "textbook", "iou_threshold": 0.8},
        ),
        Step(
            N_("Step by step"),
            N_(
                "Take the best box that is left, keep it, suppress all that overlap it too much, "
                "repeat. Press Step and read each decision."
            ),
            {"source": "textbook", "iou_threshold": 0.5, "step": 1},
        ),
        Step(
            N_("Two cars side by side"),
            N_(
                "NMS cannot tell a duplicate from a neighbor. At 0.3 one of the two cars is lost; "
                "where does the second come back?"
            ),
            {"source": "neighbors", "iou_threshold": 0.3},
        ),
        Step(
            N_("Softer"),
            N_(
                "Soft-NMS lowers the neighbor's score instead of removing it. Which score is "
                "left for the second car?"
            ),
            {
                "source": "neighbors",
                "method": "soft-gaussian",
                "sigma": 0.5,
                "score_threshold": 0.05,
            },
        ),
        Step(
            N_("A network's real pile"),
            N_(
                "A thousand boxes from the proposal network. Why does a proposal network use 0.7 "
                "and a detector 0.5?"
            ),
            {"source": "photo", "iou_threshold": 0.7},
        ),
    ),
    router=router,
)
