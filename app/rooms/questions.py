"""Questions to a room: where they come from, which answers they take, what is told of them.

An answer is kept by the name that the room gave its guest, so that a second one replaces the first;
what is told of all answers names nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.errors import InvalidInput, RoomError
from app.i18n import LANGUAGES, N_, LazyText, translate
from app.registry import BY_SLUG

CURVE_POINTS = 33  # of a drawn curve, evenly over the width of its chart
Text = Annotated[str, Field(min_length=1, max_length=300)]
ChoiceText = Annotated[str, Field(min_length=1, max_length=120)]
Height = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
# Heights of a curve, from left to right; None where nothing was drawn.
Curve = Annotated[list[Height | None], Field(min_length=CURVE_POINTS, max_length=CURVE_POINTS)]
Kind = Literal["choice", "number", "curve"]
Axes = dict[Literal["x", "y"], bool]
Wording = dict[str, str]  # a text by language
MOST_CHOICES = 8


class OfLesson(BaseModel):
    """The question of a lesson's step, counted from 1, or the curve that it has drawn: then `log`
    tells which axes of its chart are logarithmic.
    """

    model_config = ConfigDict(extra="forbid")

    lab: str = Field(max_length=100)
    step: int = Field(ge=1, le=100)
    sketch: bool = False
    log: Axes = {"x": False, "y": False}


class Typed(BaseModel):
    """A question as the presenter typed it: one of two to eight choices, or a number.

    `right` is the index of the true choice, `truth` the true number, where there is one.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    kind: Literal["choice", "number"]
    text: Text
    choices: list[ChoiceText] = Field([], max_length=MOST_CHOICES)
    right: int | None = Field(None, ge=0)
    truth: float | None = Field(None, ge=-1e12, le=1e12)

    @model_validator(mode="after")
    def whole(self) -> Typed:
        choice = self.kind == "choice"
        if choice != (len(self.choices) >= 2) or (self.choices and not choice):
            raise ValueError("a choice takes two or more")
        if self.right is not None and self.right >= len(self.choices):
            raise ValueError("there is no such choice")
        return self


@dataclass
class Asked:
    """A question that a room was asked, and the answers by the guests' names in the room."""

    number: int
    kind: Kind
    text: Wording
    choices: list[Wording] = field(default_factory=list)
    right: int | None = None
    truth: float | None = None
    why: Wording | None = None  # the lesson's own answer, told with the truth
    x: tuple[float, float] | None = None  # of a curve: the axes that it is drawn in
    y: tuple[float, float] | None = None
    lesson: OfLesson | None = None
    open: bool = True
    answers: dict[str, int | float | list[float | None]] = field(default_factory=dict)

    def take(self, guest: str, answer: int | float | list[float | None] | None) -> None:
        """A guest's answer, in place of their last. Raises `RoomError` where no more are taken,
        `InvalidInput` for one that the question does not take.
        """
        if not self.open:
            raise RoomError(N_("This question takes no more answers."))
        is_choice = type(answer) is int and 0 <= answer < len(self.choices)
        fits = {
            "choice": is_choice,
            "curve": isinstance(answer, list),
            "number": isinstance(answer, float),
        }[self.kind]
        if answer is None or not fits:
            raise InvalidInput(N_("That is no answer to this question."), "answer")
        self.answers[guest] = answer

    def reveal(self) -> None:
        """Take no more answers. Of a curve the truth is what the presenter's run then draws."""
        self.open = False

    def for_guest(self, guest: str) -> dict[str, Any]:
        """The question as a guest is told it: the truth once it is told to all, and of all the
        answers their own alone.
        """
        return {**self._told(truth=not self.open), "mine": self.answers.get(guest)}

    def for_presenter(self) -> dict[str, Any]:
        """The question with all answers, in no order that tells who gave them."""
        return {**self._told(truth=not self.open), "lesson": self._lesson(), **self.tally()}

    def tally(self) -> dict[str, Any]:
        """How often each choice was taken; all numbers, sorted; all curves, by their heights."""
        given = list(self.answers.values())
        if self.kind == "choice":
            return {"counts": [given.count(place) for place in range(len(self.choices))]}
        if self.kind == "number":
            return {"numbers": sorted(x for x in given if not isinstance(x, list))}
        curves = [curve for curve in given if isinstance(curve, list)]
        return {"curves": sorted(curves, key=lambda c: [(h is not None, h or 0.0) for h in c])}

    def _lesson(self) -> dict[str, Any] | None:
        return self.lesson.model_dump() if self.lesson else None

    def _told(self, truth: bool) -> dict[str, Any]:
        told: dict[str, Any] = {
            "number": self.number,
            "kind": self.kind,
            "text": self.text,
            "choices": self.choices,
            "x": self.x,
            "y": self.y,
            "log": self.lesson.log if self.lesson else None,
            "open": self.open,
        }
        return told | ({"right": self.right, "truth": self.truth, "why": self.why} if truth else {})


def in_all(text: LazyText) -> Wording:
    """A text of ours in every language."""
    return {language: translate(text, language) for language in LANGUAGES}


def typed(number: int, said: Typed) -> Asked:
    """A question as it was typed, the same in every language."""
    as_said = {text: dict.fromkeys(LANGUAGES, text) for text in (said.text, *said.choices)}
    return Asked(
        number,
        said.kind,
        as_said[said.text],
        [as_said[choice] for choice in said.choices],
        said.right,
        said.truth,
    )


def of_lesson(number: int, named: OfLesson) -> Asked:
    """The question, or the sketch, of a lesson's step. Raises `InvalidInput` if it has none."""
    lab = BY_SLUG.get(named.lab)
    step = lab.lesson[named.step - 1] if lab and named.step <= len(lab.lesson) else None
    if step and named.sketch and step.sketch:
        sketch = step.sketch
        text = in_all(sketch.text)
        return Asked(number, "curve", text, x=sketch.x, y=sketch.y, lesson=named)
    if step and not named.sketch and step.question:
        asked = step.question
        choices = [in_all(choice) for choice in asked.choices]
        why = in_all(asked.answer)
        return Asked(
            number, "choice", in_all(asked.text), choices, asked.right, why=why, lesson=named
        )
    raise InvalidInput(N_("That step of the lesson asks nothing."), "lesson")
