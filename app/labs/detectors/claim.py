"""The claim about one stage and two stages, measured on drawn scenes, and the recorded numbers."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request

from app.answers.shared import shared_answers_of
from app.answers.single_flight import until_gone
from app.detection.inference import computed_on, detectors, go_on
from app.errors import BAD_BODY, can_fail
from app.labs.detectors.answers import (
    ClaimAnswer,
    ClaimQuery,
    CourseAnswer,
    CoursePoint,
    FormsCourse,
    KnownNumbers,
    PublishedRow,
    RecordedClaim,
    RecordedRow,
)
from app.labs.detectors.config import MEASURED
from app.pictures.images import images_of
from app.settings import Settings
from models.detection.catalog import DETECTORS

if TYPE_CHECKING:
    from models.detection.comparison import SceneResult
    from models.detection.detectors import Detectors

ANSWER_BYTES = 4096  # about, in memory

router = APIRouter()


@router.post(
    "/api/detectors/claim",
    responses=can_fail(
        {**BAD_BODY, 409: "weights missing", 503: "too many others wait for an answer"}
    ),
)
async def claim(request: Request, query: Annotated[ClaimQuery, Body()]) -> ClaimAnswer:
    """Both detectors on the first drawn scenes that no training has seen: average precision,
    recall by size, miss rate at equal precision and milliseconds, with intervals by the bootstrap
    over scenes. A scene that was measured for fewer scenes is not measured again.
    """
    config, networks = images_of(request).settings, request.app.state.networks
    measure = partial(networks.in_turn, partial(measured, query, config))
    key = ("claim", query.scenes, query.proposals, query.rule)
    shared = shared_answers_of(request).get(key, measure, lambda _: ANSWER_BYTES)
    answer: ClaimAnswer = await until_gone(request, shared)
    return answer


def measured(query: ClaimQuery, config: Settings) -> ClaimAnswer:
    """The answer; for the networks' thread."""
    import torch

    from models.detection.comparison import as_json, compare

    model = detectors("shapes", config).model
    results = []
    for number in range(query.scenes):
        results.append(scene_result(number, query.proposals, model))
        go_on()
    draw = torch.Generator().manual_seed(0)
    found = compare(results, model.classes, draw, rule=query.rule)
    return ClaimAnswer.model_validate({**as_json(found), "device": computed_on(model)})


# What was measured since the server started, by scene and number of proposals.
_results: dict[tuple[int, int], SceneResult] = {}
MOST_RESULTS = 20 * MEASURED  # about 10 kB each


def scene_result(number: int, proposals: int, model: Detectors) -> SceneResult:
    """One scene through both detectors, measured once."""
    from models.detection.comparison import compare_on_scene

    key = (number, proposals)
    if key not in _results:
        if len(_results) >= MOST_RESULTS:
            _results.clear()
        _results[key] = compare_on_scene(model, number, proposals)
    return _results[key]


@router.get("/api/detectors/known")
def known() -> KnownNumbers:
    """Numbers beside the measured ones: what the evaluation commands wrote when the shipped weights
    were made (on 200 drawn scenes and on photos, with command, commit and date), the same
    comparison as above on VOC's photos, what trainings wrote on their way, and what torchvision
    publishes of pairs with one backbone.
    """
    from models.detection.published import published

    rows = [PublishedRow(**one._asdict()) for one in published()]
    table = scores()
    return KnownNumbers(
        recorded=recorded(table),
        claims=claims(table["detectors_claim"]),
        courses=courses(table),
        forms=FormsCourse.model_validate(table["small_course"]),
        published=rows,
    )


def scores() -> dict[str, Any]:
    """What the commands of models/train wrote down."""
    from models.train.scores import SCORES_FILE

    table: dict[str, Any] = json.loads(SCORES_FILE.read_text())
    return table


def claims(entry: dict[str, Any]) -> list[RecordedClaim]:
    """What both detectors are worth on photos, by number of proposals and rule of the AP."""
    facts = {name: entry[name] for name in ("pictures", "threads", "command", "commit", "date")}
    return [
        RecordedClaim(**told, **facts, proposals=int(count), rule=rule, device="CPU")
        for count, rules in sorted(entry["proposals"].items(), key=lambda one: int(one[0]))
        for rule, told in rules.items()
    ]


def courses(table: dict[str, Any]) -> list[CourseAnswer]:
    """Trainings of which the numbers on their way were written down, by the pictures."""
    entries = {"drawn": "shapes_course", "voc_5class": "detectors_course"}
    return [
        CourseAnswer(
            pictures=pictures,
            steps=entry["steps"],
            points=[
                CoursePoint(step=step, **entry["course"][str(step)])
                for step in sorted(map(int, entry["course"]))
            ],
            command=entry["command"],
            commit=entry["commit"],
            date=entry["date"],
        )
        for pictures, name in entries.items()
        if (entry := table.get(name))
    ]


def recorded(table: dict[str, Any]) -> list[RecordedRow]:
    """The rows of models/weights/scores.json that compare the two detectors."""
    shapes, photos = table["shapes"], table["detectors"]
    rows = [row("drawn", shapes, shapes)]
    at_default = photos["sizes"][str(DETECTORS["photos"].size)]
    for pictures in ("voc_5class", "groceries5k"):
        of_pictures = {road: at_default[road][pictures] for road in ("one_stage", "two_stage")}
        rows.append(row(pictures, of_pictures, photos))
    return rows


def row(pictures: str, scores: dict[str, Any], facts: dict[str, Any]) -> RecordedRow:
    def means(road: str) -> dict[str, float]:
        return {name: scores[road][name]["mean"] for name in ("AP50", "AP75")}

    return RecordedRow(
        pictures=pictures,
        one_stage=means("one_stage"),
        two_stage=means("two_stage"),
        command=facts["command"],
        commit=facts["commit"],
        date=facts["date"],
    )
