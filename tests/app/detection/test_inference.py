"""The networks on photos: one evaluation for all who ask the same, given up when nobody waits."""

import asyncio
import gzip
import io
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image

from app.detection.inference import PLACES, network
from app.lab import wire
from app.main import create_app
from app.settings import Settings
from tests.app.asgi import GUARD, Answer, Client, until

PATH = "/api/rpn/proposals"
BINARY = ("Accept", wire.MEDIA_TYPE)
PAGES = ("/", "/healthz", "/labs/rpn", "/static/icon.svg")


class Watched:
    """The shipped network, which counts its evaluations and can be held at its first layer."""

    def __init__(self) -> None:
        self.begun, self.ended = 0, 0
        self.go_on = threading.Event()
        self.go_on.set()

    def first_layer(self, *_: Any) -> None:
        self.begun += 1
        assert self.go_on.wait(GUARD)

    def done(self, *_: Any) -> None:
        self.ended += 1


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched, rpn = Watched(), network("vitrine", Settings())
    hooks = [
        rpn.backbone.trunk.stem.register_forward_pre_hook(watched.first_layer),
        rpn.register_forward_hook(watched.done),
    ]
    yield watched
    watched.go_on.set()
    for hook in hooks:
        hook.remove()


@contextmanager
def application() -> Iterator[Any]:
    app = create_app(Settings())
    yield app
    app.state.networks.close()
    app.state.runs.engine.close()
    app.state.images.close()


def with_runs(visit: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    with application() as app:
        asyncio.run(visit(app))


async def sample(app: Any, name: str = "china") -> str:
    answer = await Client(app).ask("POST", f"/api/samples/{name}")
    return str(answer.json()["id"])


def asking(app: Any, image_id: str, *headers: Any, **options: Any) -> "asyncio.Task[Answer]":
    query = {"image_id": image_id, **options}
    return asyncio.create_task(Client(app).post(PATH, query, *headers))


def test_forty_phones_with_the_same_sample_are_one_evaluation(watched: Watched) -> None:
    async def visit(app: Any) -> None:
        ids = [await sample(app) for _ in range(4)]
        answers = await asyncio.gather(*(asking(app, ids[i % 4], BINARY) for i in range(40)))
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        assert watched.ended == 1
        assert (await asking(app, ids[0], BINARY)).body == answers[0].body  # and it is remembered
        assert watched.ended == 1
        await asking(app, ids[0], BINARY, input_size=256)
        assert watched.ended == 2

    with_runs(visit)


def test_an_answer_is_the_same_with_and_without_compression() -> None:
    async def visit(app: Any) -> None:
        image_id = await sample(app)
        packed = await asking(app, image_id, BINARY, ("Accept-Encoding", "gzip"))
        plain = await asking(app, image_id, BINARY)
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert len(packed.body) < len(plain.body)

        assert gzip.decompress(packed.body) == plain.body

    with_runs(visit)


def test_pages_are_answered_while_the_network_works_and_many_wait(watched: Watched) -> None:
    async def visit(app: Any) -> None:
        image_id = await sample(app)
        watched.go_on.clear()
        waiting = [asking(app, image_id, min_size=i) for i in range(60)]
        await until(lambda: watched.begun == 1)
        for path in PAGES:
            assert (await Client(app).ask("GET", path)).status == 200
        assert not any(task.done() for task in waiting)
        watched.go_on.set()
        answers = await asyncio.gather(*waiting)
        assert {answer.status for answer in answers} == {200}

    with_runs(visit)


def test_an_evaluation_under_way_stops_before_the_next_layer_when_nobody_waits(
    watched: Watched,
) -> None:
    async def visit(app: Any) -> None:
        image_id = await sample(app)
        watched.go_on.clear()
        clients = [Client(app), Client(app)]
        tasks = [
            asyncio.create_task(client.post(PATH, {"image_id": image_id})) for client in clients
        ]
        await until(lambda: watched.begun == 1)
        for client, task in zip(clients, tasks, strict=True):
            client.leave()
            await task
        watched.go_on.set()
        other = await asking(app, image_id)
        assert other.status == 200
        assert (watched.begun, watched.ended) == (2, 1)

    with_runs(visit)


def test_one_who_leaves_does_not_stop_what_another_waits_for(watched: Watched) -> None:
    async def visit(app: Any) -> None:
        image_id = await sample(app)
        watched.go_on.clear()
        leaving = Client(app)
        left = asyncio.create_task(leaving.post(PATH, {"image_id": image_id}))
        await until(lambda: watched.begun == 1)
        stayed = asking(app, image_id)
        await asyncio.sleep(0.05)
        leaving.leave()
        await left
        watched.go_on.set()
        assert (await stayed).status == 200
        assert (watched.begun, watched.ended) == (1, 1)

    with_runs(visit)


def test_one_who_leaves_the_queue_is_never_evaluated(watched: Watched) -> None:
    async def visit(app: Any) -> None:
        image_id = await sample(app)
        watched.go_on.clear()
        first = asking(app, image_id)
        await until(lambda: watched.begun == 1)
        leaving = Client(app)
        query = {"image_id": image_id, "min_size": 7}
        queued = asyncio.create_task(leaving.post(PATH, query))
        await asyncio.sleep(0.05)
        leaving.leave()
        await queued
        watched.go_on.set()
        assert (await first).status == 200
        last = await asking(app, image_id, min_size=8)
        assert last.status == 200
        assert watched.begun == 2

    with_runs(visit)


def test_the_queue_has_a_length_and_a_sentence(watched: Watched) -> None:
    async def visit(app: Any) -> None:
        image_id = await sample(app)
        watched.go_on.clear()
        waiting = [asking(app, image_id, min_size=i) for i in range(PLACES + 3)]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        refused = done.pop().result()
        assert refused.status == 503
        assert refused.headers["retry-after"].isdecimal()
        assert refused.json()["error"]["code"] == "busy"
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    with_runs(visit)


def test_a_picture_that_is_deleted_while_it_waits_is_gone(watched: Watched) -> None:
    async def visit(app: Any) -> None:
        busy, image_id = await sample(app, "flower"), await sample(app)
        watched.go_on.clear()
        first = asking(app, busy)
        await until(lambda: watched.begun == 1)
        waiting = asking(app, image_id)
        await asyncio.sleep(0.05)
        assert (await Client(app).ask("DELETE", f"/api/images/{image_id}")).status == 204
        watched.go_on.set()
        assert (await waiting).status == 404
        assert (await first).status == 200

    with_runs(visit)


def test_an_equal_picture_of_another_visitor_is_answered_when_one_is_deleted(
    watched: Watched,
) -> None:
    async def visit(app: Any) -> None:
        busy, mine, theirs = [await sample(app, name) for name in ("flower", "china", "china")]
        watched.go_on.clear()
        first = asking(app, busy)
        await until(lambda: watched.begun == 1)
        waiting = [asking(app, image_id) for image_id in (theirs, mine)]
        await asyncio.sleep(0.05)
        await Client(app).ask("DELETE", f"/api/images/{theirs}")
        watched.go_on.set()
        assert (await waiting[1]).status == 200
        await asyncio.gather(first, *waiting)

    with_runs(visit)


def own_picture() -> bytes:
    """A form with a picture that is no sample."""
    file = io.BytesIO()
    Image.new("RGB", (80, 60), (200, 30, 30)).save(file, "PNG")
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    return head + file.getvalue() + b"\r\n--b--\r\n"


async def uploaded(app: Any) -> str:
    kind = ("Content-Type", "multipart/form-data; boundary=b")
    answer = await Client(app).ask("POST", "/api/images", kind, body=own_picture())
    return str(answer.json()["id"])


def test_what_was_found_in_a_picture_goes_with_the_last_one_of_its_content(
    watched: Watched,
) -> None:
    async def visit(app: Any) -> None:
        mine, theirs = [await uploaded(app) for _ in range(2)]
        await asking(app, mine)
        await Client(app).ask("DELETE", f"/api/images/{mine}")
        assert (await asking(app, mine)).status == 404
        assert (await asking(app, theirs)).status == 200
        assert watched.ended == 1  # theirs is the same picture
        await Client(app).ask("DELETE", f"/api/images/{theirs}")
        again = await uploaded(app)
        assert (await asking(app, again)).status == 200
        assert watched.ended == 2

    with_runs(visit)


def test_what_is_found_after_the_picture_was_deleted_is_not_kept(watched: Watched) -> None:
    async def visit(app: Any) -> None:
        image_id = await uploaded(app)
        watched.go_on.clear()
        waiting = asking(app, image_id)
        await until(lambda: watched.begun == 1)
        await Client(app).ask("DELETE", f"/api/images/{image_id}")
        watched.go_on.set()
        assert (await waiting).status == 200
        again = await uploaded(app)
        assert (await asking(app, again)).status == 200
        assert watched.ended == 2

    with_runs(visit)
