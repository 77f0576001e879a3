"""What a room tells, keeps and refuses, without a network."""

import json
from typing import Any

import pytest

from app.errors import InvalidInput, RoomError, RoomFull, RoomGone
from app.registry import BY_SLUG
from app.rooms.messages import Answer, AskAll, Shown
from app.rooms.questions import OfLesson, Typed
from app.rooms.room import KNOWN, LINES_PER_VISITOR, LectureRoom, Line
from tests.app.rooms.pages import HANDED, MOST, QUESTION, answer, follow, heard, new_line


@pytest.fixture
def room() -> LectureRoom:
    return LectureRoom("123456", MOST, 0.0)


@pytest.fixture
def presenter(room: LectureRoom) -> Line:
    line = new_line("presenter")
    room.present(line, room.secret, 0.0)
    return line


def test_a_slow_phone_hears_the_newest_state_only(room: LectureRoom, presenter: Line) -> None:
    line = new_line()
    room.follow(line, follow())
    for step in range(100):
        room.show(presenter, Shown(path="/labs/fitting", step=step), 0.0)
    assert [
        told["shown"]["step"] for told in map(json.loads, line.take()) if told["type"] == "shown"
    ] == [99]
    assert line.take() == []


def test_the_same_state_again_is_not_told_again(room: LectureRoom, presenter: Line) -> None:
    line = new_line()
    room.follow(line, follow())
    room.show(presenter, Shown(path="/"), 0.0)
    line.take()
    room.show(presenter, Shown(path="/"), 1.0)
    assert line.take() == []


def test_one_visitor_does_not_fill_a_room(room: LectureRoom) -> None:
    large = LectureRoom("123456", 100, 0.0)
    for _ in range(LINES_PER_VISITOR):
        large.follow(new_line("one"), follow())
    with pytest.raises(RoomFull):
        large.follow(new_line("one"), follow())
    large.follow(new_line("another"), follow())


def test_names_of_those_who_left_do_not_pile_up(room: LectureRoom) -> None:
    for i in range(100):
        line = new_line(str(i))
        room.follow(line, follow())
        room.leave(line, 0.0)
    assert len(room.guests) <= KNOWN * MOST


def test_a_name_that_the_room_never_gave_is_replaced_by_one_of_its_own(room: LectureRoom) -> None:
    assert room.follow(new_line(), follow("made-up")).name != "made-up"


def test_a_page_enters_once(room: LectureRoom, presenter: Line) -> None:
    with pytest.raises(RoomError):
        room.follow(presenter, follow())
    with pytest.raises(RoomError):
        room.present(presenter, room.secret, 0.0)


def test_all_are_told_when_the_presenter_closes_the_room_and_nobody_enters_after(
    room: LectureRoom, presenter: Line
) -> None:
    line = new_line()
    room.follow(line, follow())
    room.end_by(presenter)
    told = heard(line)["ended"]
    assert told["error"]["code"] == "room_gone"
    assert set(told["sentences"]) == {"en", "zh"}
    assert line.ended
    with pytest.raises(RoomGone):
        room.follow(new_line("late"), follow())


def test_a_room_waits_for_its_presenter_and_then_closes(room: LectureRoom, presenter: Line) -> None:
    assert not room.is_over(90, keep=10, idle=100)
    assert room.is_over(101, keep=10, idle=100)  # nothing new was shown
    room.leave(presenter, 50.0)
    assert not room.is_over(60, keep=10, idle=100)
    assert room.is_over(61, keep=10, idle=100)
    room.present(new_line(), room.secret, 70.0)
    assert not room.is_over(90, keep=10, idle=100)


def test_a_lessons_question_is_asked_in_every_language_and_its_truth_told_last(
    room: LectureRoom, presenter: Line
) -> None:
    line = new_line()
    room.follow(line, follow())
    room.ask(presenter, AskAll(id=1, type="ask", lesson=OfLesson(lab="fitting", step=1)), 0.0)
    asked = heard(line)["question"]["question"]
    assert set(asked["text"]) == {"en", "zh"}
    assert asked["text"]["en"] != asked["text"]["zh"]
    assert not {"right", "why"} & asked.keys()
    room.reveal(presenter, 0.0)
    assert isinstance(heard(line)["question"]["question"]["right"], int)


def test_a_lessons_curve_is_drawn_by_phones_and_told_as_a_bundle_in_no_order_of_theirs(
    room: LectureRoom, presenter: Line
) -> None:
    step = next(i for i, x in enumerate(BY_SLUG["fitting"].lesson, 1) if x.sketch)
    lesson = OfLesson(lab="fitting", step=step, sketch=True, log={"x": False, "y": True})
    room.ask(presenter, AskAll(id=1, type="ask", lesson=lesson), 0.0)
    curves: list[list[float | None]] = [[9.0] * 33, [None, *[1.0] * 32], [2.0] * 33]
    for i, curve in enumerate(curves):
        line = new_line(str(i))
        room.follow(line, follow())
        asked = heard(line)["question"]["question"]
        assert (asked["kind"], asked["log"]) == ("curve", {"x": False, "y": True})
        assert asked["x"][0] < asked["x"][1]
        room.answer(line, Answer(id=1, type="answer", question=1, curve=curve))
        with pytest.raises(InvalidInput):
            room.answer(line, answer(1, 0))
    told = heard(presenter)["question"]["question"]["curves"]
    assert told == [curves[1], curves[2], curves[0]]
    with pytest.raises(ValueError):
        Answer(id=1, type="answer", question=1, curve=[1.0] * 32)


@pytest.mark.parametrize("named", [("fitting", 99), ("nowhere", 1)])
def test_a_step_that_asks_nothing_cannot_be_asked(
    room: LectureRoom, presenter: Line, named: tuple[str, int]
) -> None:
    lesson = OfLesson(lab=named[0], step=named[1])
    with pytest.raises(InvalidInput):
        room.ask(presenter, AskAll(id=1, type="ask", lesson=lesson), 0.0)
    assert room.question is None


def test_numbers_are_told_sorted_so_that_nobody_is_known_by_their_place(
    room: LectureRoom, presenter: Line
) -> None:
    typed = Typed(kind="number", text="How many?", truth=5)
    room.ask(presenter, AskAll(id=1, type="ask", typed=typed), 0.0)
    for i, value in enumerate((7.5, -2, 3)):
        line = new_line(str(i))
        room.follow(line, follow())
        room.answer(line, Answer(id=1, type="answer", question=1, number=value))
    assert heard(presenter)["question"]["question"]["numbers"] == [-2, 3, 7.5]
    with pytest.raises(InvalidInput):
        room.answer(line, Answer(id=1, type="answer", question=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "choice", "choices": ["one"]},
        {"kind": "choice", "choices": ["a", "b"], "right": 2},
        {"kind": "number", "choices": ["a", "b"]},
        {"kind": "choice", "choices": ["a"] * 9},
        {"kind": "choice", "choices": ["a", ""]},
    ],
)
def test_a_typed_question_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Typed(text="?", **wrong)


@pytest.mark.parametrize("path", ["//elsewhere.test", "/labs/nowhere", "/room/1", "labs/nms", ""])
def test_guests_are_led_to_pages_of_this_server_only(path: str) -> None:
    with pytest.raises(ValueError):
        Shown(path=path)


def test_a_phone_that_comes_anew_without_its_name_has_one_voice(
    room: LectureRoom, presenter: Line
) -> None:
    room.ask(presenter, QUESTION, 0.0)
    assert room.question
    for i in range(20 * KNOWN):
        line = new_line("phone")
        room.follow(line, follow())
        room.answer(line, answer(room.question.number, i % 3))
        room.leave(line, 0.0)
    assert len(room.question.answers) == 1


def test_who_is_forgotten_takes_answer_and_value_along(room: LectureRoom, presenter: Line) -> None:
    room.ask(presenter, QUESTION, 0.0)
    out = room.hand_out(presenter, HANDED, 0.0)
    assert room.question
    for _ in range(3 * KNOWN * MOST):
        line = new_line("192.0.2.7", shared=True)
        room.follow(line, follow())
        room.answer(line, answer(room.question.number, 0))
        line.take()
        room.leave(line, 0.0)
    assert len(room.question.answers) <= KNOWN * MOST
    assert len(out.values) <= KNOWN * MOST


def test_what_a_page_asks_again_on_its_next_line_was_done_already(room: LectureRoom) -> None:
    first, again, other = new_line("presenter"), new_line("presenter"), new_line("presenter")
    room.present(first, room.secret, 0.0, "page")
    room.did(first, 7)
    room.present(again, room.secret, 0.0, "page")
    room.present(other, room.secret, 0.0, "another")
    assert room.was_done(again, 7)
    assert not room.was_done(again, 8)
    assert not room.was_done(other, 7)


def test_of_many_answers_at_once_a_presenter_is_told_the_last_picture() -> None:
    room, presenter = LectureRoom("123456", 100, 0.0), new_line("presenter")
    room.present(presenter, room.secret, 0.0)
    room.ask(presenter, QUESTION, 0.0)
    assert room.question
    heard(presenter)
    for i in range(50):
        line = new_line(f"phone {i}")
        room.follow(line, follow())
        room.answer(line, answer(room.question.number, i % 3))
    texts = [told for told in map(json.loads, presenter.take()) if told["type"] == "question"]
    assert [told["question"]["counts"] for told in texts] == [[17, 17, 16]]
