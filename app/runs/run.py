"""A run under way: its worker, its newest frame, its limits, and those who wait for a frame."""

from __future__ import annotations

import asyncio
import functools
import logging
import math
import secrets
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, NamedTuple

from pydantic import ValidationError

from app.errors import (
    DomainError,
    InvalidInput,
    RunBroken,
    RunError,
    RunKilled,
    RunReplaced,
    RunsFull,
    RunTimeout,
    RunTooLarge,
)
from app.i18n import N_
from app.lab.contract import FRAME_SECONDS, Ask, Lab
from app.lab.controls import LabConfig
from app.pictures.albums.store import AlbumStore
from app.problems import first_problem
from app.runs.engine import Engine, Made, Program, Worker
from app.runs.past import Past
from app.settings import Settings

Values = dict[str, Any]
STUCK_SECONDS = 60  # a frame takes a quarter of a second: a run that needs so long is stuck

log = logging.getLogger("vitrine.runs")


class Visitor(NamedTuple):
    """Who runs are counted for: one page's visitor, or all programs of an address together."""

    name: str
    shared: bool = False


class Run:
    """A run under way. What is asked of it goes on to its end when whoever asked has gone: the
    worker's answers come in order, and a line that was lost finds its frame here.
    """

    def __init__(
        self,
        lab: Lab[Any],
        config: LabConfig,
        visitor: Visitor | None,
        settings: Settings,
        run_id: str,
    ) -> None:
        self.id = run_id
        self.key = secrets.token_urlsafe(18)  # who knows it may take the run over
        self.lab, self.config, self.visitor = lab, config, visitor
        self.steps = 0
        self.version = 0  # frames so far
        self.frame = b""
        self.past: Past | None = None  # while a room is shown this run
        self.answered = 0  # the number of the newest ask that was answered
        self.taken = 0  # steps that one took
        self.ended: RunError | None = None
        self.holder: object = None  # whoever asks for its frames
        self.known = False  # its page was told its name and key, and can come back to it
        self.heir: Run | None = None  # the run that took its place
        self.settled = asyncio.Event()  # the heir is there, or will never be
        self.begun = time.monotonic()  # anew when the first frame is there
        self._worker: Worker | None = None
        self._settings = settings
        self._used = self.begun
        self._lost: float | None = None  # when the line was lost; None while there is one
        self._minds = asyncio.Event()  # something that limits the run has changed
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._minding: asyncio.Task[None] | None = None
        self._when_over: list[Callable[[], None]] = []

    # --- Begin and go on --------------------------------------------------------------------------

    async def begin(self, engine: Engine, albums: AlbumStore) -> None:
        """Start the worker and wait for the first frame. Raises `AlbumError` or `NotFound` where
        the pictures to learn from are not there, or what the run itself raises.
        """
        await self._finished(self._begin(engine, albums))

    async def _begin(self, engine: Engine, albums: AlbumStore) -> None:
        try:
            program = await self._program(albums)
            expected = self.lab.bytes_of(self.config)
            worker = await engine.start(program, self.config, self.lab.threads, expected)
        except DomainError:
            self.end(RunKilled(N_("This run was ended.")))
            raise
        except OSError:
            self.end(RunsFull(N_("The server has no room for another training right now.")))
            raise self.ended or AssertionError from None
        if self.ended:  # meanwhile the page was closed
            worker.close()
            raise self.ended
        self._worker = worker
        await self._publish(worker.first())
        self.begun = self._used = time.monotonic()
        self._minding = asyncio.create_task(self._mind())

    async def _program(self, albums: AlbumStore) -> Program:
        """The lab's `run`; where the configuration names an album, with that album's pictures."""
        run, name = self.lab.run, self.lab.album(self.config)
        assert run is not None
        if not name:
            return run
        return functools.partial(run, album=await albums.find(name))

    async def advance(
        self,
        steps: int,
        live: Values | None = None,
        action: Values | None = None,
        number: int = 0,
        seconds: float = FRAME_SECONDS,
    ) -> None:
        """Publish the next frame, after at most so many steps and about so many seconds of them.

        An ask of a `number` that was answered already changes nothing: the line was lost on the
        way back, and the newest frame is the answer again. Raises `InvalidInput` for what the run
        cannot do, and goes on; any `RunError` is the run's end.
        """
        await self._finished(self._advance(steps, live or {}, action, number, seconds))

    async def _advance(
        self, steps: int, live: Values, action: Values | None, number: int, seconds: float
    ) -> None:
        async with self._turn:
            if self.ended:
                raise self.ended
            if number and number <= self.answered:
                return
            config, act = self._changed_by(live), self._validated(action)
            self._check(steps)
            if steps or live or act:  # else the newest frame shows it all
                if steps or act or config != self.config:  # else it asks for nothing new
                    self._used = time.monotonic()
                self.config = config
                assert self._worker is not None
                await self._publish(self._worker.ask(Ask(config, steps, act, seconds)))
            else:
                self.taken = 0
            self.answered = max(number, self.answered)

    def _changed_by(self, live: Values) -> LabConfig:
        if not live:
            return self.config
        followed = self.lab.followed(self.config)
        for name in live:
            if name not in followed:
                message = N_("“{name}” cannot change while a run goes on. Start a new one.")
                raise InvalidInput(message, name[:100], name=name[:100])
        config = checked(self.lab.config, {**self.config.model_dump(), **live})
        assert isinstance(config, LabConfig)
        check_size(self.lab, config, self._settings)
        return config

    def _validated(self, action: Values | None) -> Any:
        if action is None:
            return None
        if self.lab.action is None:
            raise InvalidInput(N_("Nothing can be done to this lab's runs but turn its controls."))
        return checked(self.lab.action, action)

    def _check(self, steps: int) -> None:
        limit = self._settings.run_steps
        if self.steps + steps > limit:
            message = N_("This run has reached the {limit} steps that one run may take.")
            self.end(RunTooLarge(message, limit=limit))
            raise self.ended or AssertionError

    async def _in_time(self, coming: Coroutine[Any, Any, Made]) -> Made:
        """What comes of the worker, unless that takes too long. How long others keep it from the
        processor does not count: on a busy machine all go on, slowly. Raises `TimeoutError`.
        """
        assert self._worker
        waiting = asyncio.ensure_future(coming)
        begun, kept = time.monotonic(), self._worker.kept_waiting()
        left: float = STUCK_SECONDS
        try:
            while left > 0:
                await asyncio.wait({waiting}, timeout=left)
                if waiting.done():
                    return waiting.result()
                own = time.monotonic() - begun - (self._worker.kept_waiting() - kept)
                left = STUCK_SECONDS - own
            raise TimeoutError
        finally:
            waiting.cancel()

    async def _publish(self, coming: Coroutine[Any, Any, Made]) -> None:
        """Wait for a frame of the worker's and tell all who wait for one. Raises the run's end."""
        try:
            made = await self._in_time(coming)
        except TimeoutError:
            message = N_("One frame took longer than {seconds} seconds, so the run was ended.")
            self.end(RunTimeout(message, seconds=STUCK_SECONDS))
        except RunError as error:
            self.end(error)
        except DomainError:
            self.end(RunKilled(N_("This run was ended.")))
            raise
        if self.ended:
            raise self.ended
        self.frame, self.taken, self.version = made.frame, made.taken, self.version + 1
        self.steps += made.taken
        if self.past:
            self.past.push(self.steps, self.frame)
        self._wake()

    def keep_past(self) -> None:
        """Keep its frames from now on: somebody who comes later looks back at them, too."""
        if self.past is None:
            self.past = Past()
            if self.version:
                self.past.push(self.steps, self.frame)

    def drop_past(self) -> None:
        """Nobody looks back any more."""
        self.past = None

    async def _finished(self, work: Coroutine[Any, Any, None]) -> None:
        """Wait for work that goes on when this waiting is cancelled. What nobody foresaw ends the
        run with a sentence, and a line in the log for whoever runs the server.
        """
        await asyncio.shield(self._keep(self._told(work)))

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except DomainError:
            raise
        except Exception as error:
            log.exception("a run of the lab %s broke off", self.lab.slug, exc_info=error)
            self.end(RunBroken(N_("This run broke off because of an error on the server.")))
            raise self.ended or AssertionError from None

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    # --- Limits -----------------------------------------------------------------------------------

    async def _mind(self) -> None:
        """End the run when its time is up, whether or not anybody asks for anything."""
        settings = self._settings
        while not self.ended:
            now = time.monotonic()
            left = self.begun + settings.run_seconds - now
            # While a frame is made the run is not idle, however long that takes.
            idle = settings.run_idle_seconds
            if not self._turn.locked():
                idle += self._used - now
            lost = math.inf
            if self._lost is not None:
                lost = self._lost + settings.run_keep_seconds - now
            if min(left, idle, lost) > 0:
                self._minds.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._minds.wait(), min(left, idle, lost))
            elif lost <= 0:
                self.end(
                    RunKilled(N_("The visitor who started this run has lost the connection to it."))
                )
            elif left <= 0:
                message = N_("This run has had the {minutes} minutes that one run may last.")
                self.end(RunTimeout(message, minutes=f"{settings.run_seconds / 60:.3g}"))
            else:
                message = N_(
                    "The page has not asked for an update for {minutes} minutes, so this run "
                    "has ended."
                )
                minutes = f"{settings.run_idle_seconds / 60:.3g}"
                self.end(RunTimeout(message, minutes=minutes))

    def lose_line(self) -> None:
        """Nobody holds the run any more; it waits a while, computing nothing."""
        self.holder, self._lost = None, time.monotonic()
        self._minds.set()

    def hold(self, holder: object) -> None:
        """Somebody asks for its frames from now on."""
        self.holder, self._lost = holder, None
        self._used = time.monotonic()

    # --- Watching and the end ---------------------------------------------------------------------

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def newer(self, than: int) -> None:
        """Wait for a frame beyond that version, or for the run's end."""
        while self.version <= than and not self.ended:
            await self._changed.wait()

    def when_over(self, tell: Callable[[], None]) -> None:
        """Call `tell` once when the run ends."""
        self._when_over.append(tell)

    def forget(self, tell: Callable[[], None]) -> None:
        """Call it no more."""
        if tell in self._when_over:
            self._when_over.remove(tell)

    def end(self, why: RunError) -> None:
        """End the run; the first reason counts, and whoever waits is told."""
        first = self.ended is None
        self.ended = self.ended or why
        if self._worker:
            self._worker.close()
        self._wake()
        if first:
            for tell in self._when_over:
                tell()
        if self._minding and self._minding is not asyncio.current_task():
            self._minding.cancel()

    def hand_over(self, heir: Run | None) -> None:
        """Name the run that takes this one's place, or say that none will."""
        if heir and self.past:
            heir.keep_past()
        self.heir = heir
        self.settled.set()

    @property
    def replaced(self) -> bool:
        return isinstance(self.ended, RunReplaced)


def check_size(lab: Lab[Any], config: LabConfig, settings: Settings) -> None:
    """Raises `RunTooLarge`."""
    count, limit = lab.parameters(config), settings.run_parameters
    if count > limit:
        message = N_(
            "These settings make {count} trained numbers; one run may have at most {limit}. "
            "Choose smaller networks, or fewer."
        )
        raise RunTooLarge(message, count=f"{count:,}", limit=f"{limit:,}")


def checked(model: type[Any], values: Any) -> Any:
    """`values` as an instance of a pydantic model. Raises `InvalidInput` with the first problem."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise first_problem(error.errors()) from None
