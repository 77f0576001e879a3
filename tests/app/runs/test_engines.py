"""What every engine does: runs, their ends, and functions, somewhere else than in the server."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.errors import (
    Diverged,
    InvalidInput,
    RunBroken,
    RunError,
    RunFinished,
    RunKilled,
    RunTimeout,
    RunTooLarge,
)
from app.runs import run as runs
from app.runs.processes import ProcessEngine
from app.runs.ray import RayEngine
from app.runs.runs import Runs
from tests.app.odd_labs import asked_too_much, nap
from tests.app.runs import shared_runs
from tests.app.runs.shared_runs import begun, draws, eventually, gone, header, pid, refused

WithRuns = Callable[..., None]
ENGINES = {"processes": ProcessEngine, "ray": RayEngine}


@pytest.fixture(params=["processes", pytest.param("ray", marks=pytest.mark.servers)])
def with_runs(request: pytest.FixtureRequest) -> WithRuns:
    """`shared_runs.with_runs` over one engine after the other; Ray has a cluster of two nodes."""
    if request.param == "ray":
        request.getfixturevalue("cluster")
    return partial(shared_runs.with_runs, engine=ENGINES[request.param])


def test_a_run_begins_with_step_0_and_takes_the_steps_it_is_asked_for(with_runs: WithRuns) -> None:
    async def body(runs: Runs) -> None:
        run = await begun(runs)
        assert header(run)["step"] == 0
        await run.advance(3)
        await run.advance(4)
        assert header(run) == {"step": 7, "total": 7.0, "rate": 1.0}

    with_runs(body)


def test_a_live_change_takes_effect_between_two_steps_and_no_other_field_may_change(
    with_runs: WithRuns,
) -> None:
    async def body(runs: Runs) -> None:
        run = await begun(runs)
        await run.advance(10)
        await run.advance(5, {"rate": 3.0})
        assert header(run)["total"] == 10 + 5 * 3
        for live in ({"seed": 3}, {"unheard": 1}, {"rate": 1e9}, {"rate": float("nan")}):
            await refused(run.advance(1, live), InvalidInput)
        await run.advance(1)  # refused changes neither ended the run nor took effect
        assert header(run)["total"] == 28

    with_runs(body)


def test_an_action_reaches_the_run_and_nonsense_is_refused(with_runs: WithRuns) -> None:
    async def body(runs: Runs) -> None:
        run = await begun(runs)
        await run.advance(0, action={"add": 41})
        assert header(run) == {"step": 0, "total": 41.0, "rate": 1.0}
        await refused(run.advance(0, action={"remove": 1}), InvalidInput)
        await run.advance(1)
        assert header(run)["total"] == 42

    with_runs(body)


def test_same_configuration_and_seed_same_frames_while_another_run_goes_on(
    with_runs: WithRuns,
) -> None:
    async def body(runs: Runs) -> None:
        first, other, second = [await begun(runs, seed=s) for s in (5, 6, 5)]
        for _ in range(5):
            await asyncio.gather(first.advance(2), other.advance(3))
        for _ in range(5):
            await second.advance(2)
        np.testing.assert_array_equal(draws(first), draws(second))
        assert not np.array_equal(draws(first), draws(other))

    with_runs(body)


@pytest.mark.parametrize(
    ("config", "kind", "code"),
    [
        ({"deed": "raise"}, RunBroken, "run_broken"),
        ({"deed": "diverge"}, Diverged, "diverged"),
        ({"deed": "nan"}, Diverged, "diverged"),
        ({"deed": "end"}, RunFinished, "run_finished"),
    ],
)
def test_a_run_that_fails_ends_alone_with_a_sentence(
    with_runs: WithRuns, config: dict[str, Any], kind: type[RunError], code: str
) -> None:
    async def body(runs: Runs) -> None:
        bystander, run = await begun(runs), await begun(runs, **config)
        error = await refused(run.advance(1), kind)
        assert isinstance(error, RunError)
        told = error.told_in("en")["error"]
        assert told["code"] == code
        assert "secret" not in told["message"]
        await refused(run.advance(1), kind)  # it stays ended
        await gone(pid(run))
        await bystander.advance(1)

    with_runs(body)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_run_that_takes_too_much_memory_is_told_so(with_runs: WithRuns) -> None:
    async def body(runs: Runs) -> None:
        fits = await begun(runs, deed="memory", size=10**7)  # 40 MB
        await fits.advance(1)
        greedy = await begun(runs, deed="memory", size=6 * 10**7)  # 240 MB
        await refused(greedy.advance(1), RunTooLarge)

    with_runs(body, run_memory_bytes=200_000_000, run_parameters=10**9)


def test_a_killed_process_is_noticed_and_costs_one_run(with_runs: WithRuns) -> None:
    async def body(runs: Runs) -> None:
        bystander, run = await begun(runs), await begun(runs, deed="sleep")
        waiting = asyncio.create_task(run.advance(1))
        await asyncio.sleep(0.1)
        os.kill(pid(run), signal.SIGKILL)
        await refused(waiting, RunKilled)  # long before the 30 s that its step would take
        await bystander.advance(1)

    with_runs(body)


def test_leaving_ends_a_process_that_is_deep_in_its_work(with_runs: WithRuns) -> None:
    async def body(runs: Runs) -> None:
        run = await begun(runs, deed="sleep")
        waiting = asyncio.create_task(run.advance(1))
        await asyncio.sleep(0.1)
        runs.leave(run, RunKilled("left"))
        await gone(pid(run))
        await refused(waiting, RunKilled)
        assert not runs.by_id

    with_runs(body)


def test_a_frame_that_takes_too_long_ends_its_run(
    with_runs: WithRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "STUCK_SECONDS", 0.3)

    async def body(runs: Runs) -> None:
        run = await begun(runs, deed="sleep")
        await refused(run.advance(1), RunTimeout)
        await gone(pid(run))

    with_runs(body)


@pytest.mark.parametrize("deed", ["exit", "interrupt", "unpicklable"])
def test_whatever_a_lab_raises_ends_its_run_with_a_sentence(with_runs: WithRuns, deed: str) -> None:
    async def body(runs: Any) -> None:
        run = await begun(runs, deed=deed)
        error = await refused(run.advance(1), RunError)
        assert isinstance(error, RunBroken)
        assert not runs.by_id

    with_runs(body)


def test_a_function_is_computed_elsewhere_and_its_errors_come_back_as_they_are(
    with_runs: WithRuns,
) -> None:
    async def body(runs: Any) -> None:
        assert await runs.engine.compute(pow, 2, 100) == 2**100
        assert await runs.engine.compute(os.getpid) != os.getpid()
        error = await refused(runs.engine.compute(asked_too_much, 7), InvalidInput)
        assert "7 is too much" in error.told_in("en")["error"]["message"]  # type: ignore[attr-defined]
        await refused(runs.engine.compute(int, "no number"), RunBroken)

    with_runs(body)


def test_what_nobody_waits_for_is_not_computed_on(with_runs: WithRuns, tmp_path: Path) -> None:
    async def body(runs: Runs) -> None:
        told = tmp_path / "process"
        computing = asyncio.create_task(runs.engine.compute(nap, str(told)))
        await eventually(told.exists)
        computing.cancel()
        await gone(int(told.read_text()))

    with_runs(body)
