"""Rooms that outlive the process which has them.

A room is in one process at a time, where its lines come together (app/shared/tunnel.py); what it
knows is written to the store before anybody is told that it is done. Where that process is gone,
the next one that is asked for the room takes it over. Which of two has it, the store decides: it
takes what is written by the one alone, so that nothing acknowledged is ever written over.
"""

import asyncio
import json
from collections import defaultdict
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

# For whoever has the room, in one step. KEYS owner, state; ARGV process, text, seconds, the key of
# the photo on show and of the one before, each "" where there is none.
KEEP = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[2], ARGV[2], 'ex', ARGV[3])
redis.call('expire', KEYS[1], ARGV[3])
if ARGV[5] ~= '' and ARGV[5] ~= ARGV[4] then redis.call('del', ARGV[5]) end
if ARGV[4] ~= '' then redis.call('set', ARGV[4], '1', 'ex', ARGV[3]) end
return 1
"""
# KEYS owner, state; ARGV the process that had it, the one that takes it over, which may have done
# so before. The state as it is from then on, "" where there is none yet.
TAKE = """
local owner = redis.call('get', KEYS[1])
if owner ~= ARGV[1] and owner ~= ARGV[2] then return false end
redis.call('set', KEYS[1], ARGV[2], 'keepttl')
return redis.call('get', KEYS[2]) or ''
"""
# KEYS owner, state; ARGV process, the key of the photo on show.
DROP = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1], KEYS[2])
if ARGV[2] ~= '' then redis.call('del', ARGV[2]) end
return 1
"""
GoOn = Callable[[LectureRoom], None]


class SharedRooms(Rooms):
    def __init__(self, settings: Settings, store: SharedStore) -> None:
        super().__init__(settings)
        self._store = store
        self._saving: dict[str, asyncio.Task[None]] = {}  # of each room the next one
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._written: dict[str, str] = {}
        self._on_show: dict[str, str] = {}  # the key of each room's photo, as it was written
        self.go_on: GoOn = lambda room: None  # with what a room had begun elsewhere
        store.on_back.append(self._check_own)

    async def opened(self, visitor: Visitor) -> LectureRoom:
        while True:
            room = self.open(visitor)
            try:
                if await self._claim(room):
                    await self.saved(room)
                    return room
            except BaseException:
                self._forget(room.code)
                raise
            self._forget(room.code)  # another process has a room of that code

    async def _claim(self, room: LectureRoom) -> bool:
        with self._store.asked():
            key, seconds = owner_key(room.code), self._seconds
            mine = await self._store.loop.set(key, self._store.process, nx=True, ex=seconds)
        return bool(mine)

    @property
    def _seconds(self) -> int:
        """After which the store forgets a room that nobody writes to."""
        return round((self._settings.room_idle_minutes + 1) * MINUTE)

    # --- Who has a room ---------------------------------------------------------------------------

    async def owner_of(self, code: str) -> str:
        """The process that has a room, this one where the last one is gone; "" where there is no
        such room. Raises `StoreSilent`.
        """
        owner = await self._owner(code)
        here = owner == self._store.process and code in self._rooms
        if not owner or here:
            return owner
        if owner != self._store.process and await self._store.there({owner}):
            return owner
        async with self._turns[code]:
            if code not in self._rooms or owner != self._store.process:
                await self._take_over(code, owner)
        return await self._owner(code)

    async def _owner(self, code: str) -> str:
        with self._store.asked():
            return str(await self._store.loop.get(owner_key(code)) or "")

    async def _take_over(self, code: str, owner: str) -> None:
        """Unless another process was quicker. Raises `StoreSilent`."""
        arguments = (owner, self._store.process)
        with self._store.asked():
            text = await self._eval(TAKE, owner_key(code), state_key(code), args=arguments)
        if text is None:
            return
        if code in self._rooms:  # as it was before it was taken from here
            self._lose(self._rooms[code])
        if not text:  # it was being opened, and nobody was told its code
            await self._drop(code)
            return
        facts = json.loads(text)
        room = room_of(facts["room"], self.clock())
        self._rooms[code], self._owners[code] = room, Visitor(*facts["visitor"])
        self._on_show[code] = photo_key(room)
        self._used[code] = None
        self.go_on(room)

    async def _check_own(self) -> None:
        """After the store was away: others may have taken rooms over meanwhile."""
        for code, room in list(self._rooms.items()):
            if await self._owner(code) != self._store.process:
                self._lose(room)

    def _lose(self, room: LectureRoom) -> None:
        """Another process has taken the room over: its pages find it there."""
        if self._rooms.get(room.code) is room:
            self._forget(room.code)
        room.lose(RoomGone(N_("There is no room with this code, or no longer.")))

    # --- Writing ----------------------------------------------------------------------------------

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
        code = room.code
        async with self._turns[code]:
            del self._saving[code]  # who comes from now on waits for the next
            if self._rooms.get(code) is not room:
                raise RoomGone(N_("There is no room with this code, or no longer."))
            facts = json.dumps(kept(room, 0.0))  # not by the clock: a second is no change
            if facts == self._written.get(code):
                return
            if not await self._keep(room):
                self._lose(room)
                raise RoomGone(N_("There is no room with this code, or no longer."))
            self._written[code] = facts

    async def _keep(self, room: LectureRoom) -> bool:
        """Write what is known of a room; whether it is still this process's."""
        code, photo = room.code, photo_key(room)
        visitor = list(self._owners.get(code) or ("", False))
        text = json.dumps({"room": kept(room, self.clock()), "visitor": visitor})
        shown = (photo, self._on_show.get(code, ""))
        arguments = (self._store.process, text, self._seconds, *shown)
        with self._store.asked():
            mine = await self._eval(KEEP, owner_key(code), state_key(code), args=arguments)
        self._on_show[code] = photo
        return bool(mine)

    def _forget(self, code: str) -> None:
        self._rooms.pop(code, None)
        self._owners.pop(code, None)
        self._written.pop(code, None)

    def sweep(self) -> None:
        before = set(self._rooms)
        super().sweep()
        for code in before - set(self._rooms):
            self.background.do(self._drop(code))

    async def _drop(self, code: str) -> None:
        arguments = (self._store.process, self._on_show.pop(code, ""))
        with self._store.asked():
            await self._eval(DROP, owner_key(code), state_key(code), args=arguments)

    def _eval(self, script: str, *keys: str, args: tuple[Any, ...]) -> Awaitable[Any]:
        return self._store.loop.eval(script, len(keys), *keys, *args)

    # --- What other processes ask -----------------------------------------------------------------

    def keep_past_elsewhere(self, run_id: str, on: bool) -> None:
        self.background.do(self._store.tell_all("past", run=run_id, on=on))

    async def shows(self, image_id: str) -> bool:
        with self._store.asked():
            return bool(await self._store.loop.exists(on_show_key(image_id)))

    def close(self) -> None:
        """The rooms go on in another process: their pages come again."""
        for room in self._rooms.values():
            for line in room.lines():
                line.lose()
        self.background.cancel()


def owner_key(code: str) -> str:
    return f"{PREFIX}room:{code}"


def state_key(code: str) -> str:
    return f"{PREFIX}room-state:{code}"


def on_show_key(image_id: str) -> str:
    return f"{PREFIX}on-show:{image_id}"


def photo_key(room: LectureRoom) -> str:
    """The key of the photo that a room is shown, "" where there is none."""
    photo = room.shown.photo if room.shown else None
    return on_show_key(photo.id) if photo else ""
