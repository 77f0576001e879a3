"""The engine on Ray: several machines, and one of them that goes."""

import asyncio
from typing import Any

import psutil
import pytest

from app.errors import RunKilled
from app.runs.ray import READY, RayEngine
from app.runs.run import Run
from app.runs.runs import Runs
from tests.app.runs.shared_runs import GUARD, begun, eventually, gone, pid, refused, with_runs

pytestmark = pytest.mark.servers


def node_of(run: Run) -> int:
    """The process of Ray's node that the run's process belongs to."""
    return psutil.Process(pid(run)).ppid()


async def made_ready(runs: Runs) -> list[int]:
    """The processes of the actors that wait, once they do; no more are made."""
    engine = runs.engine
    assert isinstance(engine, RayEngine)
    await asyncio.to_thread(engine.warm_up)
    keeping = asyncio.create_task(engine.keep_ready())
    for count in range(1, READY + 1):  # one after the other; each imports torch and all labs
        await eventually(lambda count=count: len(engine._ready) >= count)
    keeping.cancel()
    return [process for _, process in engine._ready]


def test_actors_wait_for_the_next_visitor_and_end_with_their_engine(cluster: Any) -> None:
    waiting: list[int] = []

    async def body(runs: Runs) -> None:
        waiting.extend(await made_ready(runs))
        run = await begun(runs)
        assert pid(run) in waiting
        await run.advance(1)

    with_runs(body, RayEngine)
    asyncio.run(all_gone(waiting))


def test_an_actor_that_died_while_it_waited_is_no_visitors_loss(cluster: Any) -> None:
    async def body(runs: Runs) -> None:
        dead = await made_ready(runs)
        for process in dead:
            psutil.Process(process).kill()
        run = await begun(runs)
        assert pid(run) not in dead
        await run.advance(1)

    with_runs(body, RayEngine)


def test_a_node_that_dies_ends_its_own_runs_with_a_sentence_and_no_others(cluster: Any) -> None:
    async def body(runs: Runs) -> None:
        there: list[Run] = []
        while len({node_of(run) for run in there}) < 2:
            there.append(await begun(runs))
        second = cluster.second.all_processes["raylet"][0].process.pid
        lost = [run for run in there if node_of(run) == second]
        assert lost
        kept = [run for run in there if run not in lost]
        cluster.remove_node(cluster.second, allow_graceful=False)
        for run in lost:
            error = await refused(go_on(run), RunKilled)
            assert "ended from outside" in error.told_in("en")["error"]["message"]  # type: ignore[attr-defined]
        for run in kept:
            await run.advance(1)
        assert set(runs.by_id.values()) == set(kept)
        cluster.second = cluster.add_node(num_cpus=2, memory=4 * 2**30)

    with_runs(body, RayEngine)


async def go_on(run: Run) -> None:
    """Until the run ends: its process sees a moment later that its node is gone."""
    async with asyncio.timeout(GUARD):
        while True:
            await run.advance(1)
            await asyncio.sleep(0.05)


async def all_gone(processes: list[int]) -> None:
    for process in processes:
        await gone(process)
