"""What the tests of runs share: a real engine, runs of the odd lab, their processes."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from app.lab import wire
from app.pictures.albums.store import AlbumStore
from app.runs.engine import Engine
from app.runs.processes import ProcessEngine
from app.runs.run import Run, Visitor
from app.runs.runs import Runs
from app.settings import Settings
from tests.app.odd_labs import LAB, OddConfig

GUARD = 60  # seconds against hanging for ever, never a claim
Body = Callable[[Runs], Coroutine[Any, Any, None]]


def with_runs(
    body: Body, engine: Callable[[Settings], Engine] = ProcessEngine, **settings: Any
) -> None:
    """Run `body` with runs in real processes, and end them all."""

    async def main() -> None:
        chosen = Settings(**settings)
        runs = Runs(engine(chosen), chosen, AlbumStore(chosen))
        try:
            await body(runs)
        finally:
            runs.close()

    asyncio.run(main())


async def begun(runs: Runs, visitor: str = "someone", **config: Any) -> Run:
    run = runs.open(LAB, OddConfig(**config), Visitor(visitor))
    await run.begin(runs.engine, runs.albums)
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


async def eventually(condition: Any) -> None:
    """Wait until it holds; a minute is a guard against hanging."""
    async with asyncio.timeout(GUARD):
        while not condition():
            await asyncio.sleep(0.01)
