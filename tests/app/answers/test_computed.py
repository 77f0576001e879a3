"""What takes long is computed beside the server, shared, remembered within bounds, and given up."""

import asyncio
import gzip
import json
import random
from typing import Any

import pytest

from app.answers.computed import Queue
from app.answers.shared import SharedAnswers
from app.errors import Busy
from app.lab import wire
from app.main import create_app
from app.settings import MEBIBYTE, Settings
from tests.app.asgi import Client, Counting, until

# Nearly 8 MiB that are no boxes: all of it is parsed, and nothing computed.
LARGE = json.dumps({"boxes": [[0] * 4] * 580_000, "scores": []}).encode()


def boxes(count: int) -> dict[str, Any]:
    draw = random.Random(0)
    corners = [(draw.uniform(0, 600), draw.uniform(0, 400)) for _ in range(count)]
    return {
        "boxes": [[x, y, x + draw.uniform(10, 99), y + draw.uniform(10, 99)] for x, y in corners],
        "scores": [draw.random() for _ in range(count)],
    }


@pytest.mark.parametrize("path", ["/api/nms", "/api/nms/sweep"])
def test_a_page_is_answered_while_a_large_body_is_parsed(path: str) -> None:
    assert 7 * MEBIBYTE < len(LARGE) < 8 * MEBIBYTE

    async def room() -> None:
        app = create_app(Settings())
        engine = Counting(app)
        parsing = asyncio.create_task(Client(app).post(path, LARGE))
        await asyncio.sleep(0)
        assert (await Client(app).ask("GET", "/healthz")).status == 200
        assert not parsing.done()
        answer = await parsing
        assert (answer.status, answer.json()["error"]["field"]) == (422, "boxes")
        engine.close()

    asyncio.run(room())


@pytest.mark.parametrize("method", ["greedy", "soft-linear", "soft-gaussian"])
def test_many_boxes_are_answered_as_few_are(method: str) -> None:
    few, more = boxes(20), boxes(500)
    more = {"boxes": few["boxes"] + more["boxes"], "scores": few["scores"] + [1e-9] * 500}

    async def room() -> None:
        app = create_app(Settings())
        engine = Counting(app)
        query = {"method": method, "score_threshold": 1e-6}
        small, large = [await Client(app).post("/api/nms", {**b, **query}) for b in (few, more)]
        assert engine.computed == 1  # the few were computed here
        assert small.json()["keep"] == large.json()["keep"]
        assert small.json()["steps"] == large.json()["steps"]
        engine.close()

    asyncio.run(room())


class Recording(Counting):
    """The engine, which keeps what came out of its processes."""

    async def compute(self, *arguments: Any, **options: Any) -> Any:
        self.result = await super().compute(*arguments, **options)
        return self.result


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/api/nms", "application/json"),
        ("/api/nms/sweep", "application/json"),
        ("/api/nms/sweep", wire.MEDIA_TYPE),
    ],
)
def test_answers_about_many_boxes_are_packed_where_they_are_computed(
    path: str, accept: str
) -> None:
    async def room() -> None:
        app = create_app(Settings())
        engine = Recording(app)
        accepted, gzipped = ("Accept", accept), ("Accept-Encoding", "gzip")
        packed = await Client(app).post(path, boxes(500), accepted, gzipped)
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["content-type"] == accept
        assert packed.body == engine.result
        plain = await Client(app).post(path, boxes(500), accepted)
        assert "content-encoding" not in plain.headers
        assert gzip.decompress(packed.body) == plain.body
        engine.close()

    asyncio.run(room())


def test_work_on_boxes_stops_when_its_client_has_gone() -> None:
    async def room() -> None:
        app = create_app(Settings())
        engine = Counting(app)
        client = Client(app)
        asking = asyncio.create_task(client.post("/api/nms", LARGE))
        await until(lambda: engine.computed == 1)
        client.leave()
        await asking
        assert engine.ended == 1
        engine.close()

    asyncio.run(room())


def test_where_too_many_wait_the_next_is_told_when_to_try_again() -> None:
    queue = Queue(2)
    with queue.place():
        with queue.place(), pytest.raises(Busy), queue.place():
            pass
        with queue.place():
            pass
    assert Busy.status == 503
    assert Busy.headers["Retry-After"].isdecimal()


async def made(value: bytes) -> bytes:
    return value


def test_answers_are_remembered_as_long_as_there_is_room_the_last_used_longest() -> None:
    async def room() -> None:
        shared = SharedAnswers(room=30)
        for key in range(3):
            await shared.get(key, lambda: made(bytes(10)), len)
        assert await shared.get(0, lambda: made(b"anew"), len) == bytes(10)
        await shared.get(3, lambda: made(bytes(10)), len)
        assert await shared.get(0, lambda: made(b"anew"), len) == bytes(10)
        assert await shared.get(1, lambda: made(b"anew"), len) == b"anew"

    asyncio.run(room())


def test_an_answer_larger_than_the_room_is_given_and_not_kept() -> None:
    async def room() -> None:
        shared = SharedAnswers(room=30)
        assert await shared.get(0, lambda: made(bytes(31)), len) == bytes(31)
        assert await shared.get(0, lambda: made(b"anew"), len) == b"anew"

    asyncio.run(room())


def test_what_was_derived_from_something_goes_with_it() -> None:
    async def room() -> None:
        shared = SharedAnswers()
        for key, about in (("a", "picture"), ("b", "other"), ("c", "picture")):
            await shared.get(key, lambda: made(b"old"), len, about)
        shared.forget("picture")
        again = [await shared.get(key, lambda: made(b"new"), len) for key in "abc"]
        assert again == [b"new", b"old", b"new"]

    asyncio.run(room())


def test_an_answer_that_comes_after_its_picture_has_gone_is_not_kept() -> None:
    async def room() -> None:
        shared, ready = SharedAnswers(), asyncio.Event()

        async def late() -> bytes:
            await ready.wait()
            return b"late"

        waiting = asyncio.create_task(shared.get("a", late, len, "picture"))
        await asyncio.sleep(0)
        await asyncio.to_thread(shared.forget, "picture")
        ready.set()
        assert await waiting == b"late"
        assert await shared.get("a", lambda: made(b"new"), len) == b"new"

    asyncio.run(room())


def test_a_failure_is_not_remembered() -> None:
    async def room() -> None:
        shared = SharedAnswers()

        async def fail() -> bytes:
            raise ValueError("broken")

        with pytest.raises(ValueError, match="broken"):
            await shared.get("a", fail, len)
        assert await shared.get("a", lambda: made(b"well"), len) == b"well"

    asyncio.run(room())
