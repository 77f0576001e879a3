"""The runs: every one that is under way here, whose it is, and how many there may be."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from typing import Any

from app.errors import RunError, RunGone, RunKilled, RunReplaced, RunsFull
from app.i18n import N_
from app.lab.contract import Lab
from app.lab.controls import LabConfig
from app.pictures.albums.store import AlbumStore
from app.runs.engine import Engine
from app.runs.run import Run, Visitor, check_size
from app.settings import MEBIBYTE, Settings

HEIR_SECONDS = 60  # that a run started anew may take to be there
GROWN_SECONDS = 10  # after which a run has taken the memory that it takes


class Runs:
    """All runs of this server."""

    def __init__(
        self, engine: Engine, settings: Settings, albums: AlbumStore, process: str = ""
    ) -> None:
        """`process` names this one of several web processes: its runs' names begin with that."""
        self.engine, self.settings, self.albums = engine, settings, albums
        self._process = process
        self.by_id: dict[str, Run] = {}

    def open(
        self, lab: Lab[Any], config: LabConfig, visitor: Visitor | None, before: Run | None = None
    ) -> Run:
        """A place among the runs, that of the visitor's run `before` if there was one; without a
        visitor one of the server's own. Raises `RunsFull`, or `RunTooLarge` for a network too
        large.
        """
        check_size(lab, config, self.settings)
        if before:
            self.leave(before, RunReplaced(N_("This run was started anew.")))
        self._check_places()
        if visitor:
            self._check_share(visitor)
        self._check_memory(lab, config)
        name = before.id if before else self._process + secrets.token_urlsafe(9)
        run = Run(lab, config, visitor, self.settings, name)
        self.by_id[run.id] = run
        run.when_over(lambda: self._forget(run))
        if before:
            before.hand_over(run)
        return run

    def _check_places(self) -> None:
        limit = self.settings.max_runs
        if len(self.by_id) >= limit:
            message = N_(
                "{limit} trainings are under way here, as many as this server allows. "
                "Try again in a moment, or watch someone else's."
            )
            raise RunsFull(message, limit=limit)

    def _check_share(self, visitor: Visitor) -> None:
        theirs = sum(run.visitor == visitor for run in self.by_id.values())
        if visitor.shared and theirs >= self.settings.runs_per_address:
            message = N_(
                "The programs at your address have {count} trainings under way, as many as one "
                "address may have without a browser's cookie."
            )
            raise RunsFull(message, count=theirs)
        if not visitor.shared and theirs >= self.settings.runs_per_visitor:
            message = N_(
                "You have {count} trainings under way, as many as one visitor may have. "
                "Close one of your other pages."
            )
            raise RunsFull(message, count=theirs)

    def _check_memory(self, lab: Lab[Any], config: LabConfig) -> None:
        """Runs that have just begun have not taken yet what they will."""
        available = self.engine.available_bytes()
        if available is None:
            return
        young = time.monotonic() - GROWN_SECONDS
        coming = sum(
            run.lab.bytes_of(run.config) for run in self.by_id.values() if run.begun > young
        )
        free = available - self.settings.reserve_bytes - coming
        if lab.bytes_of(config) > free:
            message = N_(
                "The server's memory is taken: another training of this size, about {needed} MB, "
                "would slow down all. Try again in a moment, or choose smaller networks."
            )
            raise RunsFull(message, needed=round(lab.bytes_of(config) / MEBIBYTE))

    def find(self, run_id: str) -> Run:
        """Raises `RunGone`."""
        if run_id not in self.by_id:
            raise gone()
        return self.by_id[run_id]

    def reclaim(self, run_id: str, key: str) -> Run:
        """The run of a page that lost the line to it. Raises `RunGone`."""
        run = self.find(run_id)
        if not secrets.compare_digest(run.key.encode(), key.encode()):
            raise gone()
        return run

    def keep_past(self, run_id: str, on: bool) -> None:
        """Keep a run's past from now on, or no longer, where the run is here."""
        run = self.by_id.get(run_id)
        if run and on:
            run.keep_past()
        elif run:
            run.drop_past()

    def leave(self, run: Run, why: RunError) -> None:
        """End a run, which gives its place free."""
        run.end(why)

    def _forget(self, run: Run) -> None:
        if self.by_id.get(run.id) is run:
            del self.by_id[run.id]

    def close(self) -> None:
        for run in list(self.by_id.values()):
            self.leave(run, RunKilled(N_("The server is being stopped.")))
        self.engine.close()


def gone() -> RunGone:
    return RunGone(N_("That run is over, or there never was one of that name."))


async def newest(run: Run, than: int) -> tuple[Run, int]:
    """Wait for a frame that a watcher has not seen, of the run or of whatever took its place, any
    number of times: (that run, its version). Raises the end of the last of them, once its last
    frame was seen.
    """
    while True:
        await run.newer(than)
        if run.replaced:
            with suppress(TimeoutError):
                await asyncio.wait_for(run.settled.wait(), HEIR_SECONDS)
        if run.heir:
            run, than = run.heir, 0
        elif run.version > than:
            return run, run.version
        else:
            raise run.ended or gone()
