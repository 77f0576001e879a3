"""The doors: names, foreign pages, HEAD, headers, bodies too large or too slow, silent sockets."""

import asyncio
from typing import Any

import pytest
from fastapi.responses import RedirectResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.doors.bodies import LIMIT
from app.doors.middleware import HEADERS, SILENT, Doors, Patience
from app.main import create_app
from app.settings import Settings
from tests.app.asgi import JSON, Answer, Client
from tests.app.test_errors import assert_shape

FOREIGN = {"Origin": "http://elsewhere.test"}
REBOUND = {"Host": "evil.example", "Origin": "http://evil.example"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
READ = (
    "/",
    "/healthz",
    "/labs/fitting",
    "/api",
    "/api/samples",
    "/openapi.json",
    "/static/icon.svg",
)


def headers_of(answer: Any) -> dict[str, str]:
    return {name: answer.headers.get(name) for name in HEADERS}


# --- Names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/api/samples", "/api/albums/folder/pictures"])
def test_a_page_that_points_its_own_name_here_reads_nothing(client: TestClient, path: str) -> None:
    error = assert_shape(client.get(path, headers=REBOUND), 421, "host_not_allowed")
    assert "evil.example" in error["message"]
    assert "VITRINE_ALLOWED_HOSTS" in error["message"]


def test_nor_does_it_write_or_train(client: TestClient) -> None:
    assert_shape(client.post("/api/samples/china", headers=REBOUND), 421, "host_not_allowed")
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/api/labs/fitting/run", headers=REBOUND),
    ):
        pass


def test_a_person_who_types_an_unknown_name_reads_a_page(client: TestClient) -> None:
    headers = {**PAGE, "Host": "evil.example", "Accept-Language": "zh"}
    answer = client.get("/labs/nms", headers=headers)
    assert answer.status_code == 421
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="zh-Hans"' in answer.text
    assert "VITRINE_ALLOWED_HOSTS" in answer.text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.text)


def test_a_name_is_not_taken_for_markup(client: TestClient) -> None:
    answer = client.get("/", headers={**PAGE, "Host": "<script>alert(1)</script>"})
    assert answer.status_code == 421
    assert "<script>" not in answer.text


def test_two_names_are_none(client: TestClient) -> None:
    twice = [("Host", "127.0.0.1"), ("Host", "evil.example")]
    assert_shape(client.get("/healthz", headers=twice), 421, "host_not_allowed")


def test_a_program_that_tells_no_name_is_answered() -> None:
    assert exchange(create_app(Settings()), "GET", "/healthz", host=None).status == 200


def exchange(app: ASGIApp, *request: Any, **body: Any) -> Answer:
    return asyncio.run(Client(app).ask(*request, **body))


# --- Pages of other sites -----------------------------------------------------------------------


def test_a_page_of_another_site_cannot_upload_choose_or_delete(client: TestClient) -> None:
    files = {"file": ("a.png", b"nothing", "image/png")}
    for answer in (
        client.post("/api/images", files=files, headers=FOREIGN),
        client.post("/api/albums", files=files, headers=FOREIGN),
        client.post("/api/samples/china", headers=FOREIGN),
        client.delete("/api/images/nothing", headers=FOREIGN),
        client.post("/api/share", json={"path": "/"}, headers={"Origin": "null"}),
    ):
        error = assert_shape(answer, 403, "foreign_page")
        assert "VITRINE_PUBLIC_URL" in error["message"]


def test_a_page_of_another_site_may_read_what_it_can_show(client: TestClient) -> None:
    assert client.get("/healthz", headers=FOREIGN).status_code == 200


def test_our_own_pages_and_programs_write(client: TestClient) -> None:
    for headers in ({}, {"Origin": "http://testserver"}, {"Origin": "https://testserver"}):
        assert client.post("/api/share", json={"path": "/"}, headers=headers).status_code == 200


def test_a_proxy_that_changes_the_host_works_where_the_setting_tells_the_public_address() -> None:
    app = create_app(Settings(public_url="https://lab.example.org"))
    client = TestClient(app, base_url="http://127.0.0.1:8000")
    headers = {"Origin": "https://lab.example.org"}
    shared = client.post("/api/share", json={"path": "/labs/nms"}, headers=headers).json()
    assert shared["url"].startswith("https://lab.example.org/s/")
    assert shared["reachable"]
    answer = client.post("/api/share", json={"path": "/"}, headers=FOREIGN)
    assert_shape(answer, 403, "foreign_page")


# --- HEAD, Allow, redirects ---------------------------------------------------------------------


@pytest.mark.parametrize("path", READ)
def test_head_is_answered_as_get_without_the_body(client: TestClient, path: str) -> None:
    asked, read = client.head(path), client.get(path)
    assert asked.status_code == read.status_code == 200
    assert asked.content == b""
    for name in ("content-type", "content-length", *HEADERS):
        assert asked.headers.get(name) == read.headers.get(name), name


def test_head_tells_whether_a_picture_is_there(client: TestClient) -> None:
    url = client.post("/api/samples/china").json()["url"]
    assert client.head(url).status_code == 200
    client.delete(url)
    assert client.head(url).status_code == 404
    assert client.head("/nowhere").status_code == 404


def test_head_where_nothing_can_be_read_names_what_is_allowed(client: TestClient) -> None:
    answer = client.head("/api/nms")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert client.delete("/healthz").headers["allow"] == "GET, HEAD"
    assert client.post("/").headers["allow"] == "GET, HEAD"


def test_a_redirect_within_the_server_names_no_host(client: TestClient) -> None:
    answer = client.get("/labs/fitting/?degree=3", follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["location"] == "/labs/fitting?degree=3"
    assert client.get("/labs/fitting/").status_code == 200


def test_a_relative_redirect_never_becomes_another_host() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await RedirectResponse("http://127.0.0.1//evil.example/x")(scope, receive, send)

    client = TestClient(Doors(app, Settings()), base_url="http://127.0.0.1")
    answer = client.get("/", follow_redirects=False)
    assert answer.headers["location"] == "/evil.example/x"


# --- Headers ------------------------------------------------------------------------------------


@pytest.fixture
def broken() -> TestClient:
    """An application of which one address breaks."""
    app = create_app(Settings())

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("unforeseen")

    return TestClient(app, raise_server_exceptions=False)


def test_every_answer_carries_the_security_headers(broken: TestClient) -> None:
    answers = {
        "page": broken.get("/"),
        "static": broken.get("/static/icon.svg"),
        "head": broken.head("/"),
        "unknown": broken.get("/nowhere"),
        "broken": broken.get("/broken"),
        "wrong method": broken.delete("/healthz"),
        "wrong value": broken.post("/api/share", json={}),
        "redirect": broken.get("/labs/nms/", follow_redirects=False),
        "unknown host": broken.get("/", headers=REBOUND),
        "foreign page": broken.post("/api/share", json={"path": "/"}, headers=FOREIGN),
        "too large": broken.post("/api/share", content=bytes(LIMIT + 1)),
    }
    assert answers["broken"].status_code == 500
    for name, answer in answers.items():
        assert headers_of(answer) == HEADERS, name


def test_a_refused_socket_carries_them_too(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/api/labs/fitting/run", headers=FOREIGN),
    ):
        pass
    assert refused.value.status_code == 403  # type: ignore[attr-defined]
    assert headers_of(refused.value) == HEADERS


# --- Bodies -------------------------------------------------------------------------------------


def json_of(size: int) -> bytes:
    return b'{"path": "/", "more": "' + b"x" * (size - 25) + b'"}'


def test_a_body_above_the_limit_is_refused_with_the_limit(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/share", content=json_of(LIMIT + 1), headers=headers)
    assert "1 MB" in assert_shape(answer, 413, "body_too_large")["message"]
    assert client.post("/api/share", content=json_of(LIMIT), headers=headers).status_code == 422


def test_a_body_of_unknown_length_is_refused_as_soon_as_more_has_come() -> None:
    parts = (bytes(LIMIT), b"x")  # and the rest never comes
    app = create_app(Settings())
    answer = exchange(app, "POST", "/api/share", JSON, parts=parts, body=None)
    assert answer.status == 413
    assert answer.json()["error"]["code"] == "body_too_large"


@pytest.mark.parametrize(
    "path", ["/api/share", "/api/labs/fitting/run", "/api/rpn/proposals", "/api/nms"]
)
def test_a_declared_length_is_refused_before_anything_is_read(path: str) -> None:
    length = ("Content-Length", str(100 * LIMIT))
    answer = exchange(create_app(Settings()), "POST", path, JSON, length, body=None)
    assert answer.status == 413
    assert answer.json()["error"]["code"] == "body_too_large"


@pytest.mark.parametrize("patience", [Patience(pause=0.05), Patience(whole=0.05)])
def test_a_body_that_does_not_come_is_not_waited_for(patience: Patience) -> None:
    app = Doors(create_app(Settings()), Settings(), patience)
    request = ("POST", "/api/share", JSON, ("Content-Length", "100"))
    answer = exchange(app, *request, parts=(b'{"path"', b": "), body=None)
    assert answer.status == 408
    assert answer.headers["connection"] == "close"
    assert answer.json()["error"]["code"] == "body_too_slow"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/fitting/table", rb'{"text": "\ud800,y\n1,2\n3,4\n5,6\n7,8"}'),
        ("/api/mlp/table", rb'{"text": "\udfff,y\n1,2\n3,4"}'),
        ("/api/share", rb'{"path": "/labs/nms?\ud800"}'),
        ("/api/labs/fitting/run", rb'{"config": {"\uD83D": 1}}'),
        ("/api/labs/fitting/code", rb'{"config": {"points": [[{"a": ["\udc00\ud800"]}]]}}'),
        ("/api/rpn/proposals", b'{"image_id": "\xed\xa0\x80"}'),
        ("/api/nms", '{"boxes": [], "scores": [], "\\ud800": 1}'.encode("utf-16")),
    ],
)
def test_half_a_character_anywhere_in_a_body_is_told(
    client: TestClient, path: str, body: bytes
) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert "character" in assert_shape(answer, 422, "invalid_input")["message"]


def test_a_whole_character_written_as_two_halves_is_text(client: TestClient) -> None:
    body = rb'{"path": "/labs/nms?\ud83d\ude00"}'
    answer = client.post("/api/share", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "charset", ["punycode", "unicode_escape", "undefined", "utf-7", "utf-16", "zip", "nonsense"]
)
@pytest.mark.parametrize("path", ["/api/images", "/api/albums", "/api/albums/clips"])
def test_a_form_in_an_odd_encoding_is_told(client: TestClient, path: str, charset: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="a\\ud800-"\r\n\r\n\xff\r\n--b--\r\n'
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    answer = client.post(path, content=body, headers={"Content-Type": kind})
    assert "UTF-8" in assert_shape(answer, 422, "invalid_input")["message"]


# --- Sockets ------------------------------------------------------------------------------------


def test_a_socket_that_never_says_anything_is_closed_with_the_reason() -> None:
    app = Doors(create_app(Settings()), Settings(), Patience(first_message=0.05))
    client = TestClient(app, base_url="http://127.0.0.1")
    with client.websocket_connect("/api/labs/fitting/run") as socket:
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == SILENT
        assert "0.05 seconds" in closed.value.reason


def test_a_socket_that_has_said_something_may_be_silent() -> None:
    async def echo(scope: Any, receive: Any, send: Any) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await socket.send_text(await socket.receive_text())
        await asyncio.sleep(0.2)  # longer than a first message may take
        await socket.send_text(await socket.receive_text())

    app = Doors(echo, Settings(), Patience(first_message=0.05))
    client = TestClient(app, base_url="http://127.0.0.1")
    with client.websocket_connect("/") as socket:
        for text in ("first", "second"):
            socket.send_text(text)
            assert socket.receive_text() == text
