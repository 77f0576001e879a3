"""What people brought, line by line of the record of 520 inputs: each is read as it was meant, or
refused with the true reason. The names are the record's own; the inputs are made here.
"""

import io
import tarfile
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, NamedTuple

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.app.pictures.albums.test_endpoints import zipped
from tests.app.pictures.decoding.test_photos import HEIC
from tests.app.uploaded import BLUE, GREEN, RED, noise, quarters, saved

# --- Tables -------------------------------------------------------------------------------------


class Fit(NamedTuple):
    """What the fitting lab is to take: names, least and greatest x, then y, and rows left out."""

    names: list[str]
    ranges: list[list[float]]
    left_out: int = 0


class Classes(NamedTuple):
    """What the mlp lab is to take: the label's column, and its classes."""

    label: str
    names: list[str]


STEP = "x,y\n" + "".join(f"{i},{int(i > 7)}\n" for i in range(16))
MANY = "x,y\n" + "".join(f"{i},{i % 7}\n" for i in range(3000))
XY = Fit(["x", "y"], [[1.5, 4.5], [1.25, 5.5]])
PLAIN = Fit(["x", "y"], [[1, 4], [2, 5]])
ROWS = "1,2\n2,3\n3,4\n4,5\n"
LABELED = "1,2,{}\n2,3,{}\n3,4,{}\n4,5,{}\n"
ANIMALS = "长,宽,类\n" + LABELED.format("猫", "狗", "猪", "猫")
NORDIC = "längd,höjd,sort\n" + LABELED.format("rød", "råd", "ræd", "rud")
GAPS = "x,y\n1,2\n2,{}\n3,4\n4,5\n"
DECIMALS = "x{0}y\n1{1}5{0}2{1}25\n2{1}5{0}3{1}75\n3{1}5{0}1{1}25\n4{1}5{0}5{1}5\n"
TABLES: dict[str, tuple[str | bytes, Fit | Classes | str]] = {
    "fit_step_16_rows.csv": (STEP, Fit(["x", "y"], [[0, 15], [0, 1]])),
    "fit_one_test_point.csv": ("1,1\n2,2\n3,9\n4,4\n", Fit(["1", "2"], [[1, 4], [1, 9]])),
    "fit_underfits_wrong.csv": (
        "1,1\n2,9000\n3,1.4\n4,1.1\n5,8000\n",
        Fit(["1", "2"], [[1, 5], [1, 9000]]),
    ),
    "semicolons": (DECIMALS.format(";", ","), XY),
    "tabs and CRLF": (DECIMALS.format("\t", ",").replace("\n", "\r\n"), XY),
    "excel_unicode_text_utf16.txt": (DECIMALS.format("\t", ".").encode("utf-16"), XY),
    "labels_gbk_3_animals.csv": (ANIMALS.encode("gbk"), Classes("类", ["狗", "猪", "猫"])),
    "labels_cp1252_merge.csv": (
        NORDIC.encode("cp1252"),
        Classes("sort", ["rud", "råd", "ræd", "rød"]),
    ),
    "excel_sep_line.csv": ("sep=;\n" + DECIMALS.format(";", ","), XY),
    "tsv_thousands.tsv": (
        "year\tprice\n2019\t1,250\n2020\t980.5\n2021\t1,400\n2022\t875.25\n",
        Fit(["year", "price"], [[2019, 2022], [875.25, 1400]]),
    ),
    "tsv_thousands_only.tsv": (
        "year\tprice\n2019\t1,250\n2020\t980\n2021\t1,400\n2022\t875\n",
        "“1,250” can be 1250 or 1.25",
    ),
    "german_thousands.csv": (
        "Jahr;Preis\n2019;1.250\n2020;980\n2021;1.400\n2022;875\n",
        "“1.250” can be 1.25 or 1250",
    ),
    "quoted thousands": (
        'x,y\n1,"1,250.5"\n2,"980"\n3,"1,400"\n4,"2,100"\n',
        Fit(["x", "y"], [[1, 4], [980, 2100]]),
    ),
    "quoted_decimal_comma.csv": (
        'x,y\n"1,5","2,25"\n"2,5","3,75"\n"3,5","1,25"\n"4,5","5,5"\n',
        XY,
    ),
    "space_separated.txt": (DECIMALS.format(" ", "."), XY),
    "numpy_savetxt.txt": (
        "1.5e+00 2.25e+00\n2.5e+00 3.75e+00\n3.5e+00 1.25e+00\n4.5e+00 5.5e+00\n",
        Fit(["1", "2"], XY.ranges),
    ),
    "pipes": (DECIMALS.format("|", "."), XY),
    "full-width commas": (DECIMALS.format("，", "."), XY),
    "semicolon_in_header.csv": (
        '"len (mm; mean)",y\n' + ROWS,
        Fit(["len (mm; mean)", "y"], PLAIN[1]),
    ),
    "a tab in a quoted cell": ('"a\tb",y\n' + ROWS, Fit(["a\tb", "y"], PLAIN[1])),
    "unicode_minus.csv": (
        "x,y\n−1.5,2\n−0.5,3\n0.5,4\n1.5,5\n",
        Fit(["x", "y"], [[-1.5, 1.5], [2, 5]]),
    ),
    **{
        f"missing_value.csv: “{gap}”": (
            GAPS.format(gap) + "5,6\n",
            Fit(["x", "y"], [[1, 5], [2, 6]], 1),
        )
        for gap in ("", "NA", "?", "nan", "inf")
    },
    "r_index.csv": (
        '"","x","y"\n"1",1,2\n"2",2,3\n"3",3,4\n"4",4,5\n',
        PLAIN,
    ),
    "a pandas index": (",x,y\n0,1,2\n1,2,3\n2,3,4\n3,4,5\n", PLAIN),
    "three_columns_no_choice.csv": ("id,x,y\n1,1,2\n2,2,3\n3,3,4\n4,4,5\n", PLAIN),
    "a text first": ("car,x,y\na,1,2\nb,2,3\nc,3,4\nd,4,5\n", PLAIN),
    "label_first.csv": ("kind,a,b\nc,1,2\nd,2,3\nc,3,4\nd,4,5\n", Classes("kind", ["c", "d"])),
    "names of classes": (
        "5.1,3.5,setosa\n4.9,3,setosa\n7,3.2,odd\n6.3,3.3,odd\n",
        Classes("3", ["odd", "setosa"]),
    ),
    "trailing_comma_label.csv": (
        "a,b,k,\n" + LABELED.format(*("c,", "d,") * 2),
        Classes("k", ["c", "d"]),
    ),
    "blank_label.csv": (
        "a,b,k\n" + LABELED.format("c", "d", "", "c") + "5,6,d\n",
        Classes("k", ["c", "d"]),
    ),
    "title_row.csv": ("Experiment 3\nx,y\n" + ROWS, PLAIN),
    "comment_lines.csv": ("# mine\nx,y\n" + ROWS, PLAIN),
    "a line of units": ("x,y\n(s),(m)\n" + ROWS, Fit(["x [s]", "y [m]"], PLAIN[1])),
    "a blank before a quote": ('x,y\n1, "2"\n2, "3"\n3, "4"\n4, "5"\n', PLAIN),
    "a quoted label behind a blank": (
        "a,b,k\n" + LABELED.format(' "cat"', ' "dog"', ' "cat"', ' "dog"'),
        Classes("k", ["cat", "dog"]),
    ),
    "header only": ("x,y\n", "no rows with numbers"),
    "empty": ("", "This file is empty."),
    "one row": ("1,2\n", "at least 4 rows"),
    "one column": ("1\n2\n3\n4\n", "this text has 1."),
    "xlsx": (b"PK\3\4" + bytes(40), "Excel workbook"),
    "dates": ("d,v\n2020-01-01,1\n2020-01-02,2\n", "“d” stands “2020-01-01”"),
    "%": ("x,y\n1,20%\n2,30%\n3,40%\n4,50%\n", "“y” stands “20%”"),
    "1_000": ("x,y\n1,1_000\n2,5\n3,6\n4,7\n", "Line 2, column “y”: “1_000” is not a number."),
    "numbers": (
        "x,y\n1e-3,1e308\n2E+5,1\n３,2\n4,3\n",
        Fit(["x", "y"], [[1e-3, 2e5], [1, 1e308]]),
    ),
    "3000 rows": (MANY, Fit(["x", "y"], [[0, 2999], [0, 6]])),
    "two_rows_labeled.csv": ("a,b,k\n1,2,c\n2,3,d\n", "at least 4 rows"),
    "tiny_values_1e-6.csv": (
        "t,y\n1,1e-6\n2,2e-6\n3,5e-7\n4,4e-6\n",
        Fit(["t", "y"], [[1, 4], [5e-7, 4e-6]]),
    ),
    "huge_values_1e13.csv": (
        "t,y\n1,1e13\n2,2e13\n3,5e12\n4,4e13\n",
        Fit(["t", "y"], [[1, 4], [5e12, 4e13]]),
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_as_it_was_meant_or_refused_with_the_reason(
    client: TestClient, name: str
) -> None:
    content, expected = TABLES[name]
    as_expected(answer_to_table(client, content, expected), expected)


def answer_to_table(client: TestClient, content: str | bytes, expected: Fit | Classes | str) -> Any:
    """What the lab for such a table says of a file's content."""
    data = content.encode() if isinstance(content, str) else content
    lab = "mlp" if isinstance(expected, Classes) else "fitting"
    answer = client.post("/api/tables/text", content=data)
    if answer.status_code == 200:
        answer = client.post(f"/api/{lab}/table", json={"text": answer.json()["text"]})
    return answer


def as_expected(answer: Any, expected: Fit | Classes | str) -> None:
    found = answer.json()
    if isinstance(expected, str):
        assert answer.status_code == 422, found
        assert expected in found["error"]["message"]
    elif isinstance(expected, Classes):
        assert (found["label"], found["labels"]) == expected
    else:
        sampled = found["of"] > found["rows"]
        assert (found["names"], found["left_out"]) == (expected.names, expected.left_out)
        assert found["ranges"] == [
            pytest.approx(r, rel=2e-3 if sampled else 1e-12) for r in expected[1]
        ]


# --- Pictures -----------------------------------------------------------------------------------


def flat(width: int, height: int, name: str = "JPEG", **options: Any) -> bytes:
    return saved(Image.new("L", (width, height), 90), name, **options)


def cut(share: float, **options: Any) -> bytes:
    whole = saved(quarters(640, 480), "JPEG", **options)
    return whole[: int(len(whole) * share)]


WHOLE, INCOMPLETE = False, True
PICTURES: dict[str, tuple[Callable[[], bytes], bool | str]] = {
    "phone_24mp.jpg": (lambda: flat(5712, 4284), WHOLE),
    "phone_48mp.jpg": (lambda: flat(8064, 6048), WHOLE),
    "a panorama of 59 million pixels": (lambda: flat(16382, 3628), WHOLE),
    "a 6K screenshot": (lambda: flat(6016, 3384, "PNG"), WHOLE),
    "jpeg_without_eoi.jpg": (lambda: saved(quarters(640, 480), "JPEG")[:-2], INCOMPLETE),
    "progressive without its end": (
        lambda: saved(quarters(640, 480), "JPEG", progressive=True)[:-2],
        INCOMPLETE,
    ),
    "progressive_60percent.jpg": (lambda: cut(0.6, progressive=True), INCOMPLETE),
    "picture.avif": (lambda: saved(quarters(), "AVIF"), WHOLE),
    "head_only.heic": (lambda: HEIC[:200], "damaged"),
    "a BMP": (lambda: saved(quarters(), "BMP"), "BMP"),
    "a TIFF": (lambda: saved(quarters(), "TIFF"), "TIFF"),
    "a JPEG 2000": (lambda: saved(quarters(), "JPEG2000"), "JPEG 2000"),
    "a PDF named .jpg": (lambda: b"%PDF-1.7", "This is a PDF document"),
    "an empty file": (lambda: b"", "This file is empty."),
    "a PNG cut to 30 %": (lambda: noise("PNG")[:4000], "damaged"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_shown_or_refused_with_the_reason(client: TestClient, name: str) -> None:
    made, expected = PICTURES[name]
    answer = client.post("/api/images", files={"file": ("photo.jpg", made())})
    if isinstance(expected, str):
        assert expected in answer.json()["error"]["message"]
    else:
        assert answer.json()["incomplete"] == expected


# --- Albums -------------------------------------------------------------------------------------


def tar_gz() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.png"), io.BytesIO(b""))
    return buffer.getvalue()


def tree(*paths: str) -> dict[str, bytes]:
    """A picture at each path, of a color of its own."""
    colors = {path: (20 * i % 256, 90, 200 - 9 * i) for i, path in enumerate(paths)}
    return {
        path: saved(Image.new("RGB", (40, 30), color), "JPEG") for path, color in colors.items()
    }


def of_two(pattern: str, count: int = 2) -> dict[str, bytes]:
    return tree(*(pattern.format(kind, i) for kind in ("cat", "dog") for i in range(count)))


PICTURE = Image.new("RGB", (40, 30), GREEN)
OTHERS = {"BMP": 3, "TIFF": 3}
MIXED = of_two("{}/{}.jpg") | {
    f"cat/{kind}{i}.{kind}": saved(PICTURE, kind) for kind in OTHERS for i in range(OTHERS[kind])
}
LONG = "a" * 78
ALBUMS: dict[str, tuple[Callable[[], bytes], list[str] | str, dict[str, int]]] = {
    "zip_jfif.zip": (lambda: zipped(of_two("{}/{}.jfif")), ["cat", "dog"], {}),
    "zip_mostly_heic.zip": (
        lambda: zipped(MIXED),
        ["cat", "dog"],
        {"format:BMP": 3, "format:TIFF": 3},
    ),
    "zip_class_then_subfolder.zip": (
        lambda: zipped(tree("d/cat/2023/a", "d/cat/2024/b", "d/dog/2023/c", "d/dog/2024/d")),
        ["cat", "dog"],
        {},
    ),
    "cat/images": (lambda: zipped(of_two("{}/images/{}.jpg")), ["cat", "dog"], {}),
    "train/test": (
        lambda: zipped(tree("train/cat/a", "train/dog/b", "test/cat/c", "test/dog/d")),
        ["cat", "dog"],
        {},
    ),
    "cat.0.jpg": (lambda: zipped(of_two("{}.{}.jpg")), [], {}),
    "a macOS zip": (
        lambda: zipped(
            of_two("{}/{}.jpg") | {"__MACOSX/cat/._0.jpg": b"\0\5", "cat/.DS_Store": b"\0"}
        ),
        ["cat", "dog"],
        {},
    ),
    "two names alike in 40 letters": (
        lambda: zipped(tree(f"{LONG}x/a.jpg", f"{LONG}y/b.jpg")),
        ["a" * 39 + "…", "a" * 36 + " (2)"],
        {},
    ),
    "pictures.tar.gz": (tar_gz, "This is a gzip archive.", {}),
    "a zip in a zip": (
        lambda: zipped({"inner.zip": zipped(of_two("{}/{}.jpg"))}),
        "zip archives inside, which are not opened (1)",
        {},
    ),
    "photos of 24 million pixels": (lambda: flat(5712, 4284), [], {}),
}


@pytest.mark.parametrize("name", ALBUMS)
def test_an_album_has_its_classes_and_counts_what_is_left_out(
    client: TestClient, name: str
) -> None:
    made, expected, reasons = ALBUMS[name]
    upload = (PurePath(name).name or "x", made())
    found = client.post("/api/albums", files={"file": upload}).json()
    if isinstance(expected, str):
        assert expected in found["error"]["message"]
    else:
        assert [row["name"] for row in found["classes"]] == expected
        assert found["reasons"] == reasons


def test_classes_in_the_names_of_files_can_be_chosen(client: TestClient) -> None:
    made = client.post("/api/albums", files={"file": zipped(of_two("{}.{}.jpg"))}).json()
    assert made["rules"]["name"] == 2
    by_name = client.get(f"/api/albums/{made['id']}", params={"classes": "name"}).json()
    assert [row["name"] for row in by_name["classes"]] == ["cat", "dog"]


def test_a_photo_and_a_zip_are_both_read_and_counted(client: TestClient) -> None:
    files = [
        ("file", ("p.png", saved(Image.new("RGB", (40, 30), RED)))),
        ("file", ("z.zip", zipped(of_two("{}/{}.jpg")))),
    ]
    found = client.post("/api/albums", files=files).json()
    assert (found["count"], found["reasons"]) == (4, {"beside": 1})


def test_201_photos_in_one_request_are_told_the_limit(client: TestClient) -> None:
    photo = saved(Image.new("RGB", (4, 3), BLUE))
    files = [("file", (f"{i}.png", photo)) for i in range(201)]
    message = client.post("/api/albums", files=files).json()["error"]["message"]
    assert "200 files at most" in message
