"""Lecture scripts: states of the labs in order, with notes and minutes. Two come with Vitrine.

A script is a file of the visitor's, or a link that holds all of it: the server keeps none. It is
made, checked and played by static/js/pages/lecture, and has this form:

    {"vitrine": "lecture", "version": 1, "title": "…",
     "states": [{"path": "/labs/fitting#step-2", "note": "…", "minutes": 6}, …]}
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app.errors import can_fail
from app.i18n import language_of, translate
from app.lectures.scripts import SCRIPTS, Script, Stop
from app.registry import BY_SLUG
from app.share import addresses_for_others, base_of, picture_of

VERSION = 1
LAB_PAGE = r"^/labs/[a-z-]+([?#][!-~]*)?$"
CODE = {
    200: {"content": {"image/svg+xml": {}}, "description": "the code, black on white"},
    **can_fail({422: "no page of a lab, or an address too long for a code"}),
}

router = APIRouter(tags=["lectures"])


class LectureState(BaseModel):
    path: str = Field(description="below the server's root, with the settings of the page")
    note: str = Field(description="to whoever presents; no guest sees it")
    minutes: float


class Lecture(BaseModel):
    vitrine: Literal["lecture"] = "lecture"
    version: int = VERSION
    title: str
    states: list[LectureState]


@router.get("/api/lectures/code.svg", response_class=Response, responses=CODE)
def code(
    request: Request, path: Annotated[str, Query(max_length=1500, pattern=LAB_PAGE)]
) -> Response:
    """The QR code of a lab's page, for a hand-out: the address holds everything, for as long as
    there is a server at it.
    """
    base = (addresses_for_others(request) or [base_of(request)])[0]
    return picture_of(base + path)


@router.get("/api/lectures/{name}", responses=can_fail({422: "no script of that name"}))
def lecture(request: Request, name: Literal["90-minutes", "3-hours"]) -> Lecture:
    """A script that comes with Vitrine, in the reader's language."""
    return written(SCRIPTS[name], language_of(request))


def written(script: Script, language: str) -> Lecture:
    return Lecture(
        title=translate(script.title, language),
        states=[
            LectureState(
                path=path_of(stop), note=translate(stop.note, language), minutes=stop.minutes
            )
            for stop in script.stops
        ],
    )


def path_of(stop: Stop) -> str:
    """Where the step of a lesson is: the page takes its state when it opens there."""
    titles = [str(step.title) for step in BY_SLUG[stop.lab].lesson]
    return f"/labs/{stop.lab}#step-{titles.index(stop.step) + 1}"
