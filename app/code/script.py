"""A training as a script of its own: torch and the standard library, the same numbers.

Each script is a template in templates/code, filled by its lab's `code`. It is written as one would
by hand, one network after another, so that what the stacked replicas do can be checked by anyone
who has PyTorch; or it quotes the lab's own functions (`quotes.py`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import ROOT

if TYPE_CHECKING:
    from torch import Tensor

TEMPLATES = ROOT / "templates" / "code"
WIDTH = 96  # characters of a line of numbers


def write(template: str, **values: Any) -> str:
    """The text of a script from the template of that name."""
    return environment().get_template(f"{template}.py.jinja").render(values)


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["numbers"] = numbers
    return made


def numbers(values: Tensor) -> str:
    """A tensor as Python's literal, exact, broken into lines."""
    items = [repr(value) for value in values.tolist()]
    lines, line = [], ""
    for item in items:
        if line and len(line) + len(item) + 2 > WIDTH:
            lines.append(line)
            line = ""
        line += f"{item}, "
    lines.append(line)
    return "[\n    " + "\n    ".join(text.rstrip() for text in lines if text) + "\n]"
