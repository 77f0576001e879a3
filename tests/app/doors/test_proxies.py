"""Behind a proxy: below a prefix, with its scheme, and never below what is no prefix."""

import pytest
from fastapi.testclient import TestClient
from starlette.types import Scope

from app.doors.proxies import as_asked, root_of
from app.main import create_app
from app.settings import Settings


def asked(path: str, root: str = "", **headers: str) -> Scope:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return as_asked({"type": "http", "scheme": "http", "path": path, "headers": raw}, root)


@pytest.mark.parametrize(
    ("path", "root", "headers", "seen", "prefix"),
    [
        ("/labs/nms", "", {}, "/labs/nms", ""),
        ("/labs/nms", "/vitrine", {}, "/vitrine/labs/nms", "/vitrine"),
        ("/vitrine/labs/nms", "/vitrine", {}, "/vitrine/labs/nms", "/vitrine"),
        ("/vitrinelabs", "/vitrine", {}, "/vitrine/vitrinelabs", "/vitrine"),
        ("/", "", {"x_forwarded_prefix": "/user/me/proxy/8000/"}, "/user/me/proxy/8000/",
         "/user/me/proxy/8000"),
        ("/", "", {"x_forwarded_context": "/user/a@b.c"}, "/user/a@b.c/", "/user/a@b.c"),
        ("/labs", "", {"x_forwarded_prefix": "/user/%E5%BC%A0/proxy"}, "/user/张/proxy/labs",
         "/user/张/proxy"),
        ("/", "", {"x_forwarded_prefix": "/a/%2e%2E/b"}, "/", ""),
        ("/", "", {"x_forwarded_prefix": "/a%2f%2fb"}, "/", ""),
        ("/", "", {"x_forwarded_prefix": "/a%0d%0ab"}, "/", ""),
        ("/", "/mine", {"x_forwarded_prefix": "/other"}, "/mine/", "/mine"),
        ("/", "", {"x_forwarded_prefix": "//evil.example"}, "/", ""),
        ("/", "", {"x_forwarded_prefix": "/a/../b"}, "/", ""),
        ("/", "", {"x_forwarded_prefix": "/a\"><script>"}, "/", ""),
        ("/", "", {"x_forwarded_prefix": "https://evil.example"}, "/", ""),
    ],
)  # fmt: skip
def test_a_prefix_is_taken_from_the_setting_or_the_proxy_and_only_where_it_is_one(
    path: str, root: str, headers: dict[str, str], seen: str, prefix: str
) -> None:
    scope = asked(path, root, **headers)
    assert (scope["path"], scope["root_path"]) == (seen, prefix)


def test_the_scheme_is_the_browsers() -> None:
    assert asked("/", x_forwarded_proto="https")["scheme"] == "https"
    assert asked("/", x_forwarded_proto="HTTPS, http")["scheme"] == "https"
    assert asked("/", x_forwarded_proto="gopher")["scheme"] == "http"
    socket = {"type": "websocket", "scheme": "ws", "path": "/", "headers": []}
    assert as_asked(socket | {"headers": [(b"x-forwarded-proto", b"https")]}, "")["scheme"] == "wss"


def test_the_public_address_tells_the_prefix_unless_a_setting_does() -> None:
    public = "https://lab.example.org/vitrine/"
    assert root_of(Settings(public_url=public)) == "/vitrine"
    assert root_of(Settings(public_url=public, root_path="/other")) == "/other"
    assert root_of(Settings(public_url="https://lab.example.org")) == ""


@pytest.mark.parametrize("path", ["/labs", "/api/v1", "/s"])
def test_a_path_of_our_own_pages_can_be_no_prefix(path: str) -> None:
    with pytest.raises(ValueError, match="own pages"):
        Settings(root_path=path)
    Settings(root_path="/static-labs")


def test_a_prefix_is_written_in_pages_as_in_addresses(client: TestClient) -> None:
    page = client.get("/", headers={"X-Forwarded-Prefix": "/user/%E5%BC%A0"}).text
    assert 'data-root="/user/%E5%BC%A0"' in page
    assert 'href="/user/%E5%BC%A0/labs/nms"' in page


@pytest.mark.parametrize("path", ["vitrine", "/a b", "//a", "/../a", "/a/./b", "/a?b"])
def test_what_can_be_no_prefix_is_refused_as_a_setting(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path such as"):
        Settings(root_path=path)


def test_every_address_of_a_page_lies_below_the_prefix() -> None:
    with TestClient(create_app(Settings(root_path="/vitrine"))) as client:
        for path in ("/", "/labs/nms", "/labs/contrastive", "/patterns", "/api"):
            answer = client.get(path)
            assert answer.status_code == 200
            page = answer.text
            assert 'data-root="/vitrine"' in page
            for mark in ('href="/', 'src="/'):
                others = [p for p in page.split(mark)[1:] if not p.startswith("vitrine/")]
                assert others == [], path
            assert "Path=/vitrine" in answer.headers.get("set-cookie", "Path=/vitrine")
        style = client.get("/vitrine/static/css/tokens.css")
        assert (style.status_code, style.headers["cache-control"]) == (200, "no-cache")
        assert client.get("/vitrine/fonts/math.ttf").status_code == 200
