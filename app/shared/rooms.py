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
from app.rooms.kept import part, parts_of, room_of
from app.rooms.room import LectureRoom
from app.rooms.rooms import MINUTE, Rooms
from app.runs.run import Visitor
from app.settings import Settings
from app.shared.store import PREFIX, SharedStore

# For whoever has the room, in one step. KEYS owner, parts; ARGV process, seconds, the room's code,
# and five lists, each after its length: parts' names, their texts, names of parts that are no more,
# keys of what the room is shown, and of what it was shown before.
KEEP = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
local at = 4
local function list()
  local items = {}
  for i = 1, tonumber(ARGV[at]) do items[i] = ARGV[at + i] end
  at = at + #items + 1
  return items
end
local names, texts = list(), list()
for i, name in ipairs(names) do redis.call('hset', KEYS[2], name, texts[i]) end
for _, name in ipairs(list()) do redis.call('hdel', KEYS[2], name) end
for _, key in ipairs(KEYS) do redis.call('expire', key, ARGV[2]) end
local shown, before = list(), list()
for _, key in ipairs(before) do redis.call('srem', key, ARGV[3]) end
for _, key in ipairs(shown) do
  redis.call('sadd', key, ARGV[3])
  redis.call('expire', key, ARGV[2])
end
return 1
"""
# KEYS owner, parts; ARGV the process that had it, the one that takes it over, which may have done
# so before. The parts as they are from then on, none where there are none yet.
TAKE = """
local owner = redis.call('get', KEYS[1])
if owner ~= ARGV[1] and owner ~= ARGV[2] then return false end
redis.call('set', KEYS[1], ARGV[2], 'keepttl')
return redis.call('hgetall', KEYS[2])
"""
# KEYS owner, parts; ARGV process, code, the keys of what the room is shown.
DROP = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1], KEYS[2])
for i = 3, #ARGV do redis.call('srem', ARGV[i], ARGV[2]) end
return 1
"""
# KEYS what is shown; ARGV how the keys of rooms' owners begin. Whether a room that is there has it.
SHOWN = """
for _, code in ipairs(redis.call('smembers', KEYS[1])) do
  if redis.call('exists', ARGV[1] .. code) == 1 then return 1 end
end
return 0
"""
UNSURE = ()  # what a part is made of that is to be written anew: no part is made of nothing
GoOn = Callable[[LectureRoom], None]


class SharedRooms(Rooms):
    def __init__(self, settings: Settings, store: SharedStore) -> None:
        super().__init__(settings)
        self._store = store
        self._saving: dict[str, asyncio.Task[None]] = {}  # of each room the next one
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._written: dict[str, dict[str, tuple[Any, ...]]] = {}  # what the parts were made of
        self._on_show: dict[str, set[str]] = {}  # the keys of what each is shown, as written
        self._looking = asyncio.Lock()
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
            found = await self._eval(TAKE, owner_key(code), parts_key(code), args=arguments)
        if found is None:
            return
        if code in self._rooms:  # as it was before it was taken from here
            self._lose(self._rooms[code])
        if not found:  # it was being opened, and nobody was told its code
            await self._drop(code)
            return
        parts = dict(zip(found[::2], found[1::2], strict=True))
        room = room_of(parts, self.clock())
        self._rooms[code], self._owners[code] = room, Visitor(*json.loads(parts["visitor"]))
        self._on_show[code] = shown_keys(room)
        self._written[code] = dict.fromkeys(parts, UNSURE)
        self._used[code] = None
        self.go_on(room)

    async def _check_own(self) -> None:
        """After the store was away: others may have taken rooms over meanwhile. Those that are
        still here are written as a whole: it may have lost what it had not acknowledged.
        """
        for code, room in list(self._rooms.items()):
            self._written[code] = dict.fromkeys(self._written.get(code, ()), UNSURE)
            if await self._owner(code) != self._store.process:
                self._lose(room)

    def _lose(self, room: LectureRoom) -> None:
        """Another process has taken the room over: its pages find it there."""
        if self._rooms.get(room.code) is room:
            self._forget(room.code)
            self._on_show.pop(room.code, None)
        room.lose(RoomGone(N_("There is no room with this code, or no longer.")))

    # --- Writing ----------------------------------------------------------------------------------

    async def saved(self, room: LectureRoom) -> None:
        """Wait until what the room knows now is in the store: many who wait wait for one writing.
        Raises `StoreSilent`, or `RoomGone` where another process has the room by now.
        """
        if room.closed:
            # Not where another process has it, nor where this one has taken it back since.
            if not room.lost and self._rooms.get(room.code) in (None, room):
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
            if not await self._keep(room):
                self._lose(room)
                raise RoomGone(N_("There is no room with this code, or no longer."))

    async def _keep(self, room: LectureRoom) -> bool:
        """Write what has changed of a room; whether it is still this process's."""
        code = room.code
        parts = parts_of(room, self.clock())
        parts["visitor"] = part(list(self._owners.get(code) or ("", False)))
        before = self._written.get(code, {})
        new = {name: x.text() for name, x in parts.items() if before.get(name) != x.of}
        gone = [name for name in before if name not in parts]
        if not new and not gone:
            return True
        shown, shown_before = shown_keys(room), self._on_show.get(code, set())
        lists = (new.keys(), new.values(), gone, shown, shown_before)
        arguments = [x for items in lists for x in (len(items), *items)]
        first = (self._store.process, self._seconds, code)
        # Where the store does not answer, it may have taken them or not.
        self._written[code] = {**before, **dict.fromkeys(new, UNSURE)}
        self._on_show[code] = shown | shown_before
        with self._store.asked():
            mine = await self._eval(
                KEEP, owner_key(code), parts_key(code), args=(*first, *arguments)
            )
        if self._rooms.get(code) is room:  # it may have gone meanwhile
            self._written[code] = {name: x.of for name, x in parts.items()}
            self._on_show[code] = shown
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
        arguments = (self._store.process, code, *self._on_show.pop(code, ()))
        with self._store.asked():
            await self._eval(DROP, owner_key(code), parts_key(code), args=arguments)

    def _eval(self, script: str, *keys: str, args: tuple[Any, ...]) -> Awaitable[Any]:
        return self._store.loop.eval(script, len(keys), *keys, *args)

    # --- What other processes ask -----------------------------------------------------------------

    def keep_pasts(self, room: LectureRoom, before: set[str]) -> None:
        self.background.do(self._tell_of_pasts(room, before))

    async def _tell_of_pasts(self, room: LectureRoom, before: set[str]) -> None:
        """Once it is written what the room is shown, have the processes of the runs look at it."""
        await self.saved(room)
        for run_id in room.shown_runs() | before:
            await self._store.tell_all("past", run=run_id)

    async def look_at_past(self, run_id: str) -> None:
        """Keep the past of a run that is here as long as a room of any process is shown it. One
        look after the other: the newest counts.
        """
        async with self._looking:
            self.keep_past_here(run_id, await self._is_shown(run_key(run_id)))

    async def shows(self, image_id: str) -> bool:
        return await self._is_shown(photo_key(image_id))

    async def _is_shown(self, key: str) -> bool:
        with self._store.asked():
            return bool(await self._eval(SHOWN, key, args=(owner_key(""),)))

    def close(self) -> None:
        """The rooms go on in another process: their pages come again."""
        for room in self._rooms.values():
            for line in room.lines():
                line.lose()
        self.background.cancel()


def owner_key(code: str) -> str:
    return f"{PREFIX}room:{code}"


def parts_key(code: str) -> str:
    return f"{PREFIX}room-parts:{code}"


def photo_key(image_id: str) -> str:
    """The key of the rooms that are shown a photo."""
    return f"{PREFIX}shown-photo:{image_id}"


def run_key(run_id: str) -> str:
    return f"{PREFIX}shown-run:{run_id}"


def shown_keys(room: LectureRoom) -> set[str]:
    """The keys of what a room is shown that others ask about."""
    photo = room.shown.photo if room.shown else None
    return {run_key(x) for x in room.shown_runs()} | ({photo_key(photo.id)} if photo else set())
