"""Which class each picture of an album has, by the path that it came with.

The usual rule is that of torchvision's ImageFolder: a class is a folder of the first level that has
several; folders around everything, and train/test parts, are no classes.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

from app.pictures.decoding.album_limits import MAX_NAME, UNLABELED

Rule = Literal["auto", "first", "last", "name", "none"]
RULES: tuple[Rule, ...] = get_args(Rule)
PARTS = {"train", "training", "val", "valid", "validation", "test", "testing"}
# Of cat.0.jpg, cat_001.jpg, cat (3).jpg and cat12.jpg: cat.
NUMBERED = re.compile(r"[\s_.(-]*\d|\.")


class Classes(NamedTuple):
    """Names as a page shows them, a label for each picture (`UNLABELED` for none), and the folders
    in which the folders of the classes lie. Fewer than two classes are none.
    """

    names: tuple[str, ...]
    labels: list[int]
    within: tuple[str, ...] = ()


def classes_of(paths: Sequence[str], rule: Rule = "auto") -> Classes:
    """The classes of pictures with these paths, whose folders are parted by "/"."""
    folders = [path.split("/")[:-1] for path in paths]
    if rule == "auto":
        names, within = first_level_of_several(folders)
        return numbered(names, within)
    return numbered(NAMES[rule](paths, folders))


Names = Callable[[Sequence[str], Sequence[list[str]]], list[str]]
NAMES: dict[Rule, Names] = {
    "first": lambda paths, folders: [parts[0] if parts else "" for parts in folders],
    "last": lambda paths, folders: [parts[-1] if parts else "" for parts in folders],
    "name": lambda paths, folders: [start_of(path.rpartition("/")[2]) for path in paths],
    "none": lambda paths, folders: [""] * len(paths),
}


def start_of(name: str) -> str:
    """A file's name up to its first point or number."""
    return NUMBERED.split(name, maxsplit=1)[0]


def first_level_of_several(folders: Sequence[list[str]]) -> tuple[list[str], tuple[str, ...]]:
    """The folder of each picture on the first level where there are several, "" for none; and the
    folders around them.
    """
    level = below(folders, 0)
    if {name.lower() for name in at(folders, level) if name} <= PARTS:
        level = below(folders, level + 1)
    around = ("/".join(parts[:level]) + "/" for parts in folders if len(parts) > level > 0)
    return at(folders, level), tuple(dict.fromkeys(around))


def below(folders: Sequence[list[str]], level: int) -> int:
    """The first level from `level` on where there is not just one folder."""
    while len({name for name in at(folders, level) if name}) == 1:
        level += 1
    return level


def at(folders: Sequence[list[str]], level: int) -> list[str]:
    """Each picture's folder on a level."""
    return [parts[level] if len(parts) > level else "" for parts in folders]


def numbered(names: Sequence[str], within: tuple[str, ...] = ()) -> Classes:
    """Labels by the order in which the names first come. `names` has "" where there is none."""
    order = {name: number for number, name in enumerate(dict.fromkeys(filter(None, names)))}
    if len(order) < 2:
        return Classes((), [UNLABELED] * len(names))
    labels = [order.get(name, UNLABELED) for name in names]
    return Classes(tuple(told_apart(list(order))), labels, within)


def told_apart(names: Sequence[str]) -> list[str]:
    """Names as a page may show them, each another: two may be alike in what can be shown."""
    shown_names: dict[str, None] = {}
    for name in names:
        short, again = shown(name), 1
        candidate = short
        while candidate in shown_names:
            again += 1
            number = f" ({again})"
            candidate = short[: MAX_NAME - len(number)] + number
        shown_names[candidate] = None
    return list(shown_names)


def shown(name: str) -> str:
    """A folder's name as a page may show it."""
    printable = "".join(c for c in name if c.isprintable()) or "?"
    return printable if len(printable) <= MAX_NAME else printable[: MAX_NAME - 1] + "…"
