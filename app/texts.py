"""The texts that a page's scripts show, in the reader's language: a module of their own to load.

A page names one script; that imports others. Of the catalogue the page gets what stands in any of
them as a literal, where there is a context that, too, and nothing else: a tenth of it. The address
carries a hash of the content, so a browser keeps it for good.
"""

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response

from app import ROOT
from app.errors import NotFound
from app.i18n import APART, DEFAULT, LANGUAGES, N_, catalog

SCRIPTS = ROOT / "static" / "js"
COMMON = "core/page.js"  # what every page loads
NAMED = re.compile(r'["`](\.{1,2}/[^"`\s]*\.js)["`]')  # another script, as scripts name it
# From every quote on to the next: in comments and patterns there are single ones.
LITERAL = re.compile(r"""(?=(["'`])((?:(?!\1)[^\\\n]|\\.)*)\1)""")
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}

router = APIRouter(include_in_schema=False)


class Texts(NamedTuple):
    """A module whose default export is English wording -> text."""

    address: str  # below the server's root
    module: str


@cache
def scripts_of(entry: str) -> frozenset[Path]:
    """The files that a page loads which names the script `entry`: it, what it imports, and so on.
    A name with a part that is only known later (`${…}`) means every file that it may be.
    """
    known: set[Path] = set()
    to_come = [SCRIPTS / COMMON, SCRIPTS / entry]
    while to_come:
        path = to_come.pop().resolve()
        if path in known or not path.is_relative_to(SCRIPTS):
            continue
        known.add(path)
        for name in NAMED.findall(path.read_text()):
            start, pattern = path.parent, re.sub(r"\$\{[^}]*\}", "*", name)
            while pattern.startswith("../"):
                start, pattern = start.parent, pattern[3:]
            to_come += start.glob(pattern.removeprefix("./"))
    return frozenset(known)


@cache
def texts_of(entry: str, language: str) -> Texts | None:
    """What the page's scripts may show; None in English, where a key is its text."""
    if language == DEFAULT:
        return None
    source = "\n".join(path.read_text() for path in sorted(scripts_of(entry)))
    known = catalog(language)
    literals = {text.replace("\\\\", "\\") for _, text in LITERAL.findall(source)}
    shown = {key: text for key, text in known.items() if literals.issuperset(key.split(APART))}
    module = f"export default {json.dumps(shown, ensure_ascii=False, sort_keys=True)};\n"
    digest = hashlib.sha256(module.encode()).hexdigest()[:16]
    return Texts(f"/texts/{language}/{digest}/{entry}", module)


@router.get("/texts/{language}/{digest}/{entry:path}")
def texts(language: str, digest: str, entry: str) -> Response:
    """The texts of the page that loads `entry`, as they were when the page named them."""
    found = texts_of(entry, language) if language in LANGUAGES and is_page(entry) else None
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    # A server that was started anew may have others: then they are not kept.
    fresh = found.address == f"/texts/{language}/{digest}/{entry}"
    headers = FOR_GOOD if fresh else {"Cache-Control": "no-store"}
    return Response(found.module, media_type="text/javascript", headers=headers)


def is_page(entry: str) -> bool:
    """Whether there is a script of that name that a page may load."""
    named = entry == COMMON or re.fullmatch(r"(labs|pages)/[a-z_]+(/index)?\.js", entry)
    return bool(named) and (SCRIPTS / entry).is_file()
