"""Inputs of the kinds in `test_field.py` that nobody had brought yet: what other programs, other
countries and other copies of a page make of a table, and of files that are nearly right.
"""

import gzip
import random
import struct
from collections.abc import Callable

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.tables.charset import nearly_utf_8
from tests.app.pictures.albums.test_endpoints import zipped
from tests.app.test_field import (
    INCOMPLETE,
    PICTURE,
    PLAIN,
    WHOLE,
    Classes,
    Fit,
    answer_to_table,
    as_expected,
    flat,
    of_two,
)
from tests.app.uploaded import RED, noise, quarters, saved

# --- Tables -------------------------------------------------------------------------------------

GAPS = ["#NUM!", "#NAME?", "#¡DIV/0!", "#SPILL!", "#VALEUR!", "####", "*", "****", "NaT", "\\N"]
GAPS += ["(null)", "-nan(ind)", "1.#QNAN", "…"]
PRINTED = """shape: (4, 2)
┌─────┬─────┐
│ x   ┆ y   │
│ --- ┆ --- │
│ i64 ┆ f64 │
╞═════╪═════╡
│ 1   ┆ 2.0 │
│ 2   ┆ 3.0 │
│ 3   ┆ 4.0 │
│ 4   ┆ 5.0 │
└─────┴─────┘
"""
DUCKDB = """┌───────┬────────┐
│   x   │   y    │
│ int32 │ double │
├───────┼────────┤
│     1 │    2.0 │
│     2 │    3.0 │
│     3 │    4.0 │
│     4 │    5.0 │
└───────┴────────┘
"""
TABLES: dict[str, tuple[str | bytes, Fit | Classes | str]] = {
    **{
        f"a gap: {gap}": (
            f"x,y\n1,2\n2,{gap}\n3,4\n4,5\n5,6\n",
            Fit(["x", "y"], [[1, 5], [2, 6]], 1),
        )
        for gap in GAPS
    },
    "zero-width blanks of a web page": ("x,y\n\u200b1,2\u200b\n2,3\n3,4\n4,5\n", PLAIN),
    "marks of direction": ("x,y\n\u200e1,2\n\u200e2,3\n\u2066" + "3\u2069,4\n4,5\n", PLAIN),
    "polars prints it": (PRINTED, PLAIN),
    "DuckDB prints it": (DUCKDB, PLAIN),
    "amounts that are no units": ("x,y\n<1,<2\n1,2\n2,3\n3,4\n4,5\n", "“<1” is not a number"),
    "percent in one row": ("x,y\n1%,2%\n1,2\n2,3\n3,4\n4,5\n", "“1%” is not a number"),
    "units with digits": (
        "t,a,v\nm/s2,1/s,10^3 V\n1,2,1\n2,3,1\n3,4,1\n4,5,1\n",
        Fit(["t [m/s2]", "a [1/s]"], [[1, 4], [2, 5]]),
    ),
    "a head of two lines": (
        "A,,B\nx,y,z\n1,2,3\n2,3,3\n3,4,3\n4,5,3\n",
        Fit(["A [x]", "[y]"], PLAIN[1]),
    ),
    "编号": ("编号,x,y\n1,1,2\n2,2,3\n3,3,4\n4,4,5\n", PLAIN),
    "an index read again by pandas": ("Unnamed: 0,x,y\n5,1,2\n17,2,3\n33,3,4\n40,4,5\n", PLAIN),
    "R's data sets": ('"rownames","x","y"\n1,1,2\n2,2,3\n3,3,4\n4,4,5\n', PLAIN),
    "blanks between thousands": (
        "x;y\n1;1 250,50\n2;980,25\n3;1\u202f400,00\n4;12\u00a0100,75\n",
        Fit(["x", "y"], [[1, 4], [980.25, 12100.75]]),
    ),
    "apostrophes between thousands": (
        "x;y\n1;1'250.50\n2;980.25\n3;1’400.00\n4;12'100.75\n",
        Fit(["x", "y"], [[1, 4], [980.25, 12100.75]]),
    ),
    "German thousands between blanks": (
        "x y\n2.361 3,5\n1.050 4,5\n950 5,5\n3.037 6,5\n",
        Fit(["x", "y"], [[950, 3037], [3.5, 6.5]]),
    ),
    "German thousands beside quoted decimals": (
        'x,y\n1.491,"0,81"\n4.744,"0,82"\n1.545,"0,74"\n4.140,"0,08"\n',
        Fit(["x", "y"], [[1491, 4744], [0.08, 0.82]]),
    ),
    "whole numbers beside what may be thousands": (
        "x,y\n1,1.226\n2,717\n3,4.047\n4,211\n",
        "“1.226” can be 1.226 or 1226",
    ),
    "three decimals of a program": (
        "x,y\n1,1.226\n2,0.717\n3,4.047\n4,1\n",
        Fit(["x", "y"], [[1, 4], [0.717, 4.047]]),
    ),
    "decimal commas between blanks": (
        "0,9 0,82\n0,2 -0,85\n0,6 0,23\n0,4 0,44\n",
        Fit(["1", "2"], [[0.2, 0.9], [-0.85, 0.82]]),
    ),
    "blanks in thousands between tabs": (
        "0\t85 397,6\n10\t631 176,3\n9\t923 183,7\n8\t728 774,9\n",
        Fit(["1", "2"], [[0, 10], [85397.6, 923183.7]]),
    ),
    "blanks in thousands between semicolons": (
        "4,7;4\u202f667,511\n2,0;2\u202f724,327\n8,2;606,200\n2,6;3\u202f115,683\n",
        Fit(["1", "2"], [[2, 8.2], [606.2, 4667.511]]),
    ),
    "Indian groups": (
        'x,y\n1,"1,25,000"\n2,"98,000"\n3,"1,40,000"\n4,"2,00,000"\n',
        "“y” stands “1,25,000”",
    ),
    "a total below": ("x,y\n1,2\n2,3\n3,4\n4,5\nTotal,14\n", "Line 6, column “x”: “Total”"),
    "the head again": ("x,y\n1,2\n2,3\nx,y\n3,4\n4,5\n", "Line 4, column “x”: “x” is not a"),
    "numbers in brackets": ("x,y\n1,(2)\n2,(3)\n3,4\n4,5\n", "“y” stands “(2)”"),
    "days and times between blanks": (
        "t a\n" + "".join(f"2020-01-01 12:0{i} {i}\n" for i in range(4)),
        "Line 1 has 2 columns instead of 3.",
    ),
    "numpy prints it": ("[[1. 2.]\n [2. 3.]\n [3. 4.]\n [4. 5.]]\n", "an array as a program"),
    "an array's repr": ("array([[1., 2.],\n [2., 3.]])\n", "an array as a program"),
    "JSON": ("[[1,2],[2,3],[3,4],[4,5]]", "This is JSON."),
    "ARFF": ("% mine\n@RELATION x\n@attribute a numeric\n@data\n1,2\n", "Weka (ARFF)"),
    "UTF-32": ("x\ty\n1\t2\n2\t3\n3\t4\n4\t5\n".encode("utf-32"), PLAIN),
    "a cell cut within a character": (
        "长,宽,类\n1,2,猫\n2,3,狗\n".encode() + b"3,4,\xe7\x8c\n" + "4,5,猫\n".encode(),
        "UTF-8 but for a few bytes, first in line 4.",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_another_program_is_read_or_refused_with_the_reason(
    client: TestClient, name: str
) -> None:
    content, expected = TABLES[name]
    as_expected(answer_to_table(client, content, expected), expected)


def test_encodings_that_nobody_guesses_can_be_chosen(client: TestClient) -> None:
    for name, codec, words in (
        ("euc-jp", "euc_jp", "種類,ネコ"),
        ("koi8-r", "koi8_r", "длина,кот"),
        ("iso-8859-2", "iso8859_2", "długość,żubr"),
        ("ibm850", "cp850", "Länge,Käfer"),
    ):
        data = words.encode(codec)
        guessed = client.post("/api/tables/text", content=data).json()
        assert name in [guessed["encoding"], *guessed["others"]]
        chosen = client.post(f"/api/tables/text?encoding={name}", content=data).json()
        assert chosen["text"] == words


def test_legacy_encodings_are_never_taken_for_nearly_utf_8() -> None:
    draw = random.Random(12)
    for codec, letters in (
        ("gb18030", [chr(c) for c in range(0x4E00, 0x9FA5)]),
        ("cp932", list("ネコイヌ犬猫長幅種類表示東京日本語")),
        ("cp1252", list("äöüßéèêçñåøæ")),
        ("cp1251", list("абвгдежзиклмнопрст")),
    ):
        for _ in range(100):
            text = ",".join("".join(draw.choices(letters, k=3)) for _ in range(12))
            nearly_utf_8(text.encode(codec, "ignore"))  # raises where it takes it for that


# --- Pictures -----------------------------------------------------------------------------------


def with_size(width: int, height: int, progressive: bool = False) -> bytes:
    """A JPEG of 16 x 16 pixels whose header speaks of many more."""
    small = saved(Image.new("RGB", (16, 16), RED), "JPEG", progressive=progressive)
    at = small.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    return small[:at] + struct.pack(">HH", height, width) + small[at + 4 :]


def with_bits(bits: int) -> bytes:
    small = saved(quarters(), "JPEG")
    at = small.index(b"\xff\xc0") + 4
    return small[:at] + bytes([bits]) + small[at + 1 :]


def part_with_end() -> bytes:
    """The first of a photo's bytes with the mark of the end behind them, as a program leaves
    it that was stopped and closed its file.
    """
    small = flat(640, 480)
    return small[: small.index(b"\xff\xda") + 200] + b"\xff\xd9"


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
PICTURES: dict[str, tuple[Callable[[], bytes], bool | str]] = {
    "a header of 100 million pixels": (lambda: with_size(10000, 10000), "damaged"),
    "a progressive one of 50 million": (lambda: with_size(8000, 6250, True), "damaged"),
    "100 million real pixels": (lambda: flat(11648, 8736), WHOLE),
    "100 million pixels, optimized": (lambda: flat(11648, 8736, optimize=True), WHOLE),
    "a flat one, progressive": (lambda: flat(4000, 3000, progressive=True), WHOLE),
    "65500 x 65500": (lambda: with_size(65500, 65500), "at most 200 million"),
    "12 bits": (lambda: with_bits(12), "a JPEG of 12 bits per channel"),
    "a broken number of bits": (lambda: with_bits(77), "damaged"),
    "a part that ends as a whole": (part_with_end, INCOMPLETE),
    "a pointer of Git LFS": (lambda: POINTER, "a pointer of Git LFS"),
    "a picture packed by gzip": (lambda: gzip.compress(saved(quarters())), "a gzip archive"),
    "a page named .jpg": (lambda: b"<!doctype html><title>404</title>", "not a picture"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_strange_picture_is_shown_or_refused_with_the_reason(
    client: TestClient, name: str
) -> None:
    made, expected = PICTURES[name]
    answer = client.post("/api/images", files={"file": ("photo.jpg", made())})
    if isinstance(expected, str):
        assert expected in answer.json()["error"]["message"]
    else:
        assert answer.json()["incomplete"] == expected


def test_what_is_no_picture_in_a_zip_is_left_out_for_its_true_reason(client: TestClient) -> None:
    kept = of_two("{}/{}.jpg")
    strange = {
        "cat/pointer.jpg": POINTER, "cat/page.png": b"<html>404</html>", "cat/none.jpg": b"",
        "cat/deep.jpg": with_bits(12), "cat/torn.png": noise("PNG")[:300], "cat/none.txt": b"",
        "cat/X.jpg": saved(PICTURE),
    }  # fmt: skip
    data = zipped(kept | strange).replace(b"cat/X", b"cat/\0")
    found = client.post("/api/albums", files={"file": data}).json()
    assert found["reasons"] == {"pointer": 1, "named": 1, "empty": 1, "precision": 1, "damaged": 1}
    assert (found["count"], found["others"]) == (len(kept), 2)
    chinese = client.get(f"/api/albums/{found['id']}", headers={"Accept-Language": "zh"}).json()
    assert not any(note.isascii() for note in chinese["notes"])
