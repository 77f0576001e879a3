"""Claims about training: it learns from a COCO folder, resumes exactly, and says its recall."""

import random
import sys
from pathlib import Path

import pytest
import torch

from models.detection.rpn import RPN
from models.detection.weights import load_rpn, untrained_rpn
from models.train import rpn as command
from models.train.box_data import (
    SOURCE_WEIGHTS,
    Crops,
    DrawSampler,
    collate,
    crop_boxes,
    load_photos,
    random_crop,
    to_tensor,
)

SEED = 3


@pytest.fixture(autouse=True)
def small_and_single_threaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "SIZES", (64, 96))


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    """The command line, in this process."""
    monkeypatch.setattr(sys, "argv", ["rpn", *map(str, words)])
    command.main()


def train_words(data: Path, out: Path, steps: int) -> list[object]:
    return [
        "--data", data, "--out", out / "w.safetensors", "--checkpoint", out / "c.pt",
        "--steps", steps, "--batch", 2, "--workers", 0, "--seed", SEED, "--evaluate-every", 99,
    ]  # fmt: skip


def equal_weights(a: RPN, b: RPN) -> bool:
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


def test_a_resumed_training_ends_where_an_unbroken_one_ends(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, *train_words(data, tmp_path / "unbroken", 3))
    run(monkeypatch, *train_words(data, tmp_path / "broken", 1))
    early = load_rpn(tmp_path / "broken" / "w.safetensors")
    run(monkeypatch, *train_words(data, tmp_path / "broken", 3), "--resume")
    unbroken = load_rpn(tmp_path / "unbroken" / "w.safetensors")
    resumed = load_rpn(tmp_path / "broken" / "w.safetensors")
    assert equal_weights(unbroken, resumed)
    assert not equal_weights(early, resumed)
    state = [torch.load(tmp_path / d / "c.pt", weights_only=True) for d in ("unbroken", "broken")]
    assert [s["step"] for s in state] == [3, 3]
    assert all(torch.equal(state[0]["model"][k], v) for k, v in state[1]["model"].items())


def test_evaluation_prints_recall_at_each_budget_by_source(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, *train_words(data, tmp_path, 1))
    capsys.readouterr()
    run(monkeypatch, "--evaluate", data, "--out", tmp_path / "w.safetensors", "--size", 96)
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == set(SOURCE_WEIGHTS)
    for line in lines:
        for budget in (10, 50, 100, 300):
            assert f"R@{budget} IoU 0.5" in line
            assert f"R@{budget} IoU 0.7" in line


def test_without_data_the_command_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch)


def test_recall_is_the_share_of_boxes_found_and_grows_with_the_budget(data: Path) -> None:
    photos = load_photos(data, "val")
    table = command.recall_table(untrained_rpn(), photos, 96)
    for report in table.values():
        values = [report[f"R@{budget} IoU 0.5"] for budget in (10, 50, 100, 300)]
        assert values == sorted(values)
        assert all(0 <= value <= 1 for value in values)
        assert report["R@300 IoU 0.7"] <= report["R@300 IoU 0.5"]


def test_a_few_steps_lower_the_loss(data: Path) -> None:
    photos = load_photos(data, "train")
    crops = Crops(photos, seed=0)
    batch = collate([crops[(draw, 96)] for draw in range(4)])
    torch.manual_seed(0)
    model = RPN(untrained_rpn().anchors).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(12):
        generator = torch.Generator().manual_seed(0)
        losses_of_batch = command.loss_of_batch(
            model, batch.images, batch.boxes, batch.negative_weights, generator
        )
        loss = sum(losses_of_batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[union-attr]
        optimizer.step()
        losses.append(loss.item())  # type: ignore[union-attr]
    assert losses[-1] < 0.7 * losses[0]


def test_a_batch_without_any_box_still_trains(data: Path) -> None:
    model = untrained_rpn().train()
    images = torch.zeros(2, 3, 64, 64, dtype=torch.uint8)
    none = [torch.zeros(0, 4)] * 2
    classification, regression = command.loss_of_batch(
        model, images, none, [1.0, 1.0], torch.Generator().manual_seed(0)
    )
    assert classification > 0
    assert regression == 0


def test_the_learning_rate_warms_up_stays_and_falls_to_zero() -> None:
    rates = [command.learning_rate(step, 10_000, 1.0) for step in range(10_001)]
    assert rates[0] == pytest.approx(1 / command.WARMUP)
    assert rates[command.WARMUP : 5_900] == pytest.approx([1.0] * (5_900 - command.WARMUP))
    assert rates[8_000] == pytest.approx(0.5)
    assert rates[-1] == 0


def test_photos_are_read_without_their_crowds(data: Path) -> None:
    photos = load_photos(data, "train")
    assert len(photos) == 2 * len(SOURCE_WEIGHTS)
    for photo in photos:
        assert photo.boxes.shape == (1, 4)
        x1, y1, x2, y2 = (int(v) for v in photo.boxes[0])
        inside = to_tensor(photo.image)[:, y1:y2, x1:x2]
        assert (inside == torch.tensor([220, 30, 40]).view(3, 1, 1)).all()


def test_boxes_follow_their_crop(data: Path) -> None:
    photo = load_photos(data, "train")[0]
    checked = 0
    for seed in range(40):
        image, boxes, which = random_crop(photo, 96, random.Random(seed))
        assert which.tolist() == list(range(len(boxes)))
        assert image.size == (96, 96)
        red = to_tensor(image)[0].int() - to_tensor(image)[1].int() > 60
        if len(boxes) and min(boxes[0, 2:] - boxes[0, :2]) > 8:
            rows, columns = red.any(1).nonzero().flatten(), red.any(0).nonzero().flatten()
            seen = torch.stack([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
            assert (boxes[0] - seen).abs().max() <= 3
            checked += 1
    assert checked > 10


def test_a_box_that_the_crop_mostly_hides_is_no_target() -> None:
    boxes = torch.tensor([[0.0, 0, 100, 10], [60, 60, 80, 80], [70, 70, 71, 71]])
    seen, which = crop_boxes(boxes, origin=(50, 0), scale=(2.0, 2.0), size=200)
    assert which.tolist() == [0, 1]
    assert seen.tolist() == [[0, 0, 100, 20], [20, 120, 60, 160]]
    hidden, _ = crop_boxes(boxes[:1], origin=(80, 0), scale=(1.0, 1.0), size=64)
    assert hidden.shape == (0, 4)


def test_a_draw_depends_on_its_number_alone(data: Path) -> None:
    crops = Crops(load_photos(data, "train"), seed=1)
    first, again, other = crops[(5, 64)], crops[(5, 64)], crops[(6, 64)]
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])
    whole = list(DrawSampler(0, 6, 2, (64, 96)))
    assert whole[4:] == list(DrawSampler(4, 6, 2, (64, 96)))
    assert len(DrawSampler(4, 6, 2, (64,))) == 2
