"""Uploads through a real server: nobody waits for another's picture, and who leaves stops it all.

The work of an upload is held, for as long as a test needs it, by stopping the process that does it.
"""

import http.client
import os
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest

from app.pictures.decoding.album_limits import SIDE
from app.pictures.decoding.pool import Decoders
from tests.app.pictures.decoding.test_pool import is_gone
from tests.app.serving import serving, until
from tests.app.uploaded import endless_progressive, noise, quarters, refused, saved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="stops processes, reads /proc")


def upload(address: str, data: bytes, path: str = "/api/images") -> httpx2.Response:
    return httpx2.post(f"{address}{path}", files={"file": ("a", data)}, timeout=120)


@contextmanager
def held(decoders: Decoders) -> Iterator[None]:
    """Nothing is decoded meanwhile: the program that forks decoders is stopped."""
    assert decoders.program.pid
    os.kill(decoders.program.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(decoders.program.pid, signal.SIGCONT)


@contextmanager
def sent(address: str, data: bytes, path: str = "/api/images") -> Iterator[socket.socket]:
    """A request that has been sent whole and has no answer yet; leaving closes its connection."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        + data
        + b"\r\n--x--\r\n"
    )
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + body)
        yield connection


STORES = {"/api/images": "images", "/api/albums": "albums"}


@pytest.mark.parametrize("path", STORES)
def test_a_small_request_is_answered_while_an_upload_is_still_in_work(path: str) -> None:
    with serving() as (address, state), ThreadPoolExecutor() as pool:
        decoders = getattr(state, STORES[path]).decoders
        assert upload(address, saved(quarters()), path).status_code == 201
        with held(decoders):
            large = pool.submit(upload, address, saved(quarters(300, 300)), path)
            until(lambda: decoders.begun == 2)
            for small in ("/healthz", "/api/images/none", "/"):
                assert httpx2.get(f"{address}{small}").status_code in (200, 404)
            assert not large.done()
        assert large.result().status_code == 201


def test_a_small_request_is_answered_while_a_stored_picture_is_still_sent() -> None:
    with serving() as (address, _):
        url = upload(address, noise("PNG")).json()["url"]
        slow = http.client.HTTPConnection(urlsplit(address).netloc)
        slow.request("GET", url)  # and reads nothing
        assert httpx2.get(f"{address}/healthz").status_code == 200
        assert len(slow.getresponse().read()) > 1000
        slow.close()


@pytest.mark.parametrize("path", STORES)
def test_an_upload_whose_client_has_gone_leaves_the_queue(path: str) -> None:
    with serving() as (address, state):
        store = getattr(state, STORES[path])
        store.decoders = decoders = Decoders(places=1)
        assert upload(address, saved(quarters()), path).status_code == 201
        with held(decoders), sent(address, saved(quarters()), path):
            until(lambda: decoders.begun == 2)
            with sent(address, saved(quarters()), path):
                until(lambda: decoders.waiting == 1)
            until(lambda: decoders.waiting == 0)
        assert upload(address, saved(quarters()), path).status_code == 201
        assert decoders.begun == 3
        until(lambda: len(list(store.folder.path.iterdir())) == (1 if path == "/api/images" else 2))


def test_the_decoder_of_an_upload_whose_client_has_gone_is_ended() -> None:
    with serving() as (address, state):
        decoders = state.images.decoders
        with sent(address, endless_progressive()):
            until(lambda: len(decoders.at_work) == 1)
            (pid,) = decoders.at_work
            os.kill(pid, signal.SIGSTOP)  # so that it cannot end by itself
        until(lambda: is_gone(pid))
        until(lambda: not list(state.images.folder.path.iterdir()))  # and nothing is left of it
        assert upload(address, noise("PNG")).status_code == 201


def test_an_upload_that_breaks_off_leaves_nothing() -> None:
    with serving() as (address, state):
        upload(address, noise("PNG"))
        folder = state.images.folder.path
        host, port = urlsplit(address).netloc.split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(
                b"POST /api/images HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            )
            connection.sendall(bytes(600_000))
            until(lambda: len(list(folder.iterdir())) == 2)
        until(lambda: len(list(folder.iterdir())) == 1)


@pytest.mark.parametrize("path", STORES)
def test_a_decoder_killed_from_outside_is_told_as_such(path: str) -> None:
    with serving() as (address, state), ThreadPoolExecutor() as pool:
        decoders = getattr(state, STORES[path]).decoders
        answer = pool.submit(upload, address, endless_progressive(), path)
        until(lambda: len(decoders.at_work) == 1)
        os.kill(next(iter(decoders.at_work)), signal.SIGKILL)
        told = refused_by(answer.result(), 503, "decoder_killed")
        assert "damaged" not in told
        assert upload(address, saved(quarters()), path).status_code == 201


def test_a_full_queue_is_told_as_such() -> None:
    with serving() as (address, state):
        state.images.decoders = decoders = Decoders(places=1, waiting=0)
        assert upload(address, noise("PNG")).status_code == 201
        with held(decoders), sent(address, noise("PNG")):
            until(lambda: decoders.begun == 2)
            refused_by(upload(address, noise("PNG")), 503, "decoders_busy")


def test_an_album_that_takes_too_long_is_told_so_and_not_to_be_damaged() -> None:
    with serving() as (address, state):
        state.albums.decoders = Decoders(seconds=1)
        told = refused_by(
            upload(address, endless_progressive(), "/api/albums"), 413, "album_too_large"
        )
        assert "processor time" in told


def refused_by(answer: httpx2.Response, status: int, code: str) -> str:
    return refused(answer, status, code)


def test_the_pictures_of_an_album_come_whole() -> None:
    with serving() as (address, _):
        album = upload(address, saved(quarters(300, 300)), "/api/albums").json()
        data = httpx2.get(f"{address}/api/albums/{album['id']}/pictures").content
        assert len(data) == album["count"] * (3 * SIDE * SIDE + 1)


def test_what_is_told_as_forgotten_is_told_for_albums_too() -> None:
    with serving() as (address, state):
        forgotten: list[str] = []
        state.albums.on_forgotten.append(forgotten.append)
        first, second = (
            upload(address, saved(quarters(99, 99)), "/api/albums").json()["id"] for _ in range(2)
        )
        httpx2.delete(f"{address}/api/albums/{first}")
        assert forgotten == [first]
        state.albums.close()
        assert forgotten == [first, second]
