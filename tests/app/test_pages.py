"""The pages: both languages, both themes, nothing from elsewhere, and the first one at once."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app import __version__
from app.i18n import accept_languages
from app.main import create_app
from app.registry import LABS
from app.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = ("/", "/patterns", "/api", *(f"/labs/{lab.slug}" for lab in LABS))
FIRST_PAGE = """
import sys
from starlette.testclient import TestClient
from app.main import create_app
app = create_app()
assert TestClient(app).get("/").status_code == 200
app.state.images.close()
heavy = {"torch", "torchvision", "numba", "sklearn", "PIL", "scipy"} & set(sys.modules)
assert not heavy, heavy
"""


class Tags(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_first_page_is_served_before_anything_heavy_is_loaded() -> None:
    subprocess.run([sys.executable, "-c", FIRST_PAGE], cwd=ROOT, check=True)


def test_torch_is_loaded_behind_the_first_page_and_the_server_closes_in_between() -> None:
    with TestClient(create_app(Settings())) as client:
        assert client.get("/").status_code == 200


def test_healthz_says_that_it_is_well_and_which_version_it_is(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "version": __version__}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_its_language(client: TestClient, page: str) -> None:
    for tag, language in (("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"), ("en-GB", "en"), ("fr", "en")):
        answer = client.get(page, headers={"Accept-Language": tag})
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text


def test_everything_that_the_pages_point_to_is_there(client: TestClient) -> None:
    targets = set()
    for page in PAGES:
        for tag, attributes in Tags(client.get(page).text).found:
            target = attributes.get("href") if tag in ("a", "link") else attributes.get("src")
            if target and target.startswith("/"):
                targets.add(target.partition("#")[0])
    assert len(targets) > len(PAGES)
    for target in sorted(targets):
        assert client.get(target).status_code == 200, target


@pytest.mark.parametrize("page", PAGES)
def test_every_id_is_unique_and_every_label_and_description_points_to_one(
    client: TestClient, page: str
) -> None:
    tags = Tags(client.get(page).text).found
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in tags:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            assert attributes.get(name) is None or attributes[name] in ids, attributes


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_carries_a_strict_policy(client: TestClient, page: str) -> None:
    headers = client.get(page).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_a_script_or_style_of_its_own(client: TestClient, page: str) -> None:
    for tag, attributes in Tags(client.get(page).text).found:
        assert tag != "style"
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        if tag == "script":
            data = attributes.get("type") in ("application/json", "importmap")
            assert data or attributes.get("src"), attributes


def test_a_chosen_language_stays(client: TestClient) -> None:
    own = TestClient(client.app, headers={"Accept-Language": "en"})
    assert 'lang="zh-Hans"' in own.get("/?lang=zh").text
    assert '<html lang="zh-Hans"' in own.get("/").text
    assert '<html lang="en"' in own.get("/?lang=en").text
    assert '<html lang="en"' in own.get("/").text


def test_an_unknown_language_is_neither_shown_nor_kept(client: TestClient) -> None:
    answer = client.get("/?lang=<script>")
    assert '<html lang="en"' in answer.text
    assert "vitrine_language" not in answer.headers["set-cookie"]
    assert "<script>&" not in answer.text


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", ["zh-cn", "zh", "en"]),
        ("en;q=0.1, zh;q=0.7", ["zh", "en"]),
        ("en;q=0, zh", ["zh"]),
        ("", [""]),
        ("en;q=much,zh", ["zh"]),
        ("*", ["*"]),
    ],
)
def test_accept_language_is_read_by_weight(header: str, wanted: list[str]) -> None:
    assert accept_languages(header) == wanted


@pytest.mark.parametrize(
    ("cookie", "theme"), [(None, "auto"), ("dark", "dark"), ("light", "light"), ('"><b', "auto")]
)
def test_the_theme_is_the_cookies_if_it_is_one(
    client: TestClient, cookie: str | None, theme: str
) -> None:
    headers = {"Cookie": f"vitrine_theme={cookie}"} if cookie else {}
    assert f'data-theme="{theme}"' in client.get("/", headers=headers).text


def test_the_font_of_the_formulas_is_served_from_here(client: TestClient) -> None:
    answer = client.get("/fonts/math.ttf")
    assert answer.headers["content-type"] == "font/ttf"
    assert answer.content[:4] == b"\0\1\0\0"


def test_the_description_of_the_api_names_every_endpoint(client: TestClient) -> None:
    page = client.get("/api").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert f"<code>{path}</code>" in page
