"""Hand-outs: the values of the phones, and what the server trains with them."""

import asyncio
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput, NotFound
from app.i18n import LANGUAGES
from app.lab import wire
from app.lab.contract import Ask
from app.main import create_app
from app.registry import BY_SLUG, LABS
from app.rooms.handed import MOST, Handed, handed_out, van_der_corput
from app.rooms.messages import Follow, HandAll
from app.rooms.room import LectureRoom, Line
from app.rooms.training import carry_on
from app.runs.engine import Worker
from app.runs.processes import ProcessEngine
from app.runs.run import Visitor
from app.settings import Settings

HANDING = [(lab.slug, name) for lab in LABS if lab.hand_out for name in lab.hand_out.fields]


def said(field: str = "width", low: float = 1, high: float = 64, **more: Any) -> HandAll:
    values = {"lab": "fitting", "field": field, "low": low, "high": high, "steps": 5, **more}
    return HandAll(id=1, type="hand_out", **values)


def handed(*arguments: Any, **more: Any) -> Handed:
    return handed_out(1, said(*arguments, **more))


def test_values_are_halved_again_and_again() -> None:
    assert [van_der_corput(i) for i in range(1, 8)] == [
        1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8, 3 / 8, 7 / 8,
    ]  # fmt: skip


@given(st.integers(1, 200), st.integers(1, 55))
def test_whole_values_are_whole_within_the_range_and_both_ends_come_first(
    low: int, span: int
) -> None:
    out = handed("width", low, low + span)
    values = [out.nth(i) for i in range(MOST)]
    assert values[:2] == [low, low + span]
    assert all(low <= value <= low + span and value == int(value) for value in values)


@given(st.integers(2, MOST))
def test_however_many_phones_come_no_wide_gap_is_left(phones: int) -> None:
    out = handed("noise", 0, 1)
    values = sorted(out.nth(i) for i in range(phones))
    # After 2 + 2^k - 1 of them all gaps are 2^-k, rounded to the control's step.
    halvings = int(np.log2(max(1, phones - 1)))
    assert max(np.diff(values)) <= 2.0**-halvings + 0.02


def test_a_logarithmic_setting_is_spread_over_its_powers() -> None:
    out = handed("l2", 0.0001, 1)
    assert out.is_log
    assert out.nth(2) == pytest.approx(0.01)
    assert not handed("l2", 0, 1).is_log  # there is no power at zero
    assert not handed("seed", 1, 1000).is_log


def test_a_logarithmic_setting_that_begins_at_zero_is_not_rounded_to_whole_numbers() -> None:
    out = handed("l2", 0, 0.1)
    values = [out.nth(i) for i in range(8)]
    assert values[:3] == [0, 0.1, 0.05]
    assert len(set(values)) == 8


def test_more_phones_than_values_share_them() -> None:
    out = handed("noise", 0, 1)
    values = [out.value_of(f"guest {i}") for i in range(3 * MOST)]
    assert len(set(values)) <= MOST
    assert values[:MOST] == values[MOST : 2 * MOST]
    assert out.value_of("guest 0") == values[0]


@pytest.mark.parametrize(("slug", "field"), HANDING)
def test_what_can_be_handed_out_is_a_number_of_the_lab_with_limits(slug: str, field: str) -> None:
    control = BY_SLUG[slug].control(field)
    assert control.kind == "range"
    assert not control.look.hidden
    out = handed(field, *(control.look.usual or (control.low, control.high)), lab=slug)
    for i in range(MOST):
        out.config_with(out.nth(i))


@pytest.mark.parametrize(
    "wrong",
    [
        {"field": "axes"},
        {"field": "nonsense"},
        {"low": 64},
        {"high": 10_000},
        {"low": -5},
        {"low": 5e-324},
        {"config": {"noise": 7}},
        {"config": {"nonsense": 1}},
        {"lab": "rpn"},
    ],
)
def test_a_hand_out_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        handed_out(1, said(**wrong))


@pytest.mark.parametrize("lab", [lab for lab in LABS if lab.hand_out], ids=lambda lab: lab.slug)
def test_each_measure_of_a_hand_out_is_read_off_the_labs_own_frame(lab: Any) -> None:
    out = handed(lab.hand_out.fields[-1], 1, 3, lab=lab.slug, steps=3)
    config = out.config_with(2)
    generator = lab.run(config)
    next(generator)
    frame = generator.send(Ask(config, 3))
    header, arrays = wire.decode(frame.to_bytes())
    out.measured(2, {**header, **arrays})
    result = out.results[2]
    assert isinstance(result, list)
    assert all(number is not None for number in result)


def test_a_task_without_an_accuracy_still_tells_what_its_features_hold() -> None:
    out = handed("ratio", 0.1, 0.9, lab="pretext", config={"task": "masked"})
    told = {"history": np.full((2, 4), np.nan), "probes": np.array([[0.2, 0.4], [0.1, 0.3]])}
    out.measured(0.5, told)
    assert out.results[0.5] == [None, 0.4, 0.3]


def test_where_only_some_measures_are_numbers_those_are_told() -> None:
    out = handed("seed", 1, 3, lab="batchnorm")
    losses = np.array([[np.inf, np.nan, 0.2], [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]])
    out.measured(2, {"losses": losses})
    assert out.results[2] == [None, 0.2, 0.2]


def test_a_result_that_is_no_number_is_told_in_words() -> None:
    out = handed()
    value = out.value_of("guest")
    out.measured(value, {"errors": np.full((4, 3), np.nan)})
    assert set(out.for_guest("guest")["result"]) == set(LANGUAGES)
    out.failed(value, NotFound("gone"))
    assert out.for_presenter()["points"][0][1]["en"] == "gone"


class Counting(ProcessEngine):
    """The engine, which counts the trainings that it begins."""

    started = 0

    async def start(self, *arguments: Any) -> Worker:
        self.started += 1
        return await super().start(*arguments)


async def hand_to(phones: int, **more: Any) -> tuple[LectureRoom, dict[str, Any], int]:
    """A room in which the server has trained for so many phones, one of them late: what its
    presenter is told, and how many trainings that took.
    """
    app = create_app(Settings())
    app.state.runs.engine = engine = Counting(app.state.settings)
    room, presenter = LectureRoom("123456", 10, 0.0), Line(Visitor("presenter"))
    room.present(presenter, room.secret, 0.0)

    def come(name: int) -> None:
        room.follow(Line(Visitor(str(name))), Follow(id=1, type="follow"))

    try:
        for name in range(phones - 1):
            come(name)
        out = room.hand_out(presenter, said(**more), 0.0)
        training = asyncio.create_task(carry_on(room, out, app.state))
        await settled(out, phones - 1)
        come(phones)
        await settled(out, phones)
        told = out.for_presenter()
        room.take_back(presenter, 0.0)
        await asyncio.wait_for(training, 60)
        return room, told, engine.started
    finally:
        app.state.runs.close()
        app.state.images.close()


async def settled(out: Handed, phones: int) -> None:
    async with asyncio.timeout(120):
        while len(out.values) < phones or out.waiting():
            await asyncio.sleep(0.02)


def test_the_server_trains_each_value_once_also_for_the_late_phone() -> None:
    room, told, trained = asyncio.run(hand_to(4, low=1, high=2))
    assert told["phones"] == 4
    assert [value for value, *_ in told["points"]] == [1, 2]
    assert [phones for *_, phones in told["points"]] == [2, 2]
    assert trained == 2
    assert told["done"] == 2
    for _, result, _ in told["points"]:
        assert all(0 < number < 10 for number in result)
    assert room.handed is None
