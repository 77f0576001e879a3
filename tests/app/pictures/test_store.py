"""What becomes of uploads: the store, equal contents, and what a picture costs."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app import shelf
from app.errors import ImageGone
from app.pictures import store as image_store
from app.pictures.store import HOUR, ImageStore, Picture
from app.settings import Settings
from tests.app.uploaded import (
    ROOT,
    client_with,
    endless_progressive,
    noise,
    png,
    post,
    quarters,
    refused,
    saved,
)

# --- the store --------------------------------------------------------------------------------


def test_a_picture_can_be_forgotten(client: TestClient) -> None:
    address = post(client, saved(quarters())).json()["url"]
    assert client.delete(address).status_code == 204
    assert "again" in refused(client.get(address), 404, "image_gone")
    refused(client.delete(address), 404, "image_gone")


@pytest.mark.parametrize("image_id", ["0" * 32, "x", "..%2f..%2fetc%2fpasswd", "%00", "é"])
def test_an_unknown_id_is_gone_not_an_error(client: TestClient, image_id: str) -> None:
    answer = client.get(f"/api/images/{image_id}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] in ("image_gone", "not_found")


def test_nobody_can_list_or_guess_anothers_pictures(client: TestClient) -> None:
    ids = {post(client, saved(quarters())).json()["id"] for _ in range(3)}
    assert len(ids) == 3
    answer = client.get("/api/images")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    store = client.app.state.images
    stored = {store.get(image_id).path.name for image_id in ids}
    assert not ids & stored  # not even the folder tells an id


def test_the_longest_unused_pictures_go_first_when_room_is_short() -> None:
    client = client_with(image_store_bytes=int(2.5 * len(noise("PNG"))))
    first, second = (post(client, noise("PNG", seed=seed)).json()["url"] for seed in (1, 2))
    assert client.get(first).status_code == 200  # so the second is now the longest unused
    third = post(client, noise("PNG", seed=3)).json()["url"]
    assert [client.get(url).status_code for url in (first, second, third)] == [200, 404, 200]
    folder = client.app.state.images.folder.path
    assert len(list(folder.iterdir())) == 2


def test_a_picture_that_fills_the_room_alone_is_still_kept() -> None:
    client = client_with(image_store_bytes=1)
    address = post(client, noise("PNG")).json()["url"]
    assert client.get(address).status_code == 200


def pass_time(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """From now on the stores' clock is so many seconds ahead."""
    monkeypatch.setattr(shelf, "monotonic", lambda: time.monotonic() + seconds)


def test_an_unused_picture_expires_and_a_used_one_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = client_with(image_hours=1)
    unused, used = (post(client, noise("PNG", seed=seed)).json() for seed in (1, 2))
    pass_time(monkeypatch, 3500)
    client.app.state.images.get(used["id"])  # type: ignore[attr-defined]
    pass_time(monkeypatch, 3601)
    assert client.get(used["url"]).status_code == 200
    message = refused(client.get(unused["url"]), 404, "image_gone")
    assert "again" in message


def test_many_may_use_the_store_at_once(tmp_path: Path) -> None:
    store = ImageStore(Settings(image_store_bytes=60_000))
    for number in range(24):
        (tmp_path / str(number)).write_bytes(noise("PNG", seed=number))

    async def visit(number: int) -> int:
        image_id = (await store.put(tmp_path / str(number))).id
        try:
            read = len(await asyncio.to_thread(store.load, image_id))
            await asyncio.to_thread(store.delete, image_id)
        except ImageGone:
            return 0
        return read

    async def visits() -> list[int]:
        return await asyncio.gather(*map(visit, range(24)))

    assert set(asyncio.run(visits())) <= {0, 60}
    left = {picture.path for picture in store._uploaded}
    assert left == set(store.folder.path.iterdir())
    store.close()


def test_closing_the_store_leaves_nothing_on_the_disk() -> None:
    store = ImageStore(Settings())
    folder = store.folder.path
    assert folder.stat().st_mode & 0o077 == 0
    store.close()
    assert not folder.exists()


def test_an_application_that_ended_and_starts_again_takes_pictures_again() -> None:
    client = client_with()
    for _ in range(2):
        with client:
            assert client.get(post(client, noise("PNG")).json()["url"]).status_code == 200
    assert not len(client.app.state.images._uploaded)  # type: ignore[attr-defined]


# --- content ----------------------------------------------------------------------------------


def put(store: ImageStore, folder: Path, data: bytes) -> Picture:
    (folder / "upload").write_bytes(data)
    return asyncio.run(store.put(folder / "upload"))


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[ImageStore, list[str]]]:
    """A store, and the digests that it tells as forgotten."""
    store = ImageStore(Settings(image_store_bytes=int(2.5 * len(noise("PNG")))))
    forgotten: list[str] = []
    store.on_forgotten.append(forgotten.append)
    yield store, forgotten
    store.close()


Told = tuple[ImageStore, list[str]]


def test_equal_pictures_share_a_digest_and_a_file_but_no_id(told: Told, tmp_path: Path) -> None:
    store, _ = told
    first, second = (put(store, tmp_path, noise("PNG")) for _ in range(2))
    other = put(store, tmp_path, noise("PNG", seed=2))
    assert first.digest == second.digest != other.digest
    assert first.id != second.id
    assert len(list(store.folder.path.iterdir())) == 2


def test_a_content_is_told_as_forgotten_when_its_last_picture_is_deleted(
    told: Told, tmp_path: Path
) -> None:
    store, forgotten = told
    first, second = (put(store, tmp_path, noise("PNG")) for _ in range(2))
    store.delete(first.id)
    assert not forgotten
    assert len(store.load(second.id)) == 60  # the other's deletion took nothing from it
    store.delete(second.id)
    assert forgotten == [first.digest]
    assert not first.path.exists()


def test_what_is_crowded_out_or_closed_is_told_as_forgotten(told: Told, tmp_path: Path) -> None:
    store, forgotten = told
    digests = [put(store, tmp_path, noise("PNG", seed=seed)).digest for seed in (1, 2, 3)]
    assert forgotten == digests[:1]
    store.close()
    assert forgotten == digests


def test_what_expires_is_told_as_forgotten(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, forgotten = told
    picture = put(store, tmp_path, noise("PNG"))
    pass_time(monkeypatch, 7 * HOUR)
    with pytest.raises(ImageGone):
        store.get(picture.id)
    assert forgotten == [picture.digest]


def test_a_picture_whose_file_was_removed_is_told_as_forgotten(told: Told, tmp_path: Path) -> None:
    store, forgotten = told
    picture = put(store, tmp_path, noise("PNG"))
    picture.path.unlink()
    with pytest.raises(ImageGone):
        store.load(picture.id)
    assert forgotten == [picture.digest]


def test_a_photo_deleted_after_the_folder_was_made_anew_leaves_no_file(
    told: Told, tmp_path: Path
) -> None:
    store, _ = told
    before = put(store, tmp_path, noise("PNG"))
    shutil.rmtree(store.folder.path)
    after = put(store, tmp_path, noise("PNG"))
    assert before.digest == after.digest
    assert before.path != after.path
    store.delete(after.id)
    assert not list(store.folder.path.iterdir())


def test_a_photo_from_before_the_folder_was_made_anew_takes_nothing_from_an_equal_one(
    told: Told, tmp_path: Path
) -> None:
    store, _ = told
    before = put(store, tmp_path, noise("PNG"))
    shutil.rmtree(store.folder.path)
    after = put(store, tmp_path, noise("PNG"))
    with pytest.raises(ImageGone):
        store.load(before.id)
    assert len(store.load(after.id)) == 60


def test_whoever_asks_for_samples_for_ever_takes_nobodys_photo_away(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_store, "MAX_IDS", 10)
    store, _ = told
    photo = put(store, tmp_path, noise("PNG"))

    async def ask() -> list[Picture]:
        return [await store.offer("street", noise("PNG", seed=2)) for _ in range(30)]

    samples = asyncio.run(ask())
    assert len(store.load(photo.id)) == 60
    for sample in samples[:20]:
        with pytest.raises(ImageGone):
            store.get(sample.id)
    assert {store.get(sample.id).digest for sample in samples[20:]} == {samples[0].digest}


def test_a_photo_that_is_also_a_sample_outlives_the_samples_ids(told: Told, tmp_path: Path) -> None:
    store, forgotten = told
    photo = put(store, tmp_path, noise("PNG"))
    sample = asyncio.run(store.offer("street", noise("PNG")))
    store.delete(sample.id)
    assert not forgotten
    assert len(store.load(photo.id)) == 60
    store.delete(photo.id)
    assert forgotten == [photo.digest]


# --- cost -------------------------------------------------------------------------------------

MEASURE = """
import asyncio, json, os, resource, sys
from app.errors import ImageError
from app.pictures.decoding.pool import Decoders
from app.pictures.store import ImageStore
from app.settings import Settings
from pathlib import Path

def memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

store, before = ImageStore(Settings()), memory()
if seconds := int(sys.argv[1]):
    store.decoders = Decoders(seconds=seconds)
for path in sys.argv[2:]:
    try:
        picture = asyncio.run(store.put(Path(path)))
        said = [picture.width, picture.height]
    except ImageError as error:
        said = error.message
    server = (memory() - before) / 2**20
    store.close()  # the program that forks ends, so its children count
    print(json.dumps({
        "name": Path(path).name,
        "said": said,
        "server_mb": server,
        "decoder_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }))
"""


def largest_pictures() -> Iterator[tuple[str, bytes]]:
    size = (5000, 4000)
    plain = Image.linear_gradient("L").resize(size).convert("RGB")
    clear = plain.copy()
    clear.putalpha(Image.radial_gradient("L").resize(size))
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "turned.jpg", saved(plain, "JPEG", exif=exif)
    yield "cmyk.jpg", saved(plain.convert("CMYK"), "JPEG", progressive=True)
    yield "alpha.png", saved(clear, compress_level=1)
    yield "sixteen.png", png(*size, 16, 6, (b"\0" + bytes(5000 * 8)) * 4000)
    yield "gray16.png", png(*size, 16, 0, (b"\0" + bytes(5000 * 2)) * 4000)
    yield "palette.gif", saved(plain.convert("P"), "GIF")
    yield "lossy.webp", saved(plain, "WEBP", method=0)
    frames = [clear.transpose(Image.Transpose.ROTATE_180)]
    options: dict[str, Any] = {"save_all": True, "append_images": frames, "method": 0}
    yield "animated.webp", saved(clear, "WEBP", lossless=True, **options)


def measure(
    folder: Path, files: Iterator[tuple[str, bytes]], seconds: int = 0
) -> list[dict[str, Any]]:
    """What the decoder makes of the files, and its memory; `seconds` of processor time, where they
    are not as usual.
    """
    paths = []
    for name, data in files:
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(seconds), *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_20_million_pixels_cost_below_300_mb_in_any_format(tmp_path: Path) -> None:
    for row in measure(tmp_path, largest_pictures()):
        assert isinstance(row["said"], list), row
        assert max(row["said"]) == 1600
        assert row["server_mb"] + row["decoder_mb"] < 300, row


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_picture_made_to_be_slow_is_stopped_by_its_processor_time(tmp_path: Path) -> None:
    (row,) = measure(tmp_path, iter([("endless.jpg", endless_progressive())]), seconds=3)
    assert row["server_mb"] + row["decoder_mb"] < 300, row
    assert "too much processor time" in row["said"]


def test_importing_the_uploads_does_not_load_torch() -> None:
    code = (
        "import sys; from app.pictures import images, samples; samples.specimen('street');"
        "assert not {'torch', 'sklearn', 'torchvision'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
