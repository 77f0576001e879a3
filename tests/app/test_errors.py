"""One shape for every failure, in the reader's language, without internals."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.testclient import TestClient

from app import errors
from app.errors import DomainError, ModelNotInstalled
from app.failures import install_error_handlers
from app.i18n import N_
from app.registry import LABS


def tree(error: type[DomainError]) -> list[type[DomainError]]:
    return [error, *(leaf for child in error.__subclasses__() for leaf in tree(child))]


def assert_shape(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The error, after checking that nothing stands beside it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["error"]
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "field"}
    assert error["code"] == code
    assert error["message"]
    assert "{" not in error["message"]
    return error


def test_the_docstring_shows_the_whole_tree() -> None:
    for error in tree(DomainError):
        assert error.__name__ in (errors.__doc__ or "")


def test_codes_tell_errors_apart() -> None:
    leaves = [error for error in tree(DomainError) if "code" in vars(error)]
    assert len({error.code for error in leaves}) == len(leaves)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/labs/nowhere", 404, "not_found"),
        ("GET", "/static/nowhere.js", 404, "not_found"),
        ("GET", "/static/../app/main.py", 404, "not_found"),
        ("GET", "/static/%2e%2e/app/main.py", 404, "not_found"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
        ("GET", "/api/nms", 405, "method_not_allowed"),
        ("GET", "/api/images/nowhere", 404, "image_gone"),
    ],
)
def test_a_wrong_address_is_told_in_the_one_shape(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    assert_shape(client.request(method, path), status, code)


BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/nowhere", "/labs/nowhere", "/labs/cross_entropy"])
def test_a_person_who_follows_a_wrong_address_gets_a_page_with_the_labs(
    client: TestClient, path: str
) -> None:
    answer = client.get(path, headers={"Accept": BROWSER, "Accept-Language": "zh-CN"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "未找到" in answer.text
    for lab in LABS:
        assert f"/labs/{lab.slug}" in answer.text


@pytest.mark.parametrize("path", ["/api/images/nowhere", "/static/nowhere.js", "/labs/nowhere"])
def test_a_program_and_a_script_get_json(client: TestClient, path: str) -> None:
    for accept in ("*/*", "application/json"):
        answer = client.get(path, headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"nothing", b"[1,", b'{"boxes": [}'])
def test_a_body_that_is_not_json_is_told_so(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/nms", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert_shape(answer, answer.status_code, answer.json()["error"]["code"])


def test_the_allowed_methods_are_told_with_a_405(client: TestClient) -> None:
    assert "GET" in client.delete("/healthz").headers["allow"]


def test_a_message_is_in_the_readers_language(client: TestClient) -> None:
    english = client.get("/api/images/nowhere").json()["error"]
    chinese = client.get("/api/images/nowhere", headers={"Accept-Language": "zh-CN"}).json()[
        "error"
    ]
    assert chinese["code"] == english["code"]
    assert chinese["message"] != english["message"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese["message"])


def test_a_failure_of_our_own_gives_no_internals_away() -> None:
    app = FastAPI()
    install_error_handlers(app, lambda request, error: Response(status_code=error.status))

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError(f"secret of {__file__}")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert_shape(answer, 500, "internal")
    assert "secret" not in answer.text
    assert Path(__file__).name not in answer.text


def test_values_are_put_into_the_message_and_the_field_is_named() -> None:
    error = ModelNotInstalled(N_("Type: fetch {name}"), "model", name="{evil}")
    assert error.told_in("en")["error"] == {
        "code": "model_not_installed",
        "message": "Type: fetch {evil}",
        "field": "model",
    }


def test_a_long_path_to_the_mistake_is_cut(client: TestClient) -> None:
    answer = client.post("/api/nms", json={"boxes": [], "scores": [], "x" * 5000: 1})
    assert len(assert_shape(answer, 422, "invalid_input")["field"]) <= errors.MAX_PATH
