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
    `#step-n` for a step of its lesson, which is tried there; "" where nothing shows it yet. `also`
    is a second such place, for a statement that compares or that names two things.
    """

    number: int
    text: LazyText
    seen: str = ""
    box: Box | None = None
    also: str = ""

    @property
    def section(self) -> int:
        return next(i for i, last in enumerate(LAST, start=1) if self.number <= last)

    @property
    def lab(self) -> str:
        return lab_of(self.seen)

    @property
    def places(self) -> tuple[str, ...]:
        """Where it is seen."""
        return tuple(place for place in (self.seen, self.also) if place)


def lab_of(place: str) -> str:
    """The slug of the lab in such an address."""
    return place.partition("?")[0].partition("#")[0]
