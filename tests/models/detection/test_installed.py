"""Claims about detectors that others trained. Oracle: torchvision's own answers, with random
weights in the place of those that are fetched.
"""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torchvision.models import WeightsEnum, get_weight

from models.boxes.boxes import clip_boxes
from models.detection.catalog import FETCHED, INSTALLED, InstalledName
from models.detection.installed import ONE_STAGE, TWO_STAGE, Found, Level, look_installed
from models.detection.opened import BUILDERS, load_detector
from tests.models.detection.random_detector import LIGHT, any_photo, random_state, small

EACH = [
    pytest.param(name, marks=() if name == LIGHT[0] else pytest.mark.thorough) for name in FETCHED
]


@pytest.fixture(scope="module")
def photo() -> Tensor:
    return any_photo()


def loaded(name: str) -> Any:
    """A network with the random weights, small where it is a large one."""
    network = BUILDERS[name](weights=None, weights_backbone=None)
    network.load_state_dict(random_state(name), strict=False)
    return small(name, network.eval())


def thresholds(network: Any) -> tuple[float, float, int]:
    """Score, NMS and most detections as the network itself has them."""
    own = getattr(network, "roi_heads", network)
    return own.score_thresh, own.nms_thresh, own.detections_per_img


def look(name: InstalledName, network: Any, photo: Tensor) -> Found:
    return look_installed(name, network, photo, 1000, thresholds(network)[0])


@pytest.mark.parametrize("name", EACH)
def test_with_its_own_thresholds_a_network_finds_what_torchvision_finds(
    name: InstalledName, photo: Tensor
) -> None:
    network = loaded(name)
    with torch.inference_mode():
        (own,) = network([photo.float() / 255])
    found = look(name, network, photo)
    ours = found.detections(*thresholds(network)).found
    assert len(own["scores"]) > 20
    torch.testing.assert_close(ours.scores, own["scores"])
    boxes = found.scaling.to_displayed(ours.boxes)
    torch.testing.assert_close(boxes, own["boxes"], atol=0.01, rtol=0)
    assert torch.equal(ours.labels, own["labels"])


def place(found: Found, index: int) -> tuple[Level, int, int]:
    """The level of a place and its row and column, counted by hand."""
    for level in found.levels:
        count = level.rows * level.columns * level.each
        if index < count:
            return level, *divmod(index // level.each, level.columns)
        index -= count
    raise AssertionError("no such place")


@pytest.mark.parametrize("name", EACH)
def test_a_detection_begins_at_a_place_of_a_map(name: InstalledName, photo: Tensor) -> None:
    network = loaded(name)
    found = look(name, network, photo)
    places = found.proposal_anchor if len(found.proposals) else found.candidates.rows
    assert len(found.starts) == len(places) > 20
    for box, index in zip(found.starts.tolist(), places.tolist(), strict=True):
        level, row, column = place(found, index)
        x, y = (box[0] + box[2]) / 2 / level.cell_width, (box[1] + box[3]) / 2 / level.cell_height
        # torchvision's anchors stand on a cell's corner, SSD's default boxes in its middle.
        assert column - 1e-3 <= x <= column + 1 + 1e-3
        assert row - 1e-3 <= y <= row + 1 + 1e-3
    assert found.has_anchors == (not name.startswith("fcos"))


def test_an_anchor_and_its_deltas_are_the_box_of_the_chain(photo: Tensor) -> None:
    """SSD's own decoder, asked with the start of each candidate, gives its box."""
    name: InstalledName = "ssdlite320_mobilenet_v3_large"
    network = loaded(name)
    found = look(name, network, photo)
    images, _ = network.transform([photo.float() / 255])
    with torch.inference_mode():
        head = network.head(list(network.backbone(images.tensors).values()))
        deltas = head["bbox_regression"][0][found.candidates.rows]
        moved = network.box_coder.decode_single(deltas, found.starts)
    boxes = clip_boxes(moved, *found.input_shape)
    torch.testing.assert_close(boxes, found.candidates.boxes, atol=1e-3, rtol=0)


@pytest.mark.thorough
def test_the_first_proposals_give_what_so_few_give(photo: Tensor) -> None:
    name: InstalledName = "fasterrcnn_mobilenet_v3_large_320_fpn"
    network = loaded(name)
    many, few = (look_installed(name, network, photo, n).candidates for n in (100, 10))
    first = many.rows < 10
    assert 0 < first.sum() < len(first)
    for all_of, own in zip(many, few, strict=True):
        torch.testing.assert_close(all_of[first], own)


@pytest.mark.thorough
def test_without_a_proposal_nothing_is_found(photo: Tensor) -> None:
    name: InstalledName = "fasterrcnn_mobilenet_v3_large_320_fpn"
    network = loaded(name)
    network.rpn.score_thresh = 1.1
    found = look_installed(name, network, photo)
    assert len(found.proposals) == len(found.candidates.scores) == 0
    assert len(found.detections().rows) == 0


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "parts"), zip(LIGHT, (ONE_STAGE, TWO_STAGE), strict=True))
def test_each_part_is_timed_and_each_stage_has_its_shapes(
    name: InstalledName, parts: tuple[str, ...], photo: Tensor
) -> None:
    found = look_installed(name, loaded(name), photo, 50)
    assert tuple(found.milliseconds) == parts
    shapes = {stage.name: stage.shapes for stage in found.stages}
    assert shapes["photo"] == ((3, *found.input_shape),)
    if parts is TWO_STAGE:
        assert shapes["pooled"] == ((50, 256, 7, 7),)
        assert shapes["outputs"] == ((50, 91), (50, 4 * 91))
    else:
        assert shapes["places"] == ((3234, 91 + 4),)  # of SSDLite at 320 pixels


@pytest.mark.thorough
@pytest.mark.parametrize("name", FETCHED)
def test_a_file_of_weights_makes_the_network_that_torchvision_makes_of_it(
    name: InstalledName, photo: Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """torchvision's builder, told that these are its own weights, changes more than the numbers."""
    state = random_state(name)
    torch.save(state, tmp_path / "mine.pth")
    ours = load_detector(name, tmp_path / "mine.pth")
    monkeypatch.setattr(WeightsEnum, "get_state_dict", lambda *_, **__: state)
    theirs = BUILDERS[name](weights=get_weight(INSTALLED[name].weights)).eval()
    with torch.inference_mode():
        (own,), (expected,) = (small(name, one)([photo.float() / 255]) for one in (ours, theirs))
    torch.testing.assert_close(own["scores"], expected["scores"], atol=1e-4, rtol=0)
    same = (own["boxes"] - expected["boxes"]).abs().max(dim=1).values < 0.05
    assert same.float().mean() > 0.9  # nearly equal scores may change places
