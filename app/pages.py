"""The HTML pages: home, one a lab, the pattern book, the description of the API."""

import re
from collections import defaultdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.templating import Jinja2Templates
from latex2mathml.converter import convert
from markupsafe import Markup, escape

from app import ROOT, __version__
from app.doors.proxies import prefix_of
from app.errors import DomainError, NotFound
from app.guide import ROUTES, SECTIONS, chapters_of
from app.i18n import COOKIE, LANGUAGES, N_, language_of, words_in
from app.lab.contract import CHAPTERS, Lab
from app.lab.lessons import NUMBER, Step
from app.lan import in_container
from app.lectures.scripts import SCRIPTS
from app.registry import BY_SLUG, LABS
from app.share import addresses_for_others, base_of, code_of
from app.statements import STATEMENTS, TITLES, boxes_of, lab_of
from app.texts import COMMON, texts_of
from app.visitors import VISITOR, new_visitor, visitor_of

THEMES = ("auto", "light", "dark")
THEME = "vitrine_theme"  # the cookie that keeps the theme; static/js/core/page.js sets it
YEAR = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(ROOT / "templates")
templates.env.trim_blocks = templates.env.lstrip_blocks = True


@cache
def mathml(latex: str, display: str = "inline") -> Markup:
    """A formula in LaTeX as MathML, which the browser draws with the STIX Two Math font."""
    return Markup(convert(latex, display=display))


def numbers_in(text: str, lab: Lab[Any], state: dict[str, Any]) -> Markup:
    """A lesson's text, its `{name}` as the control's value, which is dragged there."""
    controls = {control.name: control for control in lab.controls}

    def dragged(found: re.Match[str]) -> str:
        name = found[1]
        value = state.get(name, controls[name].default)
        return f'<b class="scrub" data-scrub="{name}">{value:g}</b>'

    return Markup(NUMBER.sub(dragged, str(escape(text))))


def steps_that_go_on(step: Step) -> list[tuple[Lab[Any], int, Step]]:
    """What a lesson's step links to: lab, number and step."""
    return [
        (BY_SLUG[slug], number, other)
        for slug, title in step.see
        for number, other in enumerate(BY_SLUG[slug].lesson, start=1)
        if other.title == title
    ]


templates.env.filters["math"] = mathml
templates.env.globals["numbers_in"] = numbers_in
templates.env.globals["steps_that_go_on"] = steps_that_go_on


def render(request: Request, name: str, **values: Any) -> HTMLResponse:
    """A page in the reader's language and theme; `script` is the one it loads, in static/js."""
    language = language_of(request)
    root = prefix_of(request)
    theme = request.query_params.get("theme") or request.cookies.get(THEME, "auto")
    values |= {
        **words_in(language),
        "language": language,
        "root": root,
        "languages": LANGUAGES,
        "theme": theme if theme in THEMES else "auto",
        "labs": LABS,
        "chapters": CHAPTERS,
        "version": __version__,
        "image_hours": f"{request.app.state.settings.image_hours:g}",
        "max_side": request.app.state.settings.max_side,
        "texts": texts_of(values["script"], language),
    }
    response = templates.TemplateResponse(request, name, values)
    if not visitor_of(request):
        response.set_cookie(VISITOR, new_visitor(), path=root or "/", httponly=True, samesite="lax")
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(COOKIE, language, path=root or "/", max_age=YEAR, samesite="lax")
    return response


@router.get("/")
def home(request: Request) -> HTMLResponse:
    """The map of the labs; whether a room can come here is told before a class begins."""
    return render(
        request,
        "index.html",
        script="pages/home.js",
        map=chapters_of(LABS),
        first=min(LABS, key=lambda lab: SECTIONS[lab.slug].number),
        sections=SECTIONS,
        routes=ROUTES,
        by_slug=BY_SLUG,
        reachable=bool(addresses_for_others(request)),
        container=in_container(),
    )


@router.get("/guide")
def guide(request: Request) -> HTMLResponse:
    """The notes' statements in order, each with its picture; `?codes=1` adds QR codes, to print."""
    codes: dict[str, Markup] = {}
    if request.query_params.get("codes") == "1":
        base = (addresses_for_others(request) or [base_of(request)])[0]
        places = {place for one in STATEMENTS for place in one.places}
        codes = {place: code_of(f"{base}/labs/{place}") for place in places}
    values = {"statements": STATEMENTS, "titles": TITLES, "codes": codes, "lab_of": lab_of}
    return render(request, "guide.html", script=COMMON, by_slug=BY_SLUG, **values)


@router.get("/lecture")
def lecture(request: Request) -> HTMLResponse:
    """The visitor's lecture script, which the browser keeps."""
    base = (addresses_for_others(request) or [base_of(request)])[0]
    script = "pages/lecture/index.js"
    return render(request, "lecture.html", script=script, scripts=SCRIPTS, base=base)


@router.get("/lecture/notes")
def notes(request: Request) -> HTMLResponse:
    """The presenter's second screen."""
    return render(request, "lecture_notes.html", script="pages/lecture_notes.js")


@router.get("/labs/{slug}")
def lab(request: Request, slug: str) -> HTMLResponse:
    if slug not in BY_SLUG:
        raise NotFound(N_("There is no lab of that name."))
    word = slug.replace("-", "_")
    script = f"labs/{word}/index.js"
    values = {"lab": BY_SLUG[slug], "boxes": boxes_of(slug)}
    return render(request, f"labs/{word}.html", script=script, **values)


def not_found(request: Request, error: DomainError) -> HTMLResponse:
    """The page for whoever follows an old or misspelled address."""
    response = render(request, "not_found.html", script=COMMON, error=error)
    response.status_code = error.status
    return response


@router.get("/patterns")
def patterns(request: Request) -> HTMLResponse:
    return render(request, "patterns.html", script="pages/patterns/index.js")


@router.get("/api")
def api(request: Request) -> HTMLResponse:
    """Every endpoint, drawn from the same OpenAPI description that /openapi.json serves."""
    schema = request.app.openapi()
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["server"])[0]
            groups[tag].append({"path": path, "method": method.upper(), **operation})
    schemas = schema["components"]["schemas"]
    return render(request, "api.html", groups=groups, schemas=schemas, script=COMMON)


@router.get("/fonts/math.ttf")
def math_font() -> Response:
    """STIX Two Math, out of the package that carries it; found without importing the package."""
    spec = find_spec("ziamath")
    if spec is None or spec.origin is None:
        raise NotFound(N_("There is nothing at this address."))
    font = Path(spec.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    return FileResponse(font, media_type="font/ttf", headers={"Cache-Control": f"max-age={YEAR}"})
