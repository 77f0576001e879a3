"""A room as text and back: what another process needs to go on with it, and not who is there now.

It is in parts, because a full room has handed in megabytes: each answer, photo and result is one of
its own, and only those that have changed are written. Times are kept as how long ago they were:
clocks of two machines have nothing in common.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from app.errors import DomainError
from app.registry import BY_SLUG
from app.rooms.handed import Handed
from app.rooms.messages import Shown
from app.rooms.photos import KIND, HandedIn, HandedPhotos, Looked
from app.rooms.questions import Asked, OfLesson
from app.rooms.room import Guest, LectureRoom
from app.runs.run import Visitor


class Part(NamedTuple):
    """What a part is made of, which is replaced and never changed; and how its text is made."""

    of: tuple[Any, ...]
    text: Callable[[], str]


def parts_of(room: LectureRoom, now: float) -> dict[str, Part]:
    """What is known of a room, by the parts' names: a part that is made of the same as before has
    the same text as before.
    """
    text = json.dumps(core_of(room))
    parts = {
        "room": Part((text,), lambda: text),
        "untouched": Part((room.touched,), lambda: json.dumps(now - room.touched)),
    }
    if room.question:
        for guest, answer in room.question.answers.items():
            parts[f"answer {room.question.number} {guest}"] = part(answer)
    if room.handed:
        parts.update(handed_parts(room.handed))
    return parts


def part(value: Any) -> Part:
    return Part((value,), partial(json.dumps, value))


def handed_parts(handed: Handed | HandedPhotos) -> Iterator[tuple[str, Part]]:
    """What came to nothing is tried again: why it did is not kept."""
    if isinstance(handed, HandedPhotos):
        for guest, photo in handed.photos.items():
            found = handed.results.get(photo.asked)
            looked = found if isinstance(found, Looked) else None
            yield (
                f"photo {handed.number} {guest}",
                Part((photo, looked), partial(photo_kept, photo, looked)),
            )
    else:
        for value, result in handed.results.items():
            if not isinstance(result, DomainError):
                yield f"result {handed.number} {value!r}", part(result)


def photo_kept(photo: HandedIn, looked: Looked | None) -> str:
    found = vars(looked) if looked else None
    return json.dumps({"photo": photo.model_dump(), "looked": found})


def core_of(room: LectureRoom) -> dict[str, Any]:
    """What is known of a room but what its guests have given."""
    return {
        "code": room.code,
        "most": room.most,
        "secret": room.secret,
        "shown": room.shown.model_dump() if room.shown else None,
        "question": asked_kept(room.question) if room.question else None,
        "handed": handed_kept(room.handed) if room.handed else None,
        "let_in": list(room.let_in),
        "asked": room.asked,
        "done": list(room.done.items()),
        "guests": [
            [guest.name, list(guest.visitor), guest.following, guest.path]
            for guest in room.guests.values()
        ],
    }


def room_of(parts: Mapping[str, str], now: float) -> LectureRoom:
    """The room of those texts, as after all its lines were lost at once."""
    facts = json.loads(parts["room"])
    room = LectureRoom(facts["code"], facts["most"], now)
    room.secret = facts["secret"]
    room.shown = Shown(**facts["shown"]) if facts["shown"] else None
    room.let_in = dict.fromkeys(facts["let_in"])
    room.touched = now - json.loads(parts["untouched"])
    room.asked = facts["asked"]
    room.done.update((page, number) for page, number in facts["done"])
    for name, visitor, following, path in facts["guests"]:
        guest = Guest(Visitor(*visitor))
        guest.name, guest.following, guest.path = name, following, path
        room.guests[name] = guest
    if facts["question"]:
        room.question = asked_of(facts["question"])
        room.question.answers.update(given(parts, "answer", room.question.number))
    if facts["handed"]:
        room.handed = handed_of(facts["handed"], parts)
    return room


def given(parts: Mapping[str, str], kind: str, number: int) -> dict[str, Any]:
    """What was given to the question, or the hand-out, of that number, by the rest of its name."""
    begin = f"{kind} {number} "
    found = {name: text for name, text in parts.items() if name.startswith(begin)}
    return {name.removeprefix(begin): json.loads(text) for name, text in found.items()}


def asked_kept(question: Asked) -> dict[str, Any]:
    lesson = question.lesson.model_dump() if question.lesson else None
    return {**vars(question), "lesson": lesson, "answers": {}}


def asked_of(facts: dict[str, Any]) -> Asked:
    lesson = OfLesson(**facts["lesson"]) if facts["lesson"] else None
    axes = {axis: tuple(facts[axis]) if facts[axis] else None for axis in ("x", "y")}
    return Asked(**{**facts, **axes, "lesson": lesson})


def handed_kept(handed: Handed | HandedPhotos) -> dict[str, Any]:
    own = {"number": handed.number, "lab": handed.lab.slug, "config": handed.config}
    if isinstance(handed, HandedPhotos):
        return {**own, "kind": KIND, "guests": list(handed.photos)}
    facts = {name: getattr(handed, name) for name in ("low", "high", "steps", "values")}
    return {**own, **facts, "field": handed.control.name}


def handed_of(facts: dict[str, Any], parts: Mapping[str, str]) -> Handed | HandedPhotos:
    if facts.get("kind") == KIND:
        return photos_of(facts, given(parts, "photo", facts["number"]))
    lab, results = BY_SLUG[facts["lab"]], given(parts, "result", facts["number"])
    assert lab.hand_out
    return Handed(
        number=facts["number"],
        lab=lab,
        what=lab.hand_out,
        control=lab.control(facts["field"]),
        config=facts["config"],
        low=facts["low"],
        high=facts["high"],
        steps=facts["steps"],
        values=dict(facts["values"]),
        results={float(value): result for value, result in results.items()},
    )


def photos_of(facts: dict[str, Any], photos: Mapping[str, Any]) -> HandedPhotos:
    """In the order in which they were handed in first."""
    handed = HandedPhotos(facts["number"], BY_SLUG[facts["lab"]], facts["config"])
    for guest in facts["guests"]:
        handed.photos[guest] = HandedIn(**photos[guest]["photo"])
    for guest, photo in handed.photos.items():
        if looked := photos[guest]["looked"]:
            handed.results[photo.asked] = Looked(**looked)
    return handed
