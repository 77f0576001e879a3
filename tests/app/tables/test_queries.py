"""What the dialogs for a visitor's own table ask the server."""

import pytest
from fastapi.testclient import TestClient

from app.tables.notes import notes_on
from app.tables.reading import MAX_POINTS, read_table


def test_a_table_is_described_as_it_is_understood(client: TestClient) -> None:
    text = "Mine\nid;name;price\n1;a;1.250\n2;b;980\n3;c;1.400\n4;d;7\n"
    answer = client.post("/api/tables", json={"text": text}).json()
    assert [column["kind"] for column in answer["columns"]] == ["index", "text", "number"]
    assert answer["undecided"] == {"cell": "1.250", "point": 1.25, "comma": 1250}
    assert (answer["rows"], answer["separator"], answer["passed_over"]) == (4, ";", [1])
    comma = client.post("/api/tables", json={"text": text, "decimal": ","}).json()
    assert comma["undecided"] is None
    assert comma["head"][0] == ["1", "a", "1250"]


def test_the_first_row_is_a_header_or_not_as_somebody_says(client: TestClient) -> None:
    text = "name,2019,2020\na,1,2\nb,3,4\n"
    found = client.post("/api/tables", json={"text": text}).json()
    assert [column["name"] for column in found["columns"]] == ["name", "2019", "2020"]
    assert (found["rows"], found["header"], found["doubtful"]) == (2, True, True)
    told = client.post("/api/tables", json={"text": text, "header": False}).json()
    assert (told["rows"], told["header"]) == (3, False)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Country,1990,2000\nA,1,2\nB,3,4\n", ["Country", "1990", "2000"]),
        ("0,1,label\n1.5,2.5,a\n2.5,3.5,b\n3.5,4.5,a\n4.5,5.5,b\n", ["0", "1", "label"]),
        ("150,4,setosa\n5.1,3.5,0\n4.9,3.0,0\n", ["150", "4", "setosa"]),
        (",0,1\n0,1.5,2\n1,2.5,3\n", ["1", "0", "1 (2)"]),
        ("cat,1,2\ndog,3,4\ncat,5,6\n", ["1", "2", "3"]),
        ("1,2,a\n3,4,b\n5,6,a\n", ["1", "2", "3"]),
        ("5.1,3.5,setosa\n4.9,3,setosa\n", ["1", "2", "3"]),
    ],
)
def test_numbers_among_the_names_are_told_from_a_row_of_data(text: str, names: list[str]) -> None:
    table = read_table(text)
    assert table.names == names
    assert table.cells.doubtful == table.cells.header


def test_a_large_table_is_read_in_a_process_of_its_own(client: TestClient) -> None:
    text = "x,y\n" + "".join(f"{i},{i}\n" for i in range(60_000))
    assert client.post("/api/tables", json={"text": text}).json()["rows"] == 60_000
    answer = client.post("/api/fitting/table", json={"text": text}).json()
    assert (answer["rows"], answer["of"]) == (MAX_POINTS, 60_000)
    assert "2000 of 60000" in answer["reading"]


def test_columns_and_label_are_taken_as_chosen(client: TestClient) -> None:
    text = "kind,a,b,c\n" + "".join(f"{'xyz'[i % 3]},{i},{i * i},{-i}\n" for i in range(12))
    fit = client.post("/api/fitting/table", json={"text": text, "x": 3, "y": 2}).json()
    assert fit["names"] == ["c", "b"]
    mlp = client.post("/api/mlp/table", json={"text": text, "columns": [2, 3], "label": 0}).json()
    assert (mlp["axes"], mlp["label"], mlp["labels"]) == (["b", "c"], "kind", ["x", "y", "z"])
    guessed = client.post("/api/mlp/table", json={"text": text}).json()
    assert (guessed["axes"], guessed["label"]) == (["a", "b"], "kind")
    for body in ({"x": 9}, {"x": 0, "y": 1}):
        assert client.post("/api/fitting/table", json={"text": text, **body}).status_code == 422


@pytest.mark.parametrize(
    ("lab", "text", "reason"),
    [
        ("fitting", "x,y\n1,20%\n2,30%\n3,40%\n4,50%\n", "column “y” stands “20%”"),
        ("fitting", "who,x,y\na,1,5 €\nb,2,6 €\nc,3,7 €\nd,4,8 €\n", "“y” stands “5 €”"),
        ("fitting", "day,x\nMo,1\nTu,2\nWe,3\nTh,4\n", "column “day” stands “Mo”"),
        ("fitting", "5\n6\n7\n8\n", "this text has 1."),
        ("mlp", "a,b,k\n1,20%,c\n2,30%,d\n3,40%,c\n4,50%,d\n", "column “b” stands “20%”"),
        ("mlp", "a,k\n1,c\n2,d\n3,c\n4,d\n", "this table has 1."),
        ("mlp", "x,y\n0,0\n1,0\n2,1\n3,1\n", "this table has 1."),
    ],
)
def test_where_columns_of_numbers_are_missing_it_is_said_what_stands_there(
    client: TestClient, lab: str, text: str, reason: str
) -> None:
    answer = client.post(f"/api/{lab}/table", json={"text": text})
    assert answer.status_code == 422
    assert reason in answer.json()["error"]["message"]


def test_the_label_is_no_coordinate_as_well(client: TestClient) -> None:
    text = "a,b,k\n1,5,0\n2,4,1\n3,9,0\n4,2,1\n"
    body = {"text": text, "columns": [0, 2], "label": 2}
    answer = client.post("/api/mlp/table", json=body)
    assert answer.status_code == 422
    assert "“k” is the label" in answer.json()["error"]["message"]


def test_labels_that_differ_only_behind_200_letters_are_two_classes(client: TestClient) -> None:
    long = "a" * 300
    text = "x,y,k\n" + "".join(f"{i},{i * i},{long}{'pq'[i % 2]}\n" for i in range(8))
    assert len(client.post("/api/mlp/table", json={"text": text}).json()["labels"]) == 2


def test_one_row_is_counted_in_good_english(client: TestClient) -> None:
    answer = client.post("/api/fitting/table", json={"text": "x,y\n1,2\n2,\n3,4\n4,5\n5,6\n"})
    assert answer.json()["reading"] == "decimal .; columns x, y; rows with gaps, left out: 1"


@pytest.mark.parametrize(("header", "told"), [(None, "names"), (True, "names"), (False, "data")])
def test_how_a_doubtful_first_row_was_read_goes_with_the_link(
    client: TestClient, header: bool | None, told: str
) -> None:
    text = "who,2019,2020\n" + "".join(f"{who},{i},{i * i}\n" for i, who in enumerate("abcde"))
    body = {"text": text, "header": header}
    reading = client.post("/api/fitting/table", json=body).json()["reading"]
    assert f"; first row {told}" in reading
    plain = client.post("/api/fitting/table", json={"text": "x,y\n1,2\n2,3\n3,4\n4,5\n"}).json()
    assert "first row" not in plain["reading"]


HOSTILE = 'a\nimport os\r\u2028|"""|0|1|0|1'


def test_names_from_an_address_stay_comments_in_a_script(client: TestClient) -> None:
    notes = notes_on(HOSTILE, HOSTILE, HOSTILE)
    assert notes
    assert all(len(note.splitlines()) == 1 for note in notes)
    assert notes_on("") == []
    assert notes_on("a|b|0|inf|0|1") == ["Columns: a and b."]
