"""Claims about networks opened at their proposals. Oracle: torchvision's own output."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN

from models.boxes.nms import sweep
from models.detection.opened import BUILDERS, Opened, load_detector, open_rpn
from models.detection.preprocess import prepare
from models.detection.rpn import RPN, propose
from models.detection.shipped import untrained_rpn
from models.detection.weights import DOWNLOADS, WeightsError

MOBILE, RESNET = "fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_resnet50_fpn_v2"


def random_detector(name: str) -> FasterRCNN:
    """A detector whose scores and deltas differ from place to place."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        detector = BUILDERS[name](weights=None, weights_backbone=None).eval()
        nn.init.normal_(detector.rpn.head.cls_logits.weight, std=0.02)
        nn.init.normal_(detector.rpn.head.bbox_pred.weight, std=0.01)
    return detector


@pytest.fixture(scope="module")
def mobile() -> FasterRCNN:
    detector = random_detector(MOBILE)
    detector.transform.min_size = (160,)  # for speed
    return detector


@pytest.fixture(scope="module")
def resnet() -> FasterRCNN:
    detector = random_detector(RESNET)
    detector.transform.min_size = (128,)
    return detector


@pytest.fixture(scope="module")
def photo() -> Tensor:
    g = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 12, 17, generator=g) * 255
    return nn.functional.interpolate(coarse, (211, 333), mode="bicubic")[0].clamp(0, 255).byte()


def own_proposals(detector: FasterRCNN, photo: Tensor) -> tuple[Tensor, Tensor]:
    """What torchvision itself proposes, in pixels of the resized image, with the scores."""
    outcome: list[Any] = []
    network = detector.rpn
    filtered = network.filter_proposals
    network.filter_proposals = lambda *args: outcome.append(filtered(*args)) or outcome[0]
    try:
        with torch.inference_mode():
            detector([photo.float() / 255])
    finally:
        del network.filter_proposals
    (boxes,), (scores,) = outcome[0]
    return boxes, scores


def same_boxes(opened: Opened, boxes: Tensor, scores: Tensor) -> None:
    """Equal up to the order of boxes with equal scores, which torchvision leaves open."""
    candidates, kept = opened.proposals.candidates, opened.proposals.kept
    torch.testing.assert_close(candidates.objectness[kept], scores)
    ours, theirs = candidates.clipped[kept].tolist(), boxes.tolist()
    torch.testing.assert_close(torch.tensor(sorted(ours)), torch.tensor(sorted(theirs)))


def test_what_the_hooks_show_leads_to_torchvisions_own_proposals(
    mobile: FasterRCNN, photo: Tensor
) -> None:
    same_boxes(open_rpn(mobile, photo), *own_proposals(mobile, photo))


def test_the_same_for_the_resnet_with_its_five_levels(resnet: FasterRCNN, photo: Tensor) -> None:
    opened = open_rpn(resnet, photo)
    same_boxes(opened, *own_proposals(resnet, photo))
    assert [level.per_location for level in opened.levels] == [3] * 5
    assert [level.stride_y for level in opened.levels] == [4, 8, 16, 32, 64]
    # 224 pixels in 4 columns: torchvision reckons 56 where the network's stride is 64.
    assert [level.stride_x for level in opened.levels] == [4, 8, 16, 32, 56]


def test_torchvisions_head_has_k_scores_and_4k_deltas_at_a_location(
    mobile: FasterRCNN, photo: Tensor
) -> None:
    opened = open_rpn(mobile, photo)
    for level, scores, deltas, features in zip(
        opened.levels, opened.scores, opened.deltas, opened.features, strict=True
    ):
        assert scores.shape == (15, level.height, level.width)
        assert deltas.shape == (60, level.height, level.width)
        assert features.shape == (256, level.height, level.width)
    candidates = opened.proposals.candidates
    assert len(candidates.anchors) == sum(level.anchors for level in opened.levels)
    for values in candidates:
        assert len(values) == len(candidates.anchors)


@pytest.mark.parametrize("network", ["ours", "theirs"])
def test_an_anchor_is_found_on_its_level_and_in_its_cell(
    network: str, mobile: FasterRCNN, photo: Tensor
) -> None:
    opened = open_rpn(mobile if network == "theirs" else untrained_rpn(), photo)
    candidates = opened.proposals.candidates
    anchors = torch.arange(0, len(candidates.anchors), 37)
    for anchor, place in zip(anchors.tolist(), opened.locate(anchors).tolist(), strict=True):
        number, row, column, shape = place
        level = opened.levels[number]
        assert anchor == level.first + (row * level.width + column) * level.per_location + shape
        t_x = opened.deltas[number][4 * shape, row, column]
        assert candidates.deltas[anchor, 0] == t_x
        x1, y1, x2, y2 = candidates.anchors[anchor].tolist()
        shift = 0.5 if network == "ours" else 0.0  # torchvision's stand at the cell's corner
        assert (x1 + x2) / 2 == pytest.approx((column + shift) * level.stride_x, abs=0.01)
        assert (y1 + y2) / 2 == pytest.approx((row + shift) * level.stride_y, abs=0.01)


def test_boxes_come_in_pixels_of_the_displayed_image_best_first(
    mobile: FasterRCNN, photo: Tensor
) -> None:
    for network in (mobile, untrained_rpn()):
        opened = open_rpn(network, photo, pre_nms_top_n=100)
        assert (opened.boxes >= 0).all()
        assert (opened.boxes <= torch.tensor([333.0, 211, 333, 211]) + 1e-3).all()
        assert (opened.objectness.diff() <= 0).all()
        assert len(opened.boxes) == len(opened.objectness) == len(opened.labels)
        height, width = opened.input_shape
        whole = opened.displayed(torch.tensor([[0.0, 0, width, height]]))
        torch.testing.assert_close(whole, torch.tensor([[0.0, 0, 333, 211]]))


def test_a_sweep_with_levels_as_labels_keeps_the_proposals(
    mobile: FasterRCNN, photo: Tensor
) -> None:
    opened = open_rpn(mobile, photo, post_nms_top_n=10_000)
    candidates, ranked = opened.proposals.candidates, opened.proposals.ranked
    result = sweep(candidates.clipped[ranked], candidates.objectness[ranked], opened.labels)
    assert torch.equal(ranked[result.kept_at(70)], opened.proposals.kept)


def test_ours_in_this_form_is_what_its_own_functions_give(photo: Tensor) -> None:
    model: RPN = untrained_rpn()
    opened = open_rpn(model, photo, 500, 50, 0.6, 4.0)
    inputs, scaling = prepare(photo)
    with torch.inference_mode():
        expected = propose(model(inputs), model.anchors, 500, 50, 0.6, 4.0)
    assert torch.equal(opened.proposals.kept, expected.kept)
    assert opened.scaling == scaling
    (level,) = opened.levels
    assert (level.stride_x, level.stride_y, level.per_location) == (16, 16, 9)
    assert opened.scores[0].shape == (18, level.height, level.width)
    assert not opened.labels.any()


def test_top_n_and_minimum_size_are_obeyed(mobile: FasterRCNN, photo: Tensor) -> None:
    opened = open_rpn(mobile, photo, pre_nms_top_n=20, post_nms_top_n=5)
    assert len(opened.proposals.ranked) <= 20 * len(opened.levels)
    assert len(opened.proposals.kept) == 5
    large = open_rpn(mobile, photo, min_size=60)
    sides = large.proposals.candidates.clipped[large.proposals.ranked]
    assert (sides[:, 2:] - sides[:, :2]).min() >= 60
    assert len(open_rpn(mobile, photo, min_size=1e5).boxes) == 0


def test_no_hook_stays_behind_and_the_result_is_the_same_again(
    mobile: FasterRCNN, photo: Tensor
) -> None:
    first, second = open_rpn(mobile, photo), open_rpn(mobile, photo)
    assert torch.equal(first.proposals.kept, second.proposals.kept)
    assert not mobile.rpn.head._forward_hooks
    assert not mobile.rpn.anchor_generator._forward_hooks


def test_every_detector_can_be_fetched() -> None:
    assert set(BUILDERS) == set(DOWNLOADS)


@pytest.mark.parametrize("name", [MOBILE, RESNET])
def test_a_state_dict_comes_back_through_a_pth_file(name: str, tmp_path: Path) -> None:
    detector = random_detector(name)
    torch.save(detector.state_dict(), tmp_path / "w.pth")
    again = load_detector(name, tmp_path / "w.pth")
    assert not again.training
    for key, value in detector.state_dict().items():
        assert torch.equal(again.state_dict()[key], value), key


def test_torchvisions_files_lack_what_frozen_batchnorm_does_not_count(tmp_path: Path) -> None:
    # The published MobileNet weights were saved from FrozenBatchNorm2d: no num_batches_tracked.
    state = random_detector(MOBILE).state_dict()
    plain = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    torch.save(plain, tmp_path / "w.pth")
    again = load_detector(MOBILE, tmp_path / "w.pth")
    assert all(torch.equal(again.state_dict()[key], value) for key, value in plain.items())


def test_missing_truncated_and_mismatched_files_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    with pytest.raises(WeightsError, match="no weights at"):
        load_detector(MOBILE, path)
    state = random_detector(MOBILE).state_dict()
    torch.save(state, path)
    whole = path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError, match="damaged"):
            load_detector(MOBILE, path)
    path.write_bytes(whole)
    with pytest.raises(WeightsError, match="another network"):
        load_detector(RESNET, path)
    del state["rpn.head.cls_logits.weight"]
    torch.save(state, path)
    with pytest.raises(WeightsError, match="another network"):
        load_detector(MOBILE, path)
    with pytest.raises(WeightsError, match="no detector named"):
        load_detector("yolo", path)
