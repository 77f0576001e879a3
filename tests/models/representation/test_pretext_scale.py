"""More pictures without labels, larger encoders: what a column trains, and what is recorded."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.measures import Question
from models.representation import pretext_scale
from models.representation.downstream import LABELS
from models.representation.encoder import Encoder
from models.representation.pretext_scale import Column, first, material_of
from models.representation.sizes import encoder_parameters
from models.train import pretext_scale as command


@pytest.mark.parametrize("times", pretext_scale.TIMES)
def test_encoders_of_other_widths_are_counted_and_have_as_many_features(times: float) -> None:
    encoder = Encoder(torch.Generator().manual_seed(0), times)
    assert sum(part.numel() for part in encoder.parameters()) == encoder_parameters(times)
    assert encoder(torch.rand(2, 3, 32, 32)).shape == (2, 128)


def test_fewer_pictures_are_a_part_of_more() -> None:
    few, many = material_of(5, 1), material_of(9, 1)
    assert torch.equal(first(many, 5).train, few.train)
    assert torch.equal(many.test, few.test)


def test_a_column_trains_each_number_of_pictures_and_asks_after_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pretext_scale, "COUNTS", (8, 16))
    monkeypatch.setattr(pretext_scale, "STEPS", 2)
    monkeypatch.setattr(pretext_scale, "LABELED", 60)
    monkeypatch.setattr(pretext_scale, "TESTED", 30)
    column = Column(0.5, 0)
    found = []
    for _ in range(4):
        column.train()
        found.append((column.at, np.isfinite(column.accuracy).all(axis=1).tolist()))
    assert found == [
        (0, [False, False]), (1, [True, False]), (1, [True, False]), (2, [True, True]),
    ]  # fmt: skip
    assert column.done
    assert column.accuracy.shape == (2, len(LABELS))


def test_a_recording_that_was_stopped_goes_on_and_one_with_other_steps_begins_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trained: list[tuple[float, int]] = []

    def cell_of(training: pretext_scale.Pretext, steps: int, downstream: object) -> Any:
        trained.append((training.settings.times, len(training.material.train)))
        return {"own": 1, "asked": {"class": steps}}

    monkeypatch.setattr(command, "cell_of", cell_of)
    monkeypatch.setattr(command, "COUNTS", (8, 16))
    monkeypatch.setattr(command, "TIMES", (0.5,))
    monkeypatch.setattr(pretext_scale, "LABELED", 60)
    monkeypatch.setattr(pretext_scale, "TESTED", 30)
    path = tmp_path / "scores.json"
    command.record(path, 1, 2)
    assert trained == [(0.5, 8), (0.5, 16)]
    entry = json.loads(path.read_text())
    del entry["pretext_scale"]["cells"]["0.5"]["16"]
    path.write_text(json.dumps(entry))
    command.record(path, 1, 2)
    assert trained[2:] == [(0.5, 16)]
    command.record(path, 1, 3)
    assert len(trained) == 5


def test_what_is_recorded_has_every_cell_with_every_seed_for_every_question() -> None:
    entry = json.loads(command.SCORES_FILE.read_text())[command.NAME]
    assert entry["counts"] == list(pretext_scale.COUNTS)
    assert entry["times"] == list(pretext_scale.TIMES)
    assert entry["steps"] == pretext_scale.STEPS
    questions = Question.__args__  # type: ignore[attr-defined]
    for times in entry["times"]:
        for count in entry["counts"]:
            row = entry["cells"][str(times)][str(count)]
            assert len(row) == entry["seeds"]
            assert all(set(cell["asked"]) == set(questions) for cell in row.values())
