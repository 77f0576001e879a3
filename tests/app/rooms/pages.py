"""What the tests of a room say in the place of its pages."""

import json
from typing import Any

from app.rooms.messages import Answer, AskAll, AskPhotos, Follow, HandAll
from app.rooms.questions import Typed
from app.rooms.room import Line
from app.runs.run import Visitor

MOST = 4
PATHS = ["/", "/guide", "/labs/fitting", "/labs/rpn"]
QUESTION = AskAll(
    id=1, type="ask", typed=Typed(kind="choice", text="Which?", choices=["a", "b", "c"], right=1)
)

HANDED = HandAll(id=1, type="hand_out", lab="fitting", field="width", low=1, high=64, steps=10)
PHOTOS = AskPhotos(id=1, type="ask_photos", lab="rpn")


def new_line(name: str = "anyone", shared: bool = False) -> Line:
    return Line(Visitor(name, shared))


def follow(name: str = "", following: bool = True, path: str = "/") -> Follow:
    return Follow(id=1, type="follow", guest=name, following=following, path=path)


def answer(question: int, choice: int) -> Answer:
    return Answer(id=1, type="answer", question=question, choice=choice)


def heard(line: Line) -> dict[str, Any]:
    """The newest of each kind that the line is to say."""
    return {told["type"]: told for told in map(json.loads, line.take())}
