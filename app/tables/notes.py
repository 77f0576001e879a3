"""What a script says about a visitor's own table: comments, so never more than a line each."""

import math


def notes_on(axes: str, labels: str = "", reading: str = "") -> list[str]:
    """Lines about the points of an address: names and units of both coordinates, names of the
    classes, and how the table was read. Empty where nothing is known of them.
    """
    lines = []
    parts = [line_of(part) for part in axes.split("|")]
    if len(parts) in (2, 6) and any(parts[:2]):
        lines.append(f"Columns: {parts[0] or 'x'} and {parts[1] or 'y'}.")
    if len(parts) == 6 and all(map(is_number, parts[2:])):
        (x0, x1), (y0, y1) = ([float(value) for value in parts[i : i + 2]] for i in (2, 4))
        lines.append(f"As they were in the table: {x0:g} + {x1:g} * x and {y0:g} + {y1:g} * y.")
    if labels:
        names = [f"{number} {line_of(name)}" for number, name in enumerate(labels.split("|"))]
        lines.append(f"Classes: {', '.join(names)}.")
    if reading:
        lines.append(f"The table was read so: {line_of(reading)}.")
    return lines


def line_of(text: str) -> str:
    """A text as part of a comment: no line ends, nothing that is not printed."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
