"""The `rpn` lab: a Region Proposal Network opened on a photo."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from app import wire
from app.answers import AnchorShapes, FeatureMap, ProposalsAnswer, Transform
from app.errors import BAD_BODY, ImageGone, can_fail
from app.i18n import N_, language_of, translate
from app.image_store import ImageStore
from app.images import images_of
from app.inference import ORIGINS, go_on, is_installed, open_photo
from app.lab import Lab, LabConfig, Look, Paper, Step, control
from app.queries import JSON_TYPE, pack, packed_response
from app.shared_answers import shared_answers_of
from app.single_flight import until_gone

if TYPE_CHECKING:
    from models.detectors import Opened
    from models.nms import Sweep

ModelName = Literal[
    "vitrine", "fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_resnet50_fpn_v2", "untrained"
]
MODEL_TITLES = {
    "vitrine": N_("Vitrine's RPN (shipped weights)"),
    "fasterrcnn_mobilenet_v3_large_320_fpn": N_("Faster R-CNN MobileNetV3 320 (torchvision)"),
    "fasterrcnn_resnet50_fpn_v2": N_("Faster R-CNN ResNet-50 v2 (torchvision)"),
    "untrained": N_("The same network, untrained"),
}
STAGES = ("photo", "features", "anchors", "scores", "deltas", "clipped", "top", "nms", "proposals")
# The size that models.preprocess prepares for; not imported from there, because that loads torch.
INPUT_SIZE = 320
PICTURED_SIDE = 64  # locations; a larger feature map is not sent as pictures
NETWORK, TRUTH = N_("The network"), N_("Your ground truth")


class RpnConfig(LabConfig):
    """What the visitor may set on the `rpn` page."""

    model: ModelName = control(
        "vitrine",
        N_("Model"),
        N_("Whose proposals to look at. The untrained one shows what training adds."),
        Look(NETWORK, choices=MODEL_TITLES),
    )
    input_size: int = control(
        INPUT_SIZE,
        N_("Input size"),
        N_(
            "The photo's longer side as the network sees it; more pixels show smaller objects and "
            "mean more anchors. Not for torchvision's networks."
        ),
        Look(NETWORK, step=16, unit="px", usual=(320, 512)),
        ge=160,
        le=800,
    )
    pre_nms_top_n: int = control(
        1000,
        N_("Boxes into NMS"),
        N_("Only the best-scored boxes go on to NMS."),
        Look(NETWORK, usual=(1000, 6000)),
        ge=1,
        le=6000,
    )
    iou_threshold: float = control(
        0.7,
        N_("NMS IoU threshold"),
        N_("A box that overlaps a better one by more than this is suppressed. Higher keeps more."),
        Look(NETWORK, step=0.01, usual=(0.5, 0.7)),
        ge=0,
        le=1,
    )
    post_nms_top_n: int = control(
        300,
        N_("Proposals out"),
        N_("How many of the boxes that NMS keeps become proposals."),
        Look(NETWORK, usual=(100, 300)),
        ge=1,
        le=2000,
    )
    min_size: int = control(
        0,
        N_("Smallest side"),
        N_("Boxes with a shorter side are dropped, in pixels of the network's input."),
        Look(NETWORK, unit="px", usual=(0, 16)),
        ge=0,
        le=100,
    )
    positive_iou: float = control(
        0.7,
        N_("Positive from IoU"),
        N_("Anchors that overlap a ground-truth box at least this much are positive."),
        Look(TRUTH, step=0.01, usual=(0.5, 0.7)),
        ge=0,
        le=1,
    )
    negative_iou: float = control(
        0.3,
        N_("Negative below IoU"),
        N_("Anchors that overlap every ground-truth box less than this are negative."),
        Look(TRUTH, step=0.01, usual=(0.3, 0.4)),
        ge=0,
        le=1,
    )


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


router = APIRouter()


@router.post(
    "/api/rpn/proposals",
    response_class=Response,
    responses={
        **can_fail(
            {
                **BAD_BODY,
                404: "no such picture",
                409: "weights not installed",
                503: "too many others wait for an answer",
            }
        ),
        200: wire.described(
            ProposalsAnswer, "JSON, or a frame that also has all scores and deltas"
        ),
    },
)
async def proposals(request: Request, query: Annotated[ProposalsQuery, Body()]) -> Response:
    """The boxes that a proposal network finds in a picture, before NMS, and NMS at all thresholds.

    With `Accept: application/octet-stream` the answer is one binary frame (`app/wire.py`) that
    also holds every anchor, all 2k scores, all 4k deltas and the feature map.
    """
    binary = wire.MEDIA_TYPE in request.headers.get("accept", "")
    packed = await until_gone(request, shared_proposals(request, query, binary))
    return await packed_response(request, packed, wire.MEDIA_TYPE if binary else JSON_TYPE)


async def shared_proposals(request: Request, query: ProposalsQuery, binary: bool) -> bytes:
    """The answer, gzipped: evaluated once for all who ask about a picture of the same content."""
    store, networks = images_of(request), request.app.state.networks
    content = store.get(query.image_id).digest
    # The frame leaves the last cut to the page.
    post_nms_top_n = None if binary else query.post_nms_top_n
    key = ("proposals", binary, content, query.model, query.pre_nms_top_n, post_nms_top_n,
           query.min_size, query.input_size)  # fmt: skip
    evaluate = partial(networks.in_turn, partial(evaluated, query, store, binary))
    try:
        shared = shared_answers_of(request)
        packed: bytes = await shared.get(key, evaluate, len, about=content)
    except ImageGone:
        store.get(query.image_id)  # raises where it is not another's equal picture that has gone
        packed = await evaluate()
    return packed


def evaluated(query: ProposalsQuery, store: ImageStore, binary: bool) -> bytes:
    """The answer, gzipped; for the networks' thread. Raises `ImageGone`, `ModelNotInstalled`."""
    import torch

    from models.nms import sweep

    image = store.load(query.image_id)
    opened = open_photo(
        query.model,
        image,
        store.settings,
        pre_nms_top_n=query.pre_nms_top_n,
        min_size=query.min_size,
        size=query.input_size,
    )
    go_on()
    levels = opened.labels if len(opened.levels) > 1 else None
    with torch.inference_mode():
        swept = sweep(opened.boxes, opened.objectness, levels)
    go_on()
    head = header(query, opened, image.shape)
    if binary:
        data = as_frame(head, opened, swept)
    else:
        data = to_json({**head, **as_json(query, opened, swept)})
    go_on()
    return pack(data)


def header(query: ProposalsQuery, opened: Opened, image_shape: tuple[int, ...]) -> dict[str, Any]:
    """What the JSON answer and the frame's header share."""
    from models.weights import ANCHORS

    paper = ORIGINS[query.model] != "fetched"
    maps = [
        FeatureMap(
            channels=features.shape[0],
            height=level.height,
            width=level.width,
            stride_y=level.stride_y,
            stride_x=level.stride_x,
            anchors_per_location=level.per_location,
            first_anchor=level.first,
        ).model_dump()
        for level, features in zip(opened.levels, opened.features, strict=True)
    ]
    total = len(opened.proposals.candidates.anchors)
    shapes = AnchorShapes(
        scales=list(ANCHORS.scales),
        ratios=list(ANCHORS.ratios),
        per_location=ANCHORS.per_location,
        total=total,
    )
    transform = Transform(
        scale_x=opened.scaling.x,
        scale_y=opened.scaling.y,
        input_width=opened.input_shape[1],
        input_height=opened.input_shape[0],
    )
    return {
        "model": query.model,
        "origin": ORIGINS[query.model],
        "image": {"width": image_shape[1], "height": image_shape[0]},
        "transform": transform.model_dump(),
        "feature_map": list(opened.features[0].shape),
        "feature_maps": maps,
        "anchors": shapes.model_dump() if paper else None,
    }


def as_json(query: ProposalsQuery, opened: Opened, swept: Sweep) -> dict[str, Any]:
    """The boxes and the sweep as lists. The boxes are sorted, so positions are indices."""
    from models.nms import THRESHOLDS

    ranked = opened.proposals.ranked
    return {
        "boxes": opened.boxes.tolist(),
        "scores": opened.objectness.tolist(),
        "anchor": ranked.tolist(),
        "location": opened.locate(ranked).tolist(),
        "proposals": swept.kept_at(70)[: query.post_nms_top_n].tolist(),
        "sweep": {
            "thresholds": list(THRESHOLDS),
            "kept": [swept.kept_at(t).tolist() for t in range(len(THRESHOLDS))],
            "suppressed_by": swept.suppressed_by.tolist(),
        },
    }


def as_frame(head: dict[str, Any], opened: Opened, swept: Sweep) -> bytes:
    """One binary frame: all that the page draws, in pixels of the displayed image."""
    import numpy as np
    import torch

    candidates = opened.proposals.candidates
    outputs = len(opened.scores[0]) // opened.levels[0].per_location
    with torch.inference_mode():
        logits = torch.cat(
            [maps.view(-1, outputs, maps[0].numel()).permute(2, 0, 1).reshape(-1, outputs)
             for maps in opened.scores]
        )  # fmt: skip
    arrays = {
        "boxes": opened.boxes.numpy(),
        "scores": opened.objectness.numpy(),
        "anchor": opened.proposals.ranked.numpy().astype(np.int32),
        "anchors": opened.displayed(candidates.anchors).numpy(),
        "logits": logits.numpy(),
        "objectness": candidates.objectness.numpy(),
        "deltas": candidates.deltas.numpy(),
        "large_enough": candidates.large_enough.numpy().astype(np.uint8),
        "kept": swept.kept.view(np.uint32),
        "suppressed_by": swept.suppressed_by,
    }
    pictured = next(
        (i for i, level in enumerate(opened.levels) if level.width <= PICTURED_SIDE), None
    )
    if pictured is not None:
        features = opened.features[pictured].numpy()
        low = features.min(axis=(1, 2), keepdims=True)
        high = features.max(axis=(1, 2), keepdims=True)
        spread = np.maximum(high - low, 1e-12)
        arrays["features"] = np.rint((features - low) / spread * 255).astype(np.uint8)
        arrays["feature_range"] = np.concatenate([low, high], axis=(1))[:, :, 0]
    return wire.encode({**head, "pictured_map": pictured}, arrays)


class ModelAnswer(BaseModel):
    name: str
    title: str
    origin: str
    installed: bool
    command: str | None = Field(description="what to type to install its weights")


@router.get("/api/rpn/models")
def models(request: Request) -> list[ModelAnswer]:
    """The networks that can be asked, and whether their weights are on this machine."""
    language = language_of(request)
    config = request.app.state.settings
    return [
        ModelAnswer(
            name=name,
            title=translate(title, language),
            origin=ORIGINS[name],
            installed=is_installed(name, config),
            command=f"vitrine fetch-weights {name}" if ORIGINS[name] == "fetched" else None,
        )
        for name, title in MODEL_TITLES.items()
    ]


LAB = Lab(
    slug="rpn",
    title=N_("Region Proposal Network"),
    summary=N_(
        "Upload a photo and follow nine anchors at one place through scores and deltas to "
        "proposals; then all of them."
    ),
    papers=(
        Paper(
            "Ren, He, Girshick, Sun",
            2015,
            "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks",
        ),
    ),
    config=RpnConfig,
    lesson=(
        Step(
            N_("Start from one place"),
            N_(
                "Nine dashed anchors stand on one cell of the feature map: three sizes, three "
                "shapes. Move to another cell with the arrow keys. The anchors look the same "
                "everywhere: they know nothing of the photo yet."
            ),
            {"stage": "anchors"},
        ),
        Step(
            N_("Two scores for each anchor"),
            N_(
                "The network gives every anchor a score for background and one for object; "
                "softmax turns the pair into a probability. Where is the map bright? Does it "
                "care what the object is?"
            ),
            {"stage": "scores"},
        ),
        Step(
            N_("Four deltas move the anchor"),
            N_(
                "Pick the anchor with the highest probability and read the formula: two numbers "
                "shift its center, two stretch its sides. The dashed anchor becomes the solid box."
            ),
            {"stage": "deltas"},
        ),
        Step(
            N_("Too many boxes"),
            N_(
                "Neighboring anchors find the same object, so the best thousand boxes lie in "
                "piles. Compare this stage with the next one, after NMS."
            ),
            {"stage": "top"},
        ),
        Step(
            N_("Let training have made no difference"),
            N_(
                "The same network with random weights scores every anchor about one half and "
                "hardly moves it. What do its best proposals have in common with the anchors?"
            ),
            {"stage": "proposals", "model": "untrained"},
        ),
        Step(
            N_("Ask how it was taught"),
            N_(
                "Draw a box around an object. Anchors turn positive, negative or neutral. Raise "
                "the positive threshold: why does the best anchor stay positive even so?"
            ),
            {"stage": "anchors", "positive_iou": 0.7, "tool": "truth"},
        ),
    ),
    router=router,
)
