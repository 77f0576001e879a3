"""What an engine is: it drives a lab's run somewhere else and hands out its frames.

`ProcessEngine` (processes.py) gives each run a process of its own on this machine, `RayEngine`
(ray.py) an actor on whatever machine of a cluster has room. Nothing above this file knows which.
"""

import pickle
from collections.abc import Callable, Generator
from typing import Any, NamedTuple, Protocol

from app.errors import DomainError, RunKilled
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.lab.controls import LabConfig

FRAME, ERROR = b"f", b"e"  # what comes back from where a run is driven

Program = Callable[..., Generator[Frame, Ask[Any], None]]  # a lab's `run`; it can be pickled


class Made(NamedTuple):
    """What a worker made of an ask: a frame, and how many of the steps asked for it took."""

    frame: bytes
    taken: int


class Worker(Protocol):
    """One run, under way somewhere."""

    async def first(self) -> Made:
        """The frame at step 0. Raises `RunKilled` or what the run itself raised."""

    async def ask(self, ask: Ask[Any]) -> Made:
        """The next frame. Raises `RunKilled` or what the run itself raised."""

    def kept_waiting(self) -> float:
        """Seconds since it began that it was ready to go on but others had the processor; 0 where
        that is not known.
        """

    def close(self) -> None:
        """End the run now, whatever it is doing. May be called again."""


class Engine(Protocol):
    def warm_up(self) -> None:
        """Make the first start quick; may be left out."""

    async def keep_ready(self) -> None:
        """Until cancelled: replace what died of the engine before a start has to wait for it."""

    def available_bytes(self) -> int | None:
        """Memory that this machine has for runs; None where runs are not on this machine."""

    async def start(
        self, run: Program, config: LabConfig, threads: int = 1, expected_bytes: int = 0
    ) -> Worker:
        """Begin a run, which is expected to take so much memory. Raises `OSError` where there is
        no room for it, or what should start it is stuck.
        """

    async def compute(self, function: Callable[..., Any], *arguments: Any, threads: int = 1) -> Any:
        """What a function of a module returns, computed where it holds up nobody; both it and what
        it is given and returns can be pickled. Ended when whoever awaits it is cancelled.

        Raises the `DomainError` that the function raised, `RunTooLarge` for want of memory,
        `RunBroken` for any other exception, `RunKilled`, or `OSError` as `start` does.
        """

    def close(self) -> None:
        """End what is left of the engine itself."""


def made_of(kind: bytes, data: bytes, taken: int) -> Made:
    """What came back of a run, FRAME or ERROR. Raises what went wrong there."""
    if kind == FRAME:
        return Made(data, taken)
    of, message, field, values = pickle.loads(data)
    error = of(message, field, **values)
    assert isinstance(error, DomainError)
    raise error


def ended_from_outside() -> RunKilled:
    return RunKilled(N_("The process of this run was ended from outside. Other runs go on."))
