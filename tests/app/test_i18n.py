"""Every text that a reader may see is in the catalogue, whole and up to date."""

import json
import pickle
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Template
from starlette.testclient import TestClient

from app.i18n import APART, FOLDER, LANGUAGES, P_, Told, catalog, key_of, translate, words_in

ROOT = Path(__file__).parents[2]
IN_CONTEXT = ((1, "c"), 2)
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "t": None, "P_": IN_CONTEXT, "tp": IN_CONTEXT}
SOURCES = ("app", "models", "templates", "static/js")
LITERAL = r'"(?:[^"\\]|\\.)*"'
CALL = re.compile(rf"(?<![\w.])(?:t\(\s*({LITERAL})|tp\(\s*({LITERAL},\s*{LITERAL}))")
TRANSLATED = sorted(set(LANGUAGES) - {"en"})


def texts_in_the_sources() -> dict[str, str]:
    """Key -> the file that it was first found in, by the rules of babel.cfg."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, str] = {}
    rows = extract_from_dir(ROOT, methods, options, KEYWORDS)
    for name, _, text, _, context in rows:
        if isinstance(text, str) and text and name.startswith(SOURCES):
            found.setdefault(key_of(context, text), name)
    return found


def messages(language: str) -> list[Message]:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{[^}]*\}", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    known = catalog(language)
    missing = {text: where for text, where in texts_in_the_sources().items() if text not in known}
    assert not missing


def test_every_text_of_the_scripts_is_found_by_the_extractor() -> None:
    """It does not look into template literals, nor into the arguments of another text."""
    found = texts_in_the_sources()
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        for literals in map("".join, CALL.findall(path.read_text())):
            key = APART.join(json.loads(f"[{literals}]"))
            assert key in found, f"{path.name}: {literals}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_entry_is_empty_fuzzy_or_left_over(language: str) -> None:
    used = texts_in_the_sources()
    assert not [m.id for m in messages(language) if m.fuzzy or not m.string]
    assert not [m.id for m in messages(language) if key_of(m.context, str(m.id)) not in used]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_has_the_same_placeholders(language: str) -> None:
    for text, translation in catalog(language).items():
        if set(placeholders(translation)) != set(placeholders(text)):
            pytest.fail(f"{text!r} and {translation!r} name different values")


def test_a_text_without_an_entry_is_shown_in_english() -> None:
    assert translate("no such text", "zh") == "no such text"


def test_a_wording_of_two_meanings_has_two_texts_and_in_english_one() -> None:
    count, plain = P_("how many", "Classes"), "Classes"
    assert translate(count, "en") == translate(plain, "en") == count == plain
    assert translate(count, "zh") == "类别数"
    assert translate(plain, "zh") == "类别"
    assert Told("{what}", {"what": (Told(count), Told(plain))}).in_language("zh") == "类别数、类别"


def test_its_meaning_goes_along_to_another_process() -> None:
    assert translate(pickle.loads(pickle.dumps(P_("how many", "Classes"))), "zh") == "类别数"


def test_a_template_tells_its_meaning_by_pgettext(tmp_path: Path) -> None:
    page = "{{ pgettext('update', 'before') }} {{ pgettext('training', 'before') }} {{ _('Home') }}"
    told = Template(page).render(words_in("zh"))
    assert told.split() == ["更新前", "训练前", "首页"]
    assert Template(page).render(words_in("en")).split() == ["before", "before", "Home"]
    (tmp_path / "page.html").write_text(page)
    found = extract_from_file("jinja2", tmp_path / "page.html", keywords=KEYWORDS)
    assert {(text, context) for _, text, _, context in found} == {
        ("before", "update"),
        ("before", "training"),
        ("Home", None),
    }


def test_a_control_tells_how_many_and_a_button_tells_which(client: TestClient) -> None:
    page = client.get("/labs/mlp?lang=zh").text
    assert re.search(r'for="c-classes">类别数 ', page)
    assert re.search(r'data-look="classes">类别<', page)
    assert 'for="c-classes">Classes ' in client.get("/labs/mlp?lang=en").text
