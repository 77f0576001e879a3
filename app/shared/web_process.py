"""One of several web processes behind one address: its parts, laid out over what they share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from app.pictures.private_folder import in_thread
from app.rooms.room import LectureRoom
from app.rooms.training import carry_on
from app.runs.engine import Engine
from app.runs.runs import Runs
from app.settings import Settings
from app.shared.addresses import SharedAddresses
from app.shared.drafts import SharedDrafts
from app.shared.elsewhere import Elsewhere
from app.shared.pictures import SharedAlbums, SharedImages, SharedOwners
from app.shared.rooms import SharedRooms
from app.shared.store import SharedStore, again_and_again
from app.visitors import sign_with

LOOK_SECONDS = 1.0  # between two looks which processes have gone
ROOM_SECONDS = 600.0  # between two looks which files nobody uses


class WebProcess:
    """The parts of an application that are shared, in the places where the others lie."""

    def __init__(self, app: FastAPI, settings: Settings, engine: Engine) -> None:
        assert settings.store_url
        assert settings.shared_folder
        self.store = SharedStore(settings.store_url)
        self._app = app
        state, folder = app.state, settings.shared_folder
        state.images = SharedImages(settings, self.store, folder)
        state.owners = SharedOwners(self.store)
        state.albums = SharedAlbums(settings, self.store, folder)
        state.drafts = SharedDrafts(state.albums, self.store)
        state.addresses = SharedAddresses(self.store)
        state.runs = Runs(engine, settings, state.albums, self.store.process)
        state.rooms = SharedRooms(settings, self.store)
        state.rooms.go_on = self._go_on
        state.rooms.keep_past_here = state.runs.keep_past
        self.store.on_lost.append(state.shared_answers.clear)  # something may have been deleted
        self.store.when_told("past", lambda told, _: self._look_at_past(told["run"]))
        self._elsewhere: Elsewhere | None = None
        app.add_middleware(self._around)

    def _around(self, app: ASGIApp) -> Elsewhere:
        self._elsewhere = Elsewhere(app, self._app, self.store)
        return self._elsewhere

    def _go_on(self, room: LectureRoom) -> None:
        """Train on with what a room that was taken over had handed out."""
        state = self._app.state
        if room.handed:
            state.rooms.background.do(carry_on(room, room.handed, state))

    def _look_at_past(self, run: str) -> None:
        """Some room, of whichever process, shows the run from now on, or no longer."""
        state = self._app.state
        if run in state.runs.by_id:
            state.rooms.background.do(state.rooms.look_at_past(run))

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Sign as the others do, and listen to them. Raises `StoreSilent` where there is no store:
        a process without it could keep nothing.
        """
        sign_with(await asyncio.to_thread(self.store.secret))
        tasks = [
            asyncio.create_task(self.store.listen()),
            asyncio.create_task(again_and_again(LOOK_SECONDS, self._look)),
            asyncio.create_task(again_and_again(ROOM_SECONDS, self._make_room)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await self.store.close()

    async def _make_room(self) -> None:
        await in_thread(self._app.state.images.make_room)
        await in_thread(self._app.state.albums.make_room)

    async def _look(self) -> None:
        if self._elsewhere:
            await self._elsewhere.tunnel.look()
