"""English and Chinese: which one a reader gets, and every text in it.

The catalogues in `app/locale` are the only source of texts for Python, the templates and the
browser. A text's key is its English wording; `N_` marks one that is translated later, when it is
known who reads it. Where one wording has two meanings, a context tells them apart (gettext's
`pgettext`): `P_` here, `pgettext` in a template, `tp` in JavaScript.
"""

from collections.abc import Callable, Mapping
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

APART = "\x04"  # between context and wording in a key, as gettext has it
LazyText = str  # an English key, to be translated when it is shown


class Meaning(str):
    """An English wording that has more than one meaning, with what tells which: its context."""

    context: str


def N_(text: str) -> LazyText:
    """Mark a text for translation later; gettext's usual name for it."""
    return text


def P_(context: str, text: str) -> LazyText:
    """Mark a text of several meanings; in English it reads like any other."""
    meaning = Meaning(text)
    meaning.context = context
    return meaning


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
    """Every text of a language other than English: English key, after its context -> text."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        po = read_po(file, locale=language)
    return {
        key_of(m.context, m.id): str(m.string)
        for m in po
        if isinstance(m.id, str) and m.id and m.string
    }


def key_of(context: str | None, text: str) -> str:
    return f"{context}{APART}{text}" if context else text


def translate(text: LazyText, language: str) -> str:
    """The text in a language; a test makes sure that no entry is missing."""
    if language == DEFAULT:
        return text
    context = text.context if isinstance(text, Meaning) else None
    return catalog(language).get(key_of(context, text), text)


def words_in(language: str) -> dict[str, Callable[..., str]]:
    """What a template calls: `_(text, **values)` and `pgettext(context, text, **values)`."""

    def told(text: LazyText, **values: Any) -> str:
        found = translate(text, language)
        return found.format(**values) if values else found

    return {
        "_": told,
        "pgettext": lambda context, text, **values: told(P_(context, text), **values),
    }


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
