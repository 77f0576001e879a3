"""Starting processes: what is given up, stopped, killed or refused on the way hurts no other."""

import asyncio
import gc
import os
import random
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.errors import RunBroken, RunKilled, RunsFull
from app.runs import processes
from app.runs import run as run_module
from app.runs.processes import ProcessEngine, forkserver_pid
from app.runs.runs import Runs
from tests.app.odd_labs import LAB, OddConfig
from tests.app.runs.shared_runs import GUARD, begun, eventually, is_alive, pid, refused, with_runs

linux = pytest.mark.skipif(sys.platform != "linux", reason="signals and limits of Linux")


def forkserver() -> int:
    number = forkserver_pid()
    assert number is not None
    return number


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """This process may open so many files, and not one more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    taken: list[int] = []
    try:
        with suppress(OSError):
            while True:
                taken.append(os.dup(0))
        for _ in range(count):
            os.close(taken.pop())
        yield
    finally:
        for number in taken:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def children(of: int) -> list[int]:
    return [child.pid for child in psutil.Process(of).children() if child.status() != "zombie"]


@linux
def test_pages_that_are_closed_while_their_run_starts_hurt_no_other_run() -> None:
    """Six that start and leave within 10 ms, one honest one beside them, twenty times: the
    forkserver used to die within 7 to 14 rounds.
    """

    async def leave_early(engine: ProcessEngine, after: float) -> None:
        starting = asyncio.create_task(engine.start(LAB.run, OddConfig()))  # type: ignore[arg-type]
        await asyncio.sleep(after)
        starting.cancel()
        try:
            (await starting).close()
        except asyncio.CancelledError:
            return

    async def body(runs: Any) -> None:
        await asyncio.to_thread(runs.engine.warm_up)
        alive, draw = forkserver(), random.Random(1)
        for _ in range(20):
            leaving = [leave_early(runs.engine, draw.uniform(0, 0.01)) for _ in range(6)]
            run, *_ = await asyncio.gather(begun(runs), *leaving)
            await run.advance(1)
            runs.leave(run, RunKilled("left"))
        assert forkserver() == alive
        await eventually(lambda: not children(alive))  # nothing of those who left goes on

    with_runs(body)


@pytest.mark.thorough
@linux
def test_a_killed_forkserver_costs_the_next_start_nothing_but_time() -> None:
    async def body(runs: Any) -> None:
        bystander = await begun(runs)
        before = forkserver()
        os.kill(before, signal.SIGKILL)
        run = await begun(runs)
        await run.advance(1)
        await bystander.advance(1)
        assert forkserver() != before

    with_runs(body)


@linux
def test_a_dead_forkserver_is_replaced_before_anybody_starts_a_run() -> None:
    async def body(runs: Any) -> None:
        await begun(runs)
        watching = asyncio.create_task(runs.engine.keep_ready())
        before = forkserver()
        os.kill(before, signal.SIGKILL)
        await eventually(lambda: forkserver_pid() not in (None, before))
        watching.cancel()

    with_runs(body)


@pytest.mark.thorough
@linux
def test_a_forkserver_that_hangs_is_replaced_and_the_start_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def body(runs: Any) -> None:
        await begun(runs)
        stopped = forkserver()
        os.kill(stopped, signal.SIGSTOP)
        monkeypatch.setattr(processes, "START_SECONDS", (0.5, GUARD))
        run = await begun(runs)
        assert not is_alive(stopped)
        await run.advance(1)

    with_runs(body)


@pytest.mark.thorough  # it waits until a start is given up, and for the one after it
@linux
def test_where_no_process_can_be_started_the_page_is_told_and_the_place_is_free_again() -> None:
    """With descriptors for the socket pair of a start, and not one more."""

    async def body(runs: Any) -> None:
        await begun(runs)
        with descriptors_left(2):
            error = await refused(begun(runs), RunsFull)
        assert "no room" in error.told_in("en")["error"]["message"]  # type: ignore[attr-defined]
        assert len(runs.by_id) == 1
        await begun(runs)

    with_runs(body)


def test_what_nobody_foresaw_in_the_server_ends_the_run_with_a_sentence() -> None:
    async def body(runs: Any) -> None:
        run = await begun(runs)
        run._worker._reader.feed_data(b"f" + b"\xff" * 4 + b"\0" * 4)
        run._worker._reader.set_exception(ValueError("no such frame"))
        await refused(run.advance(1), RunBroken)
        assert not runs.by_id

    with_runs(body)


def test_a_run_is_refused_before_the_machine_swaps_and_says_how_much_it_needs() -> None:
    async def body(runs: Any) -> None:
        await begun(runs)
        runs.settings.reserve_bytes = 2**60
        error = await refused(begun(runs), RunsFull)
        assert "memory" in error.told_in("en")["error"]["message"]  # type: ignore[attr-defined]
        assert len(runs.by_id) == 1

    with_runs(body)


@linux
def test_runs_that_have_ended_give_all_their_descriptors_back() -> None:
    """Garbage collection used to decide when: 300 of them stood open after a busy minute."""

    async def body(runs: Any) -> None:
        await begun(runs)
        before = psutil.Process().num_fds()
        for _ in range(10):
            runs.leave(await begun(runs), RunKilled("left"))
        await eventually(lambda: psutil.Process().num_fds() <= before)

    gc.collect()
    gc.disable()
    try:
        with_runs(body)
    finally:
        gc.enable()


def test_a_worker_is_what_a_machine_without_memory_ends_first() -> None:
    if sys.platform != "linux":
        pytest.skip("the score is Linux's")

    async def body(runs: Any) -> None:
        run = await begun(runs)
        score = int(Path(f"/proc/{pid(run)}/oom_score_adj").read_text())
        assert score > int(Path("/proc/self/oom_score_adj").read_text())

    with_runs(body)


@pytest.mark.thorough
@linux
def test_a_run_that_others_keep_from_the_processor_is_not_taken_for_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It needs a tenth of a second of one processor, of which another leaves it a tenth or less:
    runs are nice.
    """
    monkeypatch.setattr(run_module, "STUCK_SECONDS", 0.4)

    async def body(runs: Runs) -> None:
        run = await begun(runs, deed="work")
        busy = psutil.Popen([sys.executable, "-c", "while True: pass"])
        try:
            for process in (psutil.Process(pid(run)), busy):
                process.cpu_affinity([0])
            await run.advance(1)
            assert run.steps == 1
        finally:
            busy.kill()
            busy.wait()

    with_runs(body)
