"""From the network's tensors to boxes, and the training of "Train it", as scripts of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.code.quotes import Library, without_idle_imports
from app.code.script import write
from app.errors import InvalidInput
from app.i18n import N_
from app.labs.detectors.config import DetectorsConfig

if TYPE_CHECKING:
    from torch import Tensor

    from models.detection.detect import Looked
    from models.detection.shipped import Shipped


# By themselves: names of theirs mean something else in the rest.
SHAPES = Library({"models.data.scenes": "The shapes"})
TRUNK = Library(
    {
        "models.detection.efficientnet": "The trunk",
        "models.detection.imagenet": "ImageNet's weights",
    }
)
LIBRARY = Library(
    {
        "models.data.shape_scenes": "Drawn scenes",
        "models.boxes.boxes": "Boxes",
        "models.boxes.anchors": "Anchors",
        "models.boxes.nms": "Non-maximum suppression",
        "models.boxes.roi": "RoIAlign",
        "models.boxes.average_precision": "Right and wrong detections",
        "models.training": "Batches",
        "models.detection.preprocess": "Pixels as the trunk wants them",
        "models.detection.backbone": "The neck",
        "models.detection.scene_maps": "What the trunk sees in a scene",
        "models.detection.rpn": "The RPN and its anchors",
        "models.detection.one_stage": "One stage, and NMS by class",
        "models.detection.two_stage": "The second stage",
        "models.detection.yolo": "YOLO's cells",
        "models.detection.detectors": "The anchors' sizes",
        "models.detection.losses": "The losses of a picture",
        "models.detection.learner": "The detector that learns",
        "models.detection.comparison": "Average precision",
    }
)
ALWAYS = {
    "Learner", "scene_maps", "stacked", "found_by", "all_of", "judged", "pool", "mean_precision",
    "Batches", "FIRST_HELD_OUT", "CLASSES",
}  # fmt: skip
OF_FORM = {
    "two": {"drawn_anchors", "rpn_losses_of_picture", "sample_proposals", "second_stage_losses"},
    "ssd": {"all_anchors", "hardest_anchors", "one_stage_losses_of_picture"},
    "yolo": {"responsible_cells", "yolo_losses"},
}
TITLES = {"two": "two stages", "ssd": "one stage as in SSD", "yolo": "one stage as in YOLO"}


def code(config: DetectorsConfig, steps: int) -> str:
    """What both detectors make of a drawn scene; or the training, for so many steps.

    Raises `InvalidInput` for a photo: the script could not tell whose it is.
    """
    return training_code(config, steps) if config.script == "training" else found_code(config)


def training_code(config: DetectorsConfig, steps: int) -> str:
    from models.detection import learning

    script = write(
        "detectors_training",
        c=config,
        steps=steps,
        title=TITLES[config.form],
        turns=config.form == "two" and config.order == "alternating",
        focal=config.form == "ssd" and config.negatives == "all",
        sections=[
            *SHAPES.quoted({"SHAPES", "distance"}),
            *TRUNK.quoted({"load_trunk", "TAP_CHANNELS"}),
            *LIBRARY.quoted(ALWAYS | OF_FORM[config.form]),
        ],
        batch=learning.BATCH,
        rois=learning.ROIS,
        seeds=learning.SEEDS,
        held_out=learning.HELD_OUT,
        every=learning.MEASURE_EVERY,
        decay=learning.WEIGHT_DECAY,
        clip=learning.MOST_GRADIENT,
    )
    return without_idle_imports(script.lstrip())


def found_code(config: DetectorsConfig) -> str:
    """What both detectors make of a drawn scene, written out. Raises `InvalidInput` for a photo."""
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
