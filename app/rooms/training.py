"""The trainings of hand-outs: in turns, equal ones once, while live pages go before."""

from __future__ import annotations

import asyncio

from app.errors import Busy, DomainError, RunsFull
from app.lab import wire
from app.rooms.handed import Handed
from app.rooms.room import LectureRoom
from app.runs.run import Visitor
from app.runs.whole import AT_ONCE, WholeRuns

AT_A_TIME = max(1, AT_ONCE - 1)  # of one room: what the home page draws finds a place, too
PAUSE = 1.0  # seconds, where the server has no place for another training


async def train(room: LectureRoom, handed: Handed, whole: WholeRuns) -> None:
    """Train with each value that a phone has, until the hand-out is over."""
    await asyncio.gather(*(turn(room, handed, whole) for _ in range(AT_A_TIME)))


async def turn(room: LectureRoom, handed: Handed, whole: WholeRuns) -> None:
    """One training after the other."""
    while room.handed is handed and not room.closed:
        value = room.next_to_train()
        if value is None:
            await room.wait_for_phones()
            continue
        try:
            config = handed.config_with(value)
            owner = Visitor(f"room {room.code}")
            frame = await whole.frame(handed.lab, config, handed.steps, owner)
            header, arrays = wire.decode(frame)
            handed.measured(value, {**header, **arrays})
        except (Busy, RunsFull):
            await asyncio.sleep(PAUSE)
        except DomainError as error:
            handed.failed(value, error)
        finally:
            room.trained(value)
