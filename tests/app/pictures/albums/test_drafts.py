"""Albums that come in several requests: together one album, or nothing."""

from typing import Any

import httpx2
import pytest

from app.pictures.albums.drafts import MAX_DRAFTS, Drafts
from app.pictures.decoding.album_limits import MAX_PICTURES
from tests.app.pictures.albums.test_endpoints import plain, zipped
from tests.app.pictures.decoding.test_photos import gray
from tests.app.serving import serving, until
from tests.app.uploaded import BLUE, RED, client_with, refused

DRAFTS = "/api/albums/drafts"


def begun(client: Any) -> str:
    return f"{DRAFTS}/{client.post(DRAFTS).json()['id']}"


def send(client: Any, draft: str, *files: bytes) -> Any:
    return client.post(draft, files=[("file", (f"{i}.png", data)) for i, data in enumerate(files)])


def test_batches_together_are_one_album() -> None:
    with client_with() as client:
        draft = begun(client)
        for batch in range(3):
            answer = send(client, draft, *[plain(RED)] * 100)
            assert (answer.status_code, answer.json()["count"]) == (201, 100 * (batch + 1))
        files = [("file", ("words.txt", b"words")), ("file", ("b.png", plain(BLUE)))]
        assert client.post(draft, files=files).json()["count"] == 301
        album = client.post(f"{draft}/album").json()
        assert (album["count"], album["others"], album["patches"]) == (301, 1, False)
        assert client.get(f"/api/albums/{album['id']}").json() == album
        refused(client.post(f"{draft}/album"), 404, "album_gone")
        folder = client.app.state.albums.folder.path  # type: ignore[attr-defined]
        until(lambda: len(list(folder.iterdir())) == 1)


def test_a_few_photos_in_a_draft_stay_whole() -> None:
    with client_with() as client:
        draft = begun(client)
        send(client, draft, plain(RED))
        send(client, draft, plain(BLUE))
        assert client.post(f"{draft}/album").json()["count"] == 2


def test_zips_and_photos_may_come_one_after_the_other() -> None:
    with client_with() as client:
        draft = begun(client)
        send(client, draft, zipped({"a/1.png": plain(RED), "b/1.png": plain(BLUE)}))
        send(client, draft, zipped({"a/2.png": plain(RED)}))
        album = client.post(f"{draft}/album").json()
        assert [row["count"] for row in album["classes"]] == [2, 1]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"PK\3\4 but no zip", 422, "album_refused"),
        (bytes(300_000), 413, "album_too_large"),
    ],
)
def test_a_batch_that_is_refused_ends_its_draft_and_leaves_nothing(
    body: bytes, status: int, code: str
) -> None:
    with client_with(max_album_bytes=200_000) as client:
        draft = begun(client)
        send(client, draft, plain(RED), plain(BLUE))
        refused(send(client, draft, body), status, code)
        refused(send(client, draft, plain(RED)), 404, "album_gone")
        folder = client.app.state.albums.folder.path  # type: ignore[attr-defined]
        until(lambda: not list(folder.iterdir()))


def test_a_batch_that_breaks_off_leaves_nothing() -> None:
    with serving() as (address, state):
        draft = httpx2.post(f"{address}{DRAFTS}").json()["id"]
        httpx2.post(f"{address}{DRAFTS}/{draft}", files={"file": plain(RED)})
        assert len(state.drafts) == 1

        def broken() -> Any:
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            yield bytes(50_000)
            raise ConnectionError

        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        with pytest.raises(ConnectionError):
            httpx2.post(f"{address}{DRAFTS}/{draft}", content=broken(), headers=headers)
        until(lambda: len(state.drafts) == 0)
        until(lambda: not list(state.albums.folder.path.iterdir()))


def test_a_page_that_goes_silent_leaves_nothing() -> None:
    with serving() as (address, state):
        state.drafts = Drafts(state.albums, idle_seconds=0.2)
        httpx2.post(f"{address}{DRAFTS}")
        until(lambda: len(state.drafts) == 0)
        until(lambda: not list(state.albums.folder.path.iterdir()))


def test_a_draft_that_is_given_up_leaves_nothing() -> None:
    with client_with() as client:
        draft = begun(client)
        send(client, draft, plain(RED))
        assert client.delete(draft).status_code == 204
        assert not list(client.app.state.albums.folder.path.iterdir())  # type: ignore[attr-defined]
        refused(client.delete(draft), 404, "album_gone")


def test_an_album_of_several_requests_has_the_same_limit() -> None:
    with client_with() as client:
        draft = begun(client)
        tiny = saved_tiny()
        many = zipped({f"{i}.png": tiny for i in range(MAX_PICTURES - 1)})
        assert send(client, draft, many).json()["count"] == MAX_PICTURES - 1
        told = refused(send(client, draft, tiny, tiny), 413, "album_too_large")
        assert "5,000 pictures" in told


def saved_tiny() -> bytes:
    return plain(RED, (2, 2))


def test_a_draft_of_one_or_no_picture_is_refused_with_the_reason() -> None:
    with client_with() as client:
        draft = begun(client)
        assert send(client, draft, b"BM" + bytes(30)).json()["count"] == 0
        assert "BMP" in refused(client.post(f"{draft}/album"), 422, "album_refused")
        draft = begun(client)
        send(client, draft, plain(RED))
        assert "at least two" in refused(client.post(f"{draft}/album"), 422, "album_refused")


def test_too_many_files_in_one_request_are_told_so() -> None:
    with client_with() as client:
        files = [("file", ("a", b"x"))] * 201
        told = refused(client.post("/api/albums", files=files), 422, "invalid_input")
        assert "200 files at most" in told


def test_there_is_a_limit_of_drafts() -> None:
    with client_with() as client:
        for _ in range(MAX_DRAFTS):
            assert client.post(DRAFTS).status_code == 201
        refused(client.post(DRAFTS), 503, "busy")


def test_large_photos_come_one_after_the_other() -> None:
    with client_with() as client:
        draft = begun(client)
        for _ in range(3):
            assert send(client, draft, gray(8160, 6120)).status_code == 201
        assert client.post(f"{draft}/album").json()["count"] == 3
