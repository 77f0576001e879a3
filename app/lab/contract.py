"""The lab contract: one word, one configuration, its endpoints, and where it trains, its run.

From a lab's `config` come validation, the controls in the page, the keys and defaults of the
page's URL, and the types that the browser's code is checked with. A control is described once,
by one `control(...)`.

A run is a generator that is given its configuration and yields frames; it is driven in a process
of its own (`app/runs`):

    def run(config: FittingConfig) -> Generator[FittingFrame, Ask, None]:
        networks = ...
        while True:
            ask = yield frame_of(networks)      # the first frame shows the start, step 0
            for _ in ask.turns():               # ask.config: fields marked live may have changed
                networks.step(...)

Same configuration and seed, same live changes at the same steps: the frame at a step is the same,
however many frames were asked for on the way.
"""

import math
import time
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from app.i18n import LazyText
from app.lab import wire

# Measured on the labs that train networks of many replicas: weights, gradients, the optimizer's
# moments, and what a step leaves behind (`python -m tests.bench_memory`).
RUN_BYTES, BYTES_PER_PARAMETER = 48 * 2**20, 128
FRAME_SECONDS = 0.25  # of training between two frames: a page moves, also with large networks


class LabConfig(BaseModel):
    """What the learner may set. Unknown keys, NaN, infinity and `true` for 1 are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


@dataclass(frozen=True)
class Look:
    """How a control appears: its group's heading, its step, its usual range, its choices' names.

    `scale` "log" gives a slider whose positions are powers of ten; `live` fields change a running
    run between two steps, the others start a new one; `hidden` ones are kept in the address only.
    `reach` is where the slider begins and ends, if the page widens it when its data ask for more.
    """

    group: LazyText
    step: float = 1
    unit: LazyText = ""
    usual: tuple[float, float] | None = None
    choices: dict[str, LazyText] | None = None
    scale: Literal["linear", "log"] = "linear"
    live: bool = False
    hidden: bool = False
    reach: tuple[float, float] | None = None


def control(
    default: Any,
    title: LazyText,
    description: LazyText,
    look: Look,
    ge: float | None = None,
    le: float | None = None,
    max_length: int | None = None,
) -> Any:
    """A field of a lab's configuration, and the only description of its control anywhere."""
    return Field(
        default,
        title=title,
        description=description,
        ge=ge,
        le=le,
        max_length=max_length,
        json_schema_extra={"look": look},  # type: ignore[dict-item]
    )


@dataclass(frozen=True)
class Control:
    """A field as the page's template draws it."""

    name: str
    kind: Literal["range", "choice", "switch", "text"]
    title: LazyText
    description: LazyText
    default: Any
    look: Look
    low: float = 0
    high: float = 1
    whole: bool = False


def bound(field: FieldInfo, key: str) -> float:
    """The limit `ge` or `le` of a number, or `max_length` of a text."""
    return next(float(getattr(rule, key)) for rule in field.metadata if hasattr(rule, key))


def controls_of(config: type[LabConfig]) -> Iterator[Control]:
    """Every control of a configuration, in the order of its fields."""
    for name, field in config.model_fields.items():
        extra = field.json_schema_extra
        look = extra["look"] if isinstance(extra, dict) else None
        if not isinstance(look, Look) or field.title is None:
            raise TypeError(f"{config.__name__}.{name} is not made by control()")
        words = (field.title, field.description or "", field.default, look)
        if field.annotation is bool:
            yield Control(name, "switch", *words)
        elif get_args(field.annotation):
            yield Control(name, "choice", *words)
        elif field.annotation is str:
            yield Control(name, "text", *words, 0, bound(field, "max_length"))
        else:
            low, high = bound(field, "ge"), bound(field, "le")
            yield Control(name, "range", *words, low, high, field.annotation is int)


def live_names(config: type[LabConfig]) -> list[str]:
    """Names of the fields that change a running run, in some configuration at least."""
    return [row.name for row in controls_of(config) if row.look.live]


@dataclass(frozen=True)
class Paper:
    """Where a lab's subject was first written down."""

    authors: str
    year: int
    title: str


@dataclass(frozen=True)
class Step:
    """A step of a lab's lesson: a state to set, and what to look for."""

    title: LazyText
    text: LazyText
    state: dict[str, str | float | bool]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One picture of a run. A lab's own frame adds fields: numpy arrays travel as arrays, the
    rest as JSON. NaN and infinity may stand in arrays (a gap in a curve), never in the rest.
    """

    step: int  # training steps done

    def to_bytes(self) -> bytes:
        """The frame on the wire. Raises ValueError for NaN or infinity outside the arrays."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {n: v for n, v in values.items() if isinstance(v, np.ndarray)}
        return wire.encode({n: v for n, v in values.items() if n not in arrays}, arrays)


@dataclass
class Ask:
    """What a viewer wants of a run's next frame.

    `config` is the whole configuration, live fields as they are now; `steps` (0 or more) training
    steps are wanted before the next frame: 0 draws the same state anew; `action` is an
    instance of the lab's `action`, where the viewer did something beyond turning a control.

    A page's frame is bounded by time: `turns()` ends after `seconds`, whatever number of steps
    was wanted, and `taken` says how many there were. What is missing is asked for again.
    """

    config: Any
    steps: int
    action: Any = None
    seconds: float = math.inf
    taken: int = 0

    def turns(self) -> Iterator[int]:
        """Go once through a loop's body for each step, at least once where one is wanted."""
        self.taken, end = 0, time.monotonic() + self.seconds
        while self.taken < self.steps:
            yield self.taken
            self.taken += 1
            if time.monotonic() >= end:
                return


@dataclass(frozen=True)
class Lab:
    """A lab. `slug` is its word in every layer: address, module, template, script.

    Where the lab trains, `run` yields its frames, `action` is the pydantic model of what a viewer
    may do to a run beyond turning live controls, `parameters` counts all trained numbers of a
    configuration before anything is allocated, and `code` writes a standalone script (torch and
    the standard library) that trains the same for so many steps and prints the final losses.
    `threads` are those of torch in a run, if the machine has as many cores. `memory` is about what
    a run of a configuration takes beside torch itself, bytes; it follows from `parameters` if left
    out. `album` is the id
    of the album that a configuration learns from, "" for none: `run` is then given the `Album` as
    `album=…`. `live_in` names the fields marked live that a run of a configuration follows, None
    for all: in an experiment of many trainings, say, none of them. A field that another live field
    brings to life (a patience, where stopping early can be turned on) is followed.
    """

    slug: str
    title: LazyText
    summary: LazyText
    papers: tuple[Paper, ...]
    config: type[LabConfig]
    lesson: tuple[Step, ...]
    router: APIRouter
    run: Callable[..., Generator[Frame, Ask, None]] | None = None
    action: type[BaseModel] | None = None
    parameters: Callable[[Any], int] = lambda config: 0
    code: Callable[[Any, int], str] | None = None
    album: Callable[[Any], str] = lambda config: ""
    threads: int = 1
    memory: Callable[[Any], int] | None = None
    live_in: Callable[[Any], Collection[str] | None] = lambda config: None

    @property
    def controls(self) -> list[Control]:
        return list(controls_of(self.config))

    @property
    def groups(self) -> dict[LazyText, list[Control]]:
        """Controls under their headings."""
        groups: dict[LazyText, list[Control]] = {}
        for row in self.controls:
            groups.setdefault(row.look.group, []).append(row)
        return groups

    @property
    def live(self) -> list[str]:
        return live_names(self.config)

    def bytes_of(self, config: LabConfig) -> int:
        """About the memory that a run of this configuration takes, beside torch itself."""
        if self.memory:
            return self.memory(config)
        return RUN_BYTES + BYTES_PER_PARAMETER * self.parameters(config)

    def followed(self, config: LabConfig) -> list[str]:
        """Names of the fields that change a run of this configuration while it runs."""
        followed = self.live_in(config)
        return self.live if followed is None else sorted(followed)
