"""A room as a state machine without a network: whatever its pages do, in whatever order."""

import json

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from app.errors import DomainError, NotPresenter, RoomError, RoomFull
from app.rooms.messages import Shown, Where
from app.rooms.room import LectureRoom, Line
from tests.app.rooms.pages import (
    HANDED,
    MOST,
    PATHS,
    PHOTOS,
    QUESTION,
    answer,
    follow,
    heard,
    new_line,
)


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
        value = self.room.next_to_do()
        if self.room.handed is None:
            assert value is None
        elif value is not None:
            assert value in self.room.handed.values.values()
            assert value not in self.room.handed.results
            assert self.room.next_to_do() != value  # nobody else trains with it meanwhile
            self.room.handed.measured(value, {"errors": np.ones((4, 3))})
            self.room.done_with(value)

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
            lambda: self.room.ask_photos(line, PHOTOS, self.now),
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
