"""The room: every run that is under way here, whose it is, and how many there may be."""

from __future__ import annotations

import asyncio
import functools
import secrets
import time
from contextlib import suppress
from typing import Any

from anyio import to_thread
from pydantic import ValidationError

from app.albums import AlbumStore
from app.errors import (
    DomainError,
    InvalidInput,
    RunError,
    RunGone,
    RunKilled,
    RunReplaced,
    RunsFull,
    RunTimeout,
    RunTooLarge,
    first_problem,
)
from app.i18n import N_
from app.lab import Ask, Lab, LabConfig
from app.runs.engine import Engine, Program, Worker
from app.settings import Settings

Values = dict[str, Any]
WHOLE_RUNS = 4  # that are trained in one request at the same time
HEIR_SECONDS = 5  # that a run started anew may take to be there
GONE = N_("That run is over, or there never was one of that name.")
FRAME_SECONDS = 60  # that one frame may take; a run that needs more is stuck


class Run:
    """A run under way: its worker, its newest frame, and those who wait for a newer one."""

    def __init__(
        self, lab: Lab, config: LabConfig, visitor: str, settings: Settings, run_id: str = ""
    ) -> None:
        self.id = run_id or secrets.token_urlsafe(9)
        self.lab, self.config, self.visitor = lab, config, visitor
        self.steps = 0
        self.version = 0  # frames so far
        self.config_version = 0
        self.frame = b""
        self.ended: RunError | None = None
        self._worker: Worker | None = None
        self._settings = settings
        self._begun = time.monotonic()
        self._changed = asyncio.Event()
        self._heir: asyncio.Future[Run] = asyncio.get_running_loop().create_future()

    async def begin(self, engine: Engine, albums: AlbumStore) -> None:
        """Start the worker and wait for the first frame. Raises `AlbumError` or `NotFound` where
        the pictures to learn from are not there.
        """
        try:
            self._worker = await engine.start(
                await self._program(albums), self.config, self.lab.threads
            )
        except DomainError:
            self.end(RunKilled(N_("This run was ended.")))
            raise
        except OSError:
            self.end(RunsFull(N_("The server has no room for another training right now.")))
            raise self.ended or AssertionError from None
        if self.ended:  # meanwhile the page was closed
            self._worker.close()
            raise self.ended
        await self._publish(self._worker.first())

    async def _program(self, albums: AlbumStore) -> Program:
        """The lab's `run`; where the configuration names an album, with that album's pictures."""
        run, name = self.lab.run, self.lab.album(self.config)
        assert run is not None
        if not name:
            return run
        return functools.partial(run, album=await to_thread.run_sync(albums.get, name))

    async def advance(
        self, steps: int, live: Values | None = None, action: Values | None = None
    ) -> None:
        """Publish the next frame. Raises `InvalidInput` for what the run cannot do, and goes on;
        any `RunError` is the run's end.
        """
        config, act = self._changed_by(live or {}), self._validated(action)
        if self.ended:
            raise self.ended
        if not (steps or live or act):
            return  # the newest frame shows it all
        self._check(steps)
        if live:
            self.config = config
            self.config_version += 1
        assert self._worker is not None
        await self._publish(self._worker.ask(Ask(config, steps, act)))

    def _changed_by(self, live: Values) -> LabConfig:
        if not live:
            return self.config
        for name in live:
            if name not in self.lab.followed(self.config):
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
        elif time.monotonic() - self._begun > self._settings.run_seconds:
            message = N_("This run has had the {minutes} minutes that one run may last.")
            self.end(RunTimeout(message, minutes=f"{self._settings.run_seconds / 60:.3g}"))
        if self.ended:
            raise self.ended

    async def _publish(self, coming: Any) -> None:
        try:
            made = await asyncio.wait_for(coming, FRAME_SECONDS)
        except TimeoutError:
            message = N_("One picture took longer than {seconds} seconds, so the run was ended.")
            self.end(RunTimeout(message, seconds=FRAME_SECONDS))
        except RunError as error:
            self.end(error)
        except BaseException:
            self.end(RunKilled(N_("This run was ended.")))
            raise
        if self.ended:
            raise self.ended
        self.frame, self.version = made.frame, self.version + 1
        self.steps += made.taken
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def newer(self, than: int) -> None:
        """Wait for a frame beyond that version. Raises the run's end."""
        while self.version <= than and not self.ended:
            await self._changed.wait()
        if self.ended:
            raise self.ended

    def hand_over(self, heir: Run) -> None:
        """Name the run that takes this one's place."""
        if not self._heir.done():
            self._heir.set_result(heir)

    async def heir(self) -> Run:
        """The run that took this one's place, its first frame there. Raises this run's end."""
        with suppress(TimeoutError):
            heir = await asyncio.wait_for(asyncio.shield(self._heir), HEIR_SECONDS)
            await heir.newer(0)
            return heir
        raise self.ended or RunGone(GONE)

    def end(self, why: RunError) -> None:
        """End the run, the first reason counts; watchers are told."""
        self.ended = self.ended or why
        if self._worker:
            self._worker.close()
        self._wake()


class Room:
    """All runs of this server."""

    def __init__(self, engine: Engine, settings: Settings, albums: AlbumStore) -> None:
        self.engine, self.settings, self.albums = engine, settings, albums
        self.runs: dict[str, Run] = {}
        self.remembered: dict[tuple[str, str, int], bytes] = {}  # frames of whole runs
        self.in_turn = asyncio.Semaphore(WHOLE_RUNS)

    def open(self, lab: Lab, config: LabConfig, visitor: str, before: Run | None = None) -> Run:
        """A place in the room, that of the visitor's run `before` if there was one. Raises
        `RunsFull`, or `RunTooLarge` for a network too large.
        """
        check_size(lab, config, self.settings)
        if before:
            self.leave(before, RunReplaced(N_("This run was started anew.")))
        limit = self.settings.max_runs
        if len(self.runs) >= limit:
            message = N_(
                "{limit} trainings are under way here, as many as this server allows. "
                "Try again in a moment, or watch someone else's."
            )
            raise RunsFull(message, limit=limit)
        mine = sum(run.visitor == visitor for run in self.runs.values())
        if mine >= self.settings.runs_per_visitor:
            message = N_(
                "You have {count} trainings under way, as many as one visitor may have. "
                "Close one of your other pages."
            )
            raise RunsFull(message, count=mine)
        run = Run(lab, config, visitor, self.settings, before.id if before else "")
        self.runs[run.id] = run
        if before:
            before.hand_over(run)
        return run

    def find(self, run_id: str) -> Run:
        """Raises `RunGone`."""
        if run_id not in self.runs:
            raise RunGone(GONE)
        return self.runs[run_id]

    def leave(self, run: Run, why: RunError) -> None:
        """End a run and give its place free."""
        run.end(why)
        self.runs.pop(run.id, None)

    def close(self) -> None:
        for run in list(self.runs.values()):
            self.leave(run, RunKilled(N_("The server is being stopped.")))
        self.engine.close()


def check_size(lab: Lab, config: LabConfig, settings: Settings) -> None:
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
