"""docs/scale.md says what docs/cost.json holds, and the reckoning is what its words say."""

import json
from typing import Any

import numpy as np
import pytest

from tests.scale import report
from tests.scale.cost import OUTPUT
from tests.scale.report import (
    ARRIVE,
    Costs,
    Goal,
    Visit,
    at_its_pace,
    between_marks,
    cost_table,
    measured_on,
    photo_table,
    processes_for,
    told,
    trainings_for,
    visit_table,
)


def spent(web: float = 0.0, runs: float = 0.0, other: float = 0.0) -> dict[str, float]:
    return {"web": web, "runs": runs, "other": other}


def page(web: float, training: float | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"open": spent(web), "open_first": spent(2 * web), "open_bytes": 10**6}
    if training is not None:
        found["training"] = {
            "fps": 10,
            "steps": 5,
            "frames_per_second": 10.0,
            "bytes_per_second": 10_000,
            "memory_bytes": 2**26,
            "per_second": spent(0.01, training),
        }
    return found


COSTS = Costs(
    {
        "pages": {"home": page(0.1), "one": page(0.1, 0.5), "two": page(0.1)},
        "photo": {
            "upload": spent(0.01, 0, 0.09),
            "proposals": {**spent(0.2), "milliseconds": 100, "bytes": 10**5},
            "detect": {**spent(0.2), "milliseconds": 100, "bytes": 10**5},
        },
    }
)
VISIT = Visit(stay=600, labs=3, training=120, photos=0.2)


def test_the_document_has_the_tables_of_the_measured_numbers() -> None:
    costs, text = Costs(json.loads(OUTPUT.read_text())), report.TEXT.read_text()
    for content in (
        measured_on(costs), cost_table(costs), photo_table(costs), visit_table(costs, Visit()),
    ):  # fmt: skip
        assert content in text


def test_a_training_that_a_busy_machine_held_up_is_reckoned_at_its_own_pace() -> None:
    slow = page(0.1, 0.1)
    slow["training"]["fps"] = 30
    told = at_its_pace(slow)["training"]
    assert told["frames_per_second"] == pytest.approx(30)
    assert told["per_second"]["runs"] == pytest.approx(0.3)
    assert told["bytes_per_second"] == pytest.approx(30_000)
    slow["training"]["per_second"]["runs"] = 0.8  # nothing trains on more than a core
    assert at_its_pace(slow)["training"]["per_second"]["runs"] == pytest.approx(1)


def test_a_visit_costs_its_pages_its_training_and_its_part_of_a_photo() -> None:
    own = COSTS.per_visit(VISIT)
    assert own["pages"] == pytest.approx(4 * 0.1)
    assert own["training"] == pytest.approx(120 * 0.5)
    assert own["frames"] == pytest.approx(120 * 0.01)
    assert own["photos"] == pytest.approx(0.2 * 0.5)
    assert own["bytes"] == pytest.approx(4 * 10**6 + 120 * 10**4 + 0.2 * 2 * 10**5)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ARRIVE)
def test_more_visitors_need_more_processes_and_both_goals_are_kept(kind: str) -> None:
    few, many = (processes_for(COSTS, VISIT, rate, ARRIVE[kind], Goal()) for rate in (0.05, 3.0))
    assert few[0] < many[0]
    for _, a_page, photo in (few, many):
        assert a_page <= Goal.page
        assert photo <= Goal.photo


def test_trainings_at_once_are_littles_law_and_a_margin() -> None:
    rate = 2.0
    wanted = trainings_for(COSTS, VISIT, rate, ARRIVE["alone"])
    mean = rate * VISIT.training
    assert mean < wanted.trainings < mean + 4 * np.sqrt(mean)
    assert wanted.cores == pytest.approx(0.5 * wanted.trainings)
    assert wanted.bytes == pytest.approx(2**26 * wanted.trainings)
    classes = trainings_for(COSTS, VISIT, rate, ARRIVE["in classes"])
    assert classes.trainings > wanted.trainings


def test_what_stands_around_the_tables_stays() -> None:
    text = "before <!-- a -->\nold\n<!-- /a --> after"
    assert between_marks(text, "a", "new") == "before <!-- a -->\nnew\n<!-- /a --> after"
    with pytest.raises(SystemExit, match="no marks"):
        between_marks(text, "b", "new")


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (0.123, "0.12"), (4.56, "4.6"), (45.6, "46"), (123456, "120,000")]
)
def test_numbers_are_told_with_two_digits_that_count(value: float, said: str) -> None:
    assert told(value) == said
