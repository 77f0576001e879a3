"""What an engine is: it drives a lab's run somewhere else and hands out its frames.

`ProcessEngine` (processes.py) gives each run a process of its own. Another engine, on other
machines say, would stand beside it and change nothing above this file.
"""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, Protocol

from app.lab.contract import Ask, Frame
from app.lab.controls import LabConfig

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

    def close(self) -> None:
        """End the run now, whatever it is doing. May be called again."""


class Engine(Protocol):
    def warm_up(self) -> None:
        """Make the first start quick; may be left out."""

    async def keep_ready(self) -> None:
        """Until cancelled: replace what died of the engine before a start has to wait for it."""

    async def start(self, run: Program, config: LabConfig, threads: int = 1) -> Worker:
        """Begin a run. Raises `OSError` where the machine has no room for it, or is stuck."""

    async def compute(self, function: Callable[..., Any], *arguments: Any, threads: int = 1) -> Any:
        """What a function of a module returns, computed where it holds up nobody; both it and what
        it is given and returns can be pickled. Ended when whoever awaits it is cancelled.

        Raises the `DomainError` that the function raised, `RunTooLarge` for want of memory,
        `RunBroken` for any other exception, `RunKilled`, or `OSError` as `start` does.
        """

    def close(self) -> None:
        """End what is left of the engine itself."""
