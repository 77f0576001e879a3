"""Lessons as typed data: a step's view, levers, state, where its run stops, what it asks, and a
predicate by which a test checks what it says.

A step that asks is tried after its question is answered: first a prediction, a choice or a curve
drawn by hand, then the picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.i18n import LazyText

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.lab.contract import Frame

NUMBER = re.compile(r"\{(\w+)\}")  # in a step's text: a control's value, to be dragged in place


@dataclass(frozen=True)
class Question:
    """What to predict before the picture shows it.

    `right` is the index of the choice that the picture confirms in the step's state; `answer` says
    why, and stays folded until it is asked for.
    """

    text: LazyText
    choices: tuple[LazyText, ...]
    right: int
    answer: LazyText


@dataclass(frozen=True)
class Sketch:
    """A curve to draw by hand before the run, over `x` and within `y`, in the axes of the chart
    whose place on the page is marked `data-<chart>`.
    """

    text: LazyText
    chart: str
    x: tuple[float, float]
    y: tuple[float, float]


@dataclass(frozen=True)
class Judged:
    """Which frame shows what a step says where its run does not stop there: the settings of a run
    that a view begins by itself, over those of the step, and the training step.
    """

    state: dict[str, str | float | bool]
    step: int


@dataclass(frozen=True)
class Step:
    """A step of a lab's lesson: a state to set, and what to look for.

    `view` is the name of the lab's view in which it is seen, "" for the first; `levers` are the one
    to three controls that come into hand; `{name}` in `text` is a control's value, to be
    dragged there. A run stops by itself at the training step `stop`. `watch` names the number
    to look at, as the page names it. `holds` is whether what the step says is so: of a lab that
    trains, by the frame at `stop`, or the one that is `judged`; of others, by the step's own state.
    `see` are steps of other labs that go on from here, each by its lab's slug and its title.
    """

    title: LazyText
    text: LazyText
    state: dict[str, str | float | bool]
    view: str = ""
    levers: tuple[str, ...] = ()
    stop: int | None = None
    watch: LazyText | None = None
    question: Question | None = None
    sketch: Sketch | None = None
    holds: Callable[[Any], bool] | None = None
    judged: Judged | None = None
    see: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Word:
    """A term or symbol of a lab's page, and what it means there; its thing is seen in `view`, one
    of the lab's, with the settings `state`.
    """

    term: LazyText
    meaning: LazyText
    view: str = ""
    state: dict[str, str | float | bool] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The query that opens it."""
        values = {"tab": self.view, **self.state}
        return "?" + urlencode({name: str(value).lower() for name, value in values.items()})


def measured(frame: Frame, array: str, *names: str) -> NDArray[Any]:
    """The row of a frame's array that has these names, as `Rows` tells them."""
    axes = frame.named[array].axes
    place = tuple(axis.index(name) for axis, name in zip(axes, names, strict=False))
    found: NDArray[Any] = getattr(frame, array)[place]
    return found
