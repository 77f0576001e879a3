"""Training without a browser: a whole run in one request, and the script that repeats it."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from app import wire
from app.errors import BAD_BODY, NotFound, RunFinished, can_fail
from app.i18n import N_
from app.lab import Lab, LabConfig
from app.registry import BY_SLUG, LABS
from app.runs.room import Room, check_size, checked
from app.visitors import visitor_of

MAX_STEPS = 20_000
REMEMBERED = 64  # frames of whole runs

router = APIRouter(tags=["runs"])
Slug = Annotated[
    str, Path(description="a training lab", examples=[lab.slug for lab in LABS if lab.run])
]


class TrainQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    config: dict[str, Any] = Field({}, description="settings that differ from the defaults")
    steps: int = Field(100, ge=0, le=MAX_STEPS, strict=True)


class CodeQuery(TrainQuery):
    steps: int = Field(1000, ge=0, le=1_000_000, strict=True)
    format: Literal["py", "ipynb"] = "py"


TRAINED = {
    200: {"content": {wire.MEDIA_TYPE: {}}, "description": "the last frame, see app/wire.py"},
    **can_fail({**BAD_BODY, 404: "no such lab", 409: "it diverged", 503: "too many runs"}),
}
WRITTEN = {
    200: {"content": {"text/x-python": {}, "application/x-ipynb+json": {}}},
    **can_fail({**BAD_BODY, 404: "no such lab"}),
}


@router.post("/api/labs/{slug}/run", responses=TRAINED, response_class=Response)
async def train(request: Request, slug: Slug, query: TrainQuery) -> Response:
    """Train so many steps in one go; the same frame that the page would show then."""
    lab = training_lab(slug)
    room: Room = request.app.state.room
    config = checked(lab.config, query.config)
    # The same settings give the same frame, so a room that opens the home page trains once.
    key = (slug, config.model_dump_json(), query.steps)
    if key not in room.remembered:
        frame = await trained(room, lab, config, query.steps, visitor_of(request))
        room.remembered[key] = frame
        while len(room.remembered) > REMEMBERED:
            room.remembered.pop(next(iter(room.remembered)))
    return Response(room.remembered[key], media_type=wire.MEDIA_TYPE)


async def trained(room: Room, lab: Lab, config: LabConfig, steps: int, visitor: str) -> bytes:
    """The frame after so many steps. Raises what the run raises."""
    async with room.in_turn:  # a few at a time: pages that train live go before
        run = room.open(lab, config, visitor)
        try:
            await run.begin(room.engine, room.albums)
            while run.steps < steps:
                before = run.steps
                await run.advance(steps - run.steps)
                if run.steps == before:  # the run has no more to do
                    break
            return run.frame
        finally:
            room.leave(run, RunFinished(N_("This run is complete.")))


@router.post("/api/labs/{slug}/code", responses=WRITTEN, response_class=Response)
def code(request: Request, slug: Slug, query: CodeQuery) -> Response:
    """A script, or notebook, that needs only torch and prints the lab's losses after the steps."""
    lab = training_lab(slug)
    config = checked(lab.config, query.config)
    check_size(lab, config, request.app.state.settings)
    if lab.code is None:
        raise NotFound(N_("This lab writes no script."))
    script = lab.code(config, query.steps)
    if query.format == "ipynb":
        return Response(notebook(script), media_type="application/x-ipynb+json")
    return PlainTextResponse(script, media_type="text/x-python")


def training_lab(slug: str) -> Lab:
    """Raises `NotFound`."""
    lab = BY_SLUG.get(slug)
    if lab is None or lab.run is None:
        raise NotFound(N_("There is no training lab of that name."))
    return lab


def notebook(script: str) -> str:
    """The script as a Jupyter notebook (format 4.5): its docstring and sections as cells.

    A section begins at a comment line `# --- title`.
    """
    _, words, rest = script.split('"""', 2)
    cells = [cell("markdown", 0, words.strip())]
    for section in rest.strip().split("\n# --- "):
        title, _, body = section.partition("\n") if cells[1:] else ("", "", section)
        if title:
            cells.append(cell("markdown", len(cells), f"## {title.rstrip(' -')}"))
        cells.append(cell("code", len(cells), body.strip()))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False)


def cell(kind: str, number: int, text: str) -> dict[str, Any]:
    content = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": text}
    return content | ({"execution_count": None, "outputs": []} if kind == "code" else {})
