"""Training without a browser: a whole run in one request, and the script that repeats it."""

import asyncio
import json
import os
from collections import Counter
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from app.answers.computed import Queue
from app.answers.shared import SharedAnswers
from app.answers.single_flight import until_gone
from app.errors import BAD_BODY, Busy, NotFound, RunFinished, can_fail
from app.i18n import N_
from app.lab import wire
from app.lab.contract import Lab
from app.lab.controls import LabConfig
from app.registry import BY_SLUG, LABS
from app.runs.run import Visitor, check_size, checked
from app.runs.runs import Runs
from app.runs.sockets import counted_as

MAX_STEPS = 20_000
AT_ONCE = max(2, os.cpu_count() or 1)
PLACES = 100  # different trainings that are under way or wait for their turn
ASKED_AT_ONCE = 16  # by one visitor: the home page asks for one a lab
SHARED = 4  # times as many by all programs of one address together
PIECE_SECONDS = 1.0  # of training between two frames that nobody sees

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
    200: {"content": {wire.MEDIA_TYPE: {}}, "description": "the last frame, see app/lab/wire.py"},
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
    whole: WholeRuns = request.app.state.whole_runs
    config = checked(lab.config, query.config)
    frame = await until_gone(request, whole.frame(lab, config, query.steps, counted_as(request)))
    return Response(frame, media_type=wire.MEDIA_TYPE)


class WholeRuns:
    """Runs that are trained in one request. The same settings give the same frame, so what many
    ask for at the same moment, or lately, is trained once; what nobody waits for is not trained.
    """

    def __init__(self, runs: Runs, answers: SharedAnswers) -> None:
        self._runs, self._answers = runs, answers
        self._queue = Queue(PLACES)
        # A few at a time: pages that train live go before.
        self._in_turn = asyncio.Semaphore(AT_ONCE)
        self._asking: Counter[Visitor] = Counter()

    async def frame(self, lab: Lab[Any], config: LabConfig, steps: int, visitor: Visitor) -> bytes:
        """The frame after so many steps. Raises what the run raises, or `Busy`."""
        album = lab.album(config)
        if album:  # one that was deleted is gone, also where its frames are
            await self._runs.albums.find(album)
        key = ("run", lab.slug, repr(config.of_run()), steps)
        most = ASKED_AT_ONCE * (SHARED if visitor.shared else 1)
        if self._asking[visitor] >= most:
            message = N_("You wait for {count} trainings already. Ask again when one is done.")
            raise Busy(message, count=most)
        self._asking[visitor] += 1
        try:
            make = partial(self._trained, lab, config, steps)
            return await self._answers.get(key, make, len, about=album)
        finally:
            self._asking -= Counter([visitor])

    async def _trained(self, lab: Lab[Any], config: LabConfig, steps: int) -> bytes:
        with self._queue.place():
            async with self._in_turn:
                run = self._runs.open(lab, config, None)
                try:
                    await run.begin(self._runs.engine, self._runs.albums)
                    while run.steps < steps:
                        await run.advance(steps - run.steps, seconds=PIECE_SECONDS)
                        if not run.taken:  # the run has no more to do
                            break
                    return run.frame
                finally:
                    self._runs.leave(run, RunFinished(N_("This run is complete.")))


@router.post("/api/labs/{slug}/code", responses=WRITTEN, response_class=Response)
def code(request: Request, slug: Slug, query: CodeQuery) -> Response:
    """A script, or notebook, that needs only torch and prints the lab's numbers: of a training its
    losses after the steps.
    """
    lab = BY_SLUG.get(slug)
    if lab is None or lab.code is None:
        raise NotFound(N_("This lab writes no script."))
    config = checked(lab.config, query.config)
    check_size(lab, config, request.app.state.settings)
    script = lab.code(config, query.steps)
    if query.format == "ipynb":
        return Response(notebook(script), media_type="application/x-ipynb+json")
    return PlainTextResponse(script, media_type="text/x-python")


def training_lab(slug: str) -> Lab[Any]:
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
