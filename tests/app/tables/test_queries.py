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


HOSTILE = 'a\nimport os\r\u2028|"""|0|1|0|1'


def test_names_from_an_address_stay_comments_in_a_script(client: TestClient) -> None:
    notes = notes_on(HOSTILE, HOSTILE, HOSTILE)
    assert notes
    assert all(len(note.splitlines()) == 1 for note in notes)
    assert notes_on("") == []
    assert notes_on("a|b|0|inf|0|1") == ["Columns: a and b."]
