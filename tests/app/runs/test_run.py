"""The engine and the room: runs in processes of their own, their limits and their ends."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine
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
    RunGone,
    RunKilled,
    RunsFull,
    RunTimeout,
    RunTooLarge,
)
from app.lab import wire
from app.pictures.albums.store import AlbumStore
from app.runs import run as runs
from app.runs.processes import ProcessEngine
from app.runs.room import Room, newest
from app.runs.run import Run, Visitor
from app.settings import Settings
from tests.app.odd_labs import LAB, OddConfig

GUARD = 60  # seconds against hanging for ever, never a claim
Body = Callable[[Room], Coroutine[Any, Any, None]]


def in_a_room(body: Body, **settings: Any) -> None:
    """Run `body` with a room of real processes, and end them all."""

    async def main() -> None:
        chosen = Settings(**settings)
        room = Room(ProcessEngine(chosen), chosen, AlbumStore(chosen))
        try:
            await body(room)
        finally:
            room.close()

    asyncio.run(main())


async def begun(room: Room, visitor: str = "someone", **config: Any) -> Run:
    run = room.open(LAB, OddConfig(**config), Visitor(visitor))
    await run.begin(room.engine, room.albums)
    return run


def header(run: Run) -> dict[str, Any]:
    return wire.decode(run.frame)[0]


def draws(run: Run) -> Any:
    return wire.decode(run.frame)[1]["draws"]


def pid(run: Run) -> int:
    return run._worker.pid  # type: ignore[union-attr]


def is_alive(process: int) -> bool:
    """Whether it runs; one that is dead and only waits to be counted does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def gone(process: int) -> None:
    async with asyncio.timeout(GUARD):
        while is_alive(process):
            await asyncio.sleep(0.01)


async def over(run: Run) -> None:
    """Wait for the run's end."""
    ended = asyncio.Event()
    run.when_over(ended.set)
    await asyncio.wait_for(ended.wait(), GUARD)


async def refused(coming: Awaitable[object], kind: type[Exception]) -> Exception:
    with pytest.raises(kind) as caught:
        await coming
    return caught.value


def test_a_run_begins_with_step_0_and_takes_the_steps_it_is_asked_for() -> None:
    async def body(room: Room) -> None:
        run = await begun(room)
        assert header(run)["step"] == 0
        await run.advance(3)
        await run.advance(4)
        assert header(run) == {"step": 7, "total": 7.0, "rate": 1.0}

    in_a_room(body)


def test_a_live_change_takes_effect_between_two_steps_and_no_other_field_may_change() -> None:
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


def test_an_action_reaches_the_run_and_nonsense_is_refused() -> None:
    async def body(room: Room) -> None:
        run = await begun(room)
        await run.advance(0, action={"add": 41})
        assert header(run) == {"step": 0, "total": 41.0, "rate": 1.0}
        await refused(run.advance(0, action={"remove": 1}), InvalidInput)
        await run.advance(1)
        assert header(run)["total"] == 42

    in_a_room(body)


def test_same_configuration_and_seed_same_frames_while_another_run_goes_on() -> None:
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
    config: dict[str, Any], kind: type[RunError], code: str
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
def test_a_run_that_takes_too_much_memory_is_told_so() -> None:
    async def body(room: Room) -> None:
        fits = await begun(room, deed="memory", size=10**7)  # 40 MB
        await fits.advance(1)
        greedy = await begun(room, deed="memory", size=6 * 10**7)  # 240 MB
        await refused(greedy.advance(1), RunTooLarge)

    in_a_room(body, run_memory_bytes=200_000_000, run_parameters=10**9)


def test_a_killed_process_is_noticed_and_costs_one_run() -> None:
    async def body(room: Room) -> None:
        bystander, run = await begun(room), await begun(room, deed="sleep")
        waiting = asyncio.create_task(run.advance(1))
        await asyncio.sleep(0.1)
        os.kill(pid(run), signal.SIGKILL)
        await refused(waiting, RunKilled)  # long before the 30 s that its step would take
        await bystander.advance(1)

    in_a_room(body)


def test_leaving_ends_a_process_that_is_deep_in_its_work() -> None:
    async def body(room: Room) -> None:
        run = await begun(room, deed="sleep")
        waiting = asyncio.create_task(run.advance(1))
        await asyncio.sleep(0.1)
        room.leave(run, RunKilled("left"))
        await gone(pid(run))
        await refused(waiting, RunKilled)
        assert not room.runs

    in_a_room(body)


def test_a_frame_that_takes_too_long_ends_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "STUCK_SECONDS", 0.3)

    async def body(room: Room) -> None:
        run = await begun(room, deed="sleep")
        await refused(run.advance(1), RunTimeout)
        await gone(pid(run))

    in_a_room(body)


def test_the_limits_of_steps_seconds_and_size_are_told_in_words() -> None:
    async def body(room: Room) -> None:
        run = await begun(room)
        await run.advance(100)
        error = await refused(run.advance(1), RunTooLarge)
        assert "100 steps" in error.told_in("en")["error"]["message"]  # type: ignore[attr-defined]
        assert "100" in error.told_in("zh")["error"]["message"]  # type: ignore[attr-defined]
        with pytest.raises(RunTooLarge, match="trained numbers"):
            room.open(LAB, OddConfig(size=1001), Visitor("someone"))

    in_a_room(body, run_steps=100, run_parameters=1000)

    async def slow(room: Room) -> None:
        run = await begun(room)
        await over(run)
        assert isinstance(run.ended, RunTimeout)  # without a single ask
        await refused(run.advance(1), RunTimeout)

    in_a_room(slow, run_seconds=0.05)


def test_past_the_rooms_and_the_visitors_number_of_runs_a_new_one_is_refused() -> None:
    async def body(room: Room) -> None:
        mine = [await begun(room, "me") for _ in range(2)]
        with pytest.raises(RunsFull, match="one visitor"):
            room.open(LAB, OddConfig(), Visitor("me"))
        await begun(room, "you")
        with pytest.raises(RunsFull, match="this server allows"):
            room.open(LAB, OddConfig(), Visitor("them"))
        for run in mine:
            await run.advance(1)  # undisturbed
        room.leave(mine[0], RunFinished("left"))
        await begun(room, "them")

    in_a_room(body, max_runs=3, runs_per_visitor=2)


def test_watchers_get_the_newest_frame_and_the_end() -> None:
    async def body(room: Room) -> None:
        run = await begun(room)
        await run.newer(0)  # the frame of step 0 is there at once
        waiting = asyncio.create_task(run.newer(run.version))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await run.advance(1)
        await asyncio.wait_for(waiting, 1)
        again = asyncio.create_task(newest(run, run.version))
        await asyncio.sleep(0)
        room.leave(run, RunFinished("left"))
        await refused(again, RunFinished)
        with pytest.raises(RunGone):
            room.find(run.id)

    in_a_room(body)


def test_a_process_is_nice_and_uses_one_thread() -> None:
    async def body(room: Room) -> None:
        run = await begun(room)
        stat = Path(f"/proc/{pid(run)}/stat").read_text().rsplit(")", 1)[1].split()
        assert int(stat[16]) >= 10  # niceness
        assert int(stat[17]) == 2  # threads: one works, one waits for the server's end

    in_a_room(body)


SERVER = """
import asyncio
from app.pictures.albums.store import AlbumStore
from app.runs.processes import ProcessEngine
from app.runs.room import Room
from app.runs.run import Visitor
from app.settings import Settings
from tests.app.odd_labs import LAB, OddConfig

async def main():
    room = Room(ProcessEngine(Settings()), Settings(), AlbumStore(Settings()))
    run = room.open(LAB, OddConfig(deed="sleep"), Visitor("me"))
    await run.begin(room.engine, room.albums)
    print(run._worker.pid, flush=True)
    await run.advance(1)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.thorough
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl+C"])
def test_when_the_server_dies_no_process_stays_behind(how: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    root = Path(__file__).parents[3]
    server = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert server.stdout
    worker = int(server.stdout.readline())
    server.send_signal(how)
    server.wait(GUARD)
    asyncio.run(gone(worker))
    server.stdout.close()
