"""Zips that people make: their names, what is in them beside pictures, and why it is left out."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.testclient import TestClient

from app.pictures.decoding.zip_names import GUESSES, guess
from tests.app.pictures.albums.test_endpoints import locked, plain, post, zipped
from tests.app.pictures.decoding.test_photos import HEIC, box, gray
from tests.app.uploaded import BLUE, GREEN, RED, client_with, noise, png, refused, saved

GRAY = (120, 130, 140)


def album_of(client: TestClient, *files: bytes) -> dict[str, Any]:
    answer = post(client, *files)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def names(album: dict[str, Any]) -> list[str]:
    return [row["name"] for row in album["classes"]]


# --- judged by bytes ----------------------------------------------------------------------------


def test_a_picture_is_one_whatever_its_name_ends_with(client: TestClient) -> None:
    jpeg = saved(Image.new("RGB", (40, 30), RED), "JPEG")
    files = {
        "cat/a.jfif": jpeg, "cat/b": jpeg, "cat/c.txt": jpeg, "cat/d.JPG": plain(RED),
        "dog/a.png": saved(Image.new("RGB", (40, 30), BLUE), "AVIF"),
    }  # fmt: skip
    album = album_of(client, zipped(files))
    assert (album["count"], album["left_out"], album["others"]) == (5, 0, 0)


def test_every_file_that_is_left_out_is_counted_by_its_reason(client: TestClient) -> None:
    picture = Image.new("RGB", (40, 30), GRAY)
    files = {
        "r/a.png": plain(RED), "b/b.png": plain(BLUE),
        **{f"r/{i}.bmp": saved(picture, "BMP") for i in range(3)},
        "r/c.tif": saved(picture, "TIFF"), "r/d.cr3": box(b"crx "),
        "r/large.png": png(9000, 9000, 1, 0, b""), "r/cut.png": noise("PNG")[:300],
        "r/words.png": b"words", "r/inner.zip": zipped({"x.png": plain(GREEN)}),
        "r/progressive.jpg": gray(13000, 13000, progressive=True), "beside.png": plain(GREEN),
        "r/notes.txt": b"hello", "Thumbs.db": b"\xd0\xcf\x11\xe0", "r/.DS_Store": b"x",
        "__MACOSX/r/._a.png": b"x", "r/empty": b"", "r/film.mp4": box(b"isom"),
        "r/report.docx": zipped({"word.xml": b"<a/>"}),
    }  # fmt: skip
    album = album_of(client, zipped(files))
    assert album["reasons"] == {
        "format:BMP": 3, "format:TIFF": 1, "format:raw": 1, "pixels": 1, "damaged": 1, "named": 1,
        "archive:zip": 1, "progressive": 1, "beside": 1,
    }  # fmt: skip
    assert (album["count"], album["left_out"], album["others"]) == (2, 11, 7)
    assert album["count"] + album["left_out"] + album["others"] == len(files)
    told = " ".join(album["notes"])
    for words in (
        "BMP pictures, which cannot be read here (3)",
        "damaged (1)",
        "named as pictures, but not beginning as one (1)",
        "camera raw",
    ):
        assert words in told
    assert "more than 25 million pixels (JPEG: 200 million) (1)" in told


def test_the_reasons_are_told_in_the_readers_language(client: TestClient) -> None:
    files = {"r/a.png": plain(RED), "b/b.png": plain(BLUE), "r/c.bmp": b"BM" + bytes(40)}
    album = album_of(client, zipped(files))
    chinese = client.get(f"/api/albums/{album['id']}", headers={"Accept-Language": "zh"}).json()
    assert len(chinese["notes"]) == len(album["notes"])
    assert not any(note.isascii() for note in chinese["notes"])


def test_large_photos_in_a_zip_and_as_photos_are_pictures(client: TestClient) -> None:
    photos = [gray(5712, 4284) for _ in range(2)]
    assert album_of(client, *photos)["left_out"] == 0
    assert album_of(client, zipped({"1.jpg": photos[0], "2.jpg": photos[1]}))["count"] == 2


def test_incomplete_jpegs_are_taken_and_counted(client: TestClient) -> None:
    data = saved(Image.linear_gradient("L").resize((200, 200)), "JPEG")
    album = album_of(client, zipped({"a.jpg": data[:-2], "b.jpg": data}))
    assert (album["count"], album["incomplete"]) == (2, 1)
    assert "break off" in " ".join(album["notes"])


def with_method(files: dict[str, bytes], method: int) -> bytes:
    """A zip that says its members are packed by another method."""
    data = bytearray(zipped(files))
    for mark, offset in ((b"PK\1\2", 10), (b"PK\3\4", 8)):
        at = data.find(mark)
        while at >= 0:
            struct.pack_into("<H", data, at + offset, method)
            at = data.find(mark, at + 4)
    return bytes(data)


def with_locked(files: dict[str, bytes], name: str) -> bytes:
    """A zip whose directory says that one of its members is locked."""
    data = bytearray(zipped(files))
    at = data.index(b"PK\1\2")
    while data[at + 46 : at + 46 + len(name)] != name.encode():
        at = data.index(b"PK\1\2", at + 4)
    data[at + 8] |= 1
    return bytes(data)


ALONE: dict[str, tuple[Callable[[], bytes], str]] = {
    "Deflate64": (lambda: with_method({"a/b.png": plain(RED)}, 9), "Deflate64, which cannot"),
    "a locked zip": (locked, "locked with a password"),
    "a zip in a zip": (lambda: zipped({"a.zip": zipped({"x.png": plain(RED)})}), "zip archives"),
    "a zip of BMPs": (lambda: zipped({f"{i}.bmp": b"BM" + bytes(9) for i in "ab"}), "BMP"),
    "a zip of HEICs": (lambda: zipped({"a.heic": box(b"heic"), "b.heic": HEIC[:200]}), "damaged"),
    "a tar.gz": (lambda: b"\x1f\x8b\x08" + bytes(99), "gzip archive. Only zip"),
    "a RAR": (lambda: b"Rar!\x1a\x07\1\0", "RAR archive. Only zip"),
    "a 7z": (lambda: b"7z\xbc\xaf\x27\x1c", "7z archive. Only zip"),
    "a document": (lambda: b"%PDF-1.7", "PDF"),
    "a TIFF": (lambda: b"II*\0" + bytes(20), "TIFF"),
    "words": (lambda: b"words", "not a picture"),
    "a torn zip": (lambda: zipped({"a/b.png": noise("PNG")})[:-40], "This zip is damaged"),
    "a zip of words": (lambda: zipped({"a.txt": b"words"}), "no picture in it"),
    "too large a photo": (lambda: png(9000, 9000, 1, 0, b""), "more than 25 million pixels"),
}


@pytest.mark.parametrize("name", ALONE)
def test_where_nothing_can_be_read_the_true_reason_is_told(client: TestClient, name: str) -> None:
    make, words = ALONE[name]
    assert words in refused(post(client, make()), 422, "album_refused")


def test_locked_and_strangely_packed_members_are_left_out_and_the_others_are_taken(
    client: TestClient,
) -> None:
    files = {"r/a.png": plain(RED), "b/b.png": plain(BLUE), "b/c.png": plain(GREEN)}
    album = album_of(client, with_locked(files, "b/c.png"))
    assert (album["count"], album["reasons"]) == (2, {"locked": 1})


def test_a_zip_and_photos_are_both_read(client: TestClient) -> None:
    inner = zipped({"r/a.png": plain(RED), "b/b.png": plain(BLUE)})
    album = album_of(client, inner, plain(GREEN))
    assert (names(album), album["reasons"]) == (["r", "b"], {"beside": 1})
    everything = client.get(f"/api/albums/{album['id']}?classes=none").json()
    assert (everything["count"], everything["classes"], everything["left_out"]) == (3, [], 0)


def test_of_several_zips_each_is_a_class(client: TestClient) -> None:
    files = [
        ("file", (f"{name}.zip", zipped({f"{i}.png": plain(color) for i in range(2)})))
        for name, color in (("cats", RED), ("dogs", BLUE))
    ]
    album = client.post("/api/albums", files=files).json()
    assert names(album) == ["cats", "dogs"]


def test_a_photo_with_a_zip_behind_it_is_a_photo(client: TestClient) -> None:
    photo = saved(Image.new("RGB", (200, 200), RED), "JPEG") + zipped({"a/b.png": plain(BLUE)})
    assert album_of(client, photo)["patches"] is True


# --- names --------------------------------------------------------------------------------------


def zip_named(
    files: dict[bytes, bytes], extra: Callable[[bytes], bytes] = lambda _: b"", flags: int = 0
) -> bytes:
    """A zip whose names are these bytes; without `flags` with no word of their encoding."""
    locals_, directory = b"", b""
    for name, data in files.items():
        more = extra(name)
        fields = struct.pack(
            "<HHHHHIIIHH", 20, flags, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(name),
            len(more),
        )  # fmt: skip
        directory += b"PK\1\2" + b"\x14\0" + fields + bytes(10) + struct.pack("<I", len(locals_))
        directory += name + more
        locals_ += b"PK\3\4" + fields + name + more + data
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(locals_), 0)
    return locals_ + directory + b"PK\5\6" + end


WORDS = {
    "GB18030": ("gb18030", ["猫", "狗", "新建文件夹"]),
    "Big5": ("big5", ["貓", "狗", "功能"]),  # whose second bytes are "\\" and others
    "Shift-JIS": ("cp932", ["ねこ", "犬", "表示"]),
    "CP437": ("cp437", ["Bär", "Vögel", "Straße"]),
}


@pytest.mark.parametrize("encoding", WORDS)
def test_names_of_another_windows_are_read_and_the_guess_is_told(
    client: TestClient, encoding: str
) -> None:
    code, words = WORDS[encoding]
    files = {f"{word}/{i}.png".encode(code): plain(RED) for word in words for i in range(2)}
    album = album_of(client, zip_named(files))
    assert names(album) == words
    assert encoding in " ".join(album["notes"])


def test_names_in_utf_8_need_no_word_of_it(client: TestClient) -> None:
    files = {f"{word}/a.png".encode(): plain(RED) for word in ("猫", "Bär")}
    album = album_of(client, zip_named(files))
    assert names(album) == ["猫", "Bär"]
    assert "encoding" not in " ".join(album["notes"])


def unicode_path(name: bytes, crc: int | None = None) -> bytes:
    told = name.decode("gb18030").encode()
    body = struct.pack("<BI", 1, zlib.crc32(name) if crc is None else crc) + told
    return struct.pack("<HH", 0x7075, len(body)) + body


def test_the_unicode_path_field_is_believed_where_it_belongs_to_the_name(
    client: TestClient,
) -> None:
    files = {f"{word}/a.png".encode("gb18030"): plain(RED) for word in ("猫", "狗")}
    believed = album_of(client, zip_named(files, unicode_path))
    assert names(believed) == ["猫", "狗"]
    assert "encoding" not in " ".join(believed["notes"])
    for doubtful in (lambda name: unicode_path(name, crc=7), undecodable_path):
        doubted = album_of(client, zip_named(files, doubtful))
        assert names(doubted) == ["猫", "狗"]
        assert "GB18030" in " ".join(doubted["notes"])


def undecodable_path(name: bytes) -> bytes:
    body = struct.pack("<BI", 1, zlib.crc32(name)) + name[:1] + b"/a.png"
    return struct.pack("<HH", 0x7075, len(body)) + body


def test_names_that_are_marked_as_utf_8_and_are_not_are_told_as_such(client: TestClient) -> None:
    files = {f"{word}/a.png".encode("gb18030"): plain(RED) for word in ("猫", "狗")}
    answer = client.post("/api/albums", files={"file": zip_named(files, flags=0x800)})
    assert "names in it are UTF-8" in answer.json()["error"]["message"]


def test_an_empty_photo_is_counted_as_empty(client: TestClient) -> None:
    photos = [("file", (f"{i}.png", data)) for i, data in enumerate([plain(RED), plain(BLUE), b""])]
    assert client.post("/api/albums", files=photos).json()["reasons"] == {"empty": 1}


ANIMALS = {
    "gb18030": "猫 狗 鸟 鱼 马 牛 羊 兔子 老虎 狮子 大象 苹果 香蕉 葡萄 汽车 飞机 火车 椅子",
    "big5hkscs": "貓 狗 鳥 魚 馬 牛 羊 兔子 老虎 獅子 大象 蘋果 香蕉 葡萄 汽車 飛機 火車 椅子",
    "cp932": "ねこ いぬ トリ 鳥 魚 うさぎ ライオン りんご バナナ 飛行機 電車 コップ 建物 風景 写真",
    "cp437": "Bär Vögel Käfer Löwe Äpfel Schlüssel Straße élan forêt légume piñata pájaro",
}


@pytest.mark.parametrize("code", GUESSES)
@pytest.mark.parametrize("count", [5, 12])
def test_several_names_tell_their_encoding(code: str, count: int) -> None:
    words = ANIMALS[code].split()
    for start in range(len(words) - count + 1):
        assert guess([f"{w}/1.jpg".encode(code) for w in words[start : start + count]]) == code


def test_folder_names_that_are_alike_at_first_stay_apart(client: TestClient) -> None:
    files = {f"{'n' * 60}{end}/{i}.png": plain(RED) for end in "ab" for i in range(2)}
    album = album_of(client, zipped(files))
    assert [row["count"] for row in album["classes"]] == [2, 2]
    assert len(set(names(album))) == 2
    assert all(len(name) <= 40 for name in names(album))


# --- whatever comes -----------------------------------------------------------------------------

PARTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0"), min_size=1, max_size=8
)
PATHS = st.lists(PARTS, min_size=1, max_size=12).map("/".join)
CONTENTS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [plain(RED), plain(BLUE)[:60], saved(Image.new("L", (9, 9)), "JPEG"), b"BM" + bytes(30),
         HEIC[:300], zipped({"x": b"x"}), b"", b"%PDF-1"]
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def own() -> TestClient:
    return client_with()


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=st.dictionaries(PATHS, CONTENTS, min_size=1, max_size=8))
def test_the_counts_of_any_zip_add_up(own: TestClient, files: dict[str, bytes]) -> None:
    answer = post(own, zipped(files))
    if answer.status_code == 201:
        album = answer.json()
        assert album["count"] + album["left_out"] + album["others"] == len(files)
        assert album["left_out"] == sum(album["reasons"].values())
        if album["classes"]:
            assert sum(row["count"] for row in album["classes"]) == album["count"]
    else:
        assert answer.status_code in (413, 422), answer.text
        assert len(answer.json()["error"]["message"]) > 20


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    files=st.dictionaries(st.binary(min_size=1, max_size=20), st.just(plain(RED)), max_size=5),
    flips=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 255)), max_size=4),
)
def test_no_zip_brings_the_server_out_of_step(
    own: TestClient, files: dict[bytes, bytes], flips: list[tuple[int, int]]
) -> None:
    """Any bytes for names, and damage anywhere."""
    data = bytearray(zip_named(files))
    for place, value in flips:
        data[place % len(data)] ^= value
    assert post(own, bytes(data)).status_code in (201, 413, 422)


def test_a_zip_can_be_read_by_python_itself() -> None:
    """The zips that are written by hand here are zips."""
    with zipfile.ZipFile(BytesIO(zip_named({b"a.png": plain(RED)}))) as archive:
        assert archive.read("a.png") == plain(RED)
