"""English and Chinese: which one a reader gets, and every text in it.

The catalogues in `app/locale` are the only source of texts for Python, the templates and the
browser. A text's key is its English wording; `N_` marks one that is translated later, when it is
known who reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.core import negotiate_locale
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection

LANGUAGES = {"en": "English", "zh": "中文"}
DEFAULT = "en"
COOKIE = "vitrine_language"
FOLDER = Path(__file__).parent / "locale"

LazyText = str  # an English key, to be translated when it is shown


def N_(text: str) -> LazyText:
    """Mark a text for translation later; gettext's usual name for it."""
    return text


LIST_COMMA = N_(", ")


@dataclass(frozen=True)
class Told:
    """A text with its values, which may be such texts, or tuples of them: lists of words."""

    text: LazyText
    values: Mapping[str, Any] = field(default_factory=dict)

    def in_language(self, language: str) -> str:
        values = {name: worded(value, language) for name, value in self.values.items()}
        return translate(self.text, language).format(**values)


def worded(value: Any, language: str) -> Any:
    """A value as it stands in a text."""
    if isinstance(value, Told):
        return value.in_language(language)
    if isinstance(value, tuple):
        return translate(LIST_COMMA, language).join(str(worded(v, language)) for v in value)
    return value


@cache
def catalog(language: str) -> dict[str, str]:
    """Every text of a language other than English: English key -> text."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        po = read_po(file, locale=language)
    return {m.id: str(m.string) for m in po if isinstance(m.id, str) and m.id and m.string}


def translate(text: LazyText, language: str) -> str:
    """The text in a language; a test makes sure that no entry is missing."""
    if language == DEFAULT:
        return text
    return catalog(language).get(text, text)


def language_of(connection: HTTPConnection) -> str:
    """The reader's language: `?lang=`, else the cookie, else the browser's, else English."""
    for chosen in (connection.query_params.get("lang"), connection.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    wanted = accept_languages(connection.headers.get("accept-language", ""))
    return negotiate_locale(wanted, LANGUAGES, sep="-") or DEFAULT


def accept_languages(header: str) -> list[str]:
    """Language tags of an Accept-Language header (RFC 9110, 12.5.4), the most wanted first."""
    weighed = []
    for part in header.lower().split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighed, key=lambda row: -row[0]) if weight > 0]
