"""Tables as people bring them: each is read as it was meant, or refused with the true reason."""

import csv
import io
import math
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.tables.cells import read_cells
from app.tables.lines import sample_of
from app.tables.numbers import Mark, decide, to_number
from app.tables.reading import MAX_POINTS, read_table, rows_of

X, Y = [1.5, 2.5, 3.5, 4.5], [2.25, 3.75, 1.25, 5.5]
POINT = "1.5,2.25\n2.5,3.75\n3.5,1.25\n4.5,5.5\n"
COMMA = "1,5;2,25\n2,5;3,75\n3,5;1,25\n4,5;5,5\n"
# What a table is, what it is like, and the names of its columns.
SAME: dict[str, tuple[str, list[str]]] = {
    "no header": (POINT, ["1", "2"]),
    "header": ("x,y\n" + POINT, ["x", "y"]),
    "byte order mark": ("\ufeffx,y\n" + POINT, ["x", "y"]),
    "semicolons and decimal commas": ("x;y\n" + COMMA, ["x", "y"]),
    "Excel's sep line": ("sep=;\nx;y\n" + COMMA, ["x", "y"]),
    "tabs and decimal commas": (("x;y\n" + COMMA).replace(";", "\t"), ["x", "y"]),
    "decimal commas in quotes": (
        'x,y\n"1,5","2,25"\n"2,5","3,75"\n"3,5","1,25"\n"4,5","5,5"\n',
        ["x", "y"],
    ),
    "blanks": ("x y\n" + POINT.replace(",", " "), ["x", "y"]),
    "aligned blanks": ("  x     y\n 1.5  2.25\n 2.5  3.75\n 3.5  1.25\n 4.5  5.5\n", ["x", "y"]),
    "numpy's savetxt": ("# x y\n1.5e+00 2.25e+00\n2.5e0 3.75e0\n3.5 1.25\n4.5 5.5", ["x", "y"]),
    "pipes": ("x|y\n" + POINT.replace(",", "|"), ["x", "y"]),
    "Markdown": (
        "| x | y |\n|---|--:|\n| 1.5 | 2.25 |\n| 2.5 | 3.75 |\n| 3.5 | 1.25 |\n| 4.5 | 5.5 |\n",
        ["x", "y"],
    ),
    "full-width commas and digits": (
        "x，y\n1.5，2.25\n2.5，3.75\n３.５，1.25\n4.5，5.5\n",
        ["x", "y"],
    ),
    "title": ("Experiment 3\nx,y\n" + POINT, ["x", "y"]),
    "title with an empty cell": ("Experiment 3,\nx,y\n" + POINT, ["x", "y"]),
    "comments": ("# by me, today\n# another, line\nx,y\n" + POINT, ["x", "y"]),
    "units": ("x,y\n(s),[m/s]\n" + POINT, ["x [s]", "y [m/s]"]),
    "empty last column": ("x,y,\n" + POINT.replace("\n", ",\n"), ["x", "y"]),
    "semicolon in a header": ('"len (mm; mean)",y\n' + POINT, ["len (mm; mean)", "y"]),
    "blank after a comma": ('x, y\n1.5, "2.25"\n2.5, 3.75\n3.5, 1.25\n4.5, 5.5\n', ["x", "y"]),
    "rows numbered by R": (
        '"x" "y"\n"1" 1.5 2.25\n"2" 2.5 3.75\n"3" 3.5 1.25\n"4" 4.5 5.5\n',
        ["x", "y"],
    ),
    "rows numbered by pandas": (
        ",x,y\n0,1.5,2.25\n1,2.5,3.75\n2,3.5,1.25\n3,4.5,5.5\n",
        ["x", "y"],
    ),
    "an id": ("id,x,y\n1,1.5,2.25\n2,2.5,3.75\n3,3.5,1.25\n4,4.5,5.5\n", ["x", "y"]),
    "rows with names": ("car,x,y\na,1.5,2.25\nb,2.5,3.75\nc,3.5,1.25\nd,4.5,5.5\n", ["x", "y"]),
    "carriage returns alone": (("x,y\n" + POINT).replace("\n", "\r"), ["x", "y"]),
    "names of two words": (
        "Time (s)   Voltage (V)\n1.5  2.25\n2.5  3.75\n3.5  1.25\n4.5  5.5\n",
        ["Time (s)", "Voltage (V)"],
    ),
    "names of words that nothing keeps apart": (
        "the time and voltage\n1.5  2.25\n2.5  3.75\n3.5  1.25\n4.5  5.5\n",
        ["1", "2"],
    ),
    "a comment that is no name": ("# Experiment data\n\n" + POINT, ["1", "2"]),
    "a comment at the end": (POINT.replace(",", " ") + "# end reached\n", ["1", "2"]),
    "Markdown with centered columns": (
        "| x | y |\n|:-:|-|\n| 1.5 | 2.25 |\n| 2.5 | 3.75 |\n| 3.5 | 1.25 |\n| 4.5 | 5.5 |\n",
        ["x", "y"],
    ),
    "org-mode": (
        "| x | y |\n|---+---|\n| 1.5 | 2.25 |\n| 2.5 | 3.75 |\n| 3.5 | 1.25 |\n| 4.5 | 5.5 |\n",
        ["x", "y"],
    ),
    "types under the names": ("x y\n<dbl> <dbl>\n" + POINT.replace(",", " "), ["x", "y"]),
    "the end of a DOS file": ("x,y\n" + POINT + "\x1a", ["x", "y"]),
    "rows that pandas has chosen": (
        ",x,y\n3,1.5,2.25\n17,2.5,3.75\n4,3.5,1.25\n99,4.5,5.5\n",
        ["x", "y"],
    ),
    "blanks, and one tab before quoted names": (
        '1.5   2.25      7.\t"a car"\n2.5   3.75      8.\t"b car"\n'
        '3.5   1.25      9.\t"c car"\n4.5   5.5       9.\t"d car"\n',
        ["1", "2"],
    ),
    "a source below": ("x,y\n" + POINT + "Source: a book\n", ["x", "y"]),
}


def columns_in(text: str, mark: Mark | None = None) -> tuple[list[str], list[list[float]]]:
    table = read_table(text, mark)
    rows = rows_of(table, table.numeric[:2])
    return rows.names, rows.columns


@pytest.mark.parametrize(("text", "names"), SAME.values(), ids=SAME)
def test_one_table_is_read_alike_however_it_is_written(text: str, names: list[str]) -> None:
    assert columns_in(text) == (names, [X, Y])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y\n1,5,2,5\n2,5,3,5\n3,5,4,5\n", "Line 1 names 2 columns"),
        ("x,y\n1,250,3\n2,500,4\n3,900,6\n", "Line 1 names 2 columns"),
        ("a b c\n1 2 3\n4   6\n7 8 9\n1 2 3\n", "Line 3 has 2 columns"),
        ("<table><tr><td>1</td></tr></table>", "HTML"),
        ('{"a": [1, 2]}', "JSON"),
        ("[[1, 2], [3, 4]]", "JSON"),
        (r"{\rtf1 1,2}", "formatted document"),
    ],
)
def test_what_may_be_read_in_the_wrong_place_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_table(text)
    assert said in refusal.value.told_in("en")["error"]["message"]


@pytest.mark.parametrize(
    ("cell", "mark", "value"),
    [
        ("1,250", ".", 1250),
        ("1,250", ",", 1.25),
        ("1.250", ",", 1250),
        ("1,250.5", ".", 1250.5),
        ("1,250.5", ",", None),
        ("1.234.567,5", ",", 1234567.5),
        ("12,34", ".", None),
        ("0,250", ".", None),
        ("1\u202f250,5", ",", 1250.5),
        ("1'250.5", ".", 1250.5),
        ("\u22121.5", ".", -1.5),
        ("１２．５", ".", 12.5),
        ("1e-3", ".", 0.001),
        ("2E+5", ".", 200000),
        ("1e999", ".", None),
        ("12.5¹", ".", None),
        ("10³", ".", None),
        ("2₁", ".", None),
        ("1_000", ".", None),
        ("0x10", ".", None),
        ("90%", ".", None),
        ("$5", ".", None),
        ("3D+5", ".", None),
        ("5/6", ".", None),
        ("", ".", None),
        (".", ".", None),
        ("nan", ".", None),
    ],
)
def test_a_cell_is_a_number_only_as_its_mark_allows(cell: str, mark: Mark, value: Any) -> None:
    assert to_number(cell, mark) == value


@pytest.mark.parametrize(
    ("text", "column", "values"),
    [
        (
            "y\tp\n2019\t1,250\n2020\t980.5\n2021\t1,400\n2022\t875.25\n",
            1,
            [1250, 980.5, 1400, 875.25],
        ),
        ("y;p\n2019;1.250\n2020;980,5\n2021;1.400\n2022;875,25\n", 1, [1250, 980.5, 1400, 875.25]),
        ("y\tp\n1\t1,250,000\n2\t1,250\n3\t5\n4\t6\n", 1, [1250000, 1250, 5, 6]),
        ("p\tq\n0.125\t1\n1.250\t2\n2.375\t3\n3.5\t4\n", 0, [0.125, 1.25, 2.375, 3.5]),
        ("p,q\n1.250,1\n2.375,2\n3.125,3\n4.125,4\n", 0, [1.25, 2.375, 3.125, 4.125]),
    ],
    ids=["both marks", "German", "two groups", "a zero in front", "commas separate"],
)
def test_a_table_tells_its_decimal_mark_by_all_its_cells(
    text: str, column: int, values: list[float]
) -> None:
    table = read_table(text)
    assert table.undecided is None
    assert rows_of(table, [column]).columns == [values]


@pytest.mark.parametrize(
    "text", ["a\tb\n1\t1,250\n2\t1,400\n3\t1,100\n4\t9\n", "a;b\n1;1.250\n2;9\n3;4\n4;5"]
)
def test_where_two_readings_fit_somebody_is_asked_and_both_answers_hold(text: str) -> None:
    table = read_table(text)
    assert table.undecided is not None
    assert {table.undecided.point, table.undecided.comma} == {1250, 1.25}
    with pytest.raises(InvalidInput, match="can be"):
        rows_of(table, [0, 1])
    assert rows_of(table, [0]).columns == [[1, 2, 3, 4]]  # which no mark changes
    answers: tuple[Mark, Mark] = (".", ",")
    assert {rows_of(read_table(text, mark), [1]).columns[0][0] for mark in answers} == {1250, 1.25}


@pytest.mark.parametrize(
    "text",
    [
        "Tag;Umsatz\n01.02;1.250\n02.02;1.310\n03.02;1.290\n",
        "Uhrzeit\tBesucher\n10.30\t1.250\n11.30\t1.310\n",
        "Version;Downloads\n1.0;12.500\n1.1;13.700\n",
    ],
)
def test_days_times_and_versions_do_not_decide_for_another_column(text: str) -> None:
    table = read_table(text)
    assert table.columns[0].undecided is None
    assert table.columns[1].undecided is not None
    assert rows_of(read_table(text, ","), [1]).columns[0][0] in (1250, 12500)


def test_nobody_is_asked_about_a_column_of_texts() -> None:
    table = read_table("code;v\n1.250;1\nA7;2\nB9;3\nC1;4\n")
    assert (table.columns[0].kind, table.undecided) == ("text", None)


def test_decimals_that_can_be_nothing_else_decide_for_other_columns() -> None:
    table = read_table("a\tb\n0.8811\t5.763\n0.905\t5.291\n")
    assert (table.undecided, table.columns[1].mark) == (None, ".")
    table = read_table("a;b\n0,8811;5,763\n0,905;5,291\n")
    assert (table.undecided, table.columns[1].mark) == (None, ",")


def test_each_column_has_a_mark_of_its_own() -> None:
    table = read_table("Monat;Wert\n2024.01;1,5\n2024.02;2,5\n")
    assert rows_of(table, [0, 1]).columns == [[2024.01, 2024.02], [1.5, 2.5]]


def test_a_column_of_points_and_commas_before_three_digits_is_asked_about() -> None:
    assert read_table("a b\n1 194.952\n2 19,985\n3 1.250\n").undecided is not None


def test_rows_with_gaps_are_left_out_and_counted() -> None:
    gaps = [
        "",
        "<NA>",
        "#DIV/0!",
        "k.A.",
        "缺失",
        "NA",
        "?",
        "nan",
        "n/a",
        "#N/A",
        "null",
        "inf",
        "-",
        "−∞",
    ]
    text = "x,y\n" + "".join(f"{i},{gap}\n{i},{i}\n" for i, gap in enumerate(gaps))
    rows = rows_of(read_table(text), [0, 1])
    assert rows.columns[1] == list(range(len(gaps)))
    assert rows.left_out == len(gaps)


def test_a_row_without_a_label_is_no_class_of_its_own() -> None:
    rows = rows_of(read_table("x,k\n1,a\n2,\n3,b\n4,none\n"), [0], 1, 4)
    assert (rows.classes, rows.labels, rows.left_out) == (["a", "b", "none"], [0, 1, 2], 1)


def test_of_many_rows_a_random_sample_is_taken_the_same_each_time() -> None:
    text = "x,y\n" + "".join(f"{i},{2 * i}\n" for i in range(5000))
    first, again = (rows_of(read_table(text), [0, 1]) for _ in range(2))
    assert first == again
    assert (len(first.columns[0]), first.of) == (MAX_POINTS, 5000)
    assert first.columns[1] == [2 * x for x in first.columns[0]]
    assert max(first.columns[0]) > 4900  # not the first rows
    assert first.columns[0] == sorted(first.columns[0])


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from('a.1:/,; "|\t'), min_size=100))
def test_nothing_long_is_given_to_the_sniffer_of_separators(line: str) -> None:
    """What looks like an address of 18,000 letters kept it busy for 42 seconds."""
    lines = [line * 200, "http://" + "a." * 20_000, *["x,y"] * 9000]
    sample = sample_of(lines)
    assert sum(map(len, sample)) <= 20_000
    assert max(map(len, re.split('[,;\t|" ]', " ".join(sample)))) <= 40


@pytest.mark.parametrize(
    "text",
    [
        "[" + "1" * 300_000,
        "x,y\n1" + "/" * 300_000 + ",2\n1,2\n2,3\n3,4\n",
        "%" + "\n" * 300_000,
        "x,y\n" + "#" * 300_000 + ",2\n1,2\n2,3\n3,4\n",
    ],
    ids=["digits", "slashes", "empty lines", "number signs"],
)
def test_no_long_cell_keeps_a_pattern_busy(text: str) -> None:
    """A pattern that takes the square of their length would never end."""
    with suppress(InvalidInput):
        read_table(text)


# --- Properties -----------------------------------------------------------------------------------

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
CASES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=4, max_size=12)


@settings(deadline=None)
@given(CASES, st.sampled_from([",", ";", "\t", "|", " "]), st.booleans())
def test_numbers_with_points_come_back_whatever_separates_them(
    rows: list[tuple[float, float]], separator: str, header: bool
) -> None:
    lines = [f"first{separator}second"] if header else []
    text = "\n".join([*lines, *(f"{a:f}{separator}{b:f}" for a, b in rows)])  # six decimals each
    found = rows_of(read_table(text), [0, 1]).columns
    assert found == [[a for a, _ in rows], [b for _, b in rows]]


@settings(deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=8), st.booleans())
def test_a_decimal_mark_is_never_decided_against_a_cell_that_only_fits_the_other(
    values: list[float], german: bool
) -> None:
    cells = [f"{value:,.2f}" for value in values]
    if german:
        cells = [cell.translate(str.maketrans(".,", ",.")) for cell in cells]
    [(mark, undecided)] = decide([cells], ";")
    assert undecided is None
    assert [to_number(cell, mark) for cell in cells] == [round(value, 2) for value in values]


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.sampled_from('ab,;\t|" \n#-.1290eE，−\u00a0'), max_size=120))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    with suppress(InvalidInput):  # whose words are tested above
        table = read_table(text)
        rows = rows_of(table, table.numeric)
        assert all(math.isfinite(value) for column in rows.columns for value in column)
        assert len({len(row) for row in table.cells.rows}) == 1


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet='ab ,"\u732b', min_size=1, max_size=5), min_size=2, max_size=2),
        min_size=3,
        max_size=6,
    )
)
def test_labels_in_quotes_stay_what_they_are(cells: list[list[str]]) -> None:
    assume(all(cell.strip() for row in cells for cell in row))
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(cells)
    read = read_cells("sep=,\n" + written.getvalue(), header=False)
    assert read.rows == [[cell.strip() for cell in row] for row in cells]
