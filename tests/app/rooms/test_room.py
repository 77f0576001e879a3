"""A room as a state machine without a network: whatever its pages do, and in whatever order."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from app.errors import DomainError, InvalidInput, NotPresenter, RoomError, RoomFull, RoomGone
from app.registry import BY_SLUG
from app.rooms.messages import Answer, AskAll, Follow, HandAll, Shown, Where
from app.rooms.questions import OfLesson, Typed
from app.rooms.room import KNOWN, LINES_PER_VISITOR, LectureRoom, Line
from app.runs.run import Visitor

MOST = 4
PATHS = ["/", "/guide", "/labs/fitting", "/labs/rpn"]
QUESTION = AskAll(
    id=1, type="ask", typed=Typed(kind="choice", text="Which?", choices=["a", "b", "c"], right=1)
)

HANDED = HandAll(id=1, type="hand_out", lab="fitting", field="width", low=1, high=64, steps=10)


def new_line(name: str = "anyone", shared: bool = False) -> Line:
    return Line(Visitor(name, shared))


def follow(name: str = "", following: bool = True, path: str = "/") -> Follow:
    return Follow(id=1, type="follow", guest=name, following=following, path=path)


def answer(question: int, choice: int) -> Answer:
    return Answer(id=1, type="answer", question=question, choice=choice)


def heard(line: Line) -> dict[str, Any]:
    """The newest of each kind that the line is to say."""
    return {told["type"]: told for told in map(json.loads, line.take())}


class RoomMachine(RuleBasedStateMachine):
    """Presenters and guests come, act and go; a model of plain values knows what must be so."""

    lines = Bundle("lines")
    presenting = Bundle("presenting")

    def __init__(self) -> None:
        super().__init__()
        self.room = LectureRoom("123456", MOST, 0.0)
        self.now = 0.0
        self.there: dict[Line, tuple[str, bool, str]] = {}  # guest's name, following, path
        self.presenters: set[Line] = set()
        self.shown: Shown | None = None
        self.answers: dict[str, int] = {}
        self.asked = self.is_open = False
        self.number = 0
        self.visitors = 0
        self.handing = False
        self.values: dict[str, float] = {}

    @rule(target=lines, following=st.booleans(), path=st.sampled_from(PATHS))
    def a_guest_comes(self, following: bool, path: str) -> Line | None:
        self.visitors += 1
        line = new_line(f"visitor {self.visitors}")
        if len(self.there) >= MOST:
            with pytest.raises(RoomFull):
                self.room.follow(line, follow())
            return line
        guest = self.room.follow(line, follow("", following, path))
        self.there[line] = guest.name, following, path
        self._knows_all(line)
        return line

    @rule(target=lines, line=consumes(lines))
    def a_guest_loses_the_line_and_comes_back(self, line: Line) -> Line:
        if line not in self.there:
            return line
        name, following, path = self.there.pop(line)
        self.room.leave(line, self.now)
        back = new_line(line.visitor.name)
        assert self.room.follow(back, follow(name, following, path)).name == name
        self.there[back] = name, following, path
        self._knows_all(back)
        return back

    @rule(line=consumes(lines))
    def a_guest_goes(self, line: Line) -> None:
        self.room.leave(line, self.now)
        self.there.pop(line, None)

    @rule(target=presenting)
    def a_presenter_comes(self) -> Line:
        line = new_line("presenter")
        with pytest.raises(NotPresenter):
            self.room.present(line, "guessed", self.now)
        self.room.present(line, self.room.secret, self.now)
        self.presenters.add(line)
        return line

    @rule(line=consumes(presenting))
    def a_presenter_goes(self, line: Line) -> None:
        self.room.leave(line, self.now)
        self.presenters.discard(line)

    @rule(line=presenting, path=st.sampled_from(PATHS), query=st.text("ab=&", max_size=5))
    def a_presenter_shows(self, line: Line, path: str, query: str) -> None:
        self.shown = Shown(path=path, query=query)
        self.room.show(line, self.shown, self.now)
        for guest in self.there:
            assert heard(guest).get("shown", {}).get("shown") in (None, self.shown.model_dump())

    @rule(line=presenting)
    def a_presenter_asks(self, line: Line) -> None:
        self.room.ask(line, QUESTION, self.now)
        assert self.room.question
        self.number = self.room.question.number
        self.asked = self.is_open = True
        self.answers = {}

    @rule(line=presenting)
    def a_presenter_tells_the_truth(self, line: Line) -> None:
        if self.asked:
            self.room.reveal(line, self.now)
            self.is_open = False
        else:
            with pytest.raises(RoomError):
                self.room.reveal(line, self.now)

    @rule(line=presenting)
    def a_presenter_ends_the_question(self, line: Line) -> None:
        self.room.withdraw(line, self.now)
        self.asked = self.is_open = False
        self.answers = {}

    @rule(line=presenting)
    def a_presenter_hands_out(self, line: Line) -> None:
        self.room.hand_out(line, HANDED, self.now)
        self.handing, self.values = True, {}

    @rule(line=presenting)
    def a_presenter_takes_it_back(self, line: Line) -> None:
        self.room.take_back(line, self.now)
        self.handing, self.values = False, {}

    @rule()
    def a_training_is_done(self) -> None:
        value = self.room.next_to_train()
        if self.room.handed is None:
            assert value is None
        elif value is not None:
            assert value in self.room.handed.values.values()
            assert value not in self.room.handed.results
            assert self.room.next_to_train() != value  # nobody else trains with it meanwhile
            self.room.handed.measured(value, {"errors": np.ones((4, 3))})
            self.room.trained(value)

    @rule(line=lines, choice=st.integers(0, 4), late=st.booleans())
    def a_guest_answers(self, line: Line, choice: int, late: bool) -> None:
        said = answer(max(1, self.number - late), choice)
        right = said.question == self.number
        if line in self.there and self.is_open and choice < 3 and right:
            self.room.answer(line, said)
            self.answers[self.there[line][0]] = choice
        else:
            with pytest.raises(DomainError):
                self.room.answer(line, said)

    @rule(line=lines, following=st.booleans(), path=st.sampled_from(PATHS))
    def a_guest_takes_the_wheel_or_comes_back(self, line: Line, following: bool, path: str) -> None:
        said = Where(id=1, type="where", following=following, path=path)
        if line in self.there:
            self.room.where(line, said)
            self.there[line] = self.there[line][0], following, path
        else:
            with pytest.raises(RoomError):
                self.room.where(line, said)

    @rule(line=lines)
    def a_guest_cannot_steer(self, line: Line) -> None:
        before = self.room.shown, self.room.question
        for act in (
            lambda: self.room.show(line, Shown(path="/labs/nms"), self.now),
            lambda: self.room.ask(line, QUESTION, self.now),
            lambda: self.room.reveal(line, self.now),
            lambda: self.room.withdraw(line, self.now),
            lambda: self.room.hand_out(line, HANDED, self.now),
            lambda: self.room.take_back(line, self.now),
            lambda: self.room.end_by(line),
        ):
            with pytest.raises(NotPresenter):
                act()
        assert (self.room.shown, self.room.question) == before
        assert self.room.closed is None

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def the_presenter_learns_how_many_and_nothing_else(self) -> None:
        own = [path for _, following, path in self.there.values() if not following]
        assert self.room.counted() == {
            "there": len(self.there),
            "following": len(self.there) - len(own),
            "own": {path: own.count(path) for path in set(own)},
        }

    @invariant()
    def each_guest_counts_once_in_the_answers(self) -> None:
        if self.room.question:
            given = list(self.answers.values())
            counts = self.room.question.tally()["counts"]
            assert counts == [given.count(choice) for choice in range(3)]

    @invariant()
    def a_room_waits_only_while_no_presenter_is_there(self) -> None:
        assert (self.room.left is None) == bool(self.presenters)

    @invariant()
    def no_guest_hears_a_name_or_an_answer_of_another(self) -> None:
        names = {name for name, *_ in self.there.values()} | {self.room.secret}
        for line, (own, *_) in self.there.items():
            texts = line.take()
            assert not [name for name in names - {own} for text in texts if name in text]
            for told in map(json.loads, texts):
                assert told["type"] in ("shown", "question", "handed")
                if told["type"] == "question" and told["question"]:
                    assert not {"counts", "numbers", "curves"} & told["question"].keys()
                    assert ("right" in told["question"]) == (not told["question"]["open"])
                if told["type"] == "handed" and told["handed"]:
                    assert not {"points", "phones"} & told["handed"].keys()

    @invariant()
    def each_phone_has_one_value_for_as_long_as_something_is_handed_out(self) -> None:
        handed = self.room.handed
        assert (handed is not None) == self.handing
        if handed:
            assert {name for name, *_ in self.there.values()} <= handed.values.keys()
            told = handed.for_presenter()
            assert sum(phones for *_, phones in told["points"]) == len(handed.values)
            for name, value in self.values.items():
                assert handed.values[name] == value
            self.values = dict(handed.values)

    def _knows_all(self, line: Line) -> None:
        """Whoever comes, early or late, is told what is shown and asked now."""
        told = heard(line)
        assert told["shown"]["shown"] == (self.shown and self.shown.model_dump())
        assert (told["question"]["question"] is not None) == self.asked
        if self.asked:
            name = self.there[line][0]
            assert told["question"]["question"]["mine"] == self.answers.get(name)


RoomMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestRoom = RoomMachine.TestCase


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
    assert len(room._guests) <= KNOWN * MOST


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


def test_a_phone_that_comes_anew_without_its_name_has_one_voice() -> None:
    room, presenter = LectureRoom("123456", MOST, 0.0), new_line("presenter")
    room.present(presenter, room.secret, 0.0)
    room.ask(presenter, QUESTION, 0.0)
    assert room.question
    for i in range(20 * KNOWN):
        line = new_line("phone")
        room.follow(line, follow())
        room.answer(line, answer(room.question.number, i % 3))
        room.leave(line, 0.0)
    assert len(room.question.answers) == 1


def test_who_is_forgotten_takes_answer_and_value_along() -> None:
    room, presenter = LectureRoom("123456", MOST, 0.0), new_line("presenter")
    room.present(presenter, room.secret, 0.0)
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


def test_what_a_page_asks_again_on_its_next_line_was_done_already() -> None:
    room = LectureRoom("123456", MOST, 0.0)
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
