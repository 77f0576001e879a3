"""The work of hand-outs: trainings with the phones' values, looks at their photos. In turns, equal
ones once, while live pages go before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.datastructures import State

from app.errors import Busy, DomainError, RoomError, RunsFull
from app.i18n import N_
from app.lab import wire
from app.pictures.private_folder import in_thread
from app.rooms.handed import Handed
from app.rooms.photos import HandedPhotos, Looked
from app.rooms.room import LectureRoom
from app.runs.run import Visitor
from app.runs.whole import AT_ONCE, WholeRuns

AT_A_TIME = max(1, AT_ONCE - 1)  # of one room: what the home page draws finds a place, too
PAUSE = 1.0  # seconds, where the server has no place for another one
log = logging.getLogger("vitrine.rooms")
Work = Callable[[Any], Awaitable[None]]


async def carry_on(room: LectureRoom, handed: Handed | HandedPhotos, server: State) -> None:
    """Do what a hand-out asks for, until it is over; `server` is the application's state."""
    if isinstance(handed, Handed):
        work: Work = partial(train, handed, server.whole_runs, Visitor(f"room {room.code}"))
        await asyncio.gather(*(in_turn(room, handed, work) for _ in range(AT_A_TIME)))
    else:  # the networks look at one photo at a time
        await in_turn(room, handed, partial(look_at, handed, server))


async def in_turn(room: LectureRoom, handed: Handed | HandedPhotos, work: Work) -> None:
    """One after the other."""
    while room.handed is handed and not room.closed:
        one = room.next_to_do()
        if one is None:
            await room.wait_for_phones()
            continue
        try:
            await work(one)
        except (Busy, RunsFull):
            await asyncio.sleep(PAUSE)
        except Exception as error:  # what nobody foresaw: the others' turns come all the same
            log.exception("the work of a hand-out broke off", exc_info=error)
            why = RoomError(N_("That did not work because of an error on the server."))
            handed.failed(one, why)
        finally:
            room.done_with(one)


async def train(handed: Handed, whole: WholeRuns, owner: Visitor, value: float) -> None:
    """Raises `Busy`, `RunsFull`: it is to be tried again."""
    try:
        config = handed.config_with(value)
        header, arrays = wire.decode(await whole.frame(handed.lab, config, handed.steps, owner))
        handed.measured(value, {**header, **arrays})
    except (Busy, RunsFull):
        raise
    except DomainError as error:
        handed.failed(value, error)


async def look_at(handed: HandedPhotos, server: State, asked: Any) -> None:
    """Raises `Busy`: it is to be tried again."""
    image_id, boxes = asked
    images, networks = server.images, server.networks
    try:
        picture = await in_thread(images.get, image_id)
        ranks = partial(handed.what.ranks, handed.own_config(), images.settings, boxes)
        found = await networks.in_turn(ranks, lambda: (images.load(image_id),))
        handed.came(asked, Looked(picture.width, picture.height, found))
    except Busy:
        raise
    except DomainError as error:
        handed.failed(asked, error)
