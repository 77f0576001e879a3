"""The recorded comparison of the pretext tasks: what is trained, asked, and kept when it stops."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from models.data.objects import draw_objects
from models.measures import Question
from models.representation import tuning
from models.representation.downstream import LABELS, of_objects
from models.representation.tuning import tuned_parts
from models.train import pretext as command

DRAWN = of_objects(draw_objects(40, 1), draw_objects(20, 2))
SMALL = DRAWN._replace(asked={"place": DRAWN.asked["place"]})


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> argparse.Namespace:
    monkeypatch.setattr(command, "drawn_downstream", lambda seed: SMALL)
    monkeypatch.setattr(command, "get_args", lambda of: ("rotation", "order"))
    monkeypatch.setattr(command, "DRAWN", 80)
    monkeypatch.setattr(command, "DRAWN_CLIPS", 80)
    monkeypatch.setattr(command, "PUZZLES", 20)
    monkeypatch.setattr(tuning, "STEPS", 25)
    return argparse.Namespace(scores=str(tmp_path / "scores.json"), seconds=0.01, seeds=2)


def recorded(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(options.scores).read_text())[command.COMPARED]
    return found


def test_every_task_and_seed_is_asked_with_a_probe_and_by_fine_tuning(
    options: argparse.Namespace,
) -> None:
    command.compare(options)
    entry = recorded(options)
    assert set(entry["tasks"]) == {"untrained", "rotation", "order"}
    for task, rows in entry["tasks"].items():
        assert set(rows) == {"0", "1"}
        for row in rows.values():
            assert (row["own"] is None, row["steps"] > 0) == (
                task == "untrained",
                task != "untrained",
            )
            for how in ("asked", "tuned"):
                assert list(row[how]) == ["place"]
                assert set(row[how]["place"]) == {"1", "5", "10", "100", "all"}
                assert all(0 <= share <= 1 for share in row[how]["place"].values())
            assert row["asked"] != row["tuned"]


def test_a_comparison_that_was_stopped_goes_on_and_one_of_other_seconds_begins_anew(
    options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    command.compare(options)
    whole = recorded(options)
    whole["tasks"]["order"]["1"]["commit"] = "of other code"
    Path(options.scores).write_text(json.dumps({command.COMPARED: whole}))
    trained: list[tuple[str, int]] = []
    real = command.compared

    def compared(task: Any, seed: int, seconds: float) -> Any:
        trained.append((task, seed))
        return real(task, seed, seconds)

    monkeypatch.setattr(command, "compared", compared)
    command.compare(options)
    assert trained == [("order", 1)]
    options.seconds = 0.02
    command.compare(options)
    assert len(trained) == 5


@pytest.mark.usefixtures("options")
def test_fine_tuning_of_the_table_is_that_of_the_page() -> None:
    """The same start, labels, steps: the mean of what the lab's parts tell one after the other."""
    network = command.untrained(0)
    question: Question = "place"
    asked = SMALL.asked[question]
    told: list[float] = []
    for part in tuned_parts(network.encoder, SMALL, asked, LABELS[1], told.extend):
        part()
    table = command.tuned_table(network, SMALL, len(told))
    mean = torch.tensor(told, dtype=torch.float64).mean().item()
    assert table[question]["5"] == pytest.approx(mean)


def test_a_mirrored_batch_is_half_as_it_was_and_half_exchanged_left_and_right() -> None:
    clips = torch.arange(200 * 2 * 3 * 4 * 4).view(200, 2, 3, 4, 4)
    found = command.mirrored(clips, torch.Generator().manual_seed(0))
    same = (found == clips).flatten(1).all(dim=1)
    exchanged = (found == clips.flip(-1)).flatten(1).all(dim=1)
    assert (same ^ exchanged).all()
    assert 60 < int(same.sum()) < 140
