"""Numbers as people write them: which mark begins the decimals, in a whole table?"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal[".", ","]

# Written as a minus or between the groups of three by spreadsheets and typesetters.
SIGNS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-"})
GROUP_BLANKS = re.compile("(?<=[0-9])[ \u00a0\u2009\u202f'\u2019](?=[0-9]{3}(?![0-9]))")
END = r"(?:[eE][+-]?\d+)?"
GROUPED = {  # 1,250,000.5 and 1.250.000,5; the first group has no zero in front
    ".": re.compile(rf"[+-]?(?:[1-9]\d{{0,2}}(?:,\d{{3}})+)(?:\.\d*)?{END}"),
    ",": re.compile(rf"[+-]?(?:[1-9]\d{{0,2}}(?:\.\d{{3}})+)(?:,\d*)?{END}"),
}
SIMPLE = {
    ".": re.compile(rf"[+-]?(?:\d+\.?\d*|\.\d+){END}"),
    ",": re.compile(rf"[+-]?(?:\d+,?\d*|,\d+){END}"),
}
# Cells that say that there is nothing: as spreadsheets, R, pandas and people write it.
GAPS = {"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "--", "—", "–", ".", "..."}
INFINITE = {"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "+∞", "-∞"}
LABEL_GAPS = {"", "na", "n/a", "#n/a", "nan", "null", "?"}  # "none" may well be a class
CLEAR = 1000  # so many more cells for one mark than for the other settle it


@dataclass(frozen=True)
class Undecided:
    """A cell that is a number in two ways, in a table that does not say which: `cell` as it was
    written, and what it is where a point or a comma begins the decimals.
    """

    cell: str
    point: float
    comma: float


def is_gap(cell: str) -> bool:
    """Whether a cell where a number belongs holds none on purpose, or one without end."""
    return cell.lower() in GAPS or cell.translate(SIGNS).lower() in INFINITE


def is_label_gap(cell: str) -> bool:
    return cell.lower() in LABEL_GAPS


def plain(cell: str) -> str:
    """A cell with ASCII digits, signs and marks, without blanks between groups of three."""
    return GROUP_BLANKS.sub("", unicodedata.normalize("NFKC", cell.translate(SIGNS)).strip())


def to_number(cell: str, mark: Mark) -> float | None:
    """A cell as a finite number where `mark` begins the decimals; None where it is none."""
    text = plain(cell)
    other = "," if mark == "." else "."
    if GROUPED[mark].fullmatch(text):
        text = text.replace(other, "")
    elif not SIMPLE[mark].fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return value if abs(value) < float("inf") else None


def decide(cells: Iterable[str], separator: str) -> tuple[Mark, Undecided | None]:
    """The mark that begins the decimals in a table, from all its cells; and where both readings fit
    every cell, but differ, a cell for which somebody must say it.
    """
    votes = {".": 0, ",": 0}
    undecided: Undecided | None = None
    for cell in cells:
        if "." not in cell and "," not in cell and "．" not in cell and "，" not in cell:
            continue
        point, comma = to_number(cell, "."), to_number(cell, ",")
        if point is not None and comma is not None and point != comma:
            undecided = undecided or Undecided(cell, point, comma)
        elif point is not None and comma is None:
            votes["."] += 1
        elif comma is not None and point is None:
            votes[","] += 1
        if abs(votes["."] - votes[","]) > CLEAR:
            break
    mark: Mark = "," if votes[","] > votes["."] else "."
    if votes["."] != votes[","] or undecided is None:
        return mark, None
    # Whoever separates columns by commas or blanks, a program mostly, writes a decimal point.
    if separator in (",", " ") and "." in undecided.cell:
        return ".", None
    return mark, undecided
