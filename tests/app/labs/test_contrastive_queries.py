"""What the `contrastive` page asks for beside its runs: pictures of views, drawn once for all."""

import asyncio
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.lab import wire
from app.main import create_app
from app.settings import Settings
from tests.app.asgi import Client, Counting, until
from tests.app.labs.test_contrastive import SMALL, config_of, frames
from tests.app.uploaded import refused


def test_specimens_are_the_views_that_the_run_is_watched_by(client: TestClient) -> None:
    answer = client.post("/api/contrastive/specimens", json={"config": SMALL})
    header, arrays = wire.decode(answer.content)
    frame = frames(config_of())[0]
    assert arrays["views"].shape == (len(frame.similarities), 3, 32, 32)
    assert len(arrays["mapped"]) == len(frame.places)
    assert (header["learned_from"], header["held_out"], header["left_out"]) == (64, 500, 0)
    assert not np.array_equal(arrays["views"][:16], arrays["views"][16:])


def test_pictures_that_many_ask_for_at_once_are_drawn_once_and_then_remembered() -> None:
    async def room() -> None:
        app = create_app(Settings())
        engine = Counting(app)
        queries = [
            ("/api/contrastive/specimens", {"config": {**SMALL, "temperature": 0.1 * (1 + i % 5)}})
            for i in range(10)
        ] + [("/api/contrastive/views", {"config": SMALL, "number": i}) for i in range(10)]
        answers = await asyncio.gather(*(Client(app).post(*query) for query in queries))
        assert {answer.status for answer in answers} == {200}
        assert engine.computed == 1
        assert (await Client(app).post(*queries[0])).body == answers[0].body
        assert engine.computed == 1
        engine.close()

    asyncio.run(room())


def test_a_page_is_answered_while_pictures_are_drawn() -> None:
    async def room() -> None:
        app = create_app(Settings())
        engine = Counting(app)
        query = {"config": {"count": 5000, "seed": 77}}
        drawing = asyncio.create_task(Client(app).post("/api/contrastive/specimens", query))
        await until(lambda: engine.computed == 1)
        for path in ("/healthz", "/labs/contrastive"):
            assert (await Client(app).ask("GET", path)).status == 200
        assert not drawing.done()
        assert (await drawing).status == 200
        engine.close()

    asyncio.run(room())


def test_drawing_stops_when_nobody_waits_for_it() -> None:
    async def room() -> None:
        app = create_app(Settings())
        engine = Counting(app)
        query = {"config": {"count": 5000, "seed": 78}}
        one, other = Client(app), Client(app)
        asking = [
            asyncio.create_task(client.post("/api/contrastive/specimens", query))
            for client in (one, other)
        ]
        await until(lambda: engine.computed == 1)
        one.leave()
        await asking[0]
        assert engine.ended == 0  # the other still waits
        other.leave()
        await asking[1]
        await until(lambda: engine.ended == 1)
        engine.close()

    asyncio.run(room())


def test_views_of_a_number_are_always_the_same_and_of_another_not(client: TestClient) -> None:
    def views(**values: Any) -> dict[str, Any]:
        body = {"config": SMALL, "pairs": 2, **values}
        return wire.decode(client.post("/api/contrastive/views", json=body).content)[1]

    one, again, later = views(number=4), views(number=4), views(number=5)
    assert np.array_equal(one["views"], again["views"])
    assert np.array_equal(one["views"][1], later["views"][0])
    assert not np.array_equal(one["views"][0], one["views"][2])  # t1 and t2
    still = views(
        config={
            **SMALL,
            **dict.fromkeys(("crop", "color", "gray", "blur", "rotation", "cutout", "noise"), 0),
            "flip": False,
        }
    )
    for view in still["views"]:
        assert np.abs(view.astype(int) - still["original"].astype(int)).max() <= 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pairs": 99}, "pairs"),
        ({"number": -1}, "number"),
        ({"picture": "x"}, "picture"),
        ({"config": {"crop": 2}}, "config.crop"),
        ({"config": {"nonsense": 1}}, "config.nonsense"),
        ({"config": {"seed": True}}, "config.seed"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    client: TestClient, values: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/contrastive/views", json=values)
    refused(answer, 422, "invalid_input")
    assert answer.json()["error"]["field"] == field
