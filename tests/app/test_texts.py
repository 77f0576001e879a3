"""What a page's scripts show is there in the reader's language, and nothing else."""

import json
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from starlette.testclient import TestClient

from app import texts
from app.i18n import catalog, key_of
from app.registry import LABS
from app.texts import SCRIPTS, scripts_of, texts_of

KEYWORDS = {"t": None, "tp": ((1, "c"), 2)}
PAGES = {
    "/": "pages/home.js",
    "/api": "core/page.js",
    "/patterns": "pages/patterns/index.js",
    **{f"/labs/{lab.slug}": f"labs/{lab.slug.replace('-', '_')}/index.js" for lab in LABS},
}


def told(client: TestClient, path: str) -> dict[str, str]:
    """What a Chinese page brings its scripts."""
    page = client.get(f"{path}?lang=zh").text
    address = re.search(r'data-texts="([^"]+)"', page)
    assert address
    answer = client.get(address[1])
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    found: dict[str, str] = json.loads(answer.text.removeprefix("export default ").rstrip(";\n"))
    return found


@pytest.mark.parametrize("path", PAGES)
def test_a_chinese_page_has_every_text_of_every_script_that_it_loads(
    client: TestClient, path: str
) -> None:
    known, shown = catalog("zh"), told(client, path)
    keys = {
        key_of(context, text)
        for script in scripts_of(PAGES[path])
        for _, text, _, context in extract_from_file("javascript", script, keywords=KEYWORDS)
    }
    assert keys <= shown.keys()
    assert all(known[key] == text for key, text in shown.items())
    assert len(shown) < len(known) / 2


def test_the_scripts_of_a_page_are_all_that_a_browser_loads_also_workers_and_what_is_chosen() -> (
    None
):
    names = {path.relative_to(SCRIPTS).as_posix() for path in scripts_of("labs/nms/index.js")}
    assert {"core/page.js", "labs/nms/index.js", "labs/nms/worker.js", "views/picture.js"} <= names
    assert not [name for name in names if name.startswith("labs/mlp")]


def test_an_english_page_needs_no_texts(client: TestClient) -> None:
    assert "data-texts" not in client.get("/labs/mlp?lang=en").text
    assert texts_of("labs/mlp/index.js", "en") is None


@pytest.mark.parametrize(
    "address",
    [
        "zh/0/../../app/main.py",
        "zh/0/core/state.js",
        "zh/0/labs/none/index.js",
        "xx/0/pages/home.js",
        "en/0/pages/home.js",
    ],
)
def test_there_are_no_texts_of_what_is_no_page(client: TestClient, address: str) -> None:
    assert client.get(f"/texts/{address}").status_code == 404


def test_texts_of_another_version_are_answered_and_not_kept(client: TestClient) -> None:
    answer = client.get("/texts/zh/0123456789abcdef/pages/home.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


def test_nothing_outside_the_scripts_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "js" / "core").mkdir(parents=True)
    (tmp_path / "js" / "core" / "page.js").write_text('import "../../secret.js";')
    (tmp_path / "secret.js").write_text("")
    monkeypatch.setattr(texts, "SCRIPTS", tmp_path / "js")
    assert {p.name for p in scripts_of.__wrapped__("core/page.js")} == {"page.js"}


def test_a_page_has_the_meanings_that_its_scripts_tell_by_a_context(client: TestClient) -> None:
    perceptron, contrastive = told(client, "/labs/mlp"), told(client, "/labs/contrastive")
    assert perceptron["update\x04before"] == "更新前"
    assert contrastive["training\x04before"] == "训练前"
    assert "update\x04before" not in contrastive
