"""The lab contract: one word, one configuration, its endpoints, and where it trains, its run.

From a lab's `config` (app/lab/controls.py) come validation, the controls in the page, the keys
and defaults of the page's address, and the types that the browser's code is checked with.

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
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_args, get_type_hints

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel

from app.i18n import N_, LazyText
from app.lab import wire
from app.lab.controls import Control, LabConfig, controls_of, live_names
from app.lab.hand_out import HandIn, HandOut
from app.lab.lessons import Step, Word

# Measured on the labs that train networks of many replicas: weights, gradients, the optimizer's
# moments, and what a step leaves behind (`python -m tests.bench_memory`).
RUN_BYTES, BYTES_PER_PARAMETER = 48 * 2**20, 128
FRAME_SECONDS = 0.25  # of training between two frames: a page moves, also with large networks


Chapter = Literal["fundamentals", "representation", "detection"]
CHAPTERS: dict[Chapter, LazyText] = {
    "fundamentals": N_("Fundamentals"),
    "representation": N_("Representation"),
    "detection": N_("Detection"),
}


@dataclass(frozen=True)
class Paper:
    """Where a lab's subject was first written down."""

    authors: str
    year: int
    title: str


@dataclass(frozen=True)
class View:
    """A view of a lab's stage: what its tab is called, and the controls that matter most to it.

    `name` is its word in the address (`?tab=…`) and in the template.
    """

    name: str
    title: LazyText
    levers: tuple[str, ...] = ()


class Rows:
    """Names of an array's rows, for `Annotated`: `Rows(Place, Quantile)` names those of the first
    axis by the literals of `Place`, of the second by those of `Quantile`.
    """

    def __init__(self, *axes: Any) -> None:
        self.axes: tuple[tuple[str, ...], ...] = tuple(map(get_args, axes))


class Numbers(Rows):
    """Names on all axes of an array: each is one number."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One picture of a run. A lab's own frame adds fields: numpy arrays travel as arrays, with the
    names of their rows where they have any (`Rows`), the rest as JSON. NaN and infinity may stand
    in arrays (a gap in a curve), never in the rest.
    """

    step: int  # training steps done

    named: ClassVar[Mapping[str, Rows]] = {}  # arrays whose rows have names

    def __init_subclass__(cls) -> None:
        hints = get_type_hints(cls, include_extras=True)
        cls.named = {
            name: marked
            for name, hint in hints.items()
            for marked in getattr(hint, "__metadata__", ())
            if isinstance(marked, Rows)
        }

    def to_bytes(self) -> bytes:
        """The frame on the wire. Raises ValueError for NaN or infinity outside the arrays."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {n: v for n, v in values.items() if isinstance(v, np.ndarray)}
        header = {n: v for n, v in values.items() if n not in arrays}
        return wire.encode(header, arrays, {n: of.axes for n, of in self.named.items()})


Config = TypeVar("Config", bound=LabConfig)


@dataclass
class Ask(Generic[Config]):
    """What a viewer wants of a run's next frame.

    `config` is the whole configuration, live fields as they are now; `steps` (0 or more) training
    steps are wanted before the next frame: 0 draws the same state anew; `action` is an
    instance of the lab's `action`, where the viewer did something beyond turning a control.

    A page's frame is bounded by time: `turns()` ends after `seconds`, whatever number of steps
    was wanted, and `taken` says how many there were. What is missing is asked for again.
    """

    config: Config
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
class Lab(Generic[Config]):
    """A lab. `slug` is its word in every layer: address, module, template, script; `chapter` the
    one of `CHAPTERS` that the menu lists it in, `views` the tabs of its stage, the first one first,
    `words` the terms that its page uses.

    Where the lab trains, `run` yields its frames, which are of the classes `frames`; `action` is
    the pydantic model of what a viewer may do to a run beyond turning live controls; `parameters`
    counts all trained numbers of a configuration before anything is allocated, and `code` writes a
    standalone script (torch and the standard library) that trains the same for so many steps and
    prints the final losses. `threads` are those of torch in a run, if the machine has as many
    cores. `memory` is about what a run of a configuration takes beside torch itself, bytes; it
    follows from `parameters` if left out. `album` is the id of the album that a configuration
    learns from, "" for none: `run` is then given the `Album` as `album=…`. `live_in` names the
    fields marked live that a run of a configuration follows, None for all: in an experiment of many
    trainings, say, none of them. A field that another live field brings to life (a patience, where
    stopping early can be turned on) is followed. `hand_out` is what of it a room's phones can be
    handed out, `hand_in` what becomes of photos that they hand in.
    """

    slug: str
    chapter: Chapter
    title: LazyText
    summary: LazyText
    papers: tuple[Paper, ...]
    config: type[Config]
    lesson: tuple[Step, ...]
    views: tuple[View, ...]
    router: APIRouter
    words: tuple[Word, ...] = ()
    run: Callable[..., Generator[Frame, Ask[Config], None]] | None = None
    frames: tuple[type[Frame], ...] = ()
    action: type[BaseModel] | None = None
    parameters: Callable[[Config], int] = lambda config: 0
    code: Callable[[Config, int], str] | None = None
    album: Callable[[Config], str] = lambda config: ""
    threads: int = 1
    memory: Callable[[Config], int] | None = None
    live_in: Callable[[Config], Collection[str] | None] = lambda config: None
    hand_out: HandOut | None = None
    hand_in: HandIn | None = None

    @property
    def controls(self) -> list[Control]:
        return list(controls_of(self.config))

    def control(self, name: str) -> Control:
        """The control of that field."""
        return next(row for row in self.controls if row.name == name)

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

    def bytes_of(self, config: Config) -> int:
        """About the memory that a run of this configuration takes, beside torch itself."""
        if self.memory:
            return self.memory(config)
        return RUN_BYTES + BYTES_PER_PARAMETER * self.parameters(config)

    def followed(self, config: Config) -> list[str]:
        """Names of the fields that change a run of this configuration while it runs."""
        followed = self.live_in(config)
        return self.live if followed is None else sorted(followed)
