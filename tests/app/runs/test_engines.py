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
from app.runs.room import Room
from tests.app.odd_labs import asked_too_much, nap
from tests.app.runs import rooms
from tests.app.runs.rooms import begun, draws, eventually, gone, header, pid, refused

InARoom = Callable[..., None]
ENGINES = {"processes": ProcessEngine, "ray": RayEngine}


@pytest.fixture(params=["processes", pytest.param("ray", marks=pytest.mark.servers)])
def in_a_room(request: pytest.FixtureRequest) -> InARoom:
    """`rooms.in_a_room` over one engine after the other; Ray's is a cluster of two nodes here."""
    if request.param == "ray":
        request.getfixturevalue("cluster")
    return partial(rooms.in_a_room, engine=ENGINES[request.param])


def test_a_run_begins_with_step_0_and_takes_the_steps_it_is_asked_for(in_a_room: InARoom) -> None:
    async def body(room: Room) -> None:
        run = await begun(room)
        assert header(run)["step"] == 0
        await run.advance(3)
        await run.advance(4)
        assert header(run) == {"step": 7, "total": 7.0, "rate": 1.0}

    in_a_room(body)


def test_a_live_change_takes_effect_between_two_steps_and_no_other_field_may_change(
    in_a_room: InARoom,
) -> None:
    async def body(room: Room) -> None:
        run = await begun(room)
        await run.advance(10)
        await run.advance(5, {"rate": 3.0})
        assert header(run)["total"] == 10 + 5 * 3
        for live in ({"seed": 3}, {"unheard": 1}, {"rate": 1e9}, {"rate": float("nan")}):
            await refused(run.advance(1, live), InvalidInput)
        await run.advance(1)  # refused changes neither ended the run nor took effect
        assert header(run)["total"] == 28

    in_a_room(body)


def test_an_action_reaches_the_run_and_nonsense_is_refused(in_a_room: InARoom) -> None:
    async def body(room: Room) -> None:
        run = await begun(room)
        await run.advance(0, action={"add": 41})
        assert header(run) == {"step": 0, "total": 41.0, "rate": 1.0}
        await refused(run.advance(0, action={"remove": 1}), InvalidInput)
        await run.advance(1)
        assert header(run)["total"] == 42

    in_a_room(body)


def test_same_configuration_and_seed_same_frames_while_another_run_goes_on(
    in_a_room: InARoom,
) -> None:
    async def body(room: Room) -> None:
        first, other, second = [await begun(room, seed=s) for s in (5, 6, 5)]
        for _ in range(5):
            await asyncio.gather(first.advance(2), other.advance(3))
        for _ in range(5):
            await second.advance(2)
        np.testing.assert_array_equal(draws(first), draws(second))
        assert not np.array_equal(draws(first), draws(other))

    in_a_room(body)


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
    in_a_room: InARoom, config: dict[str, Any], kind: type[RunError], code: str
) -> None:
    async def body(room: Room) -> None:
        bystander, run = await begun(room), await begun(room, **config)
        error = await refused(run.advance(1), kind)
        assert isinstance(error, RunError)
        told = error.told_in("en")["error"]
        assert told["code"] == code
        assert "secret" not in told["message"]
        await refused(run.advance(1), kind)  # it stays ended
        await gone(pid(run))
        await bystander.advance(1)

    in_a_room(body)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_run_that_takes_too_much_memory_is_told_so(in_a_room: InARoom) -> None:
    async def body(room: Room) -> None:
        fits = await begun(room, deed="memory", size=10**7)  # 40 MB
        await fits.advance(1)
        greedy = await begun(room, deed="memory", size=6 * 10**7)  # 240 MB
        await refused(greedy.advance(1), RunTooLarge)

    in_a_room(body, run_memory_bytes=200_000_000, run_parameters=10**9)


def test_a_killed_process_is_noticed_and_costs_one_run(in_a_room: InARoom) -> None:
    async def body(room: Room) -> None:
        bystander, run = await begun(room), await begun(room, deed="sleep")
        waiting = asyncio.create_task(run.advance(1))
        await asyncio.sleep(0.1)
        os.kill(pid(run), signal.SIGKILL)
        await refused(waiting, RunKilled)  # long before the 30 s that its step would take
        await bystander.advance(1)

    in_a_room(body)


def test_leaving_ends_a_process_that_is_deep_in_its_work(in_a_room: InARoom) -> None:
    async def body(room: Room) -> None:
        run = await begun(room, deed="sleep")
        waiting = asyncio.create_task(run.advance(1))
        await asyncio.sleep(0.1)
        room.leave(run, RunKilled("left"))
        await gone(pid(run))
        await refused(waiting, RunKilled)
        assert not room.runs

    in_a_room(body)


def test_a_frame_that_takes_too_long_ends_its_run(
    in_a_room: InARoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "STUCK_SECONDS", 0.3)

    async def body(room: Room) -> None:
        run = await begun(room, deed="sleep")
        await refused(run.advance(1), RunTimeout)
        await gone(pid(run))

    in_a_room(body)


@pytest.mark.parametrize("deed", ["exit", "interrupt", "unpicklable"])
def test_whatever_a_lab_raises_ends_its_run_with_a_sentence(in_a_room: InARoom, deed: str) -> None:
    async def body(room: Any) -> None:
        run = await begun(room, deed=deed)
        error = await refused(run.advance(1), RunError)
        assert isinstance(error, RunBroken)
        assert not room.runs

    in_a_room(body)


def test_a_function_is_computed_elsewhere_and_its_errors_come_back_as_they_are(
    in_a_room: InARoom,
) -> None:
    async def body(room: Any) -> None:
        assert await room.engine.compute(pow, 2, 100) == 2**100
        assert await room.engine.compute(os.getpid) != os.getpid()
        error = await refused(room.engine.compute(asked_too_much, 7), InvalidInput)
        assert "7 is too much" in error.told_in("en")["error"]["message"]  # type: ignore[attr-defined]
        await refused(room.engine.compute(int, "no number"), RunBroken)

    in_a_room(body)


def test_what_nobody_waits_for_is_not_computed_on(in_a_room: InARoom, tmp_path: Path) -> None:
    async def body(room: Room) -> None:
        told = tmp_path / "process"
        computing = asyncio.create_task(room.engine.compute(nap, str(told)))
        await eventually(told.exists)
        computing.cancel()
        await gone(int(told.read_text()))

    in_a_room(body)
