"""Claims about what is compared for pages beforehand. Oracle: the evaluation's own precision."""

import json
import sys
from pathlib import Path

import pytest
import torch

from models.detection.shipped import PHOTO_FILES, load_detectors
from models.train import compared as command
from models.train.box_data import CLASSES, load_photos
from models.train.evaluation import look, precision_table


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    monkeypatch.setattr(sys, "argv", ["command", *map(str, words)])
    command.main()


def test_photos_are_measured_by_both_rules_for_each_number_of_proposals(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "PROPOSALS", (5, 20))
    run(monkeypatch, "--photos", data, "--scores", tmp_path / "scores.json")
    entry = json.loads((tmp_path / "scores.json").read_text())["detectors_claim"]
    assert entry["command"].startswith("python -m models.train.compared --photos")
    assert set(entry["proposals"]) == {"5", "20"}
    photos = [p for p in load_photos(data, "val") if p.source == "voc_5class"]
    for rules in entry["proposals"].values():
        assert set(rules) == {"voc", "coco"}
        for told in rules.values():
            assert told["scenes"] == len(photos)
            assert told["objects"] == sum(told["sizes"])
            assert len(told["one_stage"]["curve"]) == 51


def test_a_photos_precision_is_that_of_the_evaluation(data: Path) -> None:
    model = load_detectors(PHOTO_FILES).model
    photos = [p for p in load_photos(data, "val") if p.source == "voc_5class"]
    results = command.on_photos(model, photos, 100)
    found = command.compare(results, len(CLASSES), torch.Generator().manual_seed(0))
    size = command.DETECTORS["photos"].size
    seen = {photo.name: look(model, photo, size) for photo in photos}
    pairs = ((found.ap50[0], "one_stage"), (found.ap50[1], "two_stage"))
    for measured, road in pairs:
        table = precision_table(
            lambda photo, road=road: getattr(seen[photo.name], road), photos, CLASSES, command.VOC
        )
        assert measured.value == pytest.approx(table["AP50"]["mean"], abs=1e-6)


def test_a_small_training_is_recorded_as_the_mean_of_its_seeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"STEPS": 2, "EVERY": 1, "SEEDS": 2, "TAUGHT": 8, "HELD_OUT": 4}.items():
        monkeypatch.setattr(command, name, value)
    run(monkeypatch, "--course", "--scores", tmp_path / "scores.json")
    entry = json.loads((tmp_path / "scores.json").read_text())["small_course"]
    assert (entry["steps"], entry["seeds"], entry["taught"]) == (2, 2, 8)
    assert list(entry["forms"]) == sorted(command.FORMS)
    each = [command.train_small("yolo", seed)[2][0] for seed in range(2)]
    assert entry["forms"]["yolo"]["2"]["AP50"] == pytest.approx(sum(each) / 2, abs=1e-4)


def test_nothing_asked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch)
