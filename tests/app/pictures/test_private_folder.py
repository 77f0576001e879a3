"""The server's folder: nothing of a visitor's stays, whatever ends the server or the folder."""

import asyncio
import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.errors import AlbumGone, DecodersBusy
from app.pictures import private_folder
from app.pictures.albums.album import pictures_of
from app.pictures.albums.store import AlbumStore
from app.pictures.private_folder import PREFIX, PrivateFolder, ServerFolder, remove_abandoned
from app.settings import Settings
from tests.app.serving import until
from tests.app.uploaded import ROOT, client_with, noise, post, quarters, refused, saved

linux = pytest.mark.skipif(sys.platform != "linux", reason="kills, mounts")
OWNER = """
import sys
from app.pictures.private_folder import PrivateFolder
folder = PrivateFolder("pictures")
folder.new_file().write_bytes(b"a visitor's")
print(folder.path.parent, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of temporary files for this test alone, and this process's folder in it."""
    yield from placed(tmp_path, monkeypatch)


def placed(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TMPDIR", str(path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    folder = ServerFolder()
    monkeypatch.setattr(private_folder, "server_folder", folder)
    yield path
    folder.remove()


def owner() -> "subprocess.Popen[str]":
    """A process that has a folder with a file in it until it is ended."""
    return subprocess.Popen(
        [sys.executable, "-c", OWNER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def folder_of(process: "subprocess.Popen[str]") -> Path:
    assert process.stdout
    return Path(process.stdout.readline().strip())


# --- whose it is ------------------------------------------------------------------------------


def test_no_other_user_may_read_it(place: Path) -> None:
    folder = PrivateFolder("pictures")
    for path in (folder.path, folder.path.parent, folder.new_file(), folder.new_folder()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_all_stores_of_a_server_share_one_folder_that_goes_with_the_last(place: Path) -> None:
    pictures, albums = PrivateFolder("pictures"), PrivateFolder("albums")
    pictures.new_file()
    albums.new_folder()
    (base,) = place.iterdir()
    assert {pictures.path.parent, albums.path.parent} == {base}
    pictures.clear()
    assert [path.name for path in base.iterdir()] == [albums.path.name]
    albums.clear()
    assert not list(place.iterdir())
    assert pictures.new_file().exists()  # it may be used again


@linux
def test_what_a_killed_server_left_is_removed_and_what_a_living_one_has_is_not(place: Path) -> None:
    mine = PrivateFolder("pictures").new_file()
    with owner() as dead, owner() as living:
        left, kept = folder_of(dead), folder_of(living)
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        assert list(left.rglob("*"))
        remove_abandoned()
        assert not left.exists()
        assert [path for path in kept.rglob("*") if path.is_file()]
        assert mine.exists()
        assert living.stdin
        living.stdin.close()
    assert not kept.exists()  # it ended by itself, and left nothing


@linux
def test_what_is_no_folder_of_this_users_is_left_alone(place: Path) -> None:
    elsewhere = place / "precious"
    elsewhere.mkdir()
    (place / f"{PREFIX}link").symlink_to(elsewhere)
    (place / f"{PREFIX}file").touch()
    (place / "vitrine-other").mkdir()
    if os.geteuid() == 0:
        (place / f"{PREFIX}foreign").mkdir()
        os.chown(place / f"{PREFIX}foreign", 12345, 12345)
    before = set(place.iterdir())
    remove_abandoned()
    assert set(place.iterdir()) == before


@pytest.mark.thorough
@linux
def test_a_server_that_starts_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    def server() -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "app.cli", "--port", "0"],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def ours() -> list[Path]:
        return list(tmp_path.glob(f"{PREFIX}*/pictures-*/*"))

    with server() as first:
        assert first.stdout
        address = first.stdout.readline().split()[-1]
        request = urllib.request.Request(f"{address}/api/samples/china", method="POST")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 201
        first.kill()
    assert ours()
    with server() as second:
        until(lambda: not ours())
        second.terminate()


# --- removed underneath -----------------------------------------------------------------------


def base_of(place: Path) -> Path:
    (base,) = place.glob(f"{PREFIX}*")
    return base


REMOVED: dict[str, Callable[[Path], Path]] = {
    "the server's folder": base_of,
    "the pictures' folder": lambda place: next(base_of(place).glob("pictures-*")),
    "the whole place": lambda place: place,
}


@linux
@pytest.mark.parametrize("which", REMOVED)
def test_a_folder_that_was_removed_is_made_anew_for_the_next_upload(
    place: Path, which: str
) -> None:
    client = client_with()
    old = post(client, noise("PNG")).json()["url"]
    chosen = client.post("/api/samples/china").json()["url"]
    shutil.rmtree(REMOVED[which](place))
    for address in (old, chosen):
        assert "no longer here" in refused(client.get(address), 404, "image_gone")
    for answer in (post(client, noise("PNG")), client.post("/api/samples/china")):
        assert answer.status_code == 201
        assert client.get(answer.json()["url"]).status_code == 200
    assert stat.S_IMODE(base_of(place).stat().st_mode) == 0o700
    client.app.state.images.close()  # type: ignore[attr-defined]


@linux
def test_an_album_can_be_uploaded_after_its_folder_was_removed(place: Path) -> None:
    client = client_with()

    def upload() -> str:
        answer = client.post("/api/albums", files={"file": ("a", saved(quarters(200, 200)))})
        assert answer.status_code == 201
        return f"/api/albums/{answer.json()['id']}"

    old = upload()
    shutil.rmtree(base_of(place))
    refused(client.get(old), 404, "album_gone")
    assert client.get(upload()).status_code == 200
    client.app.state.albums.close()  # type: ignore[attr-defined]


@linux
def test_a_data_set_of_the_servers_is_read_again_after_the_folder_was_removed(place: Path) -> None:
    picture = place / "data" / "pictures" / "cats" / "a.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(noise("PNG"))
    client = client_with(data=place / "data")
    for _ in range(2):
        assert client.get("/api/albums/folder/pictures").status_code == 200
        shutil.rmtree(base_of(place))


def test_a_folder_that_cannot_be_made_is_told_as_such(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = place / "file"
    blocked.touch()
    monkeypatch.setattr(tempfile, "tempdir", str(blocked / "inside"))
    told = refused(post(client_with(), noise("PNG")), 503, "storage_gone")
    assert "damaged" not in told


def test_too_many_open_files_are_told_as_such() -> None:
    with pytest.raises(DecodersBusy), private_folder.storing():
        raise OSError(errno.EMFILE, "too many open files")


# --- full -------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real disk of 16 MB, with this process's folder on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("cannot mount a file system here")
    try:
        yield from placed(disk, monkeypatch)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path, free: int) -> Path:
    """Leave so many bytes of the disk."""
    room = os.statvfs(disk)
    filling = disk / "filling"
    filling.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - free)))
    return filling


def post_album(client: TestClient, data: bytes) -> object:
    return client.post("/api/albums", files={"file": ("a", data)})


# A picture of 1.5 MB as it comes; or one of 72 kB, which becomes one of 280 kB or an album of 6 MB.
FULL = {
    "a picture as it comes": (300_000, lambda client: post(client, noisy(700))),
    "a picture as it is kept": (150_000, lambda client: post(client, flat())),
    "an album as it comes": (300_000, lambda client: post_album(client, noisy(700))),
    "an album as it is kept": (150_000, lambda client: post_album(client, flat())),
    "a sample": (100_000, lambda client: client.post("/api/samples/china")),
    "nothing left": (0, lambda client: post(client, saved(quarters()))),
}


def noisy(side: int) -> bytes:
    import numpy as np
    from PIL import Image

    pixels = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return saved(Image.fromarray(pixels))


def flat() -> bytes:
    """A photo of noise, small by a quality of 20, which is kept at one of 95."""
    import numpy as np
    from PIL import Image

    pixels = np.random.default_rng(1).integers(0, 256, (600, 600, 3), dtype=np.uint8)
    return saved(Image.fromarray(pixels), "JPEG", quality=20)


@pytest.mark.parametrize("case", FULL)
def test_a_full_disk_is_told_as_such_and_the_next_upload_works(small_disk: Path, case: str) -> None:
    free, send = FULL[case]
    client = client_with()
    post(client, saved(quarters()))
    filling = fill(small_disk, free)
    told = refused(send(client), 507, "storage_full")
    assert "disk" in told
    assert "damaged" not in told
    filling.unlink()
    assert send(client).status_code == 201
    client.app.state.images.close()  # type: ignore[attr-defined]
    client.app.state.albums.close()  # type: ignore[attr-defined]
    assert not list(small_disk.iterdir())  # nothing of what failed is left


def test_an_album_whose_file_is_gone_is_gone(tmp_path: Path) -> None:
    store = AlbumStore(Settings())
    try:
        (tmp_path / "0").write_bytes(saved(quarters()))
        album = asyncio.run(store.put(tmp_path, ["red.png"]))
        album.path.unlink()
        with pytest.raises(AlbumGone):
            pictures_of(album)
    finally:
        store.close()
