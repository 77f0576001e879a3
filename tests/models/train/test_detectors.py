"""Claims about the joint training of detectors, on photos made here and on drawn scenes."""

import json
import sys
from pathlib import Path

import pytest
import torch

from models.boxes.boxes import pairwise_iou
from models.data.shape_scenes import draw_shape_scene
from models.detection.detectors import DetectorsOutput
from models.detection.one_stage import Detections
from models.detection.rpn import RPNOutput
from models.train import detectors as command
from models.train import shapes
from models.train.box_data import (
    CLASSES,
    OTHER,
    SOURCE_WEIGHTS,
    Batch,
    Crops,
    Photo,
    label_of,
    load_photos,
)
from models.train.evaluation import look, precision_table, recall_table
from models.train.losses import one_stage_losses
from models.train.targets import make_targets


def run(monkeypatch: pytest.MonkeyPatch, module: object, *words: object) -> None:
    """The command line, in this process."""
    monkeypatch.setattr(sys, "argv", ["command", *map(str, words)])
    module.main()  # type: ignore[attr-defined]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("mixed", [False, True])
def test_a_few_steps_lower_every_loss(data: Path, mixed: bool) -> None:
    crops = Crops(load_photos(data, "train"), 0, command.SHARES)
    model = command.make_detectors(0)
    batch = command.Gather(model.anchors, 0)([crops[(draw, 96)] for draw in range(4)])
    optimizer = command.make_optimizer(model)
    history = []
    for _ in range(20):
        generator = torch.Generator().manual_seed(0)
        losses = torch.stack(command.losses_of_batch(model.train(), batch, generator, mixed))
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
        history.append(losses.detach())
    assert history[0].shape == (6,)
    assert (history[-1][:5] < history[0][:5]).all()
    assert history[-1].sum() < 0.5 * history[0].sum()


def test_what_is_frozen_stays(data: Path) -> None:
    crops = Crops(load_photos(data, "train"), 0, command.SHARES)
    model = command.make_detectors(0)
    batch = command.Gather(model.anchors, 0)([crops[(draw, 64)] for draw in range(2)])
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = command.make_optimizer(model)
    generator = torch.Generator().manual_seed(0)
    torch.stack(command.losses_of_batch(model.train(), batch, generator, False)).sum().backward()
    optimizer.step()
    after = model.state_dict()
    assert torch.equal(
        before["backbone.trunk.stem.conv.weight"], after["backbone.trunk.stem.conv.weight"]
    )
    statistics = [
        name for name in before if name.startswith("backbone.trunk") and "running" in name
    ]
    assert all(torch.equal(before[name], after[name]) for name in statistics)
    for name in ("backbone.trunk.blocks.14.project.conv.weight", "box_head.fc1.weight"):
        assert not torch.equal(before[name], after[name])


def test_unlabeled_regions_count_less_on_shelves_only() -> None:
    zeros = torch.zeros(2, 63, 4, 4)
    maps = RPNOutput(zeros, zeros, zeros)
    output = DetectorsOutput(maps, zeros, torch.zeros(2, 36, 4, 4), zeros)
    none, no_labels = [torch.zeros(0, 4)] * 2, [torch.zeros(0, dtype=torch.int64)] * 2
    spec = command.make_detectors(0).anchors
    whole, _ = one_stage_losses(output, spec, none, no_labels, [1.0, 1.0])
    less, _ = one_stage_losses(output, spec, none, no_labels, [1.0, 0.25])
    assert less == pytest.approx(0.625 * whole.item())
    assert command.CLASS_NEGATIVE_WEIGHT["voc_5class"] == 1


def test_a_batch_without_any_box_still_trains() -> None:
    images = torch.zeros(2, 3, 64, 64, dtype=torch.uint8)
    none, no_labels = [torch.zeros(0, 4)] * 2, [torch.zeros(0, dtype=torch.int64)] * 2
    batch = Batch(images, none, no_labels, ["coco2017", "groceries5k"])
    model = command.make_detectors(0)
    generator = torch.Generator().manual_seed(0)
    targets = make_targets(batch, model.anchors, command.CLASS_NEGATIVE_WEIGHT, generator)
    examples = command.Examples(batch, targets)
    losses = torch.stack(command.losses_of_batch(model.train(), examples, generator, False))
    losses.sum().backward()
    assert (losses[0::2] > 0).all()
    assert not losses[1::2].any()
    for value in model.parameters():
        assert value.grad is None or value.grad.isfinite().all()


def test_categories_become_classes() -> None:
    assert label_of("cat", "coco2017") == CLASSES.index("cat")
    assert label_of("zebra", "coco2017") == OTHER
    assert label_of("juice", "groceries5k") == CLASSES.index("package")


def test_the_command_trains_resumes_and_evaluates(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SIZES", (64,))
    words = ["--data", data, "--checkpoint", tmp_path / "c.pt", "--batch", 2, "--size", 96]
    run(monkeypatch, command, *words, "--steps", 2)
    run(monkeypatch, command, *words, "--fall", 1)
    saved = torch.load(tmp_path / "c.pt", weights_only=True)
    assert (saved["step"], saved["fall"]) == (3, (2, 3))
    where = ["--weights", tmp_path / "w", "--scores", tmp_path / "scores.json"]
    run(monkeypatch, command, "--ship", "--checkpoint", tmp_path / "c.pt", *where)
    run(monkeypatch, command, "--course", "--checkpoint", tmp_path / "c.pt", *where)
    course = json.loads((tmp_path / "scores.json").read_text())["detectors_course"]["course"]
    assert list(course) == ["2", "3"]
    run(monkeypatch, command, "--evaluate", data, "--sizes", 64, 96, *where)
    assert "two_stage voc_5class   AP50 cat" in capsys.readouterr().out
    entry = json.loads((tmp_path / "scores.json").read_text())["detectors"]
    assert entry["training"]["steps"] == "3"
    assert entry["command"].startswith("python -m models.train.detectors --evaluate")
    assert set(entry["sizes"]) == {"64", "96"}
    assert set(entry["sizes"]["96"]["recall"]) == set(SOURCE_WEIGHTS)
    with pytest.raises(SystemExit):
        run(monkeypatch, command)


def test_the_command_for_drawn_scenes_trains_resumes_and_evaluates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--checkpoint", tmp_path / "s.pt", "--batch", 2, "--scenes", 3]
    run(monkeypatch, shapes, *words, "--steps", 1)
    run(monkeypatch, shapes, *words, "--fall", 1)
    assert torch.load(tmp_path / "s.pt", weights_only=True)["step"] == 2
    where = ["--weights", tmp_path / "w", "--scores", tmp_path / "scores.json"]
    run(monkeypatch, shapes, "--ship", "--checkpoint", tmp_path / "s.pt", "--batch", 2, *where)
    run(monkeypatch, shapes, "--evaluate", "--scenes", 2, *where)
    assert "masks' mean IoU" in capsys.readouterr().out
    entry = json.loads((tmp_path / "scores.json").read_text())["shapes"]
    assert entry["training"]["scenes"] == "4"
    run(monkeypatch, shapes, "--course", *words[:4], *where)
    course = json.loads((tmp_path / "scores.json").read_text())["shapes_course"]
    assert (course["steps"], course["fall"]) == (2, 1)
    assert list(course["course"]) == ["1", "2"]
    assert set(course["course"]["2"]["two_stage"]) == {"AP50", "AP75"}
    assert set(entry["two_stage"]) == {"AP50", "AP75", "recall"}


def test_scenes_of_a_step_are_always_the_same_and_no_held_out_one_is_among_them() -> None:
    whole, rest = list(shapes.draw_batches(0, 3, 2, 0)), list(shapes.draw_batches(2, 3, 2, 0))
    assert torch.equal(whole[2][1].image, rest[0][1].image)
    assert shapes.FIRST_HELD_OUT > 3 * 100_000_007
    assert not torch.equal(whole[0][0].image, draw_shape_scene(shapes.FIRST_HELD_OUT).image)


def one_photo(boxes: list[list[float]], labels: list[int], difficult: list[bool]) -> Photo:
    image = shapes.as_photo(draw_shape_scene(0, 64), "").image
    truth = torch.tensor(boxes).reshape(-1, 4)
    return Photo("a", "voc_5class", image, truth, torch.tensor(labels), torch.tensor(difficult))


def test_a_detector_that_says_the_truth_has_an_average_precision_of_one() -> None:
    photo = one_photo([[0, 0, 20, 20], [30, 30, 60, 60]], [0, 2], [False, False])
    right = Detections(photo.boxes, torch.tensor([0.9, 0.8]), photo.labels)
    table = precision_table(lambda _: right, [photo], CLASSES, command.VOC)
    assert table["AP50"] == {"car": 1, "cat": 1, "mean": 1}
    swapped = right._replace(labels=photo.labels.flip(0))
    assert precision_table(lambda _: swapped, [photo], CLASSES, command.VOC)["AP50"]["mean"] == 0


def test_what_is_difficult_need_not_be_found() -> None:
    photo = one_photo([[0, 0, 20, 20], [30, 30, 60, 60]], [0, 0], [False, True])
    found = Detections(photo.boxes[:1], torch.tensor([0.9]), photo.labels[:1])
    assert precision_table(lambda _: found, [photo], CLASSES, ("car",))["AP50"]["car"] == 1


def test_recall_is_the_share_of_boxes_found_and_grows_with_the_budget(data: Path) -> None:
    model = command.make_detectors(0).eval()
    table = recall_table(lambda photo: look(model, photo, 96).proposals, load_photos(data, "val"))
    assert set(table) == set(SOURCE_WEIGHTS)
    for report in table.values():
        values = [report[f"R@{budget} IoU 0.5"] for budget in (10, 50, 100, 300)]
        assert values == sorted(values)
        assert all(0 <= value <= 1 for value in values)
        assert report["R@300 IoU 0.7"] <= report["R@300 IoU 0.5"]


def test_recall_without_any_proposal_is_nothing() -> None:
    photo = one_photo([[0, 0, 20, 20]], [0], [False])
    table = recall_table(lambda _: torch.zeros(0, 4), [photo])
    assert set(table["voc_5class"].values()) == {0.0}


def test_what_is_seen_lies_inside_the_photo(data: Path) -> None:
    photo = load_photos(data, "val")[0]
    seen = look(command.make_detectors(0).eval(), photo, 128)
    extent = torch.tensor([*photo.image.size, *photo.image.size])
    for boxes in (seen.proposals, seen.one_stage.boxes, seen.two_stage.boxes):
        assert (boxes >= 0).all()
        assert (boxes <= extent + 1e-3).all()
    assert 0 < len(seen.proposals) <= 300
    assert pairwise_iou(seen.proposals, seen.proposals).shape[0] == len(seen.proposals)
