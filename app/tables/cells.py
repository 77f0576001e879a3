"""Cells out of a text: which lines are no rows, how columns are called."""

import re
from collections import Counter
from dataclasses import dataclass

from app.errors import InvalidInput
from app.i18n import N_, LazyText
from app.tables.lines import Row, number_like, parsed, separator_of
from app.tables.numbers import is_gap, to_number

MAX_CHARACTERS = 4 * 2**20
MAX_ROWS = 200_000
MAX_NAME = 200  # characters of a column's
FEW = 1000  # rows that tell what a column holds
COMMENTS = ("#", "%", "//")
# Lines under a head, as Markdown, org-mode, psql and mysql draw them.
RULE = re.compile(r"[+|:=-]*-[+|:= -]*")
# Types under the names, as a tibble, polars and DuckDB print them.
TYPE = re.compile(
    r"<\w+>|[iuf]\d{1,3}|u?(tiny|small|big|huge)?int\d*|float\d*|double|decimal.*|str|varchar|"
    r"bool(ean)?|date(time.*)?",
    re.IGNORECASE,
)
YEARS = range(1500, 2200)
# Texts that are no tables, by their beginning.
OTHER_TEXTS: tuple[tuple[str, LazyText], ...] = (
    (
        r"(\s*%.*\n)*\s*@relation\b",
        N_("This is a file of Weka (ARFF). Save it as CSV and open that."),
    ),
    (
        r"\s*((array|tensor)\(|\[[\s\[]*[-+.\de]+\s+[-+.\d])",
        N_("This is an array as a program prints it. Save it as CSV and open that."),
    ),
    (r"\s*<(!doctype|html|table|\?xml)", N_("This is HTML or XML. Copy the table from the page.")),
    (r"\s*\{\\rtf", N_("This is a formatted document. Save it as text, or copy the table.")),
    (r"\s*(\{\s*\"|\[\s*[\[{])", N_("This is JSON. Save the table as CSV and open that.")),
)
# What is not seen and comes with copies from web pages: zero-width blanks, marks of direction, soft
# hyphens, marks of byte order. Joiners stay: emoji and Persian words need them.
UNSEEN = dict.fromkeys(
    (0, 0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F))
)
UNSEEN |= dict.fromkeys(range(0x2066, 0x206A))
# Lines as polars, DuckDB and others draw them around cells, by the signs that MySQL has for them.
DRAWN = dict.fromkeys(range(0x2500, 0x2580), "+")
DRAWN |= dict.fromkeys(map(ord, "─━═┄┅┈┉╌╍"), "-") | dict.fromkeys(map(ord, "│┃║┆┇┊┋╎╏"), "|")


OTHER_WIDTH = N_("Line {line} has {found} columns instead of {wanted}.")
NAMES_DIFFER = N_(
    "Line {line} names {found} columns, and the lines below have {wanted}. If the comma begins the "
    "decimals, separate the columns by semicolons."
)


@dataclass(frozen=True)
class Cells:
    """The rows of a table as they were written, all of one length; `lines` are the numbers of
    their lines in the text. `unnamed` are columns without a name of their own beside others that
    have one. `passed_over` are the lines that are no rows: titles and comments. `doubtful` where
    the first row may be names (`header`) or not.
    """

    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    separator: str
    header: bool
    doubtful: bool
    unnamed: list[int]
    passed_over: list[int]


def read_cells(text: str, header: bool | None = None) -> Cells:
    """The cells of a table; `header` says whether the first row names the columns, where somebody
    has said so. Raises `InvalidInput`, which names the line.
    """
    if len(text) > MAX_CHARACTERS:
        message = N_("The text may have at most {limit} characters.")
        raise InvalidInput(message, "text", limit=f"{MAX_CHARACTERS:,}")
    for beginning, message in OTHER_TEXTS:
        if re.match(beginning, text, re.IGNORECASE):
            raise InvalidInput(message, "text")
    text = text.translate(UNSEEN | DRAWN).removesuffix("\x1a")  # DOS ends files so
    lines, separator = text.splitlines(), ""
    if lines and (told := re.fullmatch(r'"?sep=(.)"?', lines[0].strip(" "), re.IGNORECASE)):
        lines, separator = ["", *lines[1:]], told[1]
    comments = comments_of(lines)
    for number in comments:
        lines[number - 1] = ""
    separator = separator or separator_of(lines)
    rows = [row for row in parsed(lines, separator) if any(row[1]) and not is_rule(row[1])]
    if separator == " ":
        rows = with_wide_names(rows, lines)
    rows, titles = without_titles(rows, separator)
    rows = even(rows, separator)
    plain, doubtful = is_header(rows, 0), is_mixed_header(rows)
    if header is None:
        header = plain or doubtful
    above = names_in(comments, rows[0][0], separator, len(rows[0][1]))
    names, rows = headed(rows) if header else (above, rows)
    kept = kept_columns(names, rows)
    return Cells(
        names=unlike([names[i][:MAX_NAME] or str(i + 1) for i in kept]),
        rows=[[row[i] for i in kept] for _, row in rows],
        lines=[number for number, _ in rows],
        separator=separator,
        header=header,
        doubtful=doubtful,
        unnamed=[at for at, i in enumerate(kept) if not names[i] and any(names)],
        passed_over=sorted([*comments, *titles]),
    )


def comments_of(lines: list[str]) -> dict[int, str]:
    """Lines that begin like comments, by their numbers: unless most do, then they are rows."""
    found = {
        number: line.lstrip().lstrip("#%/").strip()
        for number, line in enumerate(lines, 1)
        if line.lstrip().startswith(COMMENTS)
    }
    return found if len(found) <= sum(bool(line.strip()) for line in lines) / 2 else {}


def is_rule(cells: list[str]) -> bool:
    return any(cells) and all(RULE.fullmatch(cell) for cell in cells if cell)


def filled(cells: list[str]) -> int:
    """How many cells a row has up to its last that is not empty."""
    return max((i + 1 for i, cell in enumerate(cells) if cell), default=0)


def without_titles(rows: list[Row], separator: str) -> tuple[list[Row], list[int]]:
    """The rows from the first that has the table's width on, and the numbers of those before."""
    if not rows:
        raise InvalidInput(N_("There are no rows with numbers in this text."), "text")
    if len(rows) > MAX_ROWS:
        message = N_("There are more than {limit} rows.")
        raise InvalidInput(message, "text", limit=f"{MAX_ROWS:,}")
    usual = usual_width(rows)
    for first, (number, cells) in enumerate(rows):
        below = [row for _, row in rows[first + 1 : first + 1 + FEW]]
        whole = len(cells) >= usual and (filled(cells) > 1 or usual == 1)
        if whole or any(map(number_like, cells)) or not below:
            return rows[first:], [n for n, _ in rows[:first]]
        if len(cells) == usual - 1 and separator != "," and rows_are_named(below):
            # R names no column for the rows' numbers or names. Between commas it may be decimals.
            headed = (number, ["", *cells[: usual - 1]])
            return [headed, *rows[first + 1 :]], [n for n, _ in rows[:first]]
        if filled(cells) > 1 and any(map(number_like, below[0])):
            message = NAMES_DIFFER if separator == "," else OTHER_WIDTH
            raise InvalidInput(message, "text", line=number, found=filled(cells), wanted=usual)
    raise AssertionError("the last row has none below")


def with_wide_names(rows: list[Row], lines: list[str]) -> list[Row]:
    """Rows between blanks whose first line has more words than there are columns: names of several
    words stand apart by two blanks or more. Where they do not, nobody knows which is which.
    """
    if not rows or len(rows[0][1]) <= usual_width(rows) or any(map(number_like, rows[0][1])):
        return rows
    number, words = rows[0]
    names = [name.strip('"') for name in re.split(r"\s{2,}|\t", lines[number - 1].strip())]
    if len(names) != usual_width(rows):
        names = [" ".join(words)]  # as a title
    return [(number, names), *rows[1:]]


def rows_are_named(rows: list[list[str]]) -> bool:
    return any(map(number_like, rows[0])) and counts([row[0] for row in rows])


def usual_width(rows: list[Row]) -> int:
    return Counter(len(cells) for _, cells in rows).most_common(1)[0][0]


def counts(column: list[str]) -> bool:
    """Whether a column only numbers or names its rows: 0, 1, 2 …, 1, 2, 3 … or other texts."""
    values = [to_number(cell, ".") for cell in column]
    if any(value is None for value in values):
        return len(set(column)) == len(column)
    start = values[0]
    return start in (0, 1) and all(value == start + i for i, value in enumerate(values))


def even(rows: list[Row], separator: str) -> list[Row]:
    """Rows of one length: what is missing at the end is a gap. Raises `InvalidInput` for one that
    has more cells than the first, and between blanks for one that has fewer: which of them belongs
    where?
    """
    width = max(usual_width(rows), filled(rows[0][1]))
    for number, cells in rows:
        if filled(cells) > width or (separator == " " and len(cells) < width):
            message = OTHER_WIDTH
            raise InvalidInput(message, "text", line=number, found=len(cells), wanted=width)
    return [(number, (cells + [""] * width)[:width]) for number, cells in rows]


# --- The header -----------------------------------------------------------------------------------


def headed(rows: list[Row]) -> tuple[list[str], list[Row]]:
    """The columns' names and the rows under them. A line of units joins the names, one of types
    goes.
    """
    names, below = rows[0][1], rows[1:]
    if below and all(TYPE.fullmatch(cell) for cell in below[0][1] if cell):
        return names, below[1:]
    if len(below) > 2 and is_header(below, 0) and is_units(below):
        units = [cell.strip("()[] ") for cell in below[0][1]]
        joined = [f"{n} [{u}]" if u else n for n, u in zip(names, units, strict=True)]
        return [name.strip() for name in joined], below[1:]
    return names, below


def is_header(rows: list[Row], at: int) -> bool:
    """Whether a row surely names the columns: none of its cells is a number."""
    cells = rows[at][1]
    return not any(map(number_like, cells)) and not all(map(is_gap, cells))


def is_mixed_header(rows: list[Row]) -> bool:
    """Whether the first row seems to name the columns though some of its cells are numbers: a text
    stands over nothing but numbers; or years do, or 0, 1, 2 … beside an empty corner or a text
    that comes once, over labels that come again.
    """
    cells, below = rows[0][1], [row for _, row in rows[1 : 1 + FEW]]
    numbers = [cell for cell in cells if number_like(cell)]
    texts = [i for i, cell in enumerate(cells) if not number_like(cell)]
    words = [i for i in texts if any(map(str.isalpha, cells[i]))]
    if not numbers or not texts or not below:
        return False
    if any(not is_gap(cells[i]) and only_numbers([r[i] for r in below]) for i in words):
        return True
    if len(numbers) < 2 or not all(cell.isdecimal() for cell in numbers):
        return False
    values = [int(cell) for cell in numbers]
    years = all(value in YEARS for value in values) and values == sorted(set(values))
    corner = not cells[0] or any(comes_once(cells[i], [r[i] for r in below]) for i in texts)
    return years or (values == list(range(len(values))) and corner)


def comes_once(cell: str, below: list[str]) -> bool:
    counted = Counter(below)
    return cell not in counted and bool(counted) and min(counted.values()) > 1


def only_numbers(column: list[str]) -> bool:
    """At least two, and nothing else but gaps."""
    told = [cell for cell in column if not is_gap(cell)]
    return len(told) > 1 and all(number_like(cell) for cell in told)


def is_units(rows: list[Row]) -> bool:
    """Whether a second line of what can be units stands over columns of nothing but numbers."""
    first, below = rows[0][1], [row for _, row in rows[1 : 1 + FEW]]
    return all(
        not cell or (is_unit(cell) and only_numbers([row[i] for row in below]))
        for i, cell in enumerate(first)
    )


def is_unit(cell: str) -> bool:
    """Whether a cell can be a unit, as m/s2 or 1/s: no number, nor an amount as <1, 20% or 5 kg."""
    inside = cell.strip("()[] ")
    if not any(map(str.isdecimal, inside)):
        return True
    of_more = inside[0].isalpha() or "/" in inside or "^" in inside
    return not number_like(cell) and of_more and any(map(str.isalpha, inside))


def names_in(comments: dict[int, str], first: int, separator: str, width: int) -> list[str]:
    """The names in the comment right above the first row, if it has as many words as there are
    columns: numpy's savetxt writes its header so. Else none.
    """
    cells = next(parsed([comments.get(first - 1, "")], separator), (0, []))[1]
    named = len(cells) == width and not any(map(number_like, cells))
    return cells if named else [""] * width


def kept_columns(names: list[str], rows: list[Row]) -> list[int]:
    """All columns but those that are empty and have no name, as spreadsheets append them."""
    return [i for i in range(len(names)) if names[i] or any(row[i] for _, row in rows)]


def unlike(names: list[str]) -> list[str]:
    """Names of which no two are equal: the second gets a number."""
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
