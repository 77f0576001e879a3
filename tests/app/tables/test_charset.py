"""The text in a file that somebody brings: in whatever encoding it was written, or refused."""

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.tables.charset import Decoded, decoded

ANIMALS = "长,宽,类\n1.2,0.7,猫\n3.1,1.4,狗\n2.2,1.7,猪\n3.0,1.1,猫\n2.0,1.0,狗\n"
NORDIC = "längd,höjd,sort\n1.2,0.7,rød\n3.1,1.4,råd\n2.2,1.7,ræd\n3.0,1.1,rød\n"
RUSSIAN = "длина,ширина,вид\n1.2,0.7,кошка\n3.1,1.4,собака\n2.2,1.7,свинья\n3.0,1.1,кошка\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (ANIMALS, "utf-8", "utf-8"),
        (ANIMALS, "utf-8-sig", "utf-8"),
        (ANIMALS, "utf-16", "utf-16le"),
        (ANIMALS, "gbk", "gb18030"),
        (NORDIC, "utf-16-be", "utf-16be"),
        (NORDIC, "cp1252", "windows-1252"),
        (RUSSIAN, "cp1251", "windows-1251"),
        ("猫,狗\n" * 2000, "gbk", "gb18030"),
        ("température,été\n1,2\n", "cp1252", "windows-1252"),
        ("å,ö\n1,2\n", "cp1252", "windows-1252"),
        ("Température °C,µm\n1,2\n", "cp1252", "windows-1252"),
        ("Temp (°C);Länge (µm)\n1;2\n", "cp1252", "windows-1252"),
        ("T (°C),A (m²),d (µm)\n1,2,3\n", "cp1252", "windows-1252"),
        ("第a组,名b称\n1,2\n", "gbk", "gb18030"),
        ("ДА,НЕТ\n1,2\n", "cp1251", "windows-1251"),
        ("長,寬,種\n1,2,貓\n2,3,狗\n", "big5", "big5"),
        ("身長,体重,種類\n1,2,ネコ\n3,4,イヌ\n", "cp932", "shift_jis"),
        ("키,몸무게,종류\n1,2,고양이\n3,4,개\n", "cp949", "euc-kr"),
        ("długość,szerokość,gatunek\n1,2,żółw\n3,4,łoś\n", "cp1250", "windows-1250"),
    ],
)
def test_a_file_is_read_in_the_encoding_it_was_written_in(text: str, codec: str, name: str) -> None:
    found = decoded(text.encode(codec))
    assert (found.text, found.encoding) == (text, name)
    assert found.sure == name.startswith("utf")


def test_an_encoding_that_was_guessed_can_be_chosen_and_one_that_does_not_fit_is_refused() -> None:
    data = "長,寬,種\n1,2,貓\n2,3,狗\n".encode("big5")
    assert "big5" in [decoded(data).encoding, *decoded(data).others]
    assert "猫" in decoded(ANIMALS.encode("gbk"), "gb18030").text
    with pytest.raises(InvalidInput, match="not text in the encoding"):
        decoded(ANIMALS.encode("gbk"), "utf-8")


def test_a_file_that_was_cut_within_a_character_is_still_utf_8() -> None:
    data = "wert,größe\n1,grün".encode()[:-2]  # of ü only the first byte is left
    assert decoded(data) == Decoded("wert,größe\n1,gr", "utf-8", True, [])


@given(st.binary(max_size=200))
def test_no_bytes_become_a_replacement_character_or_a_crash(data: bytes) -> None:
    try:
        found = decoded(data)
    except InvalidInput:
        return
    assert "\ufffd" not in found.text or "\ufffd".encode() in data or not found.sure


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x01\x02", "not text"),
    ],
)
def test_a_file_that_is_no_text_is_named(client: TestClient, data: bytes, said: str) -> None:
    answer = client.post("/api/tables/text", content=data + bytes(3))
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]


def test_the_text_of_a_file_comes_with_its_encoding_and_what_else_it_may_be(
    client: TestClient,
) -> None:
    answer = client.post("/api/tables/text", content=ANIMALS.encode("gbk")).json()
    assert (answer["text"], answer["encoding"], answer["sure"]) == (ANIMALS, "gb18030", False)
    chosen = client.post(
        "/api/tables/text", params={"encoding": answer["others"][0]}, content=ANIMALS.encode("gbk")
    ).json()
    assert chosen["encoding"] == answer["others"][0]
    assert chosen["text"] != ANIMALS
