"""Tables that visitors paste or open: comma, semicolon or tab separated text, read with care."""

import csv
import io
import math
from dataclasses import dataclass

from app.errors import InvalidInput
from app.i18n import N_

MAX_CHARACTERS = 500_000
MAX_ROWS, MAX_COLUMNS = 2000, 100
MAX_CELL = 200  # characters
SEPARATORS = ("\t", ";", ",")  # a comma only where nothing else separates: it may be a decimal


@dataclass(frozen=True)
class Table:
    """Cells as they were written. `lines` are the numbers of the rows' lines in the text."""

    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    decimal_comma: bool


def read_table(text: str, columns: int = 2) -> Table:
    """A table of at least so many columns. Empty lines are passed over; a first row without any
    number is the header. Raises `InvalidInput`, which names the line.
    """
    if len(text) > MAX_CHARACTERS:
        message = N_("The text may have at most {limit} characters.")
        raise InvalidInput(message, "text", limit=f"{MAX_CHARACTERS:,}")
    text = text.removeprefix("\ufeff")
    separator = next((s for s in SEPARATORS if s in text), ",")
    decimal_comma = separator != "," and "," in text
    rows, lines = parsed(text, separator, columns)
    if rows and not any(is_number(cell, decimal_comma) for cell in rows[0]):
        names, rows, lines = rows[0], rows[1:], lines[1:]
    else:
        names = [str(i + 1) for i in range(len(rows[0]) if rows else columns)]
    if not rows:
        raise InvalidInput(N_("There are no rows with numbers in this text."), "text")
    if len(rows) > MAX_ROWS:
        raise InvalidInput(N_("There are more than {limit} rows."), "text", limit=MAX_ROWS)
    return Table(names, rows, lines, decimal_comma)


def parsed(text: str, separator: str, columns: int) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=separator)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for cells in reader:
            row = [cell.strip()[:MAX_CELL] for cell in cells]
            if not any(row):
                continue
            check_row(row, rows, columns, reader.line_num)
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error:
        message = N_("Line {line} cannot be read.")
        raise InvalidInput(message, "text", line=reader.line_num) from None
    return rows, lines


def check_row(row: list[str], rows: list[list[str]], columns: int, line: int) -> None:
    if len(rows) > MAX_ROWS:  # no use reading on: at most one of them is a header
        raise InvalidInput(N_("There are more than {limit} rows."), "text", limit=MAX_ROWS)
    if len(row) > MAX_COLUMNS:
        message = N_("Line {line} has more than {limit} columns.")
        raise InvalidInput(message, "text", line=line, limit=MAX_COLUMNS)
    wanted = len(rows[0]) if rows else columns
    if len(row) != wanted and (rows or len(row) < wanted):
        message = N_("Line {line} has {found} columns instead of {wanted}.")
        raise InvalidInput(message, "text", line=line, found=len(row), wanted=wanted)


def is_number(cell: str, decimal_comma: bool) -> bool:
    try:
        return math.isfinite(to_number(cell, decimal_comma))
    except ValueError:
        return False


def to_number(cell: str, decimal_comma: bool) -> float:
    if "_" in cell:  # Python's own way to group digits, and no spreadsheet's
        raise ValueError("not a number")
    return float(cell.replace(",", ".") if decimal_comma else cell)


def numbers(table: Table, column: int) -> list[float]:
    """A column as finite numbers. Raises `InvalidInput` with the line and what stands there."""
    found = []
    for row, line in zip(table.rows, table.lines, strict=True):
        if not is_number(row[column], table.decimal_comma):
            message = N_("Line {line}, column “{name}”: “{cell}” is not a number.")
            name, cell = table.names[column], row[column][:40]
            raise InvalidInput(message, "text", line=line, name=name, cell=cell)
        found.append(to_number(row[column], table.decimal_comma))
    return found


def scaled(values: list[float], low: float, high: float) -> tuple[list[float], float, float]:
    """Values moved into [low, high], with their own least and greatest."""
    least, greatest = min(values), max(values)
    span = greatest / 2 - least / 2  # halves: the whole may be beyond the largest float
    if not span:
        return [(low + high) / 2] * len(values), least, greatest
    moved = [low + (v / 2 - least / 2) / span * (high - low) for v in values]
    return moved, least, greatest


@dataclass(frozen=True)
class Labeled:
    """Columns of numbers, and a class a row: its number, and the classes' names."""

    names: list[str]
    columns: list[list[float]]
    labels: list[int]
    classes: list[str]


def read_labeled(text: str, most: int) -> Labeled:
    """A table whose last column is a label, at most `most` of them. Raises `InvalidInput`."""
    table = read_table(text, columns=3)
    cells = [row[-1] for row in table.rows]
    classes = sorted(set(cells))
    if not 2 <= len(classes) <= most:
        message = N_("The last column holds the label: 2 to {most} different ones, not {found}.")
        raise InvalidInput(message, "text", most=most, found=len(classes))
    columns = [numbers(table, column) for column in range(len(table.names) - 1)]
    labels = [classes.index(cell) for cell in cells]
    return Labeled(table.names[:-1], columns, labels, classes)
