"""All rooms of this server: their codes, how many there may be, and when they close."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from app.background import Background
from app.errors import RoomError, RoomGone, RoomsFull
from app.i18n import N_
from app.rooms.attempts import Attempts
from app.rooms.room import KNOWN, LectureRoom
from app.runs.run import Visitor
from app.settings import Settings

CODES = 1_000_000  # six digits
REMEMBERED = 10_000  # codes of late, none of which leads into a new room
ROOMS_PER_VISITOR = 2
DESERTED_SECONDS = 60  # a page that is loaded anew is back long before
SWEEP_SECONDS = 15
MINUTE = 60

log = logging.getLogger("vitrine.rooms")


class Rooms:
    """Rooms by their codes. All of it happens in the server's one event loop."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self.clock = settings, clock
        self._rooms: dict[str, LectureRoom] = {}
        self._owners: dict[str, Visitor] = {}
        self._used: OrderedDict[str, None] = OrderedDict()
        self._attempts = Attempts()
        # Of a run, where it is here: keep its past, or no longer.
        self.keep_past_here: Callable[[str, bool], None] = lambda run_id, on: None
        # What a room has begun goes on, whether or not its presenter's line is there.
        self.background = Background(log, "the work of a room")

    async def opened(self, visitor: Visitor) -> LectureRoom:
        """`open`; where web processes share a store, the room is known there, too."""
        return self.open(visitor)

    async def saved(self, room: LectureRoom) -> None:
        """Wait until what the room knows is where it outlives this process, if there is a place."""

    def open(self, visitor: Visitor) -> LectureRoom:
        """A new room. Raises `RoomsFull`, or `RoomError` for one more than a visitor may have."""
        self.sweep()
        limit = self._settings.max_rooms
        if list(self._owners.values()).count(visitor) >= ROOMS_PER_VISITOR:
            message = N_("You have {count} rooms open already. Close one of them.")
            raise RoomError(message, count=ROOMS_PER_VISITOR)
        if len(self._rooms) >= limit and not self._give_way():
            message = N_(
                "{limit} rooms are open here, as many as this server allows. One that is no "
                "longer used closes by itself."
            )
            raise RoomsFull(message, limit=limit)
        room = LectureRoom(self._new_code(), self._settings.room_guests, self.clock())
        self._rooms[room.code], self._owners[room.code] = room, visitor
        return room

    def _give_way(self) -> bool:
        """Close the room that has been deserted longest, for a new one. Is there one?"""
        now = self.clock()
        deserted = [x for x in self._rooms.values() if x.is_deserted(now, DESERTED_SECONDS)]
        if not deserted:
            return False
        longest = min(deserted, key=lambda room: room.emptied)
        longest.close(RoomGone(N_("This room has closed, because nobody was in it.")))
        self.sweep()
        return True

    def _new_code(self) -> str:
        while True:
            code = f"{secrets.randbelow(CODES):06d}"
            if code not in self._used:
                break
        self._used[code] = None
        while len(self._used) > REMEMBERED:
            self._used.popitem(last=False)
        return code

    def enter(self, code: str, visitor: Visitor) -> LectureRoom:
        """The room of a code. Raises `RoomGone`, and `TooManyCodes` where codes are guessed."""
        self.sweep()
        room, name, now = (
            self._rooms.get(code),
            "" if visitor.shared else visitor.name,
            self.clock(),
        )
        if room and name and name in room.let_in:
            return room
        self._attempts.check(name, now)
        if room is None:
            if code not in self._used:  # a room that has closed is no guess
                self._attempts.failed(name, now)
            raise RoomGone(N_("There is no room with this code, or no longer."))
        if name:
            room.let_in[name] = None
            while len(room.let_in) > KNOWN * self._settings.room_guests:
                del room.let_in[next(iter(room.let_in))]
        return room

    def sweep(self) -> None:
        """Close the rooms whose presenter is away for too long, or shows nothing."""
        keep = self._settings.room_keep_minutes * MINUTE
        idle = self._settings.room_idle_minutes * MINUTE
        now = self.clock()
        for code, room in list(self._rooms.items()):
            if not room.closed and room.is_over(now, keep, idle):
                room.close(RoomGone(N_("This room has closed, because nothing was shown in it.")))
            if room.closed:
                self._forget(code)
                self.keep_pasts(room, before=room.shown_runs())

    def _forget(self, code: str) -> None:
        del self._rooms[code], self._owners[code]

    def keep_pasts(self, room: LectureRoom, before: set[str]) -> None:
        """Guests look back where the presenter does, also at what was before they came: the pasts
        of the runs that are shown are kept. Of one that no room is shown any more nothing is kept.
        """
        shown = self.shown_runs()
        for run_id in room.shown_runs() | before:
            self.keep_past_here(run_id, run_id in shown)

    async def shows(self, image_id: str) -> bool:
        """Whether a room is shown that photo."""
        shown = (room.shown for room in self._rooms.values() if not room.closed)
        return any(x and x.photo and x.photo.id == image_id for x in shown)

    def shown_runs(self) -> set[str]:
        """The runs that some room is shown, by their names."""
        rooms = (room for room in self._rooms.values() if not room.closed)
        return {run_id for room in rooms for run_id in room.shown_runs()}

    async def keep_swept(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def close(self) -> None:
        for room in self._rooms.values():
            room.close(RoomGone(N_("The server is being stopped.")))
        self.background.cancel()
