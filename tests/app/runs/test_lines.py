"""Leaving and losing the line: who leaves ends the run, who loses the line finds it again."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession

from app import registry
from app.main import create_app
from app.runs.runs import Runs
from app.settings import Settings
from app.visitors import VISITOR, new_visitor
from tests.app.odd_labs import LAB
from tests.app.runs.shared_runs import is_alive
from tests.app.runs.test_sockets import TRAIN, error, frame, received, say, started

BROKEN = 1005  # how a line that broke looks to the server: so uvicorn tells it
GUARD = 60  # seconds against hanging for ever, never a claim


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setitem(registry.BY_SLUG, "odd", LAB)
    app = create_app(Settings(run_idle_seconds=3600, runs_per_address=2))
    with TestClient(app, headers={"Accept-Language": "en"}) as client:
        yield client


def runs_of(client: TestClient) -> Runs:
    runs: Runs = client.app.state.runs  # type: ignore[attr-defined]
    return runs


def until(condition: Any) -> None:
    end = time.monotonic() + GUARD
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def resumed(socket: WebSocketTestSession, of: dict[str, Any]) -> dict[str, Any]:
    number = say(socket, type="resume", run=of["run"], key=of["key"])
    answer = dict(socket.receive_json())
    assert (answer["type"], answer["id"]) == ("resumed", number), answer
    return answer


@pytest.mark.parametrize("code", [1000, 1001])
def test_who_closes_the_page_ends_the_run_at_once(client: TestClient, code: int) -> None:
    with client.websocket_connect(TRAIN) as socket:
        started(socket)
        process = next(iter(runs_of(client).by_id.values()))._worker.pid  # type: ignore[union-attr]
        socket.close(code)
        until(lambda: not runs_of(client).by_id)
    until(lambda: not is_alive(process))


def test_who_loses_the_line_goes_on_where_it_was(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as lost:
        run = started(lost, rate=2)
        before = frame(lost, steps=5, live={"rate": 3})
        lost.close(BROKEN)
        until(lambda: next(iter(runs_of(client).by_id.values())).holder is None)
    with client.websocket_connect(TRAIN) as socket:
        again = resumed(socket, run)
        assert again["run"] == run["run"]
        assert again["config"]["rate"] == 3
        assert frame(socket) == before
        assert frame(socket, steps=1) == {"step": 6, "total": 18.0, "rate": 3.0}


def test_a_frame_that_was_made_for_a_lost_line_is_there_and_its_steps_are_not_taken_twice(
    client: TestClient,
) -> None:
    with client.websocket_connect(TRAIN) as lost:
        run = started(lost, deed="slow")
        kept = next(iter(runs_of(client).by_id.values()))
        ask = say(lost, type="next", steps=7)
        until(lambda: kept._turn.locked() or kept.answered == ask)
        lost.close(BROKEN)
        until(lambda: kept.answered == ask)
    with client.websocket_connect(TRAIN) as socket:
        resumed(socket, run)
        socket.send_json({"type": "next", "id": ask, "steps": 7})
        number, taken, header = received(socket)
        assert (number, taken, header["step"]) == (ask, 7, 7)
        assert frame(socket, steps=1)["step"] == 8


def test_an_ask_that_never_arrived_is_done_when_it_is_asked_again(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as lost:
        run = started(lost)
        frame(lost, steps=2)
        lost.close(BROKEN)
    with client.websocket_connect(TRAIN) as socket:
        resumed(socket, run)
        assert frame(socket, steps=3)["step"] == 5


def test_the_page_may_come_back_before_the_server_knows_that_its_line_is_lost(
    client: TestClient,
) -> None:
    with client.websocket_connect(TRAIN) as silent, client.websocket_connect(TRAIN) as socket:
        run = started(silent)
        frame(silent, steps=2)
        resumed(socket, run)
        assert frame(socket, steps=1)["step"] == 3
        silent.close(1000)  # whatever becomes of the old line does not touch the run
        assert frame(socket, steps=1)["step"] == 4
    until(lambda: not runs_of(client).by_id)


def test_a_run_is_given_only_to_who_knows_its_key(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as mine, client.websocket_connect(TRAIN) as foreign:
        run = started(mine)
        for key in ("", "x" * 24, run["run"], "钥匙"):
            answer = error(foreign, {"type": "resume", "run": run["run"], "key": key})
            assert (answer["type"], answer["error"]["code"]) == ("ended", "run_gone")
        assert frame(mine, steps=1)["step"] == 1


def test_a_lost_run_waits_so_long_and_then_gives_its_place_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(registry.BY_SLUG, "odd", LAB)
    app = create_app(Settings(run_keep_seconds=0.2))
    with TestClient(app) as client:
        with client.websocket_connect(TRAIN) as lost:
            run = started(lost)
            lost.close(BROKEN)
        until(lambda: not runs_of(client).by_id)
        with client.websocket_connect(TRAIN) as socket:
            answer = error(socket, {"type": "resume", "run": run["run"], "key": run["key"]})
            assert answer["error"]["code"] == "run_gone"
            started(socket)  # the page may start again


def test_a_lost_run_counts_until_its_time_is_over(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as lost:
        run = started(lost)
        lost.close(BROKEN)
    with client.websocket_connect(TRAIN) as second, client.websocket_connect(TRAIN) as third:
        started(second)
        answer = error(third, {"type": "start"})
        assert answer["error"]["code"] == "runs_full"
        resumed(third, run)
        assert frame(third, steps=1)["step"] == 1


def test_programs_without_a_cookie_share_the_places_of_their_address(client: TestClient) -> None:
    """64 sockets without a cookie used to take all 64 places; pages with one are not counted."""
    sockets = [client.websocket_connect(TRAIN) for _ in range(3)]
    for socket in sockets:
        socket.__enter__()
    try:
        for socket in sockets[:2]:
            started(socket)
        answer = error(sockets[2], {"type": "start"})
        assert answer["error"]["code"] == "runs_full"
        assert "address" in answer["error"]["message"]
        for made_up in ("a name", f"a name.{'0' * 32}", "."):
            with client.websocket_connect(TRAIN, headers={"Cookie": f"{VISITOR}={made_up}"}) as one:
                assert error(one, {"type": "start"})["error"]["code"] == "runs_full"
        page = {"Cookie": f"{VISITOR}={new_visitor()}"}
        with client.websocket_connect(TRAIN, headers=page) as mine:
            started(mine)
    finally:
        for socket in sockets:
            socket.__exit__(None, None, None)


def test_anybody_is_told_at_once_that_the_server_is_here_also_while_a_frame_is_made(
    client: TestClient,
) -> None:
    with client.websocket_connect(TRAIN) as socket:
        started(socket, deed="sleep")
        say(socket, type="next", steps=1)
        number = say(socket, type="here")
        assert socket.receive_json() == {"type": "here", "id": number}


@pytest.mark.parametrize(
    "message",
    ["nonsense", '{"type": "next", "id": ID}', '{"type": "next", "id": ID, "live": {"rate": 1}}'],
    ids=["no JSON", "no step", "nothing new"],
)
def test_what_asks_for_nothing_keeps_no_run_alive(
    monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    monkeypatch.setitem(registry.BY_SLUG, "odd", LAB)
    app = create_app(Settings(run_idle_seconds=0.3))
    with TestClient(app) as client, client.websocket_connect(TRAIN) as socket:
        number = started(socket)["id"]
        for later in itertools.count(number + 1):
            socket.send_text(message.replace("ID", str(later)))
            answer = socket.receive()
            if '"ended"' in answer.get("text", ""):
                assert '"run_timeout"' in answer["text"]
                return
            time.sleep(0.02)


def test_runs_that_wait_for_no_line_live_as_long_as_their_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With run_keep_seconds=0 every run used to end right after its first frame."""
    monkeypatch.setitem(registry.BY_SLUG, "odd", LAB)
    app = create_app(Settings(run_keep_seconds=0))
    with TestClient(app) as client:
        with client.websocket_connect(TRAIN) as socket:
            started(socket)
            for _ in range(20):
                time.sleep(0.01)
                frame(socket, steps=1)
            socket.close(BROKEN)
        until(lambda: not runs_of(client).by_id)


def test_a_run_that_its_page_never_heard_of_waits_for_nobody(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as lost:
        say(lost, type="start", config={})
        lost.close(BROKEN)
    until(lambda: not runs_of(client).by_id)


def test_a_page_with_a_run_cannot_resume_another_and_no_lab_takes_over_anothers(
    client: TestClient,
) -> None:
    with client.websocket_connect(TRAIN) as lost, client.websocket_connect(TRAIN) as mine:
        run = started(lost)
        lost.close(BROKEN)
        own = started(mine)
        resume = {"type": "resume", "run": run["run"], "key": run["key"]}
        assert error(mine, resume)["error"]["code"] == "invalid_input"
        assert frame(mine, steps=1)["step"] == 1
        assert own["run"] != run["run"]
        with client.websocket_connect("/api/labs/fitting/run") as other:
            assert error(other, resume)["error"]["code"] == "run_gone"
    until(lambda: len(runs_of(client).by_id) == 1)


def test_a_start_after_a_resume_takes_the_place_of_the_run_before(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as lost:
        run = started(lost)
        lost.close(BROKEN)
    with client.websocket_connect(TRAIN) as socket:
        say(socket, type="resume", run=run["run"], key=run["key"])
        say(socket, type="start", config={"rate": 3})
        assert socket.receive_json()["type"] == "resumed"
        again = socket.receive_json()
        assert (again["type"], again["run"]) == ("started", run["run"])
        assert len(runs_of(client).by_id) == 1


def test_asks_without_a_step_do_not_lengthen_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BY_SLUG, "odd", LAB)
    app = create_app(Settings(run_seconds=0.3))
    with TestClient(app) as client, client.websocket_connect(TRAIN) as socket:
        started(socket)
        while True:
            say(socket, type="next")
            message = socket.receive()
            if "text" in message:
                assert '"run_timeout"' in message["text"]
                return
            time.sleep(0.02)


def test_a_watcher_stays_through_any_number_of_restarts(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as mine:
        run = started(mine)["run"]
        with client.websocket_connect(f"/api/runs/{run}/watch") as watcher:
            watcher.receive_json()
            frame(watcher)
            number = say(watcher, type="next")
            for _ in range(4):  # each takes the place of one that has no frame yet
                say(mine, type="start", config={"rate": 3})
            assert mine.receive_json()["type"] == "started"
            assert watcher.receive_json()["config"]["rate"] == 3
            answered, _, header = received(watcher)
            assert (answered, header["step"]) == (number, 0)
            frame(mine, steps=2)
            assert frame(watcher)["total"] == 6


def test_a_watcher_gets_the_last_frame_of_a_run_that_ended_meanwhile(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as mine:
        run = started(mine)["run"]
        with client.websocket_connect(f"/api/runs/{run}/watch") as watcher:
            watcher.receive_json()
            assert frame(watcher)["step"] == 0
            frame(mine, steps=9)
            mine.close(1000)
            until(lambda: not runs_of(client).by_id)
            assert frame(watcher)["step"] == 9
            say(watcher, type="next")
            assert watcher.receive_json()["type"] == "ended"


def test_a_socket_that_says_too_much_at_once_is_told_so_and_closed(client: TestClient) -> None:
    with client.websocket_connect(TRAIN) as socket:
        started(socket, deed="sleep")
        for _ in range(80):
            say(socket, type="next", steps=1)
        message = socket.receive()
        assert message["type"] == "websocket.close"
        assert (message["code"], bool(message["reason"])) == (1008, True)
