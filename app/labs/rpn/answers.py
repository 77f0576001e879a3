"""What is asked of the `rpn` lab's endpoints, and what they answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from app.lab.controls import same_field
from app.labs.rpn.config import RpnConfig
from models.detection.catalog import NetworkName


class ProposalsQuery(BaseModel):
    """Which photo, which network, how many boxes."""

    model_config = ConfigDict(extra="forbid")

    image_id: str = Field(description="id of an uploaded picture", max_length=64)
    model: NetworkName = same_field(RpnConfig, "model")
    pre_nms_top_n: int = same_field(RpnConfig, "pre_nms_top_n")
    post_nms_top_n: int = same_field(RpnConfig, "post_nms_top_n")
    min_size: float = same_field(RpnConfig, "min_size")
    input_size: int = same_field(RpnConfig, "input_size")


class ModelAnswer(BaseModel):
    name: str
    title: str
    origin: str
    installed: bool
    command: str | None = Field(description="what to type to install its weights")
