"""What is asked of the `detectors` lab's endpoints, and what they answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.detection.answers import ImageSize, Transform
from app.lab.controls import same_field
from app.labs.detectors.config import MEASURED, MEASURED_STEP, DetectorsConfig
from app.pictures.images import ImageAnswer
from models.detection.catalog import DetectorsName, InstalledName

DEVICE = Field(description="what the networks were computed on: CPU, or the GPU's name")


class PhotoQuery(BaseModel):
    """Which photo, which pair of detectors, at which size."""

    model_config = ConfigDict(extra="forbid")

    image_id: str = Field(description="id of an uploaded picture", max_length=64)
    model: DetectorsName = Field("photos", description="which pair of detectors")
    input_size: int | None = same_field(
        DetectorsConfig,
        "input_size",
        default=None,
        description="the picture's longer side for the network, pixels; null: as it learned",
    )
    pre_nms_top_n: int = same_field(DetectorsConfig, "pre_nms_top_n")


class DetectQuery(PhotoQuery):
    proposals: int = same_field(DetectorsConfig, "proposals")


class Detection(BaseModel):
    """One found object. The box is in pixels of the displayed picture."""

    box: list[float]
    score: float
    label: str
    anchor: int = Field(description="index of the anchor that it began as")
    proposal: int | None = Field(description="its rank among the proposals; null: one-stage")


class DetectAnswer(BaseModel):
    """What both detectors find: NMS at 0.5 for each class, best first, at most 100."""

    model: str
    classes: list[str]
    image: ImageSize
    transform: Transform
    feature_map: list[int] = Field(description="[channels, height, width]")
    milliseconds: dict[str, float] = Field(description="of each part of this one evaluation")
    device: str = DEVICE
    one_stage: list[Detection]
    two_stage: list[Detection]


class InstalledQuery(BaseModel):
    """Which picture a network that was installed here looks at."""

    model_config = ConfigDict(extra="forbid")

    image_id: str = Field(description="id of an uploaded picture", max_length=64)
    network: InstalledName = Field(description="which network")


class InstalledTimingsQuery(InstalledQuery):
    proposals: int = same_field(DetectorsConfig, "proposals")


class StageShapes(BaseModel):
    """A part of the way, and the shapes of what flows out of it."""

    name: str
    shapes: list[list[int]]


class LevelAnswer(BaseModel):
    """A map, row by row; its cells in displayed pixels."""

    rows: int
    columns: int
    each: int = Field(description="places of a cell: its anchors, or 1")
    cell_width: float
    cell_height: float


class InstalledAnswer(BaseModel):
    """What an installed network had before NMS, for up to 300 proposals. The arrays `boxes` (in
    displayed pixels), `scores`, `labels` and `rows` (anchors, cells or proposals) have an entry for
    each place and class of at least 0.02, best first; `proposals` has those of two stages. `starts`
    are the places as boxes, of each entry or of each proposal: anchors or, where a network has
    none, cells.
    """

    network: str
    classes: list[str]
    image: ImageSize
    transform: Transform
    stages: list[StageShapes]
    levels: list[LevelAnswer] = Field(description="the maps whose places it looks at, in order")
    has_anchors: bool


class NetworkAnswer(BaseModel):
    """A network that can be installed beside ours."""

    name: str
    title: str
    stages: Literal["one", "two"]
    installed: bool
    command: str = Field(description="what to type to install it")


class SceneAnswer(ImageAnswer):
    """A drawn scene in the store, with what is in it; boxes in the stored picture's pixels."""

    scene: int
    boxes: list[list[float]]
    classes: list[str]


class TimingsQuery(PhotoQuery):
    proposals: int = same_field(DetectorsConfig, "proposals")


class PartTime(BaseModel):
    """Milliseconds of one part."""

    name: str
    median: float
    low: float = Field(description="a tenth of the evaluations took less")
    high: float = Field(description="a tenth took more")


class Timings(BaseModel):
    """How long each part of both detectors takes, one picture at a time."""

    repeats: int
    threads: int
    device: str = DEVICE
    shared: list[PartTime]
    one_stage: list[PartTime]
    two_stage: list[PartTime]
    one_stage_total: PartTime = Field(description="with what both share")
    two_stage_total: PartTime
    by_proposals: list[PartTime] = Field(
        description="two stages with so many proposals: the names are their numbers"
    )


class InstalledTimings(BaseModel):
    """How long each part of an installed network takes, one picture at a time."""

    network: str
    repeats: int
    threads: int
    device: str = DEVICE
    parts: list[PartTime]
    total: PartTime


class PoolQuery(PhotoQuery):
    box: list[Annotated[float, Field(allow_inf_nan=False)]] = Field(
        min_length=4, max_length=4, description="x1, y1, x2, y2 in pixels of the displayed picture"
    )
    bins: int = same_field(DetectorsConfig, "bins")
    channel: int = same_field(
        DetectorsConfig, "channel", description="of the map; -1: the strongest one in the box"
    )


class AlignAnswer(BaseModel):
    """RoIAlign: each bin is the mean of its samples, which lie where two samples a bin meet."""

    values: list[list[float]]
    x: list[float] = Field(description="of the samples, in cells; two for each bin")
    y: list[float]


class RoIPoolAnswer(BaseModel):
    """RoIPool: each bin is the largest of its cells, from the first to before the last."""

    values: list[list[float]]
    left: list[int]
    right: list[int]
    top: list[int]
    bottom: list[int]


class PoolAnswer(BaseModel):
    """A region of one channel of the feature map, pooled both ways. Lengths in cells."""

    feature_map: list[int] = Field(description="[channels, height, width]")
    channel: int
    values: list[list[float]] = Field(description="of the channel's cells")
    region: list[float] = Field(description="the box, clipped, in cells")
    cell: list[float] = Field(description="width and height of a cell in displayed pixels")
    align: AlignAnswer
    pool: RoIPoolAnswer


class ClaimQuery(BaseModel):
    """How many scenes are measured, with how many proposals, and by which rule of the AP."""

    model_config = ConfigDict(extra="forbid")

    scenes: int = Field(ge=MEASURED_STEP, le=MEASURED, multiple_of=MEASURED_STEP)
    proposals: int = same_field(DetectorsConfig, "proposals")
    rule: Literal["voc", "coco"] = same_field(DetectorsConfig, "rule")


class IntervalAnswer(BaseModel):
    value: float
    low: float = Field(description="95 % of the resamples lie between low and high")
    high: float


class MeasuredDetector(BaseModel):
    """One detector on the measured scenes."""

    ap50: IntervalAnswer
    ap75: IntervalAnswer
    recall: list[float | None] = Field(description="of objects under 32 px, 32 to 64 px, above")
    miss: float = Field(description="miss rate where 90 % of the detections are right")
    curve: list[float] = Field(description="precision at recall 0, 0.02 .. 1, IoU 0.5")
    milliseconds: IntervalAnswer = Field(description="median, and the tenths at both ends")


class ClaimAnswer(BaseModel):
    """Both detectors on the same drawn scenes, measured now."""

    scenes: int
    objects: int
    sizes: list[int] = Field(description="objects under 32 px, 32 to 64 px, above")
    one_stage: MeasuredDetector
    two_stage: MeasuredDetector
    device: str = DEVICE
    gain50: IntervalAnswer = Field(description="AP50 of two stages minus that of one")
    gain75: IntervalAnswer


class RecordedRow(BaseModel):
    """What an evaluation command wrote about one set of pictures."""

    pictures: str
    one_stage: dict[str, float] = Field(description="AP50 and AP75")
    two_stage: dict[str, float]
    command: str
    commit: str
    date: str


class RecordedClaim(ClaimAnswer):
    """The same as for drawn scenes, of photos, as a command wrote it down."""

    pictures: str
    proposals: int = Field(description="that the second stage looked at")
    rule: Literal["voc", "coco"]
    threads: int = Field(description="of the processor that took the milliseconds")
    command: str
    commit: str
    date: str


class FormsCourse(BaseModel):
    """What the small detectors of the lab were worth along their training: means over seeds."""

    steps: int = Field(description="of the whole training")
    seeds: int
    forms: dict[str, dict[int, dict[str, float]]] = Field(
        description="AP50 and AP75 of each form after so many steps"
    )
    command: str
    commit: str
    date: str


class CoursePoint(BaseModel):
    """What both detectors of a training were worth after so many of its steps."""

    step: int
    one_stage: dict[str, float] = Field(description="AP50 and AP75")
    two_stage: dict[str, float]


class CourseAnswer(BaseModel):
    """One training with what its command wrote down on its way."""

    pictures: str
    steps: int = Field(description="of the whole training")
    points: list[CoursePoint]
    command: str
    commit: str
    date: str


class PublishedRow(BaseModel):
    """A detector on COCO val2017, as torchvision publishes it."""

    name: str
    kind: str
    backbone: str
    box_map: float = Field(description="mean AP at IoU 0.5 to 0.95, of 100")
    gflops: float
    network: InstalledName = Field(description="its name where it is installed")


class KnownNumbers(BaseModel):
    """Numbers that are not measured now, with where they come from."""

    recorded: list[RecordedRow]
    claims: list[RecordedClaim]
    courses: list[CourseAnswer]
    forms: FormsCourse
    published: list[PublishedRow]


class FamilyQuery(PhotoQuery):
    crops: int = same_field(DetectorsConfig, "crops")
    external: Literal["rpn", "selective"] = same_field(DetectorsConfig, "external")
    mask_network: Literal["ours", "maskrcnn_resnet50_fpn"] = Field(
        "ours", description="whose masks: ours know drawn shapes, an installed one COCO's objects"
    )


class FamilyAnswer(BaseModel):
    """The family on one picture; boxes in displayed pixels."""

    boxes: list[list[float]] = Field(description="what R-CNN cuts out and Fast R-CNN pools")
    external: Literal["rpn", "selective"] = Field(description="whose boxes they are")
    proposing: float | None = Field(
        description="milliseconds of selective search; null: the boxes are the RPN's"
    )
    names: list[str] = Field(description="what ImageNet's network calls each crop, in English")
    scores: list[float]
    found: list[list[float]] = Field(description="boxes with a mask; ours are of drawn shapes only")
    masked_by: str = Field(description="the installed network that made the masks, or ours")
    milliseconds: dict[str, float] = Field(
        description="rcnn and fast without the proposals, which come from elsewhere; faster, mask"
    )
    device: str = DEVICE


class ProposersQuery(PhotoQuery):
    """Which picture three proposers look at."""


class Proposer(BaseModel):
    """What one way to propose found, its best first, at most 1,000 of them."""

    name: str = Field(description="windows, selective or rpn")
    milliseconds: float
    count: int = Field(description="of all that it proposed")
    boxes: list[list[float]] = Field(description="in displayed pixels")


class ProposersAnswer(BaseModel):
    """Proposals, old and new, on one picture."""

    proposers: list[Proposer]
    device: str = DEVICE
    missing: list[str] = Field(description="proposers that are not installed here")
    extra: str = Field(description="what to install for them, with pip")
