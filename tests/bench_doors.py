"""The benchmark's rows of the event loop: how long nobody is answered beside heavy requests.

Measured from outside: the longest answer of /healthz while the requests are under way, divided by
the longest of the same server at rest, in turn with it.
"""

import http.client
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from app.pictures.samples import SAMPLES, Drawing
from tests.bench_rows import Row, row
from tests.e2e.browser import served

ROUNDS = 3
REST_SECONDS = 3.0
PROBE_SECONDS = 0.005  # between two looks at /healthz
PHOTOS = 40
SPECIMENS = 8
EIGHT_MEBIBYTES = json.dumps({"boxes": [[0] * 4] * 580_000, "scores": []}).encode()
ONE_MEBIBYTE = json.dumps({"config": {"points": [{}] * 260_000}}).encode()
JSON = {"Content-Type": "application/json"}


def door_rows() -> Iterator[tuple[str, Row]]:
    """Rows of the longest block under each kind of heavy request."""
    with served() as (address, _):
        host = urlsplit(address).netloc
        photos = [upload(host, photo_form(seed)) for seed in range(ROUNDS * PHOTOS + 1)]
        forms = [large_photo_form(seed) for seed in range(ROUNDS * PHOTOS)]
        proposals(host, photos[-1:])  # torch and the networks are there now
        specimens(host, [777])
        kinds: dict[str, Callable[[int], object]] = {
            "block_8_mib_boxes": lambda _: post(host, "/api/nms", EIGHT_MEBIBYTES),
            "block_1_mib_json": lambda _: post(host, "/api/labs/fitting/run", ONE_MEBIBYTE),
            "block_40_proposals": lambda i: proposals(host, photos[i * PHOTOS : (i + 1) * PHOTOS]),
            "block_specimens": lambda i: specimens(
                host, [4000 + 10 * i + j for j in range(SPECIMENS)]
            ),
            "block_40_uploads": lambda i: ask_all(
                lambda form: upload(host, form), forms[i * PHOTOS : (i + 1) * PHOTOS]
            ),
        }
        for name, work in kinds.items():
            yield name, block_row([rest_and_beside(host, work, i) for i in range(ROUNDS)])
    yield "block_drawn_samples", block_row([first_samples() for _ in range(ROUNDS)])


def block_row(pairs: list[tuple[float, float]]) -> Row:
    """The row of seconds at rest and beside something, round by round."""
    ratios = [beside / rest for rest, beside in pairs]
    result = row(ratios, "times one at rest", "longest answer of /healthz beside it")
    result["longest_ms"] = round(1000 * max(beside for _, beside in pairs), 1)
    return result


def rest_and_beside(host: str, work: Callable[[int], object], i: int) -> tuple[float, float]:
    """Seconds of the longest answer at rest, and of that beside the round's work."""
    rest = longest_answer(host, lambda: time.sleep(REST_SECONDS))
    return rest, longest_answer(host, lambda: work(i))


def first_samples() -> tuple[float, float]:
    """The same beside the first use of all drawn samples, which a server has only once."""
    drawn = [name for name, sample in SAMPLES.items() if isinstance(sample, Drawing)]
    with served() as (address, _):
        host = urlsplit(address).netloc
        proposals(host, [upload(host, photo_form(0))])
        return rest_and_beside(
            host, lambda _: ask_all(lambda name: post(host, f"/api/samples/{name}", b""), drawn), 0
        )


def longest_answer(host: str, work: Callable[[], object]) -> float:
    """Seconds of the longest answer of /healthz while `work` goes on."""
    stop, seconds = threading.Event(), [0.0]

    def probe() -> None:
        connection = http.client.HTTPConnection(host)
        while not stop.is_set():
            start = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            seconds.append(time.perf_counter() - start)
            time.sleep(PROBE_SECONDS)

    thread = threading.Thread(target=probe)
    thread.start()
    work()
    stop.set()
    thread.join()
    return max(seconds)


def post(host: str, path: str, body: bytes, **headers: str) -> bytes:
    """The body of the answer, whatever its status."""
    connection = http.client.HTTPConnection(host)
    connection.request("POST", path, body, {**JSON, **headers})
    return connection.getresponse().read()


def photo_form(seed: int, width: int = 800, height: int = 600) -> bytes:
    """A form with a photo that no other seed gives."""
    noise = np.random.default_rng(seed).integers(0, 256, (60, 80, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((width, height)).save(file, "JPEG")
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    return head + file.getvalue() + b"\r\n--b--\r\n"


def large_photo_form(seed: int) -> bytes:
    """The same of 1600 x 1200, as phones send it; of another seed than any small one."""
    return photo_form(10_000 + seed, 1600, 1200)


def upload(host: str, form: bytes) -> str:
    """The id of the photo in a form."""
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    return str(json.loads(post(host, "/api/images", form, **kind))["id"])


def proposals(host: str, photos: list[str]) -> None:
    """Ask for the proposals of all these photos at the same moment."""
    accept = {"Accept": "application/octet-stream", "Accept-Encoding": "gzip"}
    ask_all(
        lambda photo: post(
            host, "/api/rpn/proposals", json.dumps({"image_id": photo}).encode(), **accept
        ),
        photos,
    )


def specimens(host: str, counts: list[int]) -> None:
    """Ask for the pictures of so many new counts at the same moment."""
    ask_all(
        lambda count: post(
            host, "/api/contrastive/specimens", json.dumps({"config": {"count": count}}).encode()
        ),
        counts,
    )


def ask_all(ask: Callable[[Any], object], things: list[Any]) -> None:
    with ThreadPoolExecutor(len(things)) as pool:
        list(pool.map(ask, things))


if __name__ == "__main__":
    for name, result in door_rows():
        print(name, result, flush=True)
