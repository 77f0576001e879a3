"""A table as it is understood: numbers, gaps, labels; and what of it a lab takes."""

import random
from dataclasses import dataclass
from typing import Literal

from app.errors import InvalidInput
from app.i18n import N_
from app.tables.cells import Cells, counts, read_cells
from app.tables.lines import number_like
from app.tables.numbers import Mark, Undecided, decide, is_gap, is_label_gap, to_number

Kind = Literal["number", "index", "text"]
MAX_POINTS = 2000  # that a lab takes; of more rows, a random sample
MOSTLY = 0.5  # a column of more numbers than this holds numbers, and a few mistakes
INDEX_NAMES = {"index", "id", "no", "no.", "nr", "nr.", "#", "row", "obs", "序号", "编号", "行号"}
# What pandas and R call a column that had no name, when they read and write it again.
UNNAMED = {"unnamed: 0", "level_0", "rownames", "row.names", "rowname"}
LEAST = 4  # rows
MAX_CLASSES = 4  # as many as points in an address may have
READING = 120  # characters
SHOWN = 40  # characters of a cell that are told


@dataclass(frozen=True)
class Column:
    """`distinct` is how many different cells that are no gap it has."""

    name: str
    kind: Kind
    distinct: int
    mark: Mark
    undecided: Undecided | None


@dataclass(frozen=True)
class Table:
    """Cells, and how their numbers are read."""

    cells: Cells
    columns: list[Column]

    @property
    def undecided(self) -> Undecided | None:
        """A cell for which somebody must say which mark begins the decimals."""
        return next((column.undecided for column in self.columns if column.undecided), None)

    @property
    def mark(self) -> Mark:
        """The mark of the numbers, a comma where any column has it."""
        marks = [self.columns[i].mark for i in self.numeric]
        return "," if "," in marks else "."

    @property
    def names(self) -> list[str]:
        return self.cells.names

    @property
    def numeric(self) -> list[int]:
        """Columns of numbers, but those that only count the rows."""
        return [i for i, column in enumerate(self.columns) if column.kind == "number"]

    def label(self, most: int) -> int | None:
        """The column that is the likeliest label of 2 to `most` classes: the last text that can be
        one, else the last text; without texts the last number that can; None for no such column.
        """
        fitting = [i for i, column in enumerate(self.columns) if 2 <= column.distinct <= most]
        texts = [i for i, column in enumerate(self.columns) if column.kind == "text"]
        best = [i for i in texts if i in fitting] or texts or fitting
        return best[-1] if best else None


def read_table(text: str, mark: Mark | None = None, header: bool | None = None) -> Table:
    """A table; `mark` begins the decimals where the cells do not tell it, and the first row is a
    `header` or not, where somebody has said so. Raises `InvalidInput`.
    """
    cells = read_cells(text, header)
    if not cells.rows:
        raise InvalidInput(N_("There are no rows with numbers in this text."), "text")
    written = [[row[i] for row in cells.rows] for i in range(len(cells.names))]
    found = decide(list(written), cells.separator)
    told = [(mark, None) if mark and undecided else (own, undecided) for own, undecided in found]
    columns = [column_of(cells, i, written[i], *told[i]) for i in range(len(written))]
    return Table(cells, columns)


def column_of(
    cells: Cells, i: int, written: list[str], mark: Mark, undecided: Undecided | None
) -> Column:
    told = {cell for cell in written if not is_label_gap(cell)}
    values = [to_number(cell, mark) for cell in told if not is_gap(cell)]
    numbers = sum(value is not None for value in values)
    kind: Kind = "number" if numbers > MOSTLY * max(len(values), 1) else "text"
    if kind == "number" and is_index(cells, i, written):
        kind = "index"
    return Column(cells.names[i], kind, len(told), mark, undecided if kind == "number" else None)


def is_index(cells: Cells, i: int, written: list[str]) -> bool:
    """Whether a column only counts its rows: unnamed beside others, or called so and 1, 2, 3 …"""
    if len(written) < 2:
        return False
    name = cells.names[i].strip().lower()
    if i == 0 and (i in cells.unnamed or name in UNNAMED):  # also of rows that were chosen
        return len(set(written)) == len(written) and all(cell.isdecimal() for cell in written)
    return name in INDEX_NAMES and counts(written)


def not_a_number(table: Table, besides: int | None = None) -> dict[str, str]:
    """Name and cell of a column of texts, for a message that tells why it is none of numbers: the
    first with a digit, which may be meant as one ("20%"), else the first. Empty where there is none
    beside the label.
    """
    found = []
    for i, column in enumerate(table.columns):
        cells = (row[i] for row in table.cells.rows)
        cell = next((cell for cell in cells if not is_gap(cell) and not number_like(cell)), "")
        if column.kind == "text" and i != besides and cell:
            found.append({"name": column.name, "cell": cell[:SHOWN]})
    digits = (one for one in found if any(map(str.isdecimal, one["cell"])))
    return next(digits, found[0] if found else {})


@dataclass(frozen=True)
class Rows:
    """Columns of numbers and, with a label, a class a row; `left_out` rows had a gap, `of` rows
    were there before a sample was drawn.
    """

    names: list[str]
    columns: list[list[float]]
    labels: list[int]
    classes: list[str]
    left_out: int
    of: int


def rows_of(table: Table, numeric: list[int], label: int | None = None, most: int = 0) -> Rows:
    """Some columns as numbers and one as classes, without rows that have a gap there; a random
    sample (seeded) of more than `MAX_POINTS`. Raises `InvalidInput`, with line and cell.
    """
    wanted = numeric if label is None else [*numeric, label]
    for i in wanted:
        if not 0 <= i < len(table.names):
            message = N_("The table has {count} columns.")
            raise InvalidInput(message, "columns", count=len(table.names))
    for i in numeric:
        if undecided := table.columns[i].undecided:
            raise undecided_error(undecided)
    kept, values = [], []
    for at, row in enumerate(table.cells.rows):
        if any(is_gap(row[i]) for i in numeric) or (label is not None and is_label_gap(row[label])):
            continue
        kept.append(at)
        values.append([number_in(table, at, i) for i in numeric])
    chosen = sample(len(kept))
    classes, labels = classes_of(table, [kept[c] for c in chosen], label, most)
    return Rows(
        names=[table.names[i] for i in numeric],
        columns=[[values[c][k] for c in chosen] for k in range(len(numeric))],
        labels=labels,
        classes=classes,
        left_out=len(table.cells.rows) - len(kept),
        of=len(kept),
    )


def enough(rows: Rows) -> None:
    """Raises `InvalidInput` where there is too little to train on some rows and test on others."""
    if rows.of < LEAST:
        message = N_(
            "There must be at least {least} rows without gaps, to train on some and test on some; "
            "there are {count}."
        )
        raise InvalidInput(message, "text", least=LEAST, count=rows.of)


def told(table: Table, rows: Rows) -> str:
    """How a table was read, for links and scripts: what somebody else might have read otherwise."""
    marks = "".join(table.columns[table.names.index(name)].mark for name in rows.names)
    facts = [
        f"decimal {marks[:1] if len(set(marks)) == 1 else marks}",
        f"columns {', '.join(rows.names)}"[:READING],
    ]
    if table.cells.doubtful:
        facts.append(f"first row {'names' if table.cells.header else 'data'}")
    if rows.left_out:
        facts.append(f"rows with gaps, left out: {rows.left_out}")
    if rows.of > MAX_POINTS:
        facts.append(f"a random sample of {MAX_POINTS} of {rows.of} rows")
    return "; ".join(facts)[: 2 * READING]


def sample(count: int) -> list[int]:
    """All rows, or so many as a lab takes, in their order: the same ones each time."""
    if count <= MAX_POINTS:
        return list(range(count))
    return sorted(random.Random(0).sample(range(count), MAX_POINTS))


def undecided_error(undecided: Undecided) -> InvalidInput:
    message = N_("“{cell}” can be {point} or {comma}. Say which mark begins the decimals.")
    point, comma = f"{undecided.point:g}", f"{undecided.comma:g}"
    return InvalidInput(message, "decimal", cell=undecided.cell[:SHOWN], point=point, comma=comma)


def number_in(table: Table, at: int, i: int) -> float:
    """Raises `InvalidInput` with the line and what stands there."""
    cell = table.cells.rows[at][i]
    value = to_number(cell, table.columns[i].mark)
    if value is None:
        message = N_("Line {line}, column “{name}”: “{cell}” is not a number.")
        line, name = table.cells.lines[at], table.names[i]
        raise InvalidInput(message, "text", line=line, name=name, cell=cell[:SHOWN])
    return value


def classes_of(
    table: Table, rows: list[int], label: int | None, most: int
) -> tuple[list[str], list[int]]:
    """The classes' names, sorted, and each row's. Raises `InvalidInput` for too few or many."""
    if label is None:
        return [], []
    cells = [table.cells.rows[at][label] for at in rows]
    classes = sorted(set(cells))
    if not 2 <= len(classes) <= most:
        message = N_(
            "Column “{name}” holds {found} different labels; there must be 2 to {most} of them."
        )
        name = table.names[label]
        raise InvalidInput(message, "label", name=name, most=most, found=len(classes))
    place = {name: number for number, name in enumerate(classes)}
    return classes, [place[cell] for cell in cells]


def scaled(values: list[float], low: float, high: float) -> tuple[list[float], float, float]:
    """Values moved into [low, high], with their own least and greatest."""
    least, greatest = min(values), max(values)
    span = greatest / 2 - least / 2  # halves: the whole may be beyond the largest float
    if not span:
        return [(low + high) / 2] * len(values), least, greatest
    moved = [low + (v / 2 - least / 2) / span * (high - low) for v in values]
    return moved, least, greatest


def units_of(least: float, greatest: float, side: tuple[float, float]) -> list[float]:
    """Offset and scale that undo `scaled`; a constant column keeps a scale of 1."""
    low, high = side
    if least == greatest:
        return [least - (low + high) / 2, 1.0]
    scale = (greatest / 2 - least / 2) / (high / 2 - low / 2)
    return [least - scale * low, scale]
