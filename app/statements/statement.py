"""One statement of the lecture notes."""

from dataclasses import dataclass

from app.i18n import LazyText

# The last number of each of the ten sections.
LAST = (6, 24, 37, 54, 61, 90, 101, 117, 138, 144)


@dataclass(frozen=True)
class Box:
    """Something that is often said, and what is true instead."""

    said: LazyText
    true: LazyText


@dataclass(frozen=True)
class Statement:
    """`seen` is where a lab shows it, as an address below `/labs/`: settings in the query, or
    `#step-n` for a step of its lesson, which is tried there; "" where nothing shows it yet.
    """

    number: int
    text: LazyText
    seen: str = ""
    box: Box | None = None

    @property
    def section(self) -> int:
        return next(i for i, last in enumerate(LAST, start=1) if self.number <= last)

    @property
    def lab(self) -> str:
        return self.seen.partition("?")[0].partition("#")[0]
