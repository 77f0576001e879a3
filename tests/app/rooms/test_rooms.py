"""Codes, limits and ends of rooms, by a clock that the test turns."""

from collections.abc import Iterator

import pytest

from app.errors import RoomError, RoomGone, RoomsFull, TooManyCodes
from app.rooms.attempts import ALL_CODES, ALL_SECONDS, OWN_CODES, OWN_SECONDS
from app.rooms.messages import Follow, Shown
from app.rooms.room import Line
from app.rooms.rooms import DESERTED_SECONDS, ROOMS_PER_VISITOR, Rooms
from app.runs.run import Visitor
from app.settings import Settings


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(clock: Clock) -> Rooms:
    return Rooms(Settings(max_rooms=3, room_keep_minutes=1, room_idle_minutes=10), clock)


@pytest.fixture
def patient(clock: Clock) -> Rooms:
    """Rooms that wait for half an hour, as long as there is place."""
    return Rooms(Settings(max_rooms=3, room_keep_minutes=30), clock)


def wrong(rooms: Rooms) -> str:
    """A code that no room here has or had."""
    return next(code for code in codes() if code not in rooms._used)


def codes() -> Iterator[str]:
    return (f"{number:06d}" for number in range(1_000_000))


def one(name: str) -> Visitor:
    return Visitor(name)


def test_a_room_has_a_code_of_six_digits_and_a_secret(rooms: Rooms) -> None:
    room = rooms.open(one("presenter"))
    assert len(room.code) == 6
    assert room.code.isdigit()
    assert len(room.secret) >= 32
    assert rooms.enter(room.code, one("guest")) is room


def test_there_are_so_many_rooms_and_so_many_of_one_visitor(rooms: Rooms) -> None:
    for _ in range(ROOMS_PER_VISITOR):
        rooms.open(one("eager"))
    with pytest.raises(RoomError):
        rooms.open(one("eager"))
    rooms.open(one("second"))
    with pytest.raises(RoomsFull):
        rooms.open(one("third"))


def test_when_all_places_are_taken_the_room_deserted_longest_gives_way(
    patient: Rooms, clock: Clock
) -> None:
    presented, followed = patient.open(one("lecturer")), patient.open(one("away"))
    guest = Line(one("guest"))
    presented.present(Line(one("lecturer")), presented.secret, clock.now)
    followed.follow(guest, Follow(id=1, type="follow"))
    unused = patient.open(one("forgetful"))
    clock.now += DESERTED_SECONDS
    with pytest.raises(RoomsFull):  # a page may only be loading anew
        patient.open(one("newcomer"))
    clock.now += 1
    newer = patient.open(one("newcomer"))
    assert unused.closed
    assert not followed.closed
    followed.leave(guest, clock.now - 1)
    clock.now += DESERTED_SECONDS
    assert not followed.closed
    patient.open(one("third"))
    assert followed.closed
    assert not presented.closed
    assert not newer.closed


def test_who_may_open_no_more_rooms_makes_no_other_give_way(patient: Rooms, clock: Clock) -> None:
    deserted = patient.open(one("away"))
    for _ in range(ROOMS_PER_VISITOR):
        patient.open(one("eager"))
    clock.now += DESERTED_SECONDS + 1
    with pytest.raises(RoomError):
        patient.open(one("eager"))
    assert not deserted.closed


def test_wrong_codes_slow_down_their_visitor_and_nobody_else(rooms: Rooms, clock: Clock) -> None:
    room = rooms.open(one("presenter"))
    for _ in range(OWN_CODES):
        with pytest.raises(RoomGone):
            rooms.enter(wrong(rooms), one("guesser"))
    with pytest.raises(TooManyCodes):
        rooms.enter(wrong(rooms), one("guesser"))
    with pytest.raises(TooManyCodes):  # the right one tells a guesser no more than a wrong one
        rooms.enter(room.code, one("guesser"))
    assert rooms.enter(room.code, one("neighbor at the same address")) is room
    clock.now += OWN_SECONDS
    assert rooms.enter(room.code, one("guesser")) is room


def test_many_visitors_of_one_guesser_are_slowed_down_together(rooms: Rooms, clock: Clock) -> None:
    room = rooms.open(one("presenter"))
    rooms.enter(room.code, one("guest"))
    for i in range(ALL_CODES):
        with pytest.raises(RoomGone):
            rooms.enter(wrong(rooms), one(f"disguise {i}"))
    with pytest.raises(TooManyCodes):
        rooms.enter(wrong(rooms), one("another disguise"))
    assert rooms.enter(room.code, one("guest")) is room  # who is in a room stays in it
    clock.now += ALL_SECONDS
    with pytest.raises(RoomGone):
        rooms.enter(wrong(rooms), one("another disguise"))
    with pytest.raises(TooManyCodes):
        rooms.enter(wrong(rooms), one("a third"))


def test_a_program_without_a_cookie_that_guesses_leaves_browsers_their_tries(rooms: Rooms) -> None:
    program = Visitor("192.0.2.7", shared=True)
    for _ in range(ALL_CODES):
        with pytest.raises(RoomGone):
            rooms.enter(wrong(rooms), program)
    with pytest.raises(TooManyCodes):
        rooms.enter(wrong(rooms), program)
    room = rooms.open(one("presenter"))
    assert rooms.enter(room.code, one("newcomer")) is room


def test_a_whole_class_without_cookies_may_mistype(rooms: Rooms) -> None:
    for _ in range(4 * OWN_CODES):
        with pytest.raises(RoomGone):
            rooms.enter(wrong(rooms), Visitor("192.0.2.7", shared=True))


def test_a_code_of_a_closed_room_is_no_guess_and_leads_nowhere(rooms: Rooms, clock: Clock) -> None:
    room = rooms.open(one("presenter"))
    clock.now += 61  # nobody ever came to present
    for _ in range(3 * OWN_CODES):
        with pytest.raises(RoomGone):
            rooms.enter(room.code, one("late guest"))


def test_a_room_outlives_its_presenter_for_a_while(rooms: Rooms, clock: Clock) -> None:
    room, line = rooms.open(one("presenter")), Line(one("presenter"))
    room.present(line, room.secret, clock.now)
    clock.now += 120
    assert rooms.enter(room.code, one("guest")) is room
    room.leave(line, clock.now)
    clock.now += 59
    room.present(Line(one("presenter")), room.secret, clock.now)
    clock.now += 300
    assert rooms.enter(room.code, one("guest")) is room
    clock.now += 301  # and nothing was shown for ten minutes
    with pytest.raises(RoomGone):
        rooms.enter(room.code, one("new"))
    rooms.open(one("presenter"))


def test_the_place_of_a_room_that_has_closed_is_free(rooms: Rooms) -> None:
    line = Line(one("p"))
    for _ in range(5):
        room = rooms.open(one("p"))
        room.present(line, room.secret, 0)
        room.end_by(line)
        line = Line(one("p"))


def test_of_a_run_that_only_a_closed_room_was_shown_no_past_is_kept(
    rooms: Rooms, clock: Clock
) -> None:
    kept: set[str] = set()

    def keep_past(run_id: str, on: bool) -> None:
        (kept.add if on else kept.discard)(run_id)

    rooms.keep_past_here = keep_past
    first, second = (rooms.open(one(name)) for name in "ab")
    for room, runs in ((first, {"": "own", "more": "both"}), (second, {"": "both"})):
        line, before = Line(one("lecturer")), room.shown_runs()
        room.present(line, room.secret, clock.now)
        room.show(line, Shown(path="/labs/fitting", runs=runs), clock.now)
        rooms.keep_pasts(room, before)
    assert kept == {"own", "both"}
    first.close(RoomGone("closed"))
    rooms.sweep()
    assert kept == {"both"}
    second.close(RoomGone("closed"))
    rooms.sweep()
    assert kept == set()
