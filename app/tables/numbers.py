"""Numbers as people write them: which mark begins the decimals, in a whole table?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal[".", ","]

# Minus signs of spreadsheets and typesetters, and the full-width forms of ASCII. No superscripts:
# they are footnotes or powers.
SIGNS = str.maketrans(
    {"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u3000": " "}
    | {chr(full): chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}
)
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
GAPS = {
    *("", "na", "n/a", "#n/a", "<na>", "n.a.", "n.d.", "nan", "null", "none", "nil", "missing"),
    *("#div/0!", "#value!", "#ref!", "#nv", "#wert!", "#bezug!", "k.a.", "k. a.", "无", "缺失"),
    *("?", "-", "--", "—", "–", ".", "...", "…", "nat", "\\n", "(null)", "<null>", "[null]"),
}
# Errors of spreadsheets in any language (#NUM!, #¡DIV/0!, and #### where a column is too narrow),
# Minitab's and Fortran's stars, and what C prints for no number.
NO_NUMBER = re.compile(r"#[¡¿]?\w[\w/]*[!?]|#{2,}|\*+|[+-]?nan(\(\w*\))?|[+-]?\d\.#\w+", re.I)
INFINITE = {"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "+∞", "-∞"}
LABEL_GAPS = {
    "",
    "na",
    "n/a",
    "#n/a",
    "<na>",
    "nan",
    "null",
    "?",
    "缺失",
    "\\n",
    "(null)",
    "<null>",
}  # "none" may well be a class
PLAINLY = re.compile(r"[+-]?(?:\d*([.,])\d{4,}|0?([.,])\d{3,})")
WHOLE = re.compile(r"[+-]?[1-9]\d{0,15}")
GROUP = 1000
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
    known = cell.lower() in GAPS or cell.translate(SIGNS).lower() in INFINITE
    return known or NO_NUMBER.fullmatch(cell) is not None


def is_label_gap(cell: str) -> bool:
    return cell.lower() in LABEL_GAPS


def plain(cell: str) -> str:
    """A cell with ASCII digits, signs and marks, without blanks between groups of three."""
    return GROUP_BLANKS.sub("", cell.translate(SIGNS).strip())


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


@dataclass(frozen=True)
class Votes:
    """How many cells of a column are numbers with one mark only, and the first that are with both,
    but others: one with a point, one with a comma. `plainly` are the marks of cells that are no
    days, times or versions either: 0.871, 15.2604. `grouped`, where whole numbers below 1000 stand
    without a mark among the others and none above: as people group thousands.
    """

    point: int
    comma: int
    undecided: tuple[Undecided, ...]
    plainly: frozenset[Mark]
    grouped: bool

    @property
    def mark(self) -> Mark | None:
        if self.point == self.comma:
            return None
        return "." if self.point > self.comma else ","


def votes_in(cells: Iterable[str]) -> Votes:
    votes = {".": 0, ",": 0}
    undecided: dict[bool, Undecided] = {}
    plainly: set[Mark] = set()
    wholes = {"short": 0, "long": 0}
    for cell in cells:
        text = cell.translate(SIGNS)
        if "." not in text and "," not in text:
            if WHOLE.fullmatch(text.strip()):
                wholes["short" if abs(int(text)) < GROUP else "long"] += 1
            continue
        point, comma = to_number(cell, "."), to_number(cell, ",")
        if point is not None and comma is not None and point != comma:
            undecided.setdefault("." in text, Undecided(cell, point, comma))
        elif point is not None and comma is None:
            votes["."] += 1
        elif comma is not None and point is None:
            votes[","] += 1
        if PLAINLY.fullmatch(text.strip()):
            plainly.add("." if "." in text else ",")
        if abs(votes["."] - votes[","]) > CLEAR:
            break
    grouped = wholes["short"] > 0 and not wholes["long"]
    return Votes(votes["."], votes[","], tuple(undecided.values()), frozenset(plainly), grouped)


def decide(columns: list[Iterable[str]], separator: str) -> list[tuple[Mark, Undecided | None]]:
    """The mark that begins the decimals in each column, and a cell where somebody must say it.

    A column tells it by its own cells. One of nothing but groups of three (1.250, or 1,250) does
    not, and another column helps only with the other sign: where commas begin decimals, points
    separate thousands. Or with decimals that can be nothing else: 01.02 may be a day, a time or a
    version, and helps nobody.
    """
    found = [votes_in(column) for column in columns]
    every: set[Mark] = {votes.mark for votes in found if votes.mark}
    plainly: set[Mark] = {mark for votes in found for mark in votes.plainly}
    return [decided(votes, every, plainly, separator) for votes in found]


def decided(
    votes: Votes, every: set[Mark], plainly: set[Mark], separator: str
) -> tuple[Mark, Undecided | None]:
    if votes.mark:
        return votes.mark, None
    if not votes.undecided:
        return next(iter(every)) if len(every) == 1 else ".", None
    first = votes.undecided[0]
    if len(votes.undecided) > 1:  # points and commas, both before groups of three
        return ".", first
    pointed = "." in first.cell.translate(SIGNS)
    # Whoever separates columns by commas or blanks, a program mostly, writes a decimal point; not
    # where other columns have decimal commas, or 950 stands beside 1.250.
    if pointed and separator in (",", " ") and "," not in every and not votes.grouped:
        return ".", None
    own: Mark = "." if pointed else ","
    other: Mark = "," if pointed else "."
    if plainly == {own}:
        return own, None
    return (other, None) if every == {other} else (".", first)
