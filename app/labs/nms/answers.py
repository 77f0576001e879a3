"""What is asked of the `nms` lab's endpoints, and what they answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.lab.controls import same_field
from app.labs.nms.config import MAX_BOXES, Method, NmsConfig

SOFT_SCORE_THRESHOLD = 0.001  # Bodla et al.'s code


Coordinate = Annotated[float, Field(allow_inf_nan=False)]


class BoxSet(BaseModel):
    """Boxes (x1, y1, x2, y2) in any one unit, with scores and, if they have any, classes."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

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
    iou_threshold: float = same_field(NmsConfig, "iou_threshold")
    method: Method = same_field(NmsConfig, "method")
    sigma: float = same_field(NmsConfig, "sigma")
    score_threshold: float | None = same_field(
        NmsConfig,
        "score_threshold",
        default=None,
        description="boxes below take no part; Soft-NMS drops them when they fall below",
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
