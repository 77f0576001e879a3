"""Lessons as data: what every step of every lab says is checked against the numbers."""

import re
from typing import Any

import pytest

from app import ROOT
from app.lab.contract import Ask, Lab
from app.lab.lessons import NUMBER, Step
from app.registry import BY_SLUG, LABS

TESTS = ROOT / "tests"
STEPS = [
    pytest.param(lab, step, id=f"{lab.slug}-{number}")
    for lab in LABS
    for number, step in enumerate(lab.lesson, start=1)
]
of_every_step = pytest.mark.parametrize(("lab", "step"), STEPS)


SLOW = (
    "contrastive",
    "detectors",
    "fitting",
    "pretext",
)  # a step of theirs trains for many seconds


def marks_of(lab: Lab[Any]) -> Any:
    return pytest.mark.claims if lab.slug in SLOW else ()


def judged_at(step: Step) -> int | None:
    """The training step at which a frame shows what the step says; none: there is no run."""
    return step.judged.step if step.judged else step.stop


def claimed(runs: bool) -> list[Any]:
    """Steps that say something which numbers can refute."""
    return [
        pytest.param(lab, step, id=f"{lab.slug}-{number}", marks=marks_of(lab))
        for lab in LABS
        for number, step in enumerate(lab.lesson, start=1)
        if step.holds and (judged_at(step) is not None) is runs
    ]


def frame_at(lab: Lab[Any], step: Step, seed: int) -> Any:
    """The frame that is on show where the step's run stops."""
    stop = judged_at(step)
    assert lab.run is not None
    assert stop is not None
    state = {**step.state, **(step.judged.state if step.judged else {})}
    settings = {k: v for k, v in state.items() if k in lab.config.model_fields}
    config = lab.config(**{"seed": seed, **settings})
    generator = lab.run(config)
    frame = next(generator)
    while frame.step < stop:
        asked = Ask(config, stop - frame.step)
        after = generator.send(asked)
        if asked.taken == 0:
            return after
        frame = after
    return frame


@pytest.mark.parametrize(("lab", "step"), claimed(runs=True))
def test_where_a_steps_run_stops_its_claim_holds(lab: Lab[Any], step: Step) -> None:
    assert step.holds is not None
    assert step.holds(frame_at(lab, step, lab.config().seed))  # type: ignore[attr-defined]


@pytest.mark.claims
@pytest.mark.parametrize(("lab", "step"), claimed(runs=True))
def test_a_steps_claim_holds_from_other_starts(lab: Lab[Any], step: Step) -> None:
    assert step.holds is not None
    for seed in (1, 2) if lab.slug in SLOW else (1, 2, 3):
        assert step.holds(frame_at(lab, step, seed)), seed


@pytest.mark.parametrize(("lab", "step"), claimed(runs=False))
def test_what_a_step_without_a_run_says_is_so(lab: Lab[Any], step: Step) -> None:
    assert step.holds is not None
    assert step.holds(step.state)


@of_every_step
def test_a_step_names_its_levers_what_to_watch_and_asks_a_question(
    lab: Lab[Any], step: Step
) -> None:
    shown = {control.name for control in lab.controls if not control.look.hidden}
    assert set(step.levers) <= shown
    assert len(step.levers) <= 3
    assert step.watch is not None
    assert step.question is not None
    assert 2 <= len(step.question.choices) <= 4
    assert 0 <= step.question.right < len(step.question.choices)
    assert step.stop is None or lab.run is not None


@of_every_step
def test_a_number_in_a_steps_text_is_a_lever_with_a_slider(lab: Lab[Any], step: Step) -> None:
    names = set(NUMBER.findall(str(step.text)))
    assert names <= set(step.levers)
    assert all(lab.control(name).kind == "range" for name in names)


@of_every_step
def test_what_a_step_goes_on_in_is_a_step_of_another_lab(lab: Lab[Any], step: Step) -> None:
    elsewhere = {
        (other.slug, str(to.title)) for other in LABS if other != lab for to in other.lesson
    }
    assert set(step.see) <= elsewhere


def test_every_lesson_leads_on_to_another_lab_and_its_links_open_that_step(client: Any) -> None:
    for lab in LABS:
        page = client.get(f"/labs/{lab.slug}").text
        links = re.findall(r'<p class="see">(.*?)</p>', page)
        assert len(links) == sum(bool(step.see) for step in lab.lesson) > 0
        for slug, number in re.findall(r'href="/labs/([\w-]+)#step-(\d+)"', " ".join(links)):
            assert (slug, str(BY_SLUG[slug].lesson[int(number) - 1].title)) in {
                pair for step in lab.lesson for pair in step.see
            }


CHECKS = re.compile(r'^(?:@pytest\.mark\.|// @)lesson\("([\w-]+)", "([^"]+)"\)$', re.MULTILINE)


def test_what_every_step_says_is_checked_by_its_predicate_or_by_a_test_that_names_it() -> None:
    sources = [*TESTS.rglob("test_*.py"), *TESTS.rglob("*.test.js")]
    named = {found for path in sources for found in CHECKS.findall(path.read_text("utf-8"))}
    said = {(lab.slug, str(step.title)) for lab in LABS for step in lab.lesson if not step.holds}
    assert said <= named, "nothing checks them"
    assert named <= {(lab.slug, str(step.title)) for lab in LABS for step in lab.lesson}


@pytest.mark.parametrize("lab", [lab for lab in LABS if lab.run], ids=lambda lab: lab.slug)
def test_where_a_lab_trains_a_curve_is_drawn_by_hand_first(lab: Lab[Any], client: Any) -> None:
    """In a chart that the page has; over steps the run stops where the drawn curve ends."""
    sketches = [(step, step.sketch) for step in lab.lesson if step.sketch]
    assert sketches
    page = client.get(f"/labs/{lab.slug}").text
    for step, sketch in sketches:
        assert re.search(rf"data-{sketch.chart}[ >]", page)
        assert sketch.x[0] > 0 or sketch.x[1] == step.stop
