"""Runs under way: their limits, their watchers, and what a process of theirs is."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import (
    RunFinished,
    RunGone,
    RunsFull,
    RunTimeout,
    RunTooLarge,
)
from app.runs.run import Visitor
from app.runs.runs import Runs, newest
from tests.app.odd_labs import LAB, OddConfig
from tests.app.runs.shared_runs import GUARD, begun, gone, over, pid, refused, with_runs


def test_the_limits_of_steps_seconds_and_size_are_told_in_words() -> None:
    async def body(runs: Runs) -> None:
        run = await begun(runs)
        await run.advance(100)
        error = await refused(run.advance(1), RunTooLarge)
        assert "100 steps" in error.told_in("en")["error"]["message"]  # type: ignore[attr-defined]
        assert "100" in error.told_in("zh")["error"]["message"]  # type: ignore[attr-defined]
        with pytest.raises(RunTooLarge, match="trained numbers"):
            runs.open(LAB, OddConfig(size=1001), Visitor("someone"))

    with_runs(body, run_steps=100, run_parameters=1000)

    async def slow(runs: Runs) -> None:
        run = await begun(runs)
        await over(run)
        assert isinstance(run.ended, RunTimeout)  # without a single ask
        await refused(run.advance(1), RunTimeout)

    with_runs(slow, run_seconds=0.05)


def test_past_the_rooms_and_the_visitors_number_of_runs_a_new_one_is_refused() -> None:
    async def body(runs: Runs) -> None:
        mine = [await begun(runs, "me") for _ in range(2)]
        with pytest.raises(RunsFull, match="one visitor"):
            runs.open(LAB, OddConfig(), Visitor("me"))
        await begun(runs, "you")
        with pytest.raises(RunsFull, match="this server allows"):
            runs.open(LAB, OddConfig(), Visitor("them"))
        for run in mine:
            await run.advance(1)  # undisturbed
        runs.leave(mine[0], RunFinished("left"))
        await begun(runs, "them")

    with_runs(body, max_runs=3, runs_per_visitor=2)


def test_watchers_get_the_newest_frame_and_the_end() -> None:
    async def body(runs: Runs) -> None:
        run = await begun(runs)
        await run.newer(0)  # the frame of step 0 is there at once
        waiting = asyncio.create_task(run.newer(run.version))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await run.advance(1)
        await asyncio.wait_for(waiting, 1)
        again = asyncio.create_task(newest(run, run.version))
        await asyncio.sleep(0)
        runs.leave(run, RunFinished("left"))
        await refused(again, RunFinished)
        with pytest.raises(RunGone):
            runs.find(run.id)

    with_runs(body)


def test_a_process_is_nice_and_uses_one_thread() -> None:
    async def body(runs: Runs) -> None:
        run = await begun(runs)
        stat = Path(f"/proc/{pid(run)}/stat").read_text().rsplit(")", 1)[1].split()
        assert int(stat[16]) >= 10  # niceness
        assert int(stat[17]) == 2  # threads: one works, one waits for the server's end

    with_runs(body)


SERVER = """
import asyncio
from app.pictures.albums.store import AlbumStore
from app.runs.processes import ProcessEngine
from app.runs.runs import Runs
from app.runs.run import Visitor
from app.settings import Settings
from tests.app.runs.shared_runs import GUARD, begun, gone, with_runs, over, pid, refused
from tests.app.odd_labs import LAB, OddConfig

async def main():
    runs = Runs(ProcessEngine(Settings()), Settings(), AlbumStore(Settings()))
    run = runs.open(LAB, OddConfig(deed="sleep"), Visitor("me"))
    await run.begin(runs.engine, runs.albums)
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
