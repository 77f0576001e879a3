"""Samples: drawn once and decoded once, whoever asks; an id of its own for each phone."""

import asyncio
import errno
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.answers import computed as queries
from app.main import create_app
from app.pictures import samples
from app.runs.processes import ProcessEngine
from app.settings import Settings
from tests.app.uploaded import client_with, refused

PHONES = 40


def test_samples_are_photos_and_scenes_and_go_through_the_same_door(client: TestClient) -> None:
    rows = client.get("/api/samples").json()
    assert {row["kind"] for row in rows} == {"photo", "scene"}
    assert len(rows) == 5
    for row in rows:
        chosen = client.post(row["url"])
        assert chosen.status_code == 201
        body = chosen.json()
        assert (body["width"], body["height"]) == (row["width"], row["height"])
        assert client.get(body["url"]).status_code == 200
        assert body["boxes"] == row["boxes"]
        assert (row["boxes"] is None) == (row["kind"] == "photo")
        assert client.get(row["url"]).headers["content-type"].startswith("image/")
        small = Image.open(io.BytesIO(client.get(row["thumbnail"]).content))
        assert max(small.size) == 320


def test_a_samples_words_are_in_the_readers_language(client: TestClient) -> None:
    titles = [
        {row["title"] for row in client.get(f"/api/samples?lang={lang}").json()}
        for lang in ("en", "zh")
    ]
    assert not titles[0] & titles[1]


def test_every_label_of_a_scene_has_a_word() -> None:
    from models.data.box_scenes import OBJECTS

    assert set(samples.LABELS) == set(OBJECTS)


def test_known_boxes_follow_a_reduced_picture() -> None:
    client = client_with(max_side=320)
    row = next(r for r in client.get("/api/samples").json() if r["kind"] == "scene")
    chosen = client.post(row["url"]).json()
    assert chosen["width"] == 320
    assert np.allclose(np.array(chosen["boxes"]) * 2, row["boxes"])


def test_an_unknown_sample_is_told(client: TestClient) -> None:
    for answer in (
        client.post("/api/samples/none"),
        client.get("/api/samples/none"),
        client.get("/api/samples/none/thumbnail"),
    ):
        refused(answer, 404, "not_found")


# --- forty phones -----------------------------------------------------------------------------


@asynccontextmanager
async def phone(**settings: Any) -> AsyncIterator[tuple[httpx2.AsyncClient, Any]]:
    """A client of an application in this event loop, and the application's state."""
    app = create_app(Settings(**settings))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        try:
            yield client, app.state
        finally:
            app.state.images.close()


class Crowded(ProcessEngine):
    """The engine of a machine that cannot start another process."""

    async def compute(self, *_: Any, **__: Any) -> Any:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")


def test_forty_phones_that_choose_a_sample_have_it_decoded_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(samples, "_specimens", {})

    async def scene() -> None:
        async with phone() as (client, state):
            answers = await asyncio.gather(
                *(client.post("/api/samples/street") for _ in range(PHONES))
            )
            assert {answer.status_code for answer in answers} == {201}
            ids = {answer.json()["id"] for answer in answers}
            assert len(ids) == PHONES
            assert state.images.decoders.begun == 1
            assert len({state.images.get(image_id).digest for image_id in ids}) == 1
            for answer in answers[1:]:
                assert (await client.delete(answer.json()["url"])).status_code == 204
            assert (await client.get(answers[0].json()["url"])).status_code == 200
            assert (await client.delete(answers[0].json()["url"])).status_code == 204
            assert (await client.post("/api/samples/street")).status_code == 201
            assert state.images.decoders.begun == 1  # the server keeps its own

    asyncio.run(scene())


def test_a_small_request_is_answered_while_a_sample_is_still_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(samples, "_specimens", {})

    async def scene() -> list[str]:
        order: list[str] = []
        async with phone() as (client, _):

            async def ask(method: str, address: str) -> None:
                answer = await client.request(method, address)
                assert answer.status_code < 300
                order.append(address)

            large = asyncio.create_task(ask("POST", "/api/samples/market"))
            while not len(samples._drawing):
                await asyncio.sleep(0)
            await ask("GET", "/healthz")
            await large
        return order

    assert asyncio.run(scene()) == ["/healthz", "/api/samples/market"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/samples"),
        ("POST", "/api/samples/street"),
        ("GET", "/api/samples/street"),
        ("GET", "/api/samples/street/thumbnail"),
    ],
)
def test_a_sample_that_there_is_no_process_to_draw_says_when_to_try_again(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    monkeypatch.setattr(samples, "_specimens", {})

    async def scene() -> None:
        async with phone() as (client, state):
            state.runs.engine = Crowded(state.settings)
            refused(await client.request(method, path), 503, "busy")
            assert not len(samples._drawing)

    asyncio.run(scene())


def test_samples_wait_in_the_queue_of_all_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_specimens", {})
    monkeypatch.setattr(queries, "_queue", queries.Queue(0))

    async def scene() -> None:
        async with phone() as (client, _):
            refused(await client.post("/api/samples/street"), 503, "busy")

    asyncio.run(scene())


def test_one_phone_that_leaves_takes_the_sample_from_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(samples, "_specimens", {})

    async def scene() -> None:
        async with phone() as (client, _):
            first = asyncio.create_task(client.post("/api/samples/table"))
            while not len(samples._drawing):
                await asyncio.sleep(0)
            second = asyncio.create_task(client.post("/api/samples/table"))
            await asyncio.sleep(0)
            first.cancel()
            assert (await second).status_code == 201

    asyncio.run(scene())
