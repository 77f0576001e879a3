"""Files of our own from memory: as they are on the disk now, and nothing that is not theirs."""

import asyncio
import gzip
import os
import threading
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.doors.static_files import Kept, KeptFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "js").mkdir(parents=True)
    (root / "js" / "a.js").write_text("export const a = 1;\n" * 100)
    (root / "p.png").write_bytes(os.urandom(2000))
    (tmp_path / "secret.txt").write_text("no")
    return root


@pytest.fixture
def files(folder: Path) -> TestClient:
    return TestClient(Starlette(routes=[Mount("/", KeptFiles(folder))]))


def test_a_file_comes_packed_to_whoever_reads_that_and_is_what_is_on_the_disk(
    files: TestClient, folder: Path
) -> None:
    written = (folder / "js" / "a.js").read_bytes()
    for encoding in ("gzip", "identity"):
        for _ in range(2):
            answer = files.get("/js/a.js", headers={"Accept-Encoding": encoding})
            assert answer.content == written
            assert answer.headers["content-type"].startswith("text/javascript")
            assert answer.headers.get("content-encoding", "identity") == encoding
    picture = files.get("/p.png")
    assert picture.content == (folder / "p.png").read_bytes()
    assert "content-encoding" not in picture.headers


def test_a_file_that_changes_or_goes_is_noticed(files: TestClient, folder: Path) -> None:
    first = files.get("/js/a.js")
    assert (
        files.get("/js/a.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    )
    (folder / "js" / "a.js").write_text("other")
    again = files.get("/js/a.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.text) == (200, "other")
    (folder / "js" / "a.js").unlink()
    assert files.get("/js/a.js").status_code == 404
    (folder / "js" / "a.js").write_text("back")
    assert files.get("/js/a.js").text == "back"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/js",
        "/js/",
        "/none.js",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "//etc/passwd",
        "/%00",
        "/" + "a" * 300 + ".js",
    ],
)
def test_what_is_no_file_of_the_folder_is_not_found(files: TestClient, path: str) -> None:
    assert files.get(path).status_code == 404


def test_a_link_out_of_the_folder_leads_nowhere(files: TestClient, folder: Path) -> None:
    (folder / "out.txt").symlink_to(folder.parent / "secret.txt")
    assert files.get("/out.txt").status_code == 404


def test_files_are_only_read(files: TestClient) -> None:
    assert files.post("/js/a.js").status_code == 405


def test_the_packed_bytes_are_those_of_the_file(folder: Path) -> None:
    kept = KeptFiles(folder)._read("js/a.js")
    assert kept.packed is not None
    assert gzip.decompress(kept.packed) == kept.data


def test_a_file_that_many_ask_for_at_the_same_moment_is_read_and_packed_once(folder: Path) -> None:
    read, hold = [], threading.Event()

    class OnASlowDisk(KeptFiles):
        def _read(self, path: str) -> Kept:
            read.append(path)
            assert hold.wait(60)
            return super()._read(path)

    async def forty_phones() -> None:
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(Starlette(routes=[Mount("/", OnASlowDisk(folder))])),
            base_url="http://server",
        ) as client:
            asked = [asyncio.create_task(client.get("/js/a.js")) for _ in range(40)]
            while not read:
                await asyncio.sleep(0)
            for _ in range(100):  # all of them have come
                await asyncio.sleep(0)
            hold.set()
            answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {200}

    asyncio.run(forty_phones())
    assert read == ["js/a.js"]
