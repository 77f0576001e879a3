"""What the labs' endpoints answer: for their checks, and for the description of the API."""

from pydantic import BaseModel, Field


class SweepAnswer(BaseModel):
    """Greedy NMS at every threshold, by the indices of the boxes."""

    thresholds: list[float]
    kept: list[list[int]] = Field(description="for each threshold the kept boxes, best first")
    suppressed_by: list[list[int]] = Field(
        description="for each threshold and box the box that suppressed it, -1 if it is kept"
    )


class Transform(BaseModel):
    """Model input = displayed image * scale, in each direction; there is no shift."""

    scale_x: float
    scale_y: float
    input_width: int
    input_height: int


class FeatureMap(BaseModel):
    """One map that anchors stand on; its anchors have indices from `first_anchor` on."""

    channels: int
    height: int
    width: int
    stride_y: int
    stride_x: int
    anchors_per_location: int
    first_anchor: int


class AnchorShapes(BaseModel):
    """Scales are square roots of areas, pixels of the model's input; ratios are height / width."""

    scales: list[float]
    ratios: list[float]
    per_location: int
    total: int


class ImageSize(BaseModel):
    width: int
    height: int


class ProposalsAnswer(BaseModel):
    """Everything before NMS, and NMS at every threshold. Boxes in displayed pixels, best first."""

    model: str
    origin: str
    image: ImageSize
    transform: Transform
    feature_map: list[int] = Field(description="[channels, height, width] of the first map")
    feature_maps: list[FeatureMap]
    anchors: AnchorShapes | None
    boxes: list[list[float]]
    scores: list[float]
    anchor: list[int] = Field(description="index of the anchor that each box came from")
    location: list[list[int]] = Field(description="[map, row, column, shape] of that anchor")
    proposals: list[int] = Field(description="boxes that are proposals: NMS at 0.7, then top-n")
    sweep: SweepAnswer
