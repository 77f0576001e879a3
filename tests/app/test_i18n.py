"""Every text that a reader may see is in the catalogue, whole and up to date."""

import json
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.i18n import FOLDER, LANGUAGES, catalog, translate

ROOT = Path(__file__).parents[2]
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "t": None}
SOURCES = ("app", "models", "templates", "static/js")
TRANSLATED = sorted(set(LANGUAGES) - {"en"})


def texts_in_the_sources() -> dict[str, str]:
    """Text -> the file that it was first found in, by the rules of babel.cfg."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, str] = {}
    rows = extract_from_dir(ROOT, methods, options, KEYWORDS)
    for name, _, text, _, _ in rows:
        if isinstance(text, str) and text and name.startswith(SOURCES):
            found.setdefault(text, name)
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
        for text in re.findall(r'(?<![\w.])t\("((?:[^"\\]|\\.)*)"', path.read_text()):
            assert json.loads(f'"{text}"') in found, f"{path.name}: {text}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_entry_is_empty_fuzzy_or_left_over(language: str) -> None:
    used = texts_in_the_sources()
    assert not [m.id for m in messages(language) if m.fuzzy or not m.string]
    assert not [m.id for m in messages(language) if m.id not in used]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_has_the_same_placeholders(language: str) -> None:
    for text, translation in catalog(language).items():
        if set(placeholders(translation)) != set(placeholders(text)):
            pytest.fail(f"{text!r} and {translation!r} name different values")


def test_a_text_without_an_entry_is_shown_in_english() -> None:
    assert translate("no such text", "zh") == "no such text"
