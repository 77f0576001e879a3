"""Trainings in one request: equal ones are one, and what nobody waits for is not trained."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from app import registry
from app.answers.computed import Queue
from app.main import create_app
from app.settings import Settings
from tests.app.odd_labs import LAB
from tests.app.pictures.albums.test_endpoints import post
from tests.e2e.browser import Server, served, workers_of

ODD = "/api/labs/odd/run"
GUARD = 60


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setitem(registry.BY_SLUG, "odd", LAB)
    with TestClient(create_app(Settings()), headers={"Accept-Language": "en"}) as client:
        yield client


def test_thirty_who_ask_for_the_same_training_are_answered_by_one(client: TestClient) -> None:
    runs = client.app.state.runs  # type: ignore[attr-defined]
    seen: set[int] = set()
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            seen.update(id(run) for run in list(runs.by_id.values()))
            time.sleep(0.001)

    looking = threading.Thread(target=look)
    looking.start()
    query = {"config": {"deed": "slow"}, "steps": 30}
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: client.post(ODD, json=query), range(30)))
    over.set()
    looking.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(seen) == 1


def test_an_error_is_told_to_all_who_wait_and_not_remembered(client: TestClient) -> None:
    query = {"config": {"deed": "diverge"}, "steps": 1}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post(ODD, json=query), range(4)))
    assert {answer.json()["error"]["code"] for answer in answers} == {"diverged"}
    assert client.post(ODD, json=query).status_code == 409


def test_the_queue_of_trainings_has_a_length_and_a_sentence(
    client: TestClient,
) -> None:
    client.app.state.whole_runs._queue = Queue(2)  # type: ignore[attr-defined]
    queries = [{"config": {"deed": "slow", "seed": seed}, "steps": 50} for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda query: client.post(ODD, json=query), queries))
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 503}
    refused = next(answer for answer in answers if answer.status_code == 503).json()["error"]
    assert (refused["code"], "waiting" in refused["message"]) == ("busy", True)


def test_what_was_learned_from_an_album_goes_with_it(client: TestClient) -> None:
    """The same request used to be answered from memory after DELETE."""
    from tests.app.uploaded import quarters, saved

    album = post(client, saved(quarters(300, 200))).json()["id"]
    config = {"data": "own", "pictures": album, "batch_size": 16}
    query = {"config": config, "steps": 1}
    assert client.post("/api/labs/contrastive/run", json=query).status_code == 200
    assert client.delete(f"/api/albums/{album}").status_code == 204
    answer = client.post("/api/labs/contrastive/run", json=query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "album_gone")
    assert not client.app.state.shared_answers._remembered  # type: ignore[attr-defined]


def begin(server: Server, query: dict[str, Any]) -> http.client.HTTPConnection:
    """A POST that is sent and not waited for."""
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc)
    connection.putrequest("POST", "/api/labs/fitting/run")
    body = json.dumps(query).encode()
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    return connection


@pytest.mark.thorough
def test_abandoned_requests_stop_in_the_queue_and_in_the_work_and_hold_nobody_up() -> None:
    """Four of 20,000 heavy steps used to go on, and kept all others waiting for minutes."""
    heavy = {"width": 256, "depth": 3, "replicas": 8}
    with served() as server:
        abandoned = [
            begin(server, {"config": {**heavy, "seed": seed}, "steps": 20_000})
            for seed in range(12)
        ]
        end = time.monotonic() + GUARD
        while not workers_of(server.process):
            assert time.monotonic() < end
            time.sleep(0.05)
        for connection in abandoned:
            connection.close()
        answer = begin(server, {"steps": 1}).getresponse()
        assert answer.status == 200
        while workers_of(server.process):
            assert time.monotonic() < end, "trainings of nobody go on"
            time.sleep(0.05)
