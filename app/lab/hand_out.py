"""What a room can do together: each phone gets its own value of one setting, or takes a photo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.i18n import LazyText

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.settings import Settings

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


Box = tuple[float, float, float, float]  # x1, y1, x2, y2 in pixels of the photo
Ranks = list[list[int]]  # by line, for each box: which proposal finds it first, from 1; 0: none


@dataclass(frozen=True)
class HandIn:
    """Each phone takes a photo and draws boxes around its objects; all land on one chart, drawn
    over `places`, numbers of proposals, along `x`. `lines` are the words of what is drawn for a
    configuration, by language and line. `ranks` is a function of a module, for the networks'
    thread, of a configuration, the server's settings, the boxes and the photo uint8 [H, W, 3].
    """

    x: LazyText
    places: tuple[int, ...]
    lines: Callable[[Any, str], list[str]]
    ranks: Callable[[Any, Settings, tuple[Box, ...], NDArray[np.uint8]], Ranks]
