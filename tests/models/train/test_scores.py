"""Claims about the file that pages read scores from."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from models.train import scores


def test_one_networks_scores_leave_those_of_others(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "scores.json"
    scores.write_scores(path, "a", {"x": {"y": 0.123456, "n": 3, "s": "t"}})
    scores.write_scores(path, "b", {"x": 1.0})
    scores.write_scores(path, "b", {"x": 2.0})
    table = json.loads(path.read_text())
    assert table == {"a": {"x": {"y": 0.1235, "n": 3, "s": "t"}}, "b": {"x": 2.0}}


def test_a_crash_while_scores_are_written_leaves_the_old_ones_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scores.json"
    scores.write_scores(path, "a", {"x": 1.0})
    before = path.read_text()

    def crash(self: Path, text: str) -> int:
        self.write_bytes(text.encode()[:5])
        raise OSError("the disk is full")

    monkeypatch.setattr(Path, "write_text", crash)
    with pytest.raises(OSError, match="full"):
        scores.write_scores(path, "b", {"x": 2.0})
    assert path.read_text() == before


def test_a_number_says_its_command_and_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "--evaluate", "/some/where/boxes", "--sizes", "320"])
    said = scores.provenance("models.train.detectors")
    assert said["command"] == "python -m models.train.detectors --evaluate boxes --sizes 320"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", said["date"])


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", missing)
    assert scores.current_commit() == ""


def test_the_median_counts_no_warm_up() -> None:
    calls: list[int] = []
    assert scores.median_cpu_ms(lambda: calls.append(1), repeats=5, warm_up=2) >= 0
    assert len(calls) == 7
