"""Rooms that go from one process to another, and what is left of those that have gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.errors import RoomGone
from app.runs.run import Visitor
from app.settings import Settings
from app.shared.rooms import KEEP, SharedRooms, owner_key
from app.shared.store import SharedStore
from tests.app.shared.stores import RedisServer


@asynccontextmanager
async def rooms_in(store: RedisServer) -> AsyncIterator[SharedRooms]:
    rooms = SharedRooms(Settings(), SharedStore(store.url))
    try:
        yield rooms
    finally:
        rooms.background.cancel()
        await rooms._store.close()


def test_an_old_line_to_a_room_that_was_lost_takes_nothing_of_it_away(store: RedisServer) -> None:
    async def body() -> None:
        async with rooms_in(store) as here, rooms_in(store) as there:
            room = await here.opened(Visitor("me"))
            mine, theirs = here._store.process, there._store.process
            await there._take_over(room.code, mine)
            room.touched += 1
            with pytest.raises(RoomGone):
                await here.saved(room)
            assert room.code not in here._on_show
            await there._store.loop.set(owner_key(room.code), mine)  # it is being taken back
            await here.saved(room)
            assert await there._owner(room.code) == mine
            await here._take_over(room.code, theirs)
            await here.saved(room)
            assert await there._owner(room.code) == mine
            again = here._rooms[room.code]
            assert again.secret == room.secret
            again.close(RoomGone("over"))
            await here.saved(again)
            assert await there._owner(room.code) == ""

    asyncio.run(body())


def test_nothing_is_left_of_a_room_that_went_while_it_was_written(store: RedisServer) -> None:
    async def body() -> None:
        async with rooms_in(store) as rooms:
            room = await rooms.opened(Visitor("me"))
            ask = rooms._eval

            async def gone_meanwhile(script: str, *keys: str, args: tuple[Any, ...]) -> Any:
                answer = await ask(script, *keys, args=args)
                if script == KEEP:
                    room.close(RoomGone("over"))
                    rooms.sweep()
                    await asyncio.sleep(0)  # what the sweep has begun
                return answer

            rooms._eval = gone_meanwhile  # type: ignore[method-assign]
            room.touched += 1
            await rooms.saved(room)
            assert (rooms._written, rooms._on_show) == ({}, {})

    asyncio.run(body())
