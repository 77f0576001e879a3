"""What of a lab a room can be handed out: each phone gets its own value of one setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.i18n import LazyText

Measured = Mapping[str, Any]  # a frame's numbers and arrays by their names


@dataclass(frozen=True)
class Measure:
    """A number read off the last frame of a training; `digits` are decimals. One that is not finite
    is no number: the training lost its way.
    """

    name: str
    title: LazyText
    of: Callable[[Measured], float]
    digits: int = 4


@dataclass(frozen=True)
class HandOut:
    """`fields` are names of numeric controls of which each phone may get its own value; `settings`
    what every training of a hand-out has beside the page's settings, `steps` how many it takes,
    if nobody asks for another number.
    """

    fields: tuple[str, ...]
    measures: tuple[Measure, ...]
    steps: int
    settings: dict[str, Any] = field(default_factory=dict)
