"""The browser's types of all frames: `make types` writes static/types/frames.d.ts.

A frame's arrays and the rest of its fields arrive apart (`static/js/core/wire.js`), so each type
has `header`, `arrays`, `shapes`, and `rows` by their names. The comment beside a field is its
description here as there.
"""

import inspect
import re
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from app import ROOT
from app.lab.contract import Frame, Numbers, Rows
from app.registry import LABS

FILE = ROOT / "static" / "types" / "frames.d.ts"
PLAIN = {int: "number", float: "number", str: "string", bool: "boolean", NoneType: "null"}
HEAD = "// Written by `make types` from the frames of every lab: change them there, not here.\n"


def declarations() -> str:
    """The text of the file: an interface for each frame of each lab."""
    frames = [frame for lab in LABS for frame in lab.frames]
    return HEAD + "".join(f"\n{interface(frame)}" for frame in frames)


def interface(frame: type[Frame]) -> str:
    """One frame: its arrays by the type of their numbers, the rest as it stands in JSON."""
    hints, words = get_type_hints(frame), comments_of(frame)
    names = [field.name for field in fields(frame)]
    arrays = [name for name in names if get_origin(hints[name]) is np.ndarray]
    header = [row(n, typescript(hints[n]), words) for n in names if n not in arrays]
    values = [row(name, array(hints[name]), words) for name in arrays]
    shapes = f"  shapes: Record<{' | '.join(map(quoted, arrays)) or 'never'}, number[]>;\n"
    named = [row(name, by_name(hints[name], of), {}) for name, of in frame.named.items()]
    parts = ("  header: {\n", *header, "  };\n", "  arrays: {\n", *values, "  };\n", shapes)
    parts = (*parts, "  rows: {\n", *named, "  };\n")
    return f"export interface {frame.__name__} {{\n{''.join(parts)}}}\n"


def row(name: str, kind: str, words: dict[str, str]) -> str:
    about = f"    /** {words[name]} */\n" if name in words else ""
    return f"{about}    {name}: {kind};\n"


def comments_of(frame: type[Frame]) -> dict[str, str]:
    """What stands behind each field in the source."""
    found = re.findall(r"^    (\w+): .*?  # (.*)$", inspect.getsource(frame), re.MULTILINE)
    return dict(found)


def by_name(hint: Any, named: Rows) -> str:
    """The rows of an array, or its numbers, by their names on each axis."""
    rest = "number" if isinstance(named, Numbers) else array(hint)
    for names in reversed(named.axes):
        rest = f"Record<{' | '.join(map(quoted, names))}, {rest}>"
    return rest


def array(hint: Any) -> str:
    """`NDArray[np.float32]` is a `Float32Array`."""
    (number,) = get_args(get_args(hint)[1])
    return f"{np.dtype(number).name.capitalize()}Array"


def typescript(hint: Any) -> str:
    """A type as JSON has it. Raises TypeError for one that JSON has not."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if origin is Literal:
        return " | ".join(map(quoted, arguments))
    if origin in (Union, UnionType):
        return " | ".join(map(typescript, arguments))
    if origin is tuple:
        return f"[{', '.join(map(typescript, arguments))}]"
    if origin is list:
        return f"{bracketed(typescript(arguments[0]))}[]"
    if origin is dict:
        return f"Record<string, {typescript(arguments[1])}>"
    raise TypeError(f"{hint} has no type in the browser")


def bracketed(kind: str) -> str:
    return f"({kind})" if "|" in kind else kind


def quoted(value: object) -> str:
    return f'"{value}"'


if __name__ == "__main__":
    FILE.write_text(declarations())
