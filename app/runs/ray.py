"""The engine on Ray: each run is an actor, on whatever machine of the cluster has room for it.

An actor is a process of its own, as in processes.py: a killed one ends one run, and ending a run is
a kill, which Ray does at once. Nothing is ever retried: a run that went on elsewhere would be
spliced from two. An actor asks for memory, which Ray counts, and for no share of a core: as on one
machine, all runs share the cores as fairly as the operating systems do.

Needs the extra `vitrine[ray]`. Without `VITRINE_RAY_ADDRESS` Ray is started on this machine, for
this server alone.
"""

import asyncio
import logging
import math
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from typing import Any

from app.lab.contract import Ask
from app.lab.controls import LabConfig
from app.runs.engine import ERROR, FRAME, Made, Program, Worker, ended_from_outside, made_of
from app.settings import MEBIBYTE, Settings

READY = 2  # actors that wait, with torch and the labs imported, for the next visitors
READY_BYTES = 256 * MEBIBYTE  # that each of them has reserved; a larger run gets its own
START_SECONDS = 60  # that a cluster may take to find, or to bring up, a machine with room
ALIVE_SECONDS = 5  # within which an actor that waits says that it is there
COMPUTE_SECONDS = 300  # that the answer to a question may take, its wait for a core included
AGAIN_SECONDS = 10  # after which a cluster that could not be reached is tried again
WATCH_SECONDS = 0.5  # between two looks whether actors wait
# Before Ray is imported: it tells nobody how it is used, and hides no graphics card from an actor
# that asks for no share of one.
ENVIRONMENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}

log = logging.getLogger("vitrine.runs")
Back = tuple[bytes, bytes, int]  # FRAME or ERROR, the bytes, the steps taken


class RunActor:
    """What lives in Ray's process: it drives one lab's run, and never raises."""

    def ready(self) -> int:
        """Import torch; the number of this process."""
        import app.runs.worker  # noqa: F401

        return os.getpid()

    def rehearse(self) -> None:
        """Import all that any lab needs, which takes seconds."""
        import app.runs.preload  # noqa: F401

    def first(
        self, run: Program, config: LabConfig, memory_bytes: int, threads: int, device: str
    ) -> Back:
        """The frame at step 0."""
        from models import device as devices

        def begin() -> tuple[bytes, int]:
            devices.choose(device, memory_bytes)
            prepare_process(memory_bytes, threads)
            self._generator = run(config)
            return next(self._generator).to_bytes(), 0

        return told_of(begin)

    def ask(self, ask: Ask[Any]) -> Back:
        """The next frame."""
        from app.runs.worker import answered

        return told_of(partial(answered, self._generator, ask))


def compute(function: Callable[..., Any], arguments: Any, memory_bytes: int, threads: int) -> Back:
    """In Ray's process: what a function returns, pickled."""
    import pickle

    def work() -> tuple[bytes, int]:
        prepare_process(memory_bytes, threads)
        return pickle.dumps(function(*arguments), pickle.HIGHEST_PROTOCOL), 0

    return told_of(work)


def told_of(work: Callable[[], tuple[bytes, int]]) -> Back:
    """What the work makes, or what went wrong, foreseen or not."""
    from app.runs.worker import told

    try:
        return FRAME, *work()
    except BaseException as error:  # a lab that calls sys.exit(), too
        return ERROR, told(error), 0


def prepare_process(memory_bytes: int, threads: int) -> None:
    """Ray has one process compute many things: its limits are set once, not one below another."""
    from app.runs.worker import use_threads

    limit_process(memory_bytes)
    use_threads(threads)


@cache
def limit_process(memory_bytes: int) -> None:
    from app.runs.worker import prepare

    prepare(memory_bytes, threads=1)


class RayWorker:
    """A run in an actor."""

    def __init__(self, ray: Any, actor: Any, pid: int, first: Any) -> None:
        self._ray, self._actor, self._first = ray, actor, first
        self.pid = pid  # on the machine where the actor is
        self._closed = False

    async def first(self) -> Made:
        return await made(self._ray, self._first)

    async def ask(self, ask: Ask[Any]) -> Made:
        if self._closed:
            raise ended_from_outside()
        return await made(self._ray, self._actor.ask.remote(ask))

    def kept_waiting(self) -> float:
        return 0.0  # it may be on another machine

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            end(self._ray, self._actor)


async def made(ray: Any, coming: Any) -> Made:
    """What comes back. Raises `RunKilled` where the process, or its machine, is no more."""
    try:
        kind, data, taken = await coming
    except ray.exceptions.RayError as error:
        log.info("a process of Ray's is gone: %s", str(error).split("\n", 1)[0])
        raise ended_from_outside() from None
    return made_of(kind, data, taken)


def end(ray: Any, actor: Any) -> None:
    with suppress(ray.exceptions.RayError, ValueError):
        ray.kill(actor, no_restart=True)


class RayEngine:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ray: Any = None  # the module, once there is a cluster
        self._ours = False  # the connection was made here, and ends with this engine
        self._ready: list[tuple[Any, int]] = []  # actors that wait, and their processes
        self._lock = threading.Lock()
        self._failed = -math.inf  # when the cluster could not be reached last
        # Ray asks its head over the network before it begins anything, without a time limit: never
        # in the event loop, and not in the threads that all share.
        self._threads = ThreadPoolExecutor(4, "ray")

    def warm_up(self) -> None:
        with suppress(OSError):  # told in the log, and to whoever begins a run
            self._connected()

    async def _aside(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.wrap_future(self._threads.submit(work, *arguments))

    async def keep_ready(self) -> None:
        """Have actors wait, so that no visitor waits for torch to be imported."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._ray is None or len(self._ready) >= READY:
                continue
            try:
                found = await self._actor(READY_BYTES)
                await found[0].rehearse.remote()
                self._ready.append(found)
            except Exception as error:  # there may be one soon
                log.warning("no actor can be made ready: %r", error)

    def available_bytes(self) -> None:
        """Ray knows which machine has how much, and lets a run wait for a place."""
        return

    async def start(
        self, run: Program, config: LabConfig, threads: int = 1, expected_bytes: int = 0
    ) -> Worker:
        ray = await self._aside(self._connected)
        more = (self._settings.run_memory_bytes, threads, self._settings.device)
        found = await self._waiting() if expected_bytes <= READY_BYTES else None
        actor, pid = found or await self._actor(expected_bytes)
        return RayWorker(ray, actor, pid, actor.first.remote(run, config, *more))

    async def _waiting(self) -> tuple[Any, int] | None:
        """An actor that has waited and is still there."""
        while self._ready:
            found = self._ready.pop()
            try:
                async with asyncio.timeout(ALIVE_SECONDS):
                    await found[0].ready.remote()
            except (TimeoutError, self._ray.exceptions.RayError):
                end(self._ray, found[0])
            else:
                return found
        return None

    async def compute(self, function: Callable[..., Any], *arguments: Any, threads: int = 1) -> Any:
        import pickle

        ray = await self._aside(self._connected)
        more = (self._settings.run_memory_bytes, threads)
        coming = await self._aside(self._task.remote, function, arguments, *more)
        try:
            async with asyncio.timeout(COMPUTE_SECONDS):
                return pickle.loads((await made(ray, coming)).frame)
        except (asyncio.CancelledError, TimeoutError):  # which is an OSError
            self._threads.submit(cancel, ray, coming)  # dropping it would not end it
            raise

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._threads = ThreadPoolExecutor(4, "ray")
        if not self._lock.acquire(timeout=1):
            return  # it is still being looked for, and goes with this process
        try:
            for actor, _ in self._ready:
                end(self._ray, actor)
            self._ready = []
            if self._ours:
                self._ray.shutdown()
            self._ray, self._ours = None, False
        finally:
            self._lock.release()

    async def _actor(self, expected_bytes: int) -> tuple[Any, int]:
        """A new actor that can begin a run at once, and its process. Raises OSError."""
        ray = self._ray
        asked = self._actors.options(memory=max(expected_bytes, READY_BYTES))
        actor = await self._aside(asked.remote)
        try:
            async with asyncio.timeout(START_SECONDS):
                return actor, await actor.ready.remote()
        except BaseException as error:
            end(ray, actor)
            if isinstance(error, TimeoutError | ray.exceptions.RayError):
                raise OSError(f"the cluster has no place for a run: {error!r}") from None
            raise

    def _connected(self) -> Any:
        """Ray, connected to its cluster. Raises OSError where it cannot be reached."""
        with self._lock:
            if self._ray is None:
                if time.monotonic() - self._failed < AGAIN_SECONDS:
                    raise OSError("the cluster could not be reached a moment ago")
                try:
                    self._wrap(self._connect())
                except OSError as error:
                    log.warning("%s", error)
                    self._failed = time.monotonic()
                    raise
            return self._ray

    def _wrap(self, ray: Any) -> None:
        """Once for all: Ray sends what it wraps to its head each time."""
        # A core each: more at once only take the cores from each other. A process that has computed
        # a while has scattered its memory, and makes room for a new one.
        self._task = ray.remote(num_cpus=1, max_retries=0, max_calls=64)(compute)
        rules = {"max_restarts": 0, "max_task_retries": 0, "scheduling_strategy": "SPREAD"}
        self._actors = ray.remote(num_cpus=0, **rules)(RunActor)
        self._ray = ray

    def _connect(self) -> Any:
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        import ray

        if not ray.is_initialized():
            try:
                ray.init(
                    address=self._settings.ray_address or "local",
                    namespace="vitrine",
                    include_dashboard=False,
                    log_to_driver=False,
                    logging_level=logging.WARNING,
                )
            except (ConnectionError, ray.exceptions.RayError, RuntimeError, ValueError) as error:
                raise OSError(f"the cluster cannot be reached: {error}") from error
            self._ours = True
        return ray


def cancel(ray: Any, coming: Any) -> None:
    with suppress(ray.exceptions.RayError, ValueError, TypeError):
        ray.cancel(coming, force=True)
