"""Albums: zips of class folders and photos to learn from, hostile ones, and data sets on disk."""

import hashlib
import io
import os
import pickle
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.lab import wire
from app.pictures.albums.album import Album
from app.pictures.albums.store import AlbumStore
from app.pictures.decoding.album_decoder import PATCHES
from app.pictures.decoding.album_limits import MAX_CLASSES, SIDE
from app.settings import Settings
from tests.app.uploaded import BLUE, GREEN, RED, client_with, noise, png, quarters, refused, saved


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def plain(color: tuple[int, int, int], size: tuple[int, int] = (48, 40)) -> bytes:
    return saved(Image.new("RGB", size, color))


def post(client: TestClient, *files: bytes) -> Any:
    return client.post("/api/albums", files=[("file", ("any", data)) for data in files])


def pictures(client: TestClient, album: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Pixels [N, 3, 32, 32] and a class for each, as the exported script reads them."""
    data = np.frombuffer(client.get(f"/api/albums/{album['id']}/pictures").content, np.uint8)
    end = album["count"] * 3 * SIDE * SIDE
    assert len(data) == end + album["count"]
    return data[:end].reshape(-1, 3, SIDE, SIDE), data[end:]


def test_a_zip_of_class_folders_is_pictures_with_classes(client: TestClient) -> None:
    files = {
        "mine/red/a.png": plain(RED), "mine/red/b.PNG": plain(RED, (30, 90)),
        "mine/blue/c.png": plain(BLUE), "mine/blue/words.txt": b"not a picture",
        "__MACOSX/red/._a.png": b"junk", "mine/.hidden/d.png": plain(GREEN),
    }  # fmt: skip
    answer = post(client, zipped(files))
    assert answer.status_code == 201, answer.text
    album = answer.json()
    assert album["classes"] == [{"name": "red", "count": 2}, {"name": "blue", "count": 1}]
    assert (album["left_out"], album["others"]) == (0, 3)
    pixels, labels = pictures(client, album)
    assert labels.tolist() == [0, 0, 1]
    for picture, color in zip(pixels, (RED, RED, BLUE), strict=True):
        assert (picture == np.array(color)[:, None, None]).all()
    assert client.get(f"/api/albums/{album['id']}").json() == album


def test_one_folder_around_everything_is_no_class(client: TestClient) -> None:
    album = post(client, zipped({"all/a.png": plain(RED), "all/b.png": plain(BLUE)})).json()
    assert (album["count"], album["classes"]) == (2, [])
    assert pictures(client, album)[1].tolist() == [255, 255]


def test_what_lies_beside_the_class_folders_or_is_damaged_is_left_out_and_told(
    client: TestClient,
) -> None:
    files = {
        "r/a.png": plain(RED), "b/b.png": plain(BLUE), "c.png": plain(GREEN),
        "b/d.png": plain(BLUE)[:60], "b/e.jpg": b"GIF89a" + bytes(40),
    }  # fmt: skip
    album = post(client, zipped(files)).json()
    assert (album["count"], album["left_out"]) == (2, 3)
    assert album["reasons"] == {"damaged": 2, "beside": 1}
    (told,) = [note for note in album["notes"] if "Left out" in note]
    assert told == "Left out: damaged (2), beside the folders of the classes (1)."


def with_bad_checksums(files: dict[str, bytes], *names: str) -> bytes:
    """A zip whose directory is whole, but whose members of these names are damaged."""
    data = bytearray(zipped(files, zipfile.ZIP_STORED))
    for name in names:
        data[data.index(files[name]) + len(files[name]) // 2] ^= 0xFF
    return bytes(data)


def test_a_damaged_file_in_a_zip_is_left_out_and_the_others_are_taken(client: TestClient) -> None:
    files = {"r/a.png": plain(RED), "r/b.png": plain(GREEN), "b/c.png": plain(BLUE)}
    answer = post(client, with_bad_checksums(files, "r/b.png"))
    assert answer.status_code == 201, answer.text
    album = answer.json()
    assert (album["count"], album["left_out"]) == (2, 1)
    assert pictures(client, album)[1].tolist() == [0, 1]


def test_a_zip_with_nothing_but_damaged_files_says_that_none_can_be_read(
    client: TestClient,
) -> None:
    files = {"r/a.png": plain(RED), "b/c.png": plain(BLUE)}
    answer = post(client, with_bad_checksums(files, *files))
    assert "no picture in it that can be read" in refused(answer, 422, "album_refused")


def test_one_photo_becomes_thousands_of_patches_from_all_over_it(client: TestClient) -> None:
    album = post(client, saved(quarters(400, 300), "JPEG", quality=95)).json()
    assert 0.8 * PATCHES <= album["count"] <= PATCHES
    assert album["classes"] == []
    pixels, _ = pictures(client, album)
    flat = pixels.reshape(len(pixels), -1)
    assert len(np.unique(flat.mean(axis=1).round())) > 4
    red = pixels[0].mean(axis=(1, 2))
    assert red[0] > 240 > 20 > red[2]  # the first patch is from the upper left corner


def test_a_photo_smaller_than_a_patch_is_taken_whole(client: TestClient) -> None:
    album = post(client, plain(GREEN, (9, 14))).json()
    assert album["count"] >= 1
    assert (pictures(client, album)[0] == np.array(GREEN)[:, None, None]).all()


def test_patches_of_several_photos_are_told_apart_by_their_photo(client: TestClient) -> None:
    album = post(client, plain(RED, (200, 200)), plain(BLUE, (300, 200))).json()
    assert [row["name"] for row in album["classes"]] == ["1", "2"]
    pixels, labels = pictures(client, album)
    for label, color in enumerate((RED, BLUE)):
        assert (pixels[labels == label] == np.array(color)[:, None, None]).all()


def test_of_many_photos_each_is_one_picture(client: TestClient) -> None:
    album = post(client, *[plain(RED)] * 30).json()
    assert (album["count"], album["classes"]) == (30, [])


def locked() -> bytes:
    data = bytearray(zipped({"a/b.png": plain(RED)}))
    at = data.index(b"PK\x01\x02") + 8
    data[at] |= 1
    return bytes(data)


def without_directory() -> bytes:
    data = zipped({"a/b.png": plain(RED)})
    return data.replace(b"PK\x01\x02", b"PK\x01\x03")


HOSTILE = {
    "a bomb": (
        lambda: zipped({"a/bomb.png": plain(RED) + bytes(8 * 2**20)}), 413, "album_too_large",
    ),
    "a picture too large by its header": (
        lambda: zipped({"a/x.png": saved(Image.new("1", (9000, 9000)))}), 422, "album_refused",
    ),
    "a path out of it": (lambda: zipped({"../../etc/x.png": plain(RED)}), 422, "album_refused"),
    "an absolute path": (lambda: zipped({"/etc/x.png": plain(RED)}), 422, "album_refused"),
    "a zip in a zip": (lambda: zipped({"a.zip": zipped({"x.png": b""})}), 422, "album_refused"),
    "a password": (locked, 422, "album_refused"),
    "no picture": (lambda: zipped({"a.txt": b"words"}), 422, "album_refused"),
    "nothing": (lambda: zipped({}), 422, "album_refused"),
    "a torn zip": (lambda: zipped({"a/b.png": noise("PNG")})[:-40], 422, "album_refused"),
    "a damaged directory": (without_directory, 422, "album_refused"),
    "too many entries": (
        lambda: zipped({f"{i}.png": b"" for i in range(20_001)}), 413, "album_too_large",
    ),
    "too many classes": (
        lambda: zipped({f"{i}/a.png": plain(RED, (2, 2)) for i in range(101)}),
        413, "album_too_large",
    ),
    "not a picture": (lambda: b"just words", 422, "album_refused"),
    "an empty file": (lambda: b"", 422, "album_refused"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_hostile_gets_a_sentence(client: TestClient, case: str) -> None:
    make, status, code = HOSTILE[case]
    assert len(refused(post(client, make()), status, code)) > 30


@pytest.mark.parametrize("name", ["../../etc/x.png", "a/../x.png", "/etc/x.png"])
def test_a_name_that_points_out_of_the_zip_is_told_as_such(client: TestClient, name: str) -> None:
    answer = post(client, zipped({"a/b.png": plain(BLUE), name: plain(RED)}))
    assert "point out of it" in refused(answer, 422, "album_refused")


def test_a_name_with_strange_characters_is_only_a_name(client: TestClient) -> None:
    files = {"<b>\x07" + "n" * 90 + "/a.png": plain(RED), "猫/b.png": plain(BLUE)}
    names = [row["name"] for row in post(client, zipped(files)).json()["classes"]]
    assert names[1] == "猫"
    assert names[0].startswith("<b>nnn")
    assert len(names[0]) == 40
    assert names[0].endswith("…")


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    with client_with(max_album_bytes=10_000) as small:
        answer = small.post("/api/albums", files={"file": ("a", bytes(200_000))})
        refused(answer, 413, "album_too_large")


def test_a_missing_or_a_foreign_field_is_named(client: TestClient) -> None:
    assert client.post("/api/albums", files={"other": ("a", b"b")}).json()["error"]["field"]
    answer = client.post("/api/albums", data={"file": "words"})
    refused(answer, 422, "invalid_input")


def test_an_unknown_album_is_gone_in_words(client: TestClient) -> None:
    refused(client.get("/api/albums/nonsense"), 404, "album_gone")
    refused(client.get("/api/albums/nonsense/pictures"), 404, "album_gone")


def test_an_album_can_be_deleted_and_leaves_no_file(client: TestClient) -> None:
    album_id = post(client, plain(RED)).json()["id"]
    path = client.app.state.albums.get(album_id).path  # type: ignore[attr-defined]
    assert path.exists()
    assert client.delete(f"/api/albums/{album_id}").status_code == 204
    assert not path.exists()
    refused(client.get(f"/api/albums/{album_id}"), 404, "album_gone")
    refused(client.delete(f"/api/albums/{album_id}"), 404, "album_gone")


@pytest.mark.parametrize("name", ["cifar10", "folder"])
def test_a_data_set_on_disk_cannot_be_deleted(tmp_path: Path, name: str) -> None:
    in_folder(tmp_path, **{"cats/a.png": plain(RED)})
    with client_with(data=tmp_path) as here:
        assert here.get("/api/albums/folder").status_code == 200
        told = refused(here.delete(f"/api/albums/{name}"), 403, "album_kept")
        assert "belongs to this server" in told
        assert here.get("/api/albums/folder").status_code == 200


def test_a_run_goes_on_when_its_pictures_are_deleted() -> None:
    with client_with() as client:
        album_id = post(client, saved(quarters(300, 200))).json()["id"]
        config = {"data": "own", "pictures": album_id, "batch_size": 16}
        with client.websocket_connect("/api/labs/contrastive/run") as socket:
            socket.send_json({"type": "start", "id": 1, "config": config})
            assert socket.receive_json()["type"] == "started"
            assert client.delete(f"/api/albums/{album_id}").status_code == 204
            socket.send_json({"type": "next", "id": 2, "steps": 1})
            assert wire.decode(socket.receive_bytes()[8:])[0]["step"] == 1
            socket.send_json({"type": "start", "id": 3, "config": config})
            assert socket.receive_json()["error"]["code"] == "album_gone"


def test_unused_albums_go_when_there_is_no_room(tmp_path: Path) -> None:
    with client_with(image_store_bytes=20 * 3 * SIDE * SIDE) as small:
        first, second = (post(small, *[plain(RED)] * 25).json() for _ in range(2))
        refused(small.get(f"/api/albums/{first['id']}"), 404, "album_gone")
        assert small.get(f"/api/albums/{second['id']}").status_code == 200


# --- Data sets on the server’s disk ---------------------------------------------------------------


def test_a_data_set_that_is_not_there_says_how_to_get_it(client: TestClient) -> None:
    assert "cifar-10-python.tar.gz" in refused(client.get("/api/albums/cifar10"), 404, "not_found")
    assert "VITRINE_DATA" in refused(client.get("/api/albums/folder"), 404, "not_found")


def test_cifar_10_is_read_from_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of its format, of which torchvision checks the sums: here those of our own."""
    from torchvision.datasets import CIFAR10

    root = tmp_path / CIFAR10.base_folder
    root.mkdir()
    sums = []
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (10, 3072), dtype=np.uint8)
    for name, _ in CIFAR10.train_list:
        data = pickle.dumps({"data": rows, "labels": list(range(10))})
        (root / name).write_bytes(data)
        sums.append([name, hashlib.md5(data).hexdigest()])
    meta = pickle.dumps({"label_names": [f"class {i}" for i in range(10)]})
    (root / "batches.meta").write_bytes(meta)
    monkeypatch.setattr(CIFAR10, "train_list", sums)
    monkeypatch.setattr(CIFAR10, "test_list", [])
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": hashlib.md5(meta).hexdigest()})
    with client_with(data=tmp_path) as here:
        album = here.get("/api/albums/cifar10").json()
        assert album["count"] == 50
        assert album["classes"][3] == {"name": "class 3", "count": 5}
        pixels, labels = pictures(here, album)
        assert (pixels[:10].reshape(10, -1) == rows).all()
        assert labels[:10].tolist() == list(range(10))


def in_folder(root: Path, **files: bytes) -> None:
    """Put files, named by their paths, into the folder of pictures that a server has."""
    for name, data in files.items():
        path = root / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_a_folder_of_class_folders_is_read_from_disk(tmp_path: Path) -> None:
    in_folder(tmp_path, **{"cats/one.png": plain(RED, (70, 50)), "dogs/one.png": plain(BLUE)})
    with client_with(data=tmp_path) as here:
        album = here.get("/api/albums/folder").json()
        assert [row["name"] for row in album["classes"]] == ["cats", "dogs"]
        pixels, _ = pictures(here, album)
        assert (pixels[1] == np.array(BLUE)[:, None, None]).all()


def test_too_many_class_folders_on_disk_are_told_as_such(tmp_path: Path) -> None:
    in_folder(tmp_path, **{f"{i}/a.png": plain(RED, (2, 2)) for i in range(MAX_CLASSES + 3)})
    with client_with(data=tmp_path) as here:
        for answer in (
            here.get("/api/albums/folder"),
            here.post("/api/contrastive/specimens", json={"config": {"data": "folder"}}),
        ):
            told = refused(answer, 413, "album_too_large")
            assert f"{MAX_CLASSES + 3} folders" in told
            assert f"at most {MAX_CLASSES} " in told


def test_damaged_and_too_large_pictures_on_disk_are_left_out_and_counted(tmp_path: Path) -> None:
    damaged = {
        "cut short": noise("PNG")[:200], "words": b"no picture at all", "empty": b"",
        "a bomb by its header": png(20000, 20000, 8, 2, b""),
        "too many pixels": plain(GREEN, (200, 200)),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "one chunk broken": noise("PNG").replace(b"IDAT", b"IDAx"),
    }  # fmt: skip
    in_folder(
        tmp_path,
        **{f"b/{name}.png": data for name, data in damaged.items()},
        **{"a/not one picture.jpg": b"\xff\xd8\xff", "b/sound.png": plain(BLUE)},
        **{"c/thin.png": plain(RED, (1, 9000)), "c/sound.png": plain(RED)},
    )
    (tmp_path / "pictures" / "d").mkdir()
    with client_with(data=tmp_path, max_pixels=10_000) as here:
        answer = here.get("/api/albums/folder")
        assert answer.status_code == 200, answer.text
        album = answer.json()
        assert album["left_out"] == len(damaged) + 1
        assert album["classes"] == [{"name": "b", "count": 1}, {"name": "c", "count": 2}]
        pixels, labels = pictures(here, album)
        assert labels.tolist() == [0, 1, 1]
        for picture, color in zip(pixels, (BLUE, RED, RED), strict=True):
            assert (picture == np.array(color)[:, None, None]).all()


@pytest.mark.skipif(sys.platform != "linux", reason="needs names of any bytes")
def test_the_name_of_a_folder_on_disk_may_be_any_bytes(tmp_path: Path) -> None:
    in_folder(tmp_path, **{f"{os.fsdecode(b'cat' + bytes([255, 7]))}/a.png": plain(RED)})
    with client_with(data=tmp_path) as here:
        album = here.get("/api/albums/folder").json()
    assert album["classes"] == [{"name": "cat", "count": 1}]


@pytest.mark.parametrize("name", ["", "cats", "cats/words.txt", "cats/damaged.png"])
def test_a_folder_on_disk_without_a_picture_is_told_to_be_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / "pictures").mkdir()
    if "/" in name:
        in_folder(tmp_path, **{name: b"no picture"})
    else:
        (tmp_path / "pictures" / name).mkdir(exist_ok=True)
    with client_with(data=tmp_path) as here:
        told = refused(here.get("/api/albums/folder"), 422, "album_refused")
    assert "no picture that can be read" in told


def test_a_data_set_that_many_ask_for_at_once_is_read_once(tmp_path: Path) -> None:
    in_folder(tmp_path, **{f"{kind}/{i}.png": noise("PNG") for kind in "ab" for i in range(20)})
    store = AlbumStore(Settings(data=tmp_path))
    visitors = Barrier(8)

    def visit(_: int) -> Album:
        visitors.wait()
        return store.get("folder")

    try:
        with ThreadPoolExecutor(8) as pool:
            albums = set(pool.map(visit, range(8)))
        assert len(albums) == 1
        (album,) = albums
        assert list(album.path.parent.iterdir()) == [album.path]
    finally:
        store.close()
