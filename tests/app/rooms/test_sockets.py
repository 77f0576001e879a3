"""Rooms over HTTP and WebSockets."""

import itertools
from collections.abc import Iterator
from typing import Any, cast

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from app.i18n import LANGUAGES
from app.main import create_app
from app.settings import Settings
from tests.app.uploaded import quarters, saved

NUMBERS = itertools.count(1)


@pytest.fixture
def client() -> Iterator[TestClient]:
    """All its lines in one event loop, as in a server: a room's news wake no line of another."""
    app = create_app(Settings(room_guests=3))
    client = TestClient(app, headers={"Accept-Language": "en"})
    with start_blocking_portal() as client.portal:
        yield client
    app.state.images.close()


@pytest.fixture
def opened(client: TestClient) -> dict[str, Any]:
    answer = client.post("/api/rooms", json={})
    assert answer.status_code == 201
    return dict(answer.json())


def say(socket: WebSocketTestSession, **message: Any) -> dict[str, Any]:
    """What the room answers to a message, whatever else it tells meanwhile."""
    number = next(NUMBERS)
    socket.send_json({"id": number, **message})
    return until(socket, lambda told: told.get("id") == number)


def until(socket: WebSocketTestSession, wanted: Any) -> dict[str, Any]:
    while True:
        told = dict(socket.receive_json())
        if wanted(told):
            return told


def news(socket: WebSocketTestSession, kind: str) -> dict[str, Any]:
    return until(socket, lambda told: told.get("type") == kind)


def line(client: TestClient, room: dict[str, Any]) -> Any:
    return client.websocket_connect(f"/api/rooms/{room['code']}/line")


def test_guests_hear_what_the_presenter_shows_early_or_late(
    client: TestClient, opened: dict[str, Any]
) -> None:
    with line(client, opened) as presenter, line(client, opened) as early:
        assert say(presenter, type="present", secret=opened["secret"])["type"] == "done"
        assert say(early, type="follow")["type"] == "following"
        shown = {
            "path": "/labs/fitting",
            "query": "noise=0.4",
            "runs": {"": "abc"},
            "step": 5,
            "private": False,
        }
        assert say(presenter, type="show", shown=shown)["type"] == "done"
        full = {**shown, "photo": None}
        assert until(early, lambda told: told.get("shown") is not None)["shown"] == full
        with line(client, opened) as late:
            say(late, type="follow")
            assert news(late, "shown")["shown"] == full
            assert until(presenter, lambda told: told.get("there") == 2)["following"] == 2


def test_a_guest_is_refused_what_only_a_presenter_may_and_stays(
    client: TestClient, opened: dict[str, Any]
) -> None:
    with line(client, opened) as guest:
        say(guest, type="follow")
        refused = say(guest, type="show", shown={"path": "/labs/nms"})
        assert refused["error"]["code"] == "not_presenter"
        assert set(refused["sentences"]) == {"en", "zh"}
        assert say(guest, type="present", secret=opened["secret"] + "x")["error"]
        assert say(guest, type="here")["type"] == "here"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "show", "shown": {"path": "//elsewhere.test"}},
        {"type": "show", "shown": {"path": "/", "query": "a" * 20_001}},
        {"type": "show", "shown": {"path": "/", "runs": {"": "../x"}}},
        {"type": "show", "shown": {"path": "/", "step": -1}},
        {"type": "show"},
        {"type": "dance"},
        {"type": "answer", "question": 1, "number": 1e300},
        {"type": "where", "following": True, "path": "/api"},
    ],
)
def test_a_message_that_makes_no_sense_is_refused_under_its_number(
    client: TestClient, opened: dict[str, Any], message: dict[str, Any]
) -> None:
    with line(client, opened) as presenter:
        say(presenter, type="present", secret=opened["secret"])
        assert say(presenter, **message)["error"]["code"] == "invalid_input"
        assert say(presenter, type="here")["type"] == "here"


def test_who_talks_without_end_is_cut_off(
    client: TestClient, opened: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = cast(Any, client.app).state.rooms
    now = rooms.clock()  # a busy machine may take so long that nobody talks too fast
    monkeypatch.setattr(rooms, "clock", lambda: now)
    with line(client, opened) as guest:
        for _ in range(1000):
            guest.send_json({"type": "here", "id": next(NUMBERS)})
        with pytest.raises(WebSocketDisconnect) as cut:
            until(guest, lambda told: False)
    assert cut.value.code == 1008


def test_a_room_that_is_full_says_so(client: TestClient, opened: dict[str, Any]) -> None:
    with line(client, opened) as a, line(client, opened) as b, line(client, opened) as c:
        for guest in (a, b, c):
            assert say(guest, type="follow")["type"] == "following"
        with line(client, opened) as d:
            assert say(d, type="follow")["error"]["code"] == "room_full"


def test_an_unknown_code_is_told_on_the_line_and_on_the_page_in_the_readers_language(
    client: TestClient, opened: dict[str, Any]
) -> None:
    wrong = f"{(int(opened['code']) + 1) % 1_000_000:06d}"
    with client.websocket_connect(f"/api/rooms/{wrong}/line") as socket:
        assert socket.receive_json()["error"]["code"] == "room_gone"
    page = client.get(f"/room/{wrong}", headers={"Accept-Language": "zh"})
    assert page.status_code == 404
    assert "没有这个教室号的教室" in page.text
    assert 'name="code"' in page.text  # where another is typed


def test_a_code_is_entered_by_its_address_or_typed_with_a_space(
    client: TestClient, opened: dict[str, Any]
) -> None:
    code = opened["code"]
    for path in (f"/room/{code}", f"/room?code={code[:3]}+{code[3:]}"):
        page = client.get(path)
        assert page.status_code == 200
        assert f'data-enter="{code}"' in page.text
        assert opened["secret"] not in page.text
    assert client.get("/room").status_code == 200


def test_too_many_wrong_codes_of_a_visitor_are_told_with_the_time_to_wait(
    client: TestClient, opened: dict[str, Any]
) -> None:
    client.get("/room")  # which sets the cookie
    for wrong in range(6):
        code = f"{(int(opened['code']) + 1 + wrong) % 1_000_000:06d}"
        assert client.get(f"/room/{code}").status_code == 404
    page = client.get(f"/room/{opened['code']}")
    assert page.status_code == 429
    assert "again in 10 seconds" in page.text


def test_its_qr_code_leads_into_the_room_and_tells_nothing_of_other_codes(
    client: TestClient, opened: dict[str, Any]
) -> None:
    for code in (opened["code"], "000000"):
        picture = client.get(f"/api/rooms/{code}.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
    assert client.get("/api/rooms/abcdef.svg").status_code == 404
    assert client.get(f"/api/rooms/{opened['code']}.svg?at=50").status_code == 404


def test_a_photo_on_show_cannot_be_deleted_by_a_guest_who_knows_its_name(
    client: TestClient, opened: dict[str, Any]
) -> None:
    photo = client.post("/api/images", files={"file": ("a.png", saved(quarters()))}).json()
    address = f"/api/images/{photo['id']}"
    with line(client, opened) as presenter:
        say(presenter, type="present", secret=opened["secret"])
        shown = {name: photo[name] for name in ("id", "width", "height")}
        say(presenter, type="show", shown={"path": "/labs/rpn", "photo": shown})
        assert client.delete(address).status_code == 409
        say(presenter, type="show", shown={"path": "/labs/rpn"})
        assert client.delete(address).status_code == 204


def test_only_who_brought_a_photo_or_an_album_deletes_it(client: TestClient) -> None:
    client.get("/")  # the visitor's cookie
    photo = client.post("/api/images", files={"file": saved(quarters())}).json()["id"]
    album = client.post("/api/albums", files={"file": saved(quarters())}).json()["id"]
    guest = TestClient(client.app, headers={"Accept-Language": "en"})
    guest.get("/")
    for path in (f"/api/images/{photo}", f"/api/albums/{album}"):
        refused = guest.delete(path)
        assert refused.status_code == 403
        assert "Only whoever brought" in refused.json()["error"]["message"]
        assert client.delete(path).status_code == 204


def test_a_question_asked_again_after_a_lost_line_keeps_its_answers(
    client: TestClient, opened: dict[str, Any]
) -> None:
    asked = {"type": "ask", "typed": {"kind": "choice", "text": "Which?", "choices": ["a", "b"]}}
    entering = {"type": "present", "secret": opened["secret"], "page": "page"}
    with line(client, opened) as guest:
        say(guest, type="follow")
        with line(client, opened) as presenter:
            say(presenter, **entering)
            presenter.send_json({"id": 10_001, **asked})
            number = until(guest, lambda told: told.get("question"))["question"]["number"]
        assert say(guest, type="answer", question=number, choice=1)["type"] == "done"
        with line(client, opened) as presenter:
            presenter.send_json({"id": 10_002, **entering})
            presenter.send_json({"id": 10_001, **asked})
            heard: dict[Any, dict[str, Any]] = {}  # in whatever order

            def all_there(told: dict[str, Any]) -> bool:
                heard[told["id"] or told["type"]] = told
                return {10_001, "question"} <= heard.keys()

            until(presenter, all_there)
            assert heard["question"]["question"]["counts"] == [0, 1]
            assert heard[10_001]["type"] == "done"
            assert say(guest, type="answer", question=number, choice=0)["type"] == "done"


def test_a_phones_photo_is_looked_at_by_the_server(
    client: TestClient, opened: dict[str, Any]
) -> None:
    answer = client.post("/api/images", files={"file": ("mine.png", saved(quarters()))}).json()
    mine = {"id": answer["id"], "boxes": [[0, 0, 32, 24], [32, 24, 64, 48]], "shown": True}
    with line(client, opened) as presenter, line(client, opened) as guest:
        say(presenter, type="present", secret=opened["secret"])
        say(guest, type="follow")
        early = say(guest, type="hand_in", number=1, photo=mine)
        assert early["error"]["code"] == "room_error"
        assert say(guest, type="ask_photos", lab="rpn")["error"]["code"] == "not_presenter"
        assert say(presenter, type="ask_photos", lab="rpn", config={})["type"] == "done"
        number = until(guest, lambda told: told.get("handed"))["handed"]["number"]
        gone = {**mine, "id": "nothing"}
        assert say(guest, type="hand_in", number=number, photo=gone)["type"] == "done"
        found = until(guest, lambda t: (t.get("handed") or {}).get("mine", {}).get("why"))
        assert set(found["handed"]["mine"]["why"]) == set(LANGUAGES)
        say(guest, type="hand_in", number=number, photo=mine)
        found = until(
            guest, lambda t: (t.get("handed") or {}).get("mine", {}).get("found") is not None
        )
        assert len(found["handed"]["mine"]["boxes"]) == 2
        told = until(presenter, lambda t: (t.get("handed") or {}).get("photos"))["handed"]
        assert (told["photos"][0]["width"], told["photos"][0]["height"]) == (64, 48)
        assert told["objects"] == 2
        say(presenter, type="take_back")
        assert say(guest, type="hand_in", number=number, photo=mine)["error"]
