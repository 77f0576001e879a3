"""Training and watching over WebSockets, and over plain HTTP."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from app import registry
from app.i18n import LANGUAGES
from app.lab import wire
from app.main import create_app
from app.settings import Settings
from app.visitors import VISITOR, new_visitor
from tests.app.odd_labs import LAB
from tests.app.runs.shared_runs import gone

TRAIN = "/api/labs/odd/run"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """An application that has one lab more."""
    monkeypatch.setitem(registry.BY_SLUG, "odd", LAB)
    app = create_app(Settings(runs_per_visitor=3))
    with TestClient(app, headers={"Accept-Language": "en"}) as client:
        yield client


NUMBERS = itertools.count(1)


def say(socket: WebSocketTestSession, **message: Any) -> int:
    """Send a message under the next number."""
    number = next(NUMBERS)
    socket.send_json({"id": number, **message})
    return number


def started(socket: WebSocketTestSession, **config: Any) -> dict[str, Any]:
    number = say(socket, type="start", config=config)
    answer = socket.receive_json()
    assert (answer["type"], answer["id"]) == ("started", number), answer
    return dict(answer)


def received(socket: WebSocketTestSession) -> tuple[int, int, dict[str, Any]]:
    """A frame: the number of its ask, the steps taken, its header."""
    data = socket.receive_bytes()
    number, taken = (int.from_bytes(data[at : at + 4], "little") for at in (0, 4))
    return number, taken, wire.decode(data[8:])[0]


def frame(socket: WebSocketTestSession, **ask: Any) -> dict[str, Any]:
    number = say(socket, type="next", **ask)
    answered, taken, header = received(socket)
    assert answered == number
    assert taken <= ask.get("steps", 0)
    return header


def error(socket: WebSocketTestSession, message: Any) -> dict[str, Any]:
    if isinstance(message, dict) and "id" not in message:
        message = {"id": next(NUMBERS), **message}
    socket.send_text(message if isinstance(message, str) else json.dumps(message))
    answer = dict(socket.receive_json())
    asked = message["id"] if isinstance(message, dict) else None
    assert answer["id"] == asked, "the answer carries the number of what it answers"
    return answer


def test_a_page_starts_a_run_pulls_frames_and_changes_it(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as socket:
        answer = started(socket, rate=2)
        assert answer["config"] == {"deed": "count", "rate": 2.0, "size": 10, "seed": 0}
        assert frame(socket) == {"step": 0, "total": 0.0, "rate": 2.0}
        assert frame(socket, steps=5) == {"step": 5, "total": 10.0, "rate": 2.0}
        assert frame(socket, steps=1, live={"rate": 7})["total"] == 17
        assert frame(socket, action={"add": 0.5})["total"] == 17.5


def test_starting_again_takes_the_place_of_the_run_before(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as socket:
        first = started(socket)["run"]
        frame(socket, steps=4)
        assert started(socket)["run"] == first  # the name stays, for those who watch
        assert set(client.app.state.runs.by_id) == {first}  # type: ignore[attr-defined]
        assert frame(socket, steps=1)["step"] == 1


def test_starting_again_does_not_wait_for_a_frame_under_way(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as socket:
        started(socket, deed="sleep")
        say(socket, type="next", steps=1)
        started(socket)
        assert frame(socket)["step"] == 0  # and not the 30 s later that the other frame takes


def test_closing_the_page_ends_its_run(client: TestClient) -> None:
    runs = client.app.state.runs  # type: ignore[attr-defined]
    with client.websocket_connect(TRAIN) as socket:
        started(socket, deed="sleep")
        say(socket, type="next", steps=1)
        (run,) = runs.by_id.values()
        process = run._worker.pid
    asyncio.run(gone(process))
    assert not runs.by_id


HOSTILE = [
    "",
    "[1, 2",
    "null",
    "[]",
    '"start"',
    "[" * 20_000,
    {"type": "explode"},
    {"config": {}},
    {"type": "next", "steps": -1},
    {"type": "next", "steps": 10**9},
    {"type": "next", "steps": "many"},
    {"type": "next", "extra": 1},
    {"type": "next"},  # before any start
    {"type": "start", "config": {"rate": 11}},
    {"type": "start", "config": {"rate": None}},
    {"type": "start", "config": {"nonsense": 1}},
    {"type": "start", "config": {"size": 10**9}},
    {"type": "start", "config": {"size": 10**400}},
    {"type": "start", "config": {"deed": "x" * 21}},
    {"type": "start", "config": [1]},
    '{"type": "start", "config": {"rate": NaN}}',
    '{"type": "start", "config": {"rate": Infinity}}',
]


@pytest.mark.parametrize("message", HOSTILE, ids=lambda m: str(m)[:40])
def test_a_hostile_message_gets_the_one_error_shape_and_the_socket_lives_on(
    client: TestClient, message: Any
) -> None:
    with client.websocket_connect(TRAIN) as socket:
        answer = error(socket, message)
        assert set(answer) - {"type"} == {"id", "error", "sentences"}
        assert set(answer["error"]) == {"code", "message", "field"}
        assert answer["error"]["message"]
        assert "Traceback" not in answer["error"]["message"]
        assert answer["sentences"].keys() == LANGUAGES.keys()
        assert answer["sentences"]["en"] == answer["error"]["message"]
        started(socket)
        assert frame(socket, steps=1)["step"] == 1


@pytest.mark.parametrize("deed", ["raise", "diverge", "nan", "end"])
def test_a_run_that_ends_says_so_and_the_page_may_start_again(
    client: TestClient, deed: str
) -> None:
    with client.websocket_connect(TRAIN) as socket:
        started(socket, deed=deed)
        answer = error(socket, {"type": "next", "steps": 1})
        assert answer["type"] == "ended"
        assert "secret" not in answer["error"]["message"]
        started(socket)
        assert frame(socket, steps=1)["step"] == 1


def test_an_error_is_told_in_the_readers_language(client: TestClient) -> None:
    with client.websocket_connect(TRAIN, headers={"Accept-Language": "zh"}) as socket:
        assert "请" in error(socket, {"type": "next"})["error"]["message"]


def test_a_run_that_nobody_asks_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BY_SLUG, "odd", LAB)
    app = create_app(Settings(run_idle_seconds=0.2))
    with TestClient(app) as client, client.websocket_connect(TRAIN) as socket:
        started(socket)
        answer = socket.receive_json()
        assert answer["type"] == "ended"
        assert answer["error"]["code"] == "run_timeout"
        started(socket)


def test_a_visitor_has_so_many_runs_and_others_are_not_counted(client: TestClient) -> None:
    me = {"Cookie": f"{VISITOR}={new_visitor()}"}
    sockets = [client.websocket_connect(TRAIN, headers=me) for _ in range(4)]
    for socket in sockets:
        socket.__enter__()
    try:
        for socket in sockets[:3]:
            started(socket)
        answer = error(sockets[3], {"type": "start"})
        assert answer["error"]["code"] == "runs_full"
        with client.websocket_connect(TRAIN) as other:
            started(other)
    finally:
        for socket in sockets:
            socket.__exit__(None, None, None)


def test_two_visitors_runs_do_not_touch_each_other(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as mine, client.websocket_connect(TRAIN) as yours:
        assert started(mine, rate=1)["run"] != started(yours, rate=2)["run"]
        for _ in range(3):
            frame(mine, steps=1)
            frame(yours, steps=1)
        frame(mine, action={"add": 100})
        assert frame(mine)["total"] == 103
        assert frame(yours)["total"] == 6


def test_a_watcher_sees_the_same_frames_the_changes_and_the_end(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as mine:
        run = started(mine)["run"]
        with client.websocket_connect(f"/api/runs/{run}/watch") as watcher:
            assert watcher.receive_json() == {
                "type": "watching",
                "id": None,
                "lab": "odd",
                "config": {"deed": "count", "rate": 1.0, "size": 10, "seed": 0},
            }
            assert frame(watcher)["step"] == 0
            shown = frame(mine, steps=3)
            assert frame(watcher) == shown
            frame(mine, steps=1, live={"rate": 4})
            frame(mine, steps=1)  # two frames while the watcher looked away: only the newest counts
            say(watcher, type="next")
            assert watcher.receive_json()["config"]["rate"] == 4
            assert received(watcher)[2]["step"] == 5
            say(watcher, type="next")
            mine.close()
            assert watcher.receive_json()["type"] == "ended"


@contextmanager
def watched(client: TestClient) -> Iterator[tuple[WebSocketTestSession, WebSocketTestSession, str]]:
    """A run's owner, a watcher who has seen its newest frame and waits for the next, its name."""
    with client.websocket_connect(TRAIN) as mine:
        run = started(mine)["run"]
        frame(mine, steps=7)
        with client.websocket_connect(f"/api/runs/{run}/watch") as watcher:
            watcher.receive_json()
            assert frame(watcher)["step"] == 7
            say(watcher, type="next")
            yield mine, watcher, run


def test_a_watcher_goes_on_with_the_run_that_is_started_anew(client: TestClient) -> None:
    with watched(client) as (mine, watcher, _):
        started(mine, rate=3)
        assert watcher.receive_json()["config"]["rate"] == 3
        assert received(watcher)[2]["step"] == 0
        frame(mine, steps=2)
        assert frame(watcher)["total"] == 6


def test_a_watcher_is_not_led_on_to_a_run_that_is_for_nobody_else(client: TestClient) -> None:
    with watched(client) as (mine, watcher, run):
        number = say(mine, type="start", config={}, alone=True)
        other = mine.receive_json()
        assert (other["type"], other["id"]) == ("started", number)
        assert other["run"] != run
        assert watcher.receive_json()["error"]["code"] == "run_replaced"
        frame(mine, steps=2)


def test_what_was_asked_of_a_run_before_it_was_started_anew_is_not_answered(
    client: TestClient,
) -> None:
    with client.websocket_connect(TRAIN) as socket:
        started(socket, deed="sleep")
        for _ in range(3):
            say(socket, type="next", steps=1)
        started(socket)
        assert frame(socket, steps=2)["step"] == 2


def test_a_start_that_is_refused_leaves_the_page_without_a_run_and_watchers_are_told(
    client: TestClient,
) -> None:
    with client.websocket_connect(TRAIN) as mine:
        run = started(mine)["run"]
        with client.websocket_connect(f"/api/runs/{run}/watch") as watcher:
            watcher.receive_json()
            frame(watcher)
            say(watcher, type="next")
            answer = error(mine, {"type": "start", "config": {"rate": 99}})
            assert answer["error"]["field"] == "rate"
            assert watcher.receive_json()["type"] == "ended"
        started(mine)
        assert frame(mine, steps=1)["step"] == 1


def test_a_watcher_cannot_steer(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as mine:
        run = started(mine)["run"]
        with client.websocket_connect(f"/api/runs/{run}/watch") as watcher:
            watcher.receive_json()
            frame(watcher)
            say(watcher, type="next", steps=50, action={"add": 9})
            assert frame(mine, steps=1) == {"step": 1, "total": 1.0, "rate": 1.0}
            assert received(watcher)[2]["step"] == 1


@pytest.mark.parametrize(
    "path", ["/api/runs/none/watch", "/api/labs/none/run", "/api/labs/nms/run"]
)
def test_an_address_without_a_run_is_told_and_closed(client: TestClient, path: str) -> None:
    with client.websocket_connect(path) as socket:
        assert socket.receive_json()["error"]["code"] in ("run_gone", "not_found")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()


def test_a_page_of_another_site_may_not_train_here(client: TestClient) -> None:
    foreign = {"Origin": "http://elsewhere.test"}
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(TRAIN, headers=foreign),
    ):
        pass
    with client.websocket_connect(TRAIN, headers={"Origin": "http://testserver"}) as socket:
        started(socket)


def test_a_program_trains_in_one_request(client: TestClient) -> None:
    query = {"config": {"rate": 2}, "steps": 2500}
    answer = client.post("/api/labs/odd/run", json=query)
    assert answer.status_code == 200, answer.text
    assert wire.decode(answer.content)[0] == {"step": 2500, "total": 5000.0, "rate": 2.0}
    assert not client.app.state.runs.by_id  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"config": {"rate": 11}}, 422, "invalid_input"),
        ({"config": {"nonsense": 1}}, 422, "invalid_input"),
        ({"steps": 10**9}, 422, "invalid_input"),
        ({"config": {"size": 10**9}}, 422, "run_too_large"),
        ({"config": {"deed": "diverge"}, "steps": 1}, 409, "diverged"),
        ({"config": {"deed": "raise"}, "steps": 1}, 500, "run_broken"),
    ],
)
def test_a_program_gets_the_one_error_shape(
    client: TestClient, body: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post("/api/labs/odd/run", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code


def test_a_lab_without_a_script_and_an_unknown_lab_say_so(client: TestClient) -> None:
    assert client.post("/api/labs/odd/code", json={}).status_code == 404
    assert client.post("/api/labs/none/code", json={}).status_code == 404
    assert client.post("/api/labs/nms/run", json={}).status_code == 404
