"""The `detectors` lab: a detector that learns from a few drawn scenes, step by step."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.errors import Diverged
from app.i18n import N_
from app.lab.contract import Ask
from app.labs.detectors.config import FIRST_HELD_OUT, DetectorsConfig
from app.labs.detectors.frames import DetectorsFrame

if TYPE_CHECKING:
    from torch import Tensor

    from models.detection.learning import Learning, LearningSettings

# Trained numbers of each form, and about what a run takes beside them.
PARAMETERS = {"two": 573_455, "ssd": 220_661, "yolo": 195_218}
RUN_BYTES, SCENE_BYTES = 96 * 2**20, 2**19  # measured: 51 MiB, and 0.4 for each scene
HELD_OUT = 20


def run(config: DetectorsConfig) -> Generator[DetectorsFrame, Ask[DetectorsConfig], None]:
    from models.detection.learning import Learning
    from models.training import Lost

    learning = Learning(settings_of(config))
    learning.shown = config.held_out
    try:
        while True:
            ask = yield frame_of(learning)
            config = ask.config
            learning.change(config.learning_rate, config.gamma)
            learning.shown = config.held_out
            for _ in ask.turns():
                learning.train(1)
    except Lost:
        message = N_("At step {step} the loss left every bound. Try a smaller learning rate.")
        raise Diverged(message, step=learning.step) from None


def settings_of(config: DetectorsConfig) -> LearningSettings:
    from models.detection.learning import LearningSettings

    return LearningSettings(
        form=config.form,
        order=config.order,
        part_steps=config.part_steps,
        negatives=config.negatives,
        gamma=config.gamma,
        scenes=config.taught,
        learning_rate=config.learning_rate,
        seed=config.seed,
    )


def followed(config: DetectorsConfig) -> set[str]:
    """Focal loss alone has a gamma."""
    focal = config.form == "ssd" and config.negatives == "all"
    return {"learning_rate", "held_out", *(("gamma",) if focal else ())}


def parameters(config: DetectorsConfig) -> int:
    return PARAMETERS[config.form]


def memory(config: DetectorsConfig) -> int:
    """Bytes of a run: the trunk and what it gave for each scene."""
    return RUN_BYTES + SCENE_BYTES * (config.taught + HELD_OUT)


def whole(values: Tensor) -> NDArray[np.int32]:
    return values.numpy().astype(np.int32)


def frame_of(learning: Learning) -> DetectorsFrame:
    from models.data.scenes import SHAPES
    from models.data.shape_scenes import SIDE
    from models.detection import learning as parts
    from models.detection.learner import CELLS

    sample, easy = learning.sample, learning.easy
    number = max(sample.scene, 0)
    held_out, found = learning.found()
    anchors = learning.learner.anchors

    def boxes_in(state: int) -> NDArray[np.float32]:
        rows = (sample.anchors == state).nonzero().flatten()
        return anchors[rows].numpy()

    left = (sample.anchors == parts.LEFT_NEGATIVE) | (sample.anchors == parts.LEFT_POSITIVE)
    return DetectorsFrame(
        step=learning.step,
        form=learning.settings.form,
        part=learning.part,
        steps=learning.history.steps,
        history=learning.history.table,
        score_steps=learning.scores.steps,
        scores=learning.scores.table,
        side=SIDE,
        cells=CELLS,
        scene=learning.seed_of(number),
        sampled=sample.scene >= 0,
        truth=learning.scene(number).scene.boxes.numpy(),
        positive=boxes_in(parts.DRAWN_POSITIVE),
        negative=boxes_in(parts.DRAWN_NEGATIVE),
        ignored=boxes_in(parts.IGNORED),
        left=int(left.sum()),
        rois=sample.rois.numpy(),
        roi_labels=whole(sample.roi_labels),
        responsible=whole(sample.cells),
        responsible_boxes=sample.cell_boxes.numpy(),
        easy=round(easy.anchors) if easy else -1,
        easy_plain=easy.plain if easy else 0.0,
        easy_focal=easy.focal if easy else 0.0,
        held_out=FIRST_HELD_OUT + learning.shown,
        held_out_truth=held_out.boxes.numpy(),
        held_out_labels=whole(held_out.labels),
        found=found.detections.boxes.numpy(),
        found_scores=found.detections.scores.numpy(),
        found_labels=whole(found.detections.labels),
        proposals=found.proposals.numpy(),
        scenes=learning.settings.scenes,
        tested=parts.HELD_OUT,
        classes=list(SHAPES),
    )
