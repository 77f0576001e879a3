"""Claims about a training that can be stopped, resumed and ended."""

import argparse
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from models.train.run import WARMUP, Report, Run, course_of, rate_factor, train

OPTIONS = argparse.Namespace(seed=0, save_every=1e9, evaluate_every=10**9)


def new_run(path: Path, fall: int | None = None) -> Run[nn.Linear]:
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    groups = [{"params": list(model.parameters()), "peak": 0.1}]
    return Run(model, torch.optim.AdamW(groups, lr=0.1), path, fall)


def losses_of(model: nn.Linear, batch: Tensor, generator: torch.Generator) -> list[Tensor]:
    """Depends on the batch and on the step's own generator."""
    noise = torch.rand((), generator=generator)
    return [model(batch).square().mean() * (1 + noise), model.weight.square().sum()]


def batches(first: int, last: int) -> Iterator[Tensor]:
    for step in range(first, last):
        yield torch.randn(4, 3, generator=torch.Generator().manual_seed(step))


def score(model: nn.Linear) -> Report:
    norm = model.weight.norm().item()
    return Report(f"{norm:.2f}", {"norm": norm})


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    yield
    for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
        signal.signal(number, handler)


def test_the_rate_warms_up_stays_and_falls_to_nothing() -> None:
    assert rate_factor(0, None) == 1 / WARMUP
    assert [rate_factor(step, None) for step in (WARMUP, 10**6)] == [1, 1]
    fall = (1000, 3000)
    assert [rate_factor(s, fall) for s in (999, 1000, 2000, 3000, 4000)] == [1, 1, 0.5, 0, 0]


def test_a_resumed_training_ends_where_an_unbroken_one_ends(tmp_path: Path) -> None:
    unbroken = new_run(tmp_path / "unbroken.pt", fall=30)
    train(unbroken, batches(0, 30), losses_of, score, OPTIONS)
    first = new_run(tmp_path / "broken.pt", fall=30)
    train(first, batches(0, 11), losses_of, score, OPTIONS)
    second = new_run(tmp_path / "broken.pt", fall=7)  # a fall that has begun keeps its end
    assert (second.step, second.fall) == (11, (0, 30))
    train(second, batches(11, 30), losses_of, score, OPTIONS)
    for a, b in zip(unbroken.average.parameters(), second.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_training_without_an_end_can_be_ended_later(tmp_path: Path) -> None:
    train(new_run(tmp_path / "c.pt"), batches(0, 5), losses_of, score, OPTIONS)
    assert new_run(tmp_path / "c.pt", fall=20).fall == (5, 25)


def test_a_stop_saves_and_ends_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def until_stopped() -> Iterator[Tensor]:
        for number, batch in enumerate(batches(0, 100)):
            if number == 3:
                os.kill(os.getpid(), signal.SIGTERM)
            yield batch

    train(new_run(tmp_path / "c.pt"), until_stopped(), losses_of, score, OPTIONS)
    assert new_run(tmp_path / "c.pt").step == 4
    assert "stopped at step 4" in capsys.readouterr().out


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.pt"
    run = new_run(path)
    run.save()

    def broken(state: object, to: Path) -> None:
        to.write_bytes(b"half a file")
        raise OSError("no room")

    monkeypatch.setattr(torch, "save", broken)
    with pytest.raises(OSError, match="no room"):
        run.save()
    assert new_run(path).step == 0


def test_what_was_reported_on_the_way_stays_with_the_checkpoint(tmp_path: Path) -> None:
    often = argparse.Namespace(seed=0, save_every=1e9, evaluate_every=5, batch=4)
    first = new_run(tmp_path / "one.pt")
    train(first, batches(0, 12), losses_of, score, often)
    second = new_run(tmp_path / "one.pt", fall=8)
    train(second, batches(12, 20), losses_of, score, often)
    kept = course_of(new_run(tmp_path / "one.pt"), often)
    assert (kept["steps"], kept["fall"], kept["batch"]) == (20, 8, 4)
    assert list(kept["course"]) == ["5", "10", "12", "15", "20"]  # the last one once
    assert kept["course"]["20"]["norm"] == pytest.approx(second.average.weight.norm().item())
