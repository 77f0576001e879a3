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
from app.runs.cluster import ENVIRONMENT, Cluster, check_reached
from app.runs.engine import ERROR, FRAME, Made, Program, Worker, ended_from_outside
from app.settings import MEBIBYTE, Settings

READY = 2  # actors that wait, with torch and the labs imported, for the next visitors
READY_BYTES = 256 * MEBIBYTE  # that each of them has reserved; a larger run gets its own
START_SECONDS = 60  # that a cluster may take to find, or to bring up, a machine with room
ALIVE_SECONDS = 5  # within which an actor that waits says that it is there
COMPUTE_SECONDS = 300  # that the answer to a question may take, its wait for a core included
AGAIN_SECONDS = 5  # after which a cluster that could not be reached is tried again
PATIENCE_SECONDS = 20  # that who begins a run waits for a cluster that is being looked for
WATCH_SECONDS = 0.5  # between two looks whether actors wait
LOOK_SECONDS = 2.0  # between two looks whether the cluster is there

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

    def __init__(self, cluster: Cluster, actor: Any, pid: int, first: Any) -> None:
        self._cluster, self._actor, self._first = cluster, actor, first
        self.pid = pid  # on the machine where the actor is
        self._closed = False

    async def first(self) -> Made:
        return await self._cluster.made(self._first)

    async def ask(self, ask: Ask[Any]) -> Made:
        if self._closed or self._cluster.over.is_set():
            raise ended_from_outside()
        return await self._cluster.made(self._actor.ask.remote(ask))

    def kept_waiting(self) -> float:
        return 0.0  # it may be on another machine

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._cluster.end(self._actor)


class RayEngine:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cluster: Cluster | None = None
        self._ready: list[tuple[Any, int]] = []  # actors that wait, and their processes
        self._lock = threading.Lock()
        self._failed = -math.inf  # when the cluster could not be reached last
        # Whoever waits for the cluster; and one who looks whether it is there.
        self._threads, self._watching = ThreadPoolExecutor(4, "ray"), ThreadPoolExecutor(1, "ray")

    def warm_up(self) -> None:
        with suppress(OSError):  # told in the log, and to whoever begins a run
            self._connected()

    async def _there(self) -> Cluster:
        """The cluster. Raises OSError where it cannot be reached."""
        return await asyncio.wrap_future(self._threads.submit(self._connected))

    async def keep_ready(self) -> None:
        """Have actors wait, so that no visitor waits for torch to be imported; and look whether
        the cluster is still there.
        """
        await asyncio.gather(self._keep_actors(), self._watch())

    async def _keep_actors(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            cluster = self._cluster
            if cluster is None or cluster.over.is_set() or len(self._ready) >= READY:
                continue
            try:
                found = await self._actor(cluster, READY_BYTES)
                await cluster.unless_over(found[0].rehearse.remote())
                self._ready.append(found)
            except Exception as error:  # there may be one soon
                log.warning("no actor can be made ready: %r", error)

    async def _watch(self) -> None:
        """Let go of a cluster that is no more, and look for one where there is none."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            cluster = self._cluster
            try:
                if cluster and cluster.ours:
                    there = self._watching.submit(cluster.is_there)
                    if not await asyncio.wrap_future(there):
                        await self._let_go(cluster)
                elif cluster is None:
                    await asyncio.wrap_future(self._watching.submit(self._connected))
            except OSError:
                continue  # it is in the log
            except Exception as error:  # a later look may go well
                log.exception("whether the cluster is there is not known", exc_info=error)

    async def _let_go(self, cluster: Cluster) -> None:
        log.warning("the cluster is no more, and its runs are over; the next one is looked for")
        cluster.over.set()
        self._ready = []
        await asyncio.wrap_future(self._watching.submit(self._leave, cluster))

    def _leave(self, cluster: Cluster) -> None:
        with self._lock:
            cluster.leave()
            self._cluster = None

    def available_bytes(self) -> None:
        """Ray knows which machine has how much, and lets a run wait for a place."""
        return

    async def start(
        self, run: Program, config: LabConfig, threads: int = 1, expected_bytes: int = 0
    ) -> Worker:
        cluster = await self._there()
        more = (self._settings.run_memory_bytes, threads, self._settings.device)
        found = await self._waiting(cluster) if expected_bytes <= READY_BYTES else None
        actor, pid = found or await self._actor(cluster, expected_bytes)
        return RayWorker(cluster, actor, pid, actor.first.remote(run, config, *more))

    async def _waiting(self, cluster: Cluster) -> tuple[Any, int] | None:
        """An actor that has waited and is still there."""
        while self._ready:
            found = self._ready.pop()
            try:
                async with asyncio.timeout(ALIVE_SECONDS):
                    await cluster.unless_over(found[0].ready.remote())
            except (TimeoutError, cluster.ray.exceptions.RayError):
                cluster.end(found[0])
            else:
                return found
        return None

    async def compute(self, function: Callable[..., Any], *arguments: Any, threads: int = 1) -> Any:
        import pickle

        cluster = await self._there()
        more = (self._settings.run_memory_bytes, threads)
        coming = await cluster.aside(cluster.task.remote, function, arguments, *more)
        try:
            async with asyncio.timeout(COMPUTE_SECONDS):
                return pickle.loads((await cluster.made(coming)).frame)
        except (asyncio.CancelledError, TimeoutError):  # which is an OSError
            cluster.cancel(coming)
            raise

    def close(self) -> None:
        for threads in (self._threads, self._watching):
            threads.shutdown(wait=False, cancel_futures=True)
        self._threads, self._watching = ThreadPoolExecutor(4, "ray"), ThreadPoolExecutor(1, "ray")
        if not self._lock.acquire(timeout=1):
            return  # it is still being looked for, and goes with this process
        try:
            if self._cluster:
                for actor, _ in self._ready:
                    self._cluster.end(actor)
                self._cluster.close()
            self._ready, self._cluster = [], None
        finally:
            self._lock.release()

    async def _actor(self, cluster: Cluster, expected_bytes: int) -> tuple[Any, int]:
        """A new actor that can begin a run at once, and its process. Raises OSError."""
        asked = cluster.actors.options(memory=max(expected_bytes, READY_BYTES))
        actor = await cluster.aside(asked.remote)
        try:
            async with asyncio.timeout(START_SECONDS):
                return actor, await cluster.unless_over(actor.ready.remote())
        except BaseException as error:
            cluster.end(actor)
            if isinstance(error, TimeoutError | cluster.ray.exceptions.RayError):
                raise OSError(f"the cluster has no place for a run: {error!r}") from None
            raise

    def _connected(self) -> Cluster:
        """Connected to the cluster. Raises OSError where it cannot be reached."""
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            raise OSError("the cluster is still being looked for")
        try:
            if self._cluster is None:
                if time.monotonic() - self._failed < AGAIN_SECONDS:
                    raise OSError("the cluster could not be reached a moment ago")
                try:
                    self._cluster = self._connect()
                except OSError as error:
                    log.warning("%s", error)
                    self._failed = time.monotonic()
                    raise
            elif self._cluster.over.is_set():
                raise OSError("the cluster is no more")
            return self._cluster
        finally:
            self._lock.release()

    def _connect(self) -> Cluster:
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        import ray

        ours = not ray.is_initialized()
        if ours:
            try:
                check_reached(self._settings.ray_address or "")
                ray.init(
                    address=self._settings.ray_address or "local",
                    namespace="vitrine",
                    include_dashboard=False,
                    log_to_driver=False,
                    logging_level=logging.WARNING,
                )
                return wrapped(ray, ours)
            except (OSError, ray.exceptions.RayError, RuntimeError, ValueError) as error:
                ray.shutdown()  # of what was half done
                raise OSError(f"the cluster cannot be reached: {error}") from error
        return wrapped(ray, ours)


def wrapped(ray: Any, ours: bool) -> Cluster:
    """Once for all: Ray sends what it wraps to its head each time."""
    # A core each: more at once only take the cores from each other. A process that has computed
    # a while has scattered its memory, and makes room for a new one.
    task = ray.remote(num_cpus=1, max_retries=0, max_calls=64)(compute)
    rules = {"max_restarts": 0, "max_task_retries": 0, "scheduling_strategy": "SPREAD"}
    return Cluster(ray, ours, task, ray.remote(num_cpus=0, **rules)(RunActor))
