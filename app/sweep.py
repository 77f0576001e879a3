"""NMS at every threshold as the labs answer it."""

from pydantic import BaseModel, Field


class SweepAnswer(BaseModel):
    """Greedy NMS at every threshold, by the indices of the boxes."""

    thresholds: list[float]
    kept: list[list[int]] = Field(description="for each threshold the kept boxes, best first")
    suppressed_by: list[list[int]] = Field(
        description="for each threshold and box the box that suppressed it, -1 if it is kept"
    )
