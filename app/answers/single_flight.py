"""Work that several visitors wait for: done once, and given up when the last of them has gone."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

Result = TypeVar("Result")


@dataclass
class Flight:
    """One computation under way, and how many wait for it."""

    work: "asyncio.Future[Any]"
    waiting: int = 0


class Flights:
    """Computations under way by their keys: whoever asks for one that is under way joins it.

    Nothing is remembered: when a computation is done, the next one who asks begins a new one. For
    one event loop; not for threads.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, Flight] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def share(self, key: Hashable, make: Callable[[], Awaitable[Result]]) -> Result:
        """What `make()` gives, called only where nothing with that key is under way.

        All who wait get the same result, or the same exception. When the last of them is cancelled,
        the computation is, too; whoever asks after that begins anew.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = Flight(asyncio.ensure_future(make()))
            flight.work.add_done_callback(lambda _: self._land(key, flight))
        flight.waiting += 1
        try:
            # Shielded: one who leaves must not take the result from the others.
            result: Result = await asyncio.shield(flight.work)
            return result
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.work.done():
                self._land(key, flight)
                flight.work.cancel()

    def _land(self, key: Hashable, flight: Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


async def until_gone(request: Request, work: Awaitable[Result]) -> Result:
    """What `work` gives, unless the client leaves first: then `work` is cancelled.

    For after the body has been read, as FastAPI does before it calls an endpoint. Raises
    `ClientDisconnect`, once `work` has ended.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.create_task(gone(request))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return await working
    finally:
        watching.cancel()
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def gone(request: Request) -> None:
    """Return when the client of a request has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
