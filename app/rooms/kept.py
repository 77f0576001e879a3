"""A room as text and back: what another process needs to go on with it, and not who is there now.

Times are kept as how long ago they were: clocks of two machines have nothing in common.
"""

from __future__ import annotations

from typing import Any

from app.errors import DomainError
from app.registry import BY_SLUG
from app.rooms.handed import Handed
from app.rooms.messages import Shown
from app.rooms.photos import KIND, HandedIn, HandedPhotos, Looked
from app.rooms.questions import Asked, OfLesson
from app.rooms.room import Guest, LectureRoom
from app.runs.run import Visitor


def kept(room: LectureRoom, now: float) -> dict[str, Any]:
    """What is known of a room, as JSON has it."""
    return {
        "code": room.code,
        "most": room.most,
        "secret": room.secret,
        "shown": room.shown.model_dump() if room.shown else None,
        "question": asked_kept(room.question) if room.question else None,
        "handed": handed_kept(room.handed) if room.handed else None,
        "let_in": list(room.let_in),
        "untouched": now - room.touched,
        "asked": room.asked,
        "done": list(room.done.items()),
        "guests": [
            [guest.name, list(guest.visitor), guest.following, guest.path]
            for guest in room.guests.values()
        ],
    }


def room_of(facts: dict[str, Any], now: float) -> LectureRoom:
    """The room, as after all its lines were lost at once."""
    room = LectureRoom(facts["code"], facts["most"], now)
    room.secret = facts["secret"]
    room.shown = Shown(**facts["shown"]) if facts["shown"] else None
    room.question = asked_of(facts["question"]) if facts["question"] else None
    room.handed = handed_of(facts["handed"]) if facts["handed"] else None
    room.let_in = dict.fromkeys(facts["let_in"])
    room.touched = now - facts["untouched"]
    room.asked = facts["asked"]
    room.done.update((page, number) for page, number in facts["done"])
    for name, visitor, following, path in facts["guests"]:
        guest = Guest(Visitor(*visitor))
        guest.name, guest.following, guest.path = name, following, path
        room.guests[name] = guest
    return room


def asked_kept(question: Asked) -> dict[str, Any]:
    lesson = question.lesson.model_dump() if question.lesson else None
    return {**vars(question), "lesson": lesson}


def asked_of(facts: dict[str, Any]) -> Asked:
    lesson = OfLesson(**facts["lesson"]) if facts["lesson"] else None
    axes = {axis: tuple(facts[axis]) if facts[axis] else None for axis in ("x", "y")}
    return Asked(**{**facts, **axes, "lesson": lesson})


def handed_kept(handed: Handed | HandedPhotos) -> dict[str, Any]:
    """What came to nothing is tried again: why it did is not kept."""
    if isinstance(handed, HandedPhotos):
        return photos_kept(handed)
    facts = {name: getattr(handed, name) for name in ("number", "config", "low", "high", "steps")}
    results = [
        [value, result]
        for value, result in handed.results.items()
        if not isinstance(result, DomainError)
    ]
    own = {"lab": handed.lab.slug, "field": handed.control.name}
    return {**facts, **own, "values": handed.values, "results": results}


def handed_of(facts: dict[str, Any]) -> Handed | HandedPhotos:
    if facts.get("kind") == KIND:
        return photos_of(facts)
    lab = BY_SLUG[facts["lab"]]
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
        results=dict(map(tuple, facts["results"])),
    )


def photos_kept(handed: HandedPhotos) -> dict[str, Any]:
    photos = [[guest, photo.model_dump()] for guest, photo in handed.photos.items()]
    results = [
        [*asked, vars(result)]
        for asked, result in handed.results.items()
        if isinstance(result, Looked)
    ]
    own = {"kind": KIND, "number": handed.number, "lab": handed.lab.slug, "config": handed.config}
    return {**own, "photos": photos, "results": results}


def photos_of(facts: dict[str, Any]) -> HandedPhotos:
    handed = HandedPhotos(facts["number"], BY_SLUG[facts["lab"]], facts["config"])
    for guest, photo in facts["photos"]:
        handed.take(guest, HandedIn(**photo))
    for image_id, boxes, looked in facts["results"]:
        handed.came((image_id, tuple(map(tuple, boxes))), Looked(**looked))
    return handed
