"""A connection to a Ray cluster, and how it is noticed that there is no such cluster any more.

A head that is started anew and has no Redis of its own is another cluster: it knows nothing of what
was. Ray (2.60) tells that to nobody. Who is connected waits for ever for a new actor, and some
calls (`ray.nodes`) end this process; so does a head that is away for a minute, unless Ray is told
to wait longer (`ENVIRONMENT`). So the head is asked, by the two calls that do none of that.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from app.runs.engine import Made, ended_from_outside, made_of

ANSWER_SECONDS = 3.0  # that the head may take
AWAY_SECONDS = 60  # after which a head that does not answer is no more: its nodes have it so, too
# Before Ray is imported: it tells nobody how it is used, hides no graphics card from an actor that
# asks for no share of one, and does not end this process because its head is away.
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_gcs_rpc_server_reconnect_timeout_s": str(24 * 3600),
}

log = logging.getLogger("vitrine.runs")


class Cluster:
    """This process's connection. `ray` is the module; `ours`, whether the connection was made here,
    and is ended here; `task` and `actors` are what Ray has wrapped for it. Raises Ray's errors.
    """

    def __init__(self, ray: Any, ours: bool, task: Any, actors: Any) -> None:
        self.ray, self.ours, self.task, self.actors = ray, ours, task, actors
        self.over = asyncio.Event()
        context = ray.get_runtime_context()
        self._node = ray.NodeID(bytes.fromhex(context.get_node_id()))
        self._address = context.gcs_address
        self._head = ray._raylet.GcsClient(address=self._address)
        self._answered = time.monotonic()
        # Ray asks its head over the network before it begins anything, without a time limit: never
        # in the event loop, and not in the threads that all share.
        self._threads = ThreadPoolExecutor(4, "ray")

    # --- What is asked of it ----------------------------------------------------------------------

    async def made(self, coming: Any) -> Made:
        """What an actor sends. Raises `RunKilled` where its process, its machine, or the cluster is
        no more.
        """
        try:
            kind, data, taken = await self.unless_over(coming)
        except self.ray.exceptions.RayError as error:
            log.info("a process of Ray's is gone: %s", str(error).split("\n", 1)[0])
            raise ended_from_outside() from None
        return made_of(kind, data, taken)

    async def aside(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """What is asked of Ray, in a thread. Raises OSError where the cluster does not do it,
        `RunKilled` where it is no more.
        """

        def unless_over() -> Any:
            if self.over.is_set():
                raise ended_from_outside()
            return work(*arguments)

        try:
            return await self.unless_over(asyncio.wrap_future(self._threads.submit(unless_over)))
        except self.ray.exceptions.RayError as error:
            raise OSError(f"the cluster does not answer: {error}") from None

    async def unless_over(self, coming: Awaitable[Any]) -> Any:
        """Wait for it, as long as there is a cluster: what a dead one was asked never ends. Raises
        `RunKilled`.
        """
        if self.over.is_set():
            raise ended_from_outside()
        waiting, over = (asyncio.ensure_future(x) for x in (coming, self.over.wait()))
        try:
            await asyncio.wait({waiting, over}, return_when=asyncio.FIRST_COMPLETED)
            if self.over.is_set():
                raise ended_from_outside()
            return waiting.result()
        finally:
            waiting.cancel()
            over.cancel()

    def end(self, actor: Any) -> None:
        if not self.over.is_set():
            with suppress(self.ray.exceptions.RayError, ValueError):
                self.ray.kill(actor, no_restart=True)

    def cancel(self, coming: Any) -> None:
        """Dropping what is computed would not end it."""
        with suppress(RuntimeError):  # the threads have ended: so has the cluster
            self._threads.submit(self._cancel, coming)

    def _cancel(self, coming: Any) -> None:
        if not self.over.is_set():
            with suppress(self.ray.exceptions.RayError, ValueError, TypeError):
                self.ray.cancel(coming, force=True)

    # --- Whether it is there ----------------------------------------------------------------------

    def is_there(self) -> bool:
        """Whether the cluster is there, and this machine's node a part of it; also, for a while,
        where nobody answers. Takes seconds then: for a thread of its own.
        """
        error = self.ray.exceptions.RayError
        try:
            there = bool(self._head.check_alive([self._node], timeout=ANSWER_SECONDS)[0])
        except error:
            try:
                check_reached(self._address)
                now = self.ray._raylet.GcsClient(address=self._address)
                there = now.cluster_id == self._head.cluster_id
            except (OSError, error):
                return time.monotonic() - self._answered < AWAY_SECONDS
        self._answered = time.monotonic()
        return there

    def leave(self) -> None:
        """Disconnect, once no thread is asking Ray anything: that would end this process."""
        assert self.over.is_set() or not self.ours
        self._threads.shutdown(wait=True)
        if self.ours:
            self.ray.shutdown()

    def close(self) -> None:
        """Disconnect at once: this process ends."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self.ours:
            self.ray.shutdown()


def check_reached(address: str) -> None:
    """Ray takes most of a minute to say that nobody is there. Raises OSError."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
