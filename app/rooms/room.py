"""A room: what is shown, who follows, what was asked. It knows no network: lines have outboxes."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable
from functools import partial
from typing import Any

from app.errors import DomainError, NotPresenter, RoomError, RoomFull, RoomGone
from app.i18n import DEFAULT, N_
from app.rooms.handed import Handed, handed_out
from app.rooms.line import Line
from app.rooms.messages import Answer, AskAll, AskPhotos, Follow, GivePhoto, HandAll, Shown, Where
from app.rooms.photos import HandedPhotos, photos_of
from app.rooms.questions import Asked, of_lesson, typed
from app.runs.run import Visitor

LINES_PER_VISITOR = 8  # pages of one visitor in one room
LINES_PER_ADDRESS = 64  # of all browsers of an address that keep no cookie
PAGES = 16  # of presenters whose last questions are remembered
KNOWN = 4  # times as many guests as may be there are remembered: their answers, their names


class Guest:
    """A page that follows: its name in the room, which only that page and the room know."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.name = secrets.token_urlsafe(12)
        self.lines: set[Line] = set()
        self.following, self.path = True, "/"


def news(kind: str, **values: Any) -> str:
    return json.dumps({"type": kind, "id": None, **values}, allow_nan=False)


class LectureRoom:
    """One room. `now` is a clock's time in seconds."""

    def __init__(self, code: str, most: int, now: float) -> None:
        self.code, self.most = code, most
        self.secret = secrets.token_urlsafe(24)
        self.shown: Shown | None = None
        self.question: Asked | None = None
        self.closed: DomainError | None = None
        self.lost = False  # whether it has closed here alone: another process has it
        self.let_in: dict[str, None] = {}  # visitors who had the right code
        self.touched = now  # when the presenter did something last
        self.left: float | None = now  # since when no presenter is there; None: one is
        self.emptied = now  # since when nobody is there, where nobody is
        self.handed: Handed | HandedPhotos | None = None
        self.asked = 0
        self._in_work: set[Hashable] = set()  # of what is handed out, or in
        self._phones = asyncio.Event()  # another phone has part in it, or it is over
        self._presenters: set[Line] = set()
        self.guests: dict[str, Guest] = {}
        self.done: OrderedDict[str, int] = OrderedDict()  # by a presenter's page: the last number

    # --- Coming and going -------------------------------------------------------------------------

    def present(self, line: Line, secret: str, now: float, page: str = "") -> None:
        """Let a presenter's page in, also a second one. Raises `NotPresenter`."""
        if not secrets.compare_digest(secret.encode(), self.secret.encode()):
            raise NotPresenter(N_("Only whoever opened this room can present in it."))
        self._check_new(line)
        line.presents, line.page = True, page
        self._presenters.add(line)
        self.left, self.touched = None, now
        if self.shown:
            line.tell("shown", self._shown())
        line.tell("question", self._question_for(line))
        line.tell("handed", self._handed_for(line))
        line.tell("guests", self._counted())

    def follow(self, line: Line, asked: Follow) -> Guest:
        """Let a guest's page in, by the name that it has from before or by a new one. Raises
        `RoomFull`.
        """
        self._check_new(line)
        self._check_places(line)
        guest = (
            self.guests.get(asked.guest)
            or self._away(line.visitor)
            or self._new_guest(line.visitor)
        )
        guest.lines.add(line)
        guest.following, guest.path = asked.following, asked.path
        line.guest = guest
        line.tell("shown", self._shown())
        line.tell("question", self._question_for(line))
        line.tell("handed", self._handed_for(line))
        self._tell_count()
        if self.handed:
            self._tell_handed(self._presenters)
            self._phones.set()
        return guest

    def _check_new(self, line: Line) -> None:
        if self.closed:
            raise self.closed
        if line.guest or line.presents:
            raise RoomError(N_("This page is in the room already."))

    def _check_places(self, line: Line) -> None:
        lines = [other for guest in self.guests.values() for other in guest.lines]
        if len(lines) >= self.most:
            message = N_("This room is full: {count} guests are in it, as many as it may have.")
            raise RoomFull(message, count=self.most)
        limit = LINES_PER_ADDRESS if line.visitor.shared else LINES_PER_VISITOR
        theirs = sum(other.visitor == line.visitor for other in lines)
        if theirs >= limit:
            message = N_("You have {count} pages in this room already. Close one of them.")
            raise RoomFull(message, count=theirs)

    def _away(self, visitor: Visitor) -> Guest | None:
        """Who that visitor was here before: a phone has one voice, however often it comes anew."""
        if visitor.shared:
            return None
        theirs = (guest for guest in self.guests.values() if guest.visitor == visitor)
        return next((guest for guest in theirs if not guest.lines), None)

    def _new_guest(self, visitor: Visitor) -> Guest:
        away = [name for name, guest in self.guests.items() if not guest.lines]
        for name in away[: max(0, len(self.guests) + 1 - KNOWN * self.most)]:
            self._forget(name)
        guest = Guest(visitor)
        self.guests[guest.name] = guest
        return guest

    def _forget(self, name: str) -> None:
        del self.guests[name]
        if self.question:
            self.question.answers.pop(name, None)
        if self.handed:
            self.handed.forget(name)

    def leave(self, line: Line, now: float) -> None:
        """A page has gone, or its line is lost: its name and its answer are kept."""
        if line in self._presenters:
            self._presenters.discard(line)
            if not self._presenters:
                self.left = now
        if line.guest:
            line.guest.lines.discard(line)
            self._tell_count()
        self.emptied = now

    def close(self, why: DomainError) -> None:
        """End the room for all, who are told why."""
        self.closed = self.closed or why
        self._phones.set()
        for line in self.lines():
            line.answer({"type": "ended", "id": None, **why.told_on_a_line(DEFAULT)})
            line.end()

    def lose(self, why: DomainError) -> None:
        """Another process has the room: nothing of it goes on here, and its pages come back."""
        self.closed, self.lost = self.closed or why, True
        self._phones.set()
        for line in self.lines():
            line.lose()

    def shown_runs(self) -> set[str]:
        """The runs that the room is shown, by their names."""
        return set(self.shown.runs.values()) if self.shown else set()

    def is_over(self, now: float, keep: float, idle: float) -> bool:
        """Whether the presenter has been away for `keep` seconds, or has shown nothing for `idle`
        seconds.
        """
        away = self.left is not None and now - self.left > keep
        return away or now - self.touched > idle

    def is_deserted(self, now: float, after: float) -> bool:
        """Whether neither presenter nor guest has been there for `after` seconds."""
        return not any(self.lines()) and now - self.emptied > after

    # --- What the presenter does ------------------------------------------------------------------

    def show(self, line: Line, shown: Shown, now: float) -> None:
        """Show the room something else. Raises `NotPresenter`."""
        self._check_presents(line)
        self.touched = now
        if shown == self.shown:
            return
        self.shown = shown
        self._tell_all("shown", self._shown(), but=line)

    def ask(self, line: Line, said: AskAll, now: float) -> None:
        """Ask, in place of what was asked before. Raises `NotPresenter`, `InvalidInput`."""
        self._check_presents(line)
        self.touched = now
        if (said.lesson is None) == (said.typed is None):
            raise RoomError(N_("Ask one question: one of the lesson, or a typed one."))
        self.asked += 1
        if said.typed:
            self.question = typed(self.asked, said.typed)
        elif said.lesson:
            self.question = of_lesson(self.asked, said.lesson)
        self._tell_question()

    def reveal(self, line: Line, now: float) -> None:
        """Take no more answers and tell the truth. Raises `NotPresenter`, `RoomError`."""
        self._check_presents(line)
        self.touched = now
        self._the_question().reveal()
        self._tell_question()

    def withdraw(self, line: Line, now: float) -> None:
        """Take the question away. Raises `NotPresenter`."""
        self._check_presents(line)
        self.touched, self.question = now, None
        self._tell_question()

    def hand_out(self, line: Line, said: HandAll, now: float) -> Handed:
        """Give each guest a value, in place of what was handed out before. Raises `NotPresenter`,
        `InvalidInput`.
        """
        self._check_presents(line)
        self.touched = now
        handed = handed_out(self.asked + 1, said)
        self.asked += 1
        self._set_handed(handed)
        return handed

    def ask_photos(self, line: Line, said: AskPhotos, now: float) -> HandedPhotos:
        """Ask each guest for a photo. Raises `NotPresenter`, `InvalidInput`."""
        self._check_presents(line)
        self.touched = now
        handed = photos_of(self.asked + 1, said.lab, said.config)
        self.asked += 1
        self._set_handed(handed)
        return handed

    def take_back(self, line: Line, now: float) -> None:
        """The hand-out is over. Raises `NotPresenter`."""
        self._check_presents(line)
        self.touched = now
        self._set_handed(None)

    def _set_handed(self, handed: Handed | HandedPhotos | None) -> None:
        self._phones.set()
        self.handed, self._in_work, self._phones = handed, set(), asyncio.Event()
        self._tell_handed(x for guest in self.guests.values() for x in guest.lines)
        self._tell_handed(self._presenters)  # after the guests, who have their values by then

    def end_by(self, line: Line) -> None:
        """The presenter closes the room. Raises `NotPresenter`."""
        self._check_presents(line)
        self.close(RoomGone(N_("The presenter has closed this room.")))

    def _check_presents(self, line: Line) -> None:
        if self.closed:
            raise self.closed
        if not line.presents:
            raise NotPresenter(N_("Only whoever opened this room can present in it."))

    # --- The work of a hand-out -------------------------------------------------------------------

    def next_to_do(self) -> Any:
        """A value to train with, or a photo to look at, that nobody does yet; None: there is none.
        It is in work from now on.
        """
        waiting = self.handed.waiting() if self.handed else []
        one = next((x for x in waiting if x not in self._in_work), None)
        if one is not None:
            self._in_work.add(one)
        return one

    async def wait_for_phones(self) -> None:
        """Until another phone has part in it, or the hand-out is over."""
        self._phones.clear()
        await self._phones.wait()

    def done_with(self, one: Any) -> None:
        """Work has come to its end, well or not: those whom it concerns are told."""
        self._in_work.discard(one)
        if self.handed:
            theirs = self.handed.holders(one) & self.guests.keys()
            self._tell_handed(x for name in theirs for x in self.guests[name].lines)
            self._tell_handed(self._presenters)

    # --- What is asked twice ----------------------------------------------------------------------

    def was_done(self, line: Line, number: int) -> bool:
        """Whether a presenter's page asked this on a line that broke before it heard the answer."""
        return bool(line.page) and number <= self.done.get(line.page, 0)

    def did(self, line: Line, number: int) -> None:
        """What a presenter's page asked with that number is done."""
        if line.page:
            self.done[line.page] = number
            self.done.move_to_end(line.page)
            while len(self.done) > PAGES:
                self.done.popitem(last=False)

    # --- What a guest does ------------------------------------------------------------------------

    def where(self, line: Line, said: Where) -> None:
        """A guest follows, or is on their own. Raises `RoomError`."""
        guest = self._guest(line)
        guest.following, guest.path = said.following, said.path
        self._tell_count()

    def answer(self, line: Line, said: Answer) -> None:
        """A guest's answer. Raises `RoomError`, `InvalidInput`."""
        guest, question = self._guest(line), self._the_question()
        if said.question != question.number:
            raise RoomError(N_("Another question is asked by now."))
        answers = [x for x in (said.choice, said.number, said.curve) if x is not None]
        question.take(guest.name, answers[0] if len(answers) == 1 else None)
        for presenter in self._presenters:
            presenter.tell("question", partial(self._question_for, presenter))

    def hand_in(self, line: Line, said: GivePhoto) -> None:
        """A guest's photo, in place of their last. Raises `RoomError`."""
        guest, handed = self._guest(line), self.handed
        if not isinstance(handed, HandedPhotos) or said.number != handed.number:
            raise RoomError(N_("No photos are asked for any more."))
        handed.take(guest.name, said.photo)
        self._tell_handed(guest.lines)
        self._tell_handed(self._presenters)
        self._phones.set()

    def _guest(self, line: Line) -> Guest:
        if line.guest is None:
            raise RoomError(N_("Only a guest of this room can do that."))
        return line.guest

    def _the_question(self) -> Asked:
        if self.question is None:
            raise RoomError(N_("Nothing is asked now."))
        return self.question

    # --- What is told -----------------------------------------------------------------------------

    def counted(self) -> dict[str, Any]:
        """How many guests are there, how many follow, and how many are on their own on which page:
        all that anybody learns of a guest.
        """
        there = [guest for guest in self.guests.values() if guest.lines]
        own = Counter(guest.path for guest in there if not guest.following)
        return {"there": len(there), "following": len(there) - own.total(), "own": dict(own)}

    def _counted(self) -> str:
        return news("guests", **self.counted())

    def _tell_count(self) -> None:
        for presenter in self._presenters:
            presenter.tell("guests", self._counted)

    def _shown(self) -> str:
        return news("shown", shown=self.shown.model_dump() if self.shown else None)

    def _question_for(self, line: Line) -> str:
        if self.question is None:
            return news("question", question=None)
        if line.guest:
            return news("question", question=self.question.for_guest(line.guest.name))
        return news("question", question=self.question.for_presenter())

    def _handed_for(self, line: Line) -> str:
        if self.handed is None:
            return news("handed", handed=None)
        if line.guest:
            return news("handed", handed=self.handed.for_guest(line.guest.name))
        return news("handed", handed=self.handed.for_presenter())

    def _tell_handed(self, lines: Iterable[Line]) -> None:
        for line in lines:
            now = self._handed_for(line) if line.guest else partial(self._handed_for, line)
            line.tell("handed", now)

    def _tell_question(self) -> None:
        for line in self.lines():
            line.tell("question", self._question_for(line))

    def _tell_all(self, kind: str, text: str, but: Line) -> None:
        for line in self.lines():
            if line is not but:
                line.tell(kind, text)

    def lines(self) -> Iterable[Line]:
        return [*self._presenters, *(x for guest in self.guests.values() for x in guest.lines)]
