"""Equal work is done once, and given up when nobody waits for it any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from app.answers.single_flight import Flights, until_gone


class Work:
    """Something to be computed: it counts its beginnings and waits until it is let go on."""

    def __init__(self) -> None:
        self.begun, self.cancelled = 0, 0
        self.go_on = asyncio.Event()

    async def __call__(self) -> str:
        self.begun += 1
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return f"result {self.begun}"


async def begun(*waiters: Coroutine[Any, Any, Any]) -> list["asyncio.Task[Any]"]:
    """The waiters as tasks that have come to where they wait."""
    tasks = [asyncio.create_task(waiter) for waiter in waiters]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


def test_equal_questions_at_the_same_moment_are_answered_by_one_computation() -> None:
    async def room() -> None:
        flights, work = Flights(), Work()
        tasks = await begun(*(flights.share("key", work) for _ in range(40)))
        assert len(flights) == 1
        work.go_on.set()
        assert await asyncio.gather(*tasks) == ["result 1"] * 40
        assert (work.begun, len(flights)) == (1, 0)
        assert await flights.share("key", work) == "result 2"  # nothing is remembered

    asyncio.run(room())


def test_different_questions_do_not_wait_for_each_other() -> None:
    async def room() -> None:
        flights, slow, quick = Flights(), Work(), Work()
        (waiting,) = await begun(flights.share("slow", slow))
        quick.go_on.set()
        assert await flights.share("quick", quick) == "result 1"
        assert not waiting.done()
        waiting.cancel()

    asyncio.run(room())


def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    async def room() -> None:
        flights, work = Flights(), Work()
        first, second = await begun(flights.share("key", work), flights.share("key", work))
        first.cancel()
        work.go_on.set()
        assert await second == "result 1"
        assert (work.begun, work.cancelled) == (1, 0)

    asyncio.run(room())


def test_when_the_last_has_left_the_work_stops_and_the_next_begins_anew() -> None:
    async def room() -> None:
        flights, work = Flights(), Work()
        tasks = await begun(flights.share("key", work), flights.share("key", work))
        for task in tasks:
            task.cancel()
        await begun()
        assert (work.cancelled, len(flights)) == (1, 0)
        work.go_on.set()
        assert await flights.share("key", work) == "result 2"

    asyncio.run(room())


def test_one_who_comes_while_given_up_work_still_ends_does_not_join_it() -> None:
    async def room() -> None:
        flights, ending = Flights(), asyncio.Event()

        async def slow_to_end() -> str:
            try:
                await asyncio.Event().wait()
            finally:
                await ending.wait()
            return "never"

        async def other() -> str:
            return "other"

        (left,) = await begun(flights.share("key", slow_to_end))
        left.cancel()
        await begun()
        assert await flights.share("key", other) == "other"
        ending.set()

    asyncio.run(room())


def test_a_failure_is_told_to_all_who_wait_and_not_remembered() -> None:
    async def room() -> None:
        flights, ready = Flights(), asyncio.Event()

        async def fail() -> str:
            await ready.wait()
            raise ValueError("broken")

        async def work() -> str:
            return "well"

        tasks = await begun(*(flights.share("key", fail) for _ in range(3)))
        ready.set()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(outcome, ValueError)
        assert await flights.share("key", work) == "well"

    asyncio.run(room())


def request_of(leaving: asyncio.Event) -> Request:
    """A request whose client leaves at that event."""

    async def receive() -> dict[str, str]:
        await leaving.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "headers": []}, receive)


def test_work_for_a_client_that_stays_is_done() -> None:
    async def room() -> None:
        work = Work()
        (waiting,) = await begun(until_gone(request_of(asyncio.Event()), work()))
        work.go_on.set()
        assert await waiting == "result 1"

    asyncio.run(room())


def test_work_for_a_client_that_leaves_is_cancelled() -> None:
    async def room() -> None:
        leaving, work = asyncio.Event(), Work()
        (waiting,) = await begun(until_gone(request_of(leaving), work()))
        leaving.set()
        with pytest.raises(ClientDisconnect):
            await waiting
        assert work.cancelled == 1

    asyncio.run(room())


def test_a_client_that_leaves_does_not_stop_what_another_waits_for() -> None:
    async def room() -> None:
        flights, work, leaving = Flights(), Work(), asyncio.Event()
        left, stayed = await begun(
            until_gone(request_of(leaving), flights.share("key", work)),
            until_gone(request_of(asyncio.Event()), flights.share("key", work)),
        )
        leaving.set()
        with pytest.raises(ClientDisconnect):
            await left
        work.go_on.set()
        assert await stayed == "result 1"
        assert work.cancelled == 0

    asyncio.run(room())


def test_what_the_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    async def room() -> None:
        with pytest.raises(ValueError, match="broken"):
            await until_gone(request_of(asyncio.Event()), fail())

    asyncio.run(room())
