"""From the network's tensors to boxes, as a script of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.code.script import write
from app.errors import InvalidInput
from app.i18n import N_
from app.labs.detectors.config import DetectorsConfig

if TYPE_CHECKING:
    from torch import Tensor

    from models.detection.detect import Looked
    from models.detection.shipped import Shipped


def code(config: DetectorsConfig, steps: int) -> str:
    """What both detectors make of a drawn scene, written out; `steps` do not matter.

    Raises `InvalidInput` for a photo: the script could not tell whose it is.
    """
    if config.source != "scene" or config.model == "photos":
        message = N_("The code writes out what is found in a drawn scene. Choose a scene first.")
        raise InvalidInput(message, "source")
    from models.data.shape_scenes import FIRST_HELD_OUT, draw_shape_scene
    from models.detection.catalog import DETECTORS
    from models.detection.detect import look
    from models.detection.shipped import SHAPE_FILES, load_detectors
    from models.detection.two_stage import DELTA_SPREAD

    shipped = load_detectors(SHAPE_FILES)
    image = draw_shape_scene(FIRST_HELD_OUT + config.scene).image
    learned = config.input_size == DetectorsConfig.model_fields["input_size"].default
    size = DETECTORS["shapes"].size if learned else config.input_size
    looked = look(shipped.model, image, size, config.pre_nms_top_n, config.proposals)
    return write(
        "detectors",
        picture=f"drawn scene {config.scene}",
        spread=list(DELTA_SPREAD),
        score_threshold=config.score_threshold,
        iou_threshold=config.iou_threshold,
        **outputs(shipped, looked, config.score_threshold),
    )


def outputs(shipped: Shipped, looked: Looked, threshold: float) -> dict[str, Any]:
    """What the script holds of the network: the rows of which a class reaches the threshold."""

    def likely(probabilities: Tensor) -> Tensor:
        return (probabilities[:, 1:] >= threshold).any(dim=1).nonzero().flatten()

    first, second = likely(looked.first.probabilities), likely(looked.second.probabilities)
    anchors = looked.proposal_anchor[second]
    return {
        "classes": list(shipped.classes),
        "height": looked.input_shape[0],
        "width": looked.input_shape[1],
        "scale_x": looked.scaling.x,
        "scale_y": looked.scaling.y,
        "one": {
            "anchors": looked.anchors[first],
            "logits": looked.first.logits[first],
            "deltas": looked.first.deltas[first],
        },
        "two": {
            "anchors": looked.anchors[anchors],
            "rpn_deltas": looked.proposals.candidates.deltas[anchors],
            "logits": looked.second.logits[second],
            "deltas": looked.second.deltas[second],
        },
    }
