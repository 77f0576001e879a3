"""Lines of a text taken apart into cells: what separates them?"""

import csv
import re
from collections.abc import Iterator

from app.errors import InvalidInput
from app.i18n import N_
from app.tables.numbers import is_gap, to_number

MAX_COLUMNS = 100
SEPARATORS = (",", ";", "\t", "|", "，", "；", " ")
SAMPLE = 20_000  # characters that tell the separator
LONGEST = 1000  # characters of a line of it
# What a sniffer of dialects searches for addresses takes the square of its length: 42 s for 18,000
# characters. Its beginning tells the same.
LONG = re.compile("([^,;\t|，； \"']{40})[^,;\t|，； \"']+")
BLANKS = re.compile(r"[ \t\u00a0\u3000]+")

Row = tuple[int, list[str]]  # the number of its line, and its cells


def number_like(cell: str) -> bool:
    return to_number(cell, ".") is not None or to_number(cell, ",") is not None


def separator_of(lines: list[str]) -> str:
    """What separates the columns, by CleverCSV (van den Burg, Nazábal and Sutton, 2019): the one by
    which the rows are alike and their cells look like something. "" for one column.
    """
    import clevercsv

    sample = sample_of(lines)
    try:
        found = clevercsv.Sniffer().sniff("\n".join(sample), delimiters=SEPARATORS)
    except clevercsv.Error:  # no separator explains the text
        return ""
    separator = found.delimiter if found and found.delimiter in SEPARATORS else ""
    separator = surer(sample, separator)
    if separator != " " and not numbers_between(sample, separator):
        # One tab before the names in quotes, in a table that is aligned by blanks.
        return " " if numbers_between(sample, " ") else separator
    return separator


def surer(sample: list[str], sniffed: str) -> str:
    """A separator by which every column is of one kind, where the one that was told is a comma or a
    blank, which may be within numbers, too: "1,5;2,5" or "1 250,5<tab>3". Else the one told.
    """
    if sniffed in ("", ",", " "):
        others = (
            ("\t", ";", "|") if sniffed == " " or alike(sample, sniffed) else ("\t", ";", "|", " ")
        )
        return next((other for other in others if alike(sample, other)), sniffed)
    return sniffed


def alike(sample: list[str], separator: str) -> bool:
    """Whether the rows have one length of several cells, and below the first each column holds only
    numbers and gaps, or only texts without digits.
    """
    try:
        rows = [cells for _, cells in parsed(sample, separator)]
    except InvalidInput:  # too many columns: it is not this separator
        return False
    if len(rows) < 2 or len(rows[0]) < 2 or len({len(cells) for cells in rows}) > 1:
        return False
    columns = [
        [cell for cell in column if not is_gap(cell)] for column in zip(*rows[1:], strict=True)
    ]
    return all(
        all(map(number_like, column)) or not any(map(str.isdecimal, "".join(column)))
        for column in columns
    ) and any(number_like(cell) for cell in rows[-1])


def sample_of(lines: list[str]) -> list[str]:
    """The first lines, without what would keep a sniffer busy."""
    sample: list[str] = []
    size = 0
    for line in lines:
        short = LONG.sub(r"\1", line.strip(" "))[:LONGEST]
        size += len(short)
        if size > SAMPLE:
            break
        if short:
            sample.append(short)
    return sample


def numbers_between(lines: list[str], separator: str) -> bool:
    """Whether rows of one length hold at least two columns of numbers."""
    try:
        rows = [cells for _, cells in parsed(lines, separator)]
    except InvalidInput:  # too many columns: it is not this separator
        return False
    widths = {len(cells) for cells in rows[1:]}
    return len(widths) == 1 and all(sum(map(number_like, cells)) > 1 for cells in rows[1:])


def parsed(lines: list[str], separator: str) -> Iterator[Row]:
    """Every line's cells, quotes undone. Raises `InvalidInput`."""
    if separator == " ":
        lines = [BLANKS.sub(" ", line).strip() for line in lines]
    try:
        yield from list(cells_of(lines, separator, quotes=True))
    except csv.Error:  # a quote that is never closed, or inches: 5" is no quotation
        yield from cells_of(lines, separator, quotes=False)


def cells_of(lines: list[str], separator: str, quotes: bool) -> Iterator[Row]:
    """Raises `csv.Error` for quotes that are none, and `InvalidInput`."""
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=separator or "\x1f",  # which is in no text: one column
        skipinitialspace=True,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
        strict=quotes,
    )
    try:
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                message = N_("Line {line} has more than {limit} columns.")
                raise InvalidInput(message, "text", line=reader.line_num, limit=MAX_COLUMNS)
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error:
        if quotes:
            raise
        message = N_("Line {line} cannot be read.")
        raise InvalidInput(message, "text", line=reader.line_num) from None
