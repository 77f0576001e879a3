"""What is asked of the `rpn` lab's endpoints, and what they answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from app.labs.rpn.config import INPUT_SIZE, ModelName


class ProposalsQuery(BaseModel):
    """Which photo, which network, how many boxes."""

    model_config = ConfigDict(extra="forbid")

    image_id: str = Field(description="id of an uploaded picture", max_length=64)
    model: ModelName = "vitrine"
    pre_nms_top_n: int = Field(1000, ge=1, le=6000, description="boxes that enter NMS")
    post_nms_top_n: int = Field(300, ge=1, le=6000, description="proposals, after NMS at 0.7")
    min_size: float = Field(
        0, ge=0, le=1000, description="shortest side of a box, pixels of the model's input"
    )
    input_size: int = Field(
        INPUT_SIZE, ge=64, le=1024, description="longer side of the model's input; Vitrine's only"
    )


class ModelAnswer(BaseModel):
    name: str
    title: str
    origin: str
    installed: bool
    command: str | None = Field(description="what to type to install its weights")
