"""Rooms that outlive the process which has them.

A room is in one process at a time, where its lines come together (app/shared/tunnel.py); what it
knows is written to the store before anybody is told that it is done. Where that process is gone,
the next one that is asked for the room takes it over. Which of two that is, the store decides.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from app.errors import RoomGone
from app.i18n import N_
from app.rooms.kept import kept, room_of
from app.rooms.room import LectureRoom
from app.rooms.rooms import MINUTE, Rooms
from app.runs.run import Visitor
from app.settings import Settings
from app.shared.store import PREFIX, SharedStore

# Both in one step, for whoever has the room: KEYS owner, state; ARGV process, text, seconds.
KEEP = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[2], ARGV[2], 'ex', ARGV[3])
redis.call('expire', KEYS[1], ARGV[3])
return 1
"""
# KEYS owner; ARGV the process that had it, the process that takes it over.
TAKE = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'keepttl')
return 1
"""
# KEYS owner, state; ARGV process.
DROP = """
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1], KEYS[2]) end
"""
GoOn = Callable[[LectureRoom], None]


class SharedRooms(Rooms):
    def __init__(self, settings: Settings, store: SharedStore) -> None:
        super().__init__(settings)
        self._store = store
        self._saving: dict[str, asyncio.Task[None]] = {}  # of each room the next one
        self._turns: dict[str, asyncio.Lock] = {}
        self._written: dict[str, str] = {}
        self.go_on: GoOn = lambda room: None  # with what a room had begun elsewhere

    async def opened(self, visitor: Visitor) -> LectureRoom:
        while True:
            room = self.open(visitor)
            with self._store.asked():
                mine = await self._store.loop.set(
                    owner_key(room.code), self._store.process, nx=True, ex=self._seconds
                )
            if mine:
                await self.saved(room)
                return room
            self._forget(room.code)  # another process has a room of that code

    @property
    def _seconds(self) -> int:
        """After which the store forgets a room that nobody writes to."""
        return round((self._settings.room_idle_minutes + 1) * MINUTE)

    async def owner_of(self, code: str) -> str:
        """The process that has a room, this one where the last one is gone; "" where there is no
        such room. Raises `StoreSilent`.
        """
        with self._store.asked():
            owner = str(await self._store.loop.get(owner_key(code)) or "")
        if owner in ("", self._store.process) or await self._store.there({owner}):
            return owner
        await self._take_over(code, owner)
        return await self.owner_of(code)

    async def _take_over(self, code: str, owner: str) -> None:
        """Unless another process was quicker. Raises `StoreSilent`."""
        with self._store.asked():
            text = await self._store.loop.get(state_key(code))
            mine = await self._eval(TAKE, owner_key(code), args=(owner, self._store.process))
        if not mine or code in self._rooms:
            return
        if text is None:  # it was being opened, and nobody was told its code
            await self._drop(code)
            return
        facts = json.loads(text)
        room = room_of(facts["room"], self.clock())
        self._rooms[code], self._owners[code] = room, Visitor(*facts["visitor"])
        self._used[code] = None
        self.go_on(room)

    async def saved(self, room: LectureRoom) -> None:
        """Wait until what the room knows now is in the store: many who wait wait for one writing.
        Raises `StoreSilent`, or `RoomGone` where another process has the room by now.
        """
        if room.closed:
            await self._drop(room.code)
            return
        saving = self._saving.get(room.code)
        if saving is None:
            saving = self._saving[room.code] = asyncio.create_task(self._save(room))
        await asyncio.shield(saving)

    async def _save(self, room: LectureRoom) -> None:
        async with self._turns.setdefault(room.code, asyncio.Lock()):
            del self._saving[room.code]  # who comes from now on waits for the next
            facts = json.dumps(kept(room, 0.0))  # not by the clock: a second is no change
            if facts == self._written.get(room.code):
                return
            visitor = self._owners.get(room.code)
            state = {"room": kept(room, self.clock()), "visitor": list(visitor or ("", False))}
            arguments = (self._store.process, json.dumps(state), self._seconds)
            keys = (owner_key(room.code), state_key(room.code))
            with self._store.asked():
                mine = await self._eval(KEEP, *keys, args=arguments)
                photo = room.shown.photo.id if room.shown and room.shown.photo else ""
                await self._store.loop.hset(f"{PREFIX}photos", room.code, photo)
            if not mine:
                self._lose(room)
                raise RoomGone(N_("There is no room with this code, or no longer."))
            self._written[room.code] = facts

    def _lose(self, room: LectureRoom) -> None:
        """Another process has taken the room over: its pages find it there."""
        self._forget(room.code)
        for line in room.lines():
            line.lose()

    def _forget(self, code: str) -> None:
        super()._forget(code)
        self._written.pop(code, None)

    def sweep(self) -> None:
        before = set(self._rooms)
        super().sweep()
        for code in before - set(self._rooms):
            self.keep(self._drop(code))

    async def _drop(self, code: str) -> None:
        with self._store.asked():
            await self._eval(DROP, owner_key(code), state_key(code), args=(self._store.process,))
            await self._store.loop.hdel(f"{PREFIX}photos", code)

    def _eval(self, script: str, *keys: str, args: tuple[Any, ...]) -> Awaitable[Any]:
        return self._store.loop.eval(script, len(keys), *keys, *args)

    def keep_past_elsewhere(self, run_id: str) -> None:
        self.keep(self._store.tell_all("past", run=run_id))

    async def shows(self, image_id: str) -> bool:
        with self._store.asked():
            photos = await self._store.loop.hvals(f"{PREFIX}photos")
        return image_id in photos

    def close(self) -> None:
        """The rooms go on in another process: their pages come again."""
        for room in self._rooms.values():
            for line in room.lines():
                line.lose()
        for task in self._tasks:
            task.cancel()


def owner_key(code: str) -> str:
    return f"{PREFIX}room:{code}"


def state_key(code: str) -> str:
    return f"{PREFIX}room-state:{code}"
