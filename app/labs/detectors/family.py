"""The R-CNN family on the same boxes: what each computes once, what for every box, how long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from app.answers.computed import pack, packed_response
from app.answers.single_flight import until_gone
from app.detection.inference import computed_on, go_on, network, prepared
from app.detection.on_photo import answer_on_photo
from app.errors import InvalidInput, can_fail
from app.i18n import N_
from app.lab import wire
from app.labs.detectors.answers import FamilyAnswer, FamilyQuery
from app.labs.detectors.looking import CAN_FAIL, key_of, looked_at, pixels_of
from app.labs.detectors.proposing import EXTRA, has_selective_search, selective_search
from app.pictures.images import images_of
from app.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from models.detection.detect import Looked
    from models.detection.detectors import Detectors
    from models.detection.efficientnet import Classifier

FAST = ("resize", "backbone", "pool", "box_head", "refine", "two_stage_nms")
FASTER = (*FAST, "rpn", "proposals")
MASKED, SURE = 20, 0.3  # boxes that get a mask: the best ones, and with which score

_lock = threading.Lock()
_classifier: list[Any] = []

router = APIRouter()


@router.post(
    "/api/detectors/family",
    response_class=Response,
    responses={**can_fail(CAN_FAIL), 200: wire.described(FamilyAnswer, "a frame")},
)
async def family(request: Request, query: Annotated[FamilyQuery, Body()]) -> Response:
    """R-CNN, Fast R-CNN, Faster R-CNN and, on drawn scenes, Mask R-CNN on the same proposals; or
    the first two on those of selective search, as they were made, where that is installed.

    R-CNN is really run: each of the best proposals is cut out of the picture, stretched to 224 x
    224 and named by a network with ImageNet's weights; it ends where nobody waits any more. An
    installed Mask R-CNN may make the masks in the place of ours. The answer is a frame
    (`app/lab/wire.py`) with the array `mask`: for each pixel of the picture 0, or
    1 + the number of the found box whose mask covers it.
    """
    evaluate = partial(compared, query, images_of(request).settings)
    key = ("family", *key_of(query), query.crops, query.external, query.mask_network)
    packed = await until_gone(request, answer_on_photo(request, query.image_id, key, evaluate))
    return await packed_response(request, packed, wire.MEDIA_TYPE)


def classifier() -> Classifier:
    """The network that names crops, loaded at its first use; it ends where nobody waits."""
    from models.detection.imagenet import load_classifier

    with _lock:
        if not _classifier:
            _classifier.append(prepared(load_classifier()))
        loaded: Classifier = _classifier[0]
        return loaded


def compared(query: FamilyQuery, config: Settings, image: NDArray[np.uint8]) -> bytes:
    """The answer, gzipped; for the networks' thread."""
    from torchvision.models import EfficientNet_B0_Weights

    from models.detection.crops import name_crops

    namer, pixels = classifier(), pixels_of(image)
    looked_at(query, config, image)  # the first evaluation is slower, and no measure
    shipped, looked = looked_at(query, config, image, query.crops)
    ms = looked.milliseconds
    boxes, fast, proposing = looked.scaling.to_displayed(looked.proposal_boxes), ms, None
    if query.external == "selective":
        boxes, fast, proposing = searched(shipped.model, looked, image, query.crops)
    named, crops_ms = timed(lambda: name_crops(namer, pixels, boxes, go_on))
    names = EfficientNet_B0_Weights.IMAGENET1K_V1.meta["categories"]
    faster_ms = sum(ms[part] for part in FASTER)
    if query.mask_network == "ours":
        (mask, found), mask_ms = timed(lambda: masks(shipped.model, looked, image.shape[:2]))
        mask_ms += faster_ms
    else:
        (mask, found), mask_ms = installed_masks(query.mask_network, config, pixels)
    answer = FamilyAnswer(
        boxes=boxes.tolist(),
        names=[names[label] for label in named.labels.tolist()],
        scores=named.scores.tolist(),
        found=found,
        external=query.external,
        proposing=proposing,
        milliseconds={
            "rcnn": crops_ms,
            "fast": sum(fast[part] for part in FAST),
            "faster": faster_ms,
            **({"mask": mask_ms} if found else {}),
        },
        device=computed_on(shipped.model),
        masked_by=query.mask_network,
    )
    return pack(wire.encode(answer.model_dump(), {"mask": mask}))


def searched(
    model: Detectors, looked: Looked, image: NDArray[np.uint8], count: int
) -> tuple[Tensor, dict[str, float], float]:
    """The first boxes of selective search [R, 4] in displayed pixels, the milliseconds of Fast
    R-CNN's parts on them, and those of the search. Raises `InvalidInput` where it is not installed.
    """
    import torch

    from models.detection.detect import look_again

    if not has_selective_search():
        message = N_("Selective search is not installed on this server: pip install '{extra}'.")
        raise InvalidInput(message, "external", extra=EXTRA)
    found = selective_search(image)
    go_on()
    boxes = torch.from_numpy(found.boxes[:count]).float()
    inner = looked.scaling.to_resized(boxes)
    look_again(model, looked, inner)  # the first evaluation is slower, and no measure
    own = look_again(model, looked, inner).milliseconds
    return boxes, {**looked.milliseconds, **own}, found.milliseconds


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` gives, and the milliseconds that it took."""
    start = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - start)


def installed_masks(
    name: str, config: Settings, pixels: Tensor
) -> tuple[tuple[NDArray[np.uint8], list[list[float]]], float]:
    """The same as `masks` by torchvision's Mask R-CNN, and the milliseconds of all that it does.

    Raises `ModelNotInstalled`.
    """
    import torch

    loaded = network(name, config)
    with torch.inference_mode():
        loaded([pixels.float() / 255])  # the first evaluation is slower, and no measure
        (told,), ms = timed(lambda: loaded([pixels.float() / 255]))
    sure = (told["scores"] >= SURE).nonzero().flatten()[:MASKED]
    laid = told["masks"][sure, 0] >= 0.5
    return (painted(laid, (pixels.shape[-2], pixels.shape[-1])), told["boxes"][sure].tolist()), ms


def painted(laid: Tensor, extent: tuple[int, ...]) -> NDArray[np.uint8]:
    """Masks bool [K, H, W] over each other, the first on top: 0, or 1 + the number of the mask."""
    import numpy as np

    picture = np.zeros(extent, np.uint8)
    for number in reversed(range(len(laid))):
        picture[laid[number].numpy()] = number + 1
    return picture


def masks(
    model: Detectors, looked: Looked, extent: tuple[int, ...]
) -> tuple[NDArray[np.uint8], list[list[float]]]:
    """Each displayed pixel's mask, and the boxes that got one; none without a mask head."""
    import torch

    from models.boxes.roi import roi_align
    from models.detection.mask_head import BINS, paste_masks

    chosen = looked.two_stage().found
    sure = chosen.scores >= SURE
    boxes: Tensor = chosen.boxes[sure][:MASKED]
    if model.mask_head is None or len(boxes) == 0:
        return painted(torch.zeros(0, *extent, dtype=torch.bool), extent), []
    labels = chosen.labels[sure][:MASKED]
    with torch.inference_mode():
        pooled = roi_align(looked.reduced, boxes, BINS, model.anchors.stride)
        logits = model.mask_head(pooled)[torch.arange(len(boxes)), labels]
        displayed = looked.scaling.to_displayed(boxes)
        laid = paste_masks(logits.sigmoid(), displayed, (extent[0], extent[1]))
    return painted(laid, extent), displayed.tolist()
