"""Claims about the files that are shipped: they are whole, and the recorded scores are theirs."""

import json

import pytest
import torch

from models.boxes.boxes import pairwise_iou
from models.data.scenes import SHAPES
from models.data.shape_scenes import SIDE, draw_shape_scene
from models.detection.detectors import ANCHORS, SHAPE_ANCHORS
from models.detection.shipped import PHOTO_FILES, SHAPE_FILES, DetectorFiles, load_detectors
from models.train.box_data import CLASSES
from models.train.evaluation import look
from models.train.scores import SCORES_FILE
from models.train.shapes import FIRST_HELD_OUT, as_photo


@pytest.mark.parametrize(("name", "files"), [("detectors", PHOTO_FILES), ("shapes", SHAPE_FILES)])
def test_recorded_scores_belong_to_the_file(name: str, files: DetectorFiles) -> None:
    entry = json.loads(SCORES_FILE.read_text())[name]
    assert entry["training"] == load_detectors(files).facts
    for part in ("command", "commit", "date"):
        assert entry[part]


def test_the_photo_detector_knows_its_classes_and_anchors() -> None:
    shipped = load_detectors()
    assert shipped.classes == CLASSES
    assert shipped.model.anchors == ANCHORS
    assert shipped.model.mask_head is None


def test_both_stages_find_most_shapes_of_scenes_that_no_training_has_seen() -> None:
    shipped = load_detectors(SHAPE_FILES)
    assert shipped.classes == SHAPES
    assert shipped.model.anchors == SHAPE_ANCHORS
    found, total = torch.zeros(2), 0
    for number in range(12):
        scene = draw_shape_scene(FIRST_HELD_OUT + 10_000 + number)
        seen = look(shipped.model, as_photo(scene, ""), SIDE)
        total += len(scene.labels)
        for stage, own in enumerate((seen.one_stage, seen.two_stage)):
            sure = own.scores >= 0.3
            meets = pairwise_iou(scene.boxes, own.boxes[sure]) >= 0.5
            right = meets & (scene.labels[:, None] == own.labels[sure])
            found[stage] += right.any(dim=1).sum()
    assert (found / total > 0.8).all()
