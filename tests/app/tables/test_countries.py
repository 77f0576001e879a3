"""Tables of any country: whatever separates columns and decimals, its numbers are read or asked
about, and never others without a word.
"""

import random
from typing import NamedTuple

import pytest

from app.errors import InvalidInput
from app.tables.reading import read_table, rows_of

# What begins the decimals, and what stands between thousands.
COUNTRIES = {
    "English": (".", ","),
    "German": (",", "."),
    "French": (",", "\u202f"),
    "typed French": (",", " "),
    "Swiss": (".", "'"),
    "a program's": (".", ""),
    "a German program's": (",", ""),
}
NAMES = ["x", "height", "Länge", "价格", "len (mm)", "a b", "2nd", "price/€"]
SCALES = [1, 10, 1000, 5000, 1e6]


class Made(NamedTuple):
    text: str
    columns: list[list[float]]
    numeric: list[int]
    decimals: list[int]  # of each column


def written(value: float, decimals: int, country: str) -> str:
    mark, between = COUNTRIES[country]
    return f"{value:,.{decimals}f}".replace(",", "T").replace(".", mark).replace("T", between)


def made(country: str, separator: str, draw: random.Random) -> Made:
    """A table with two to four columns of numbers, and a label, a header and quotes or not."""
    count, rows = draw.choice([2, 3, 4]), draw.choice([4, 5, 8, 30])
    decimals = [draw.choice([0, 0, 1, 2, 3]) for _ in range(count)]
    columns = []
    for places in decimals:
        scale = draw.choice(SCALES)
        least = draw.choice([0, 0, -scale])
        columns.append([round(draw.uniform(least, scale), places) for _ in range(rows)])
    label = draw.choice([None, None, 0, count])
    lines = [
        [
            written(column[i], places, country)
            for column, places in zip(columns, decimals, strict=True)
        ]
        for i in range(rows)
    ]
    if draw.random() < 0.85:
        lines.insert(0, [f"{draw.choice(NAMES)}{i}" for i in range(count)])
    if label is not None:
        for cells in lines:
            cells.insert(label, draw.choice(["cat", "dog", "Blåbær", "猫"]))
    numeric = [i + (label == 0) for i in range(count)]
    quotes = draw.choice([0.0, 0.0, 0.3])
    text = draw.choice(["\n", "\r\n"]).join(
        separator.join(
            f'"{cell}"' if separator in cell or draw.random() < quotes else cell for cell in cells
        )
        for cells in lines
    )
    return Made(text, columns, numeric, decimals)


def understood(table: Made) -> list[list[float]] | None:
    """The numbers that are read; None where somebody is asked which mark begins the decimals."""
    try:
        return rows_of(read_table(table.text), table.numeric).columns
    except InvalidInput as error:
        if error.field == "decimal":
            return None
        raise


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("separator", [";", "\t", "|", ",", " "])
def test_the_numbers_of_any_country_are_read_or_asked_about(country: str, separator: str) -> None:
    draw = random.Random(country + separator)
    right = asked = 0
    for _ in range(25):
        table = made(country, separator, draw)
        if country == "German" and separator in ", " and not any(table.decimals):
            continue  # nothing tells 1.250 from a program's number, which is written far more often
        found = understood(table)
        if found is None:
            asked += 1
        else:
            assert found == [pytest.approx(column) for column in table.columns], table.text
            right += 1
    assert right > asked
