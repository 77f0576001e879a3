"""What of a lab a room can be handed out: each phone gets its own value of one setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from app.i18n import LazyText

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Measure:
    """A number read off the last frame of a training, `of` its arrays; `digits` are decimals."""

    name: str
    title: LazyText
    of: Callable[[Arrays], float]
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
