"""What an engine is: it drives a lab's run somewhere else and hands out its frames.

`ProcessEngine` (processes.py) gives each run a process of its own. Another engine, on other
machines say, would stand beside it and change nothing above this file.
"""

from collections.abc import Callable, Generator
from typing import Protocol

from app.lab import Ask, Frame, LabConfig

Program = Callable[..., Generator[Frame, Ask, None]]  # a lab's `run`; it can be pickled


class Worker(Protocol):
    """One run, under way somewhere."""

    async def first(self) -> bytes:
        """The frame at step 0. Raises `RunEnded` or what the run itself raised."""

    async def ask(self, ask: Ask) -> bytes:
        """The next frame. Raises `RunEnded` or what the run itself raised."""

    def close(self) -> None:
        """End the run now, whatever it is doing. May be called again."""


class Engine(Protocol):
    def warm_up(self) -> None:
        """Make the first start quick; may be left out."""

    async def start(self, run: Program, config: LabConfig, threads: int = 1) -> Worker:
        """Begin a run. Raises `OSError` where the machine has no room for it."""

    def close(self) -> None:
        """End what is left of the engine itself."""
