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
        photos = [upload(host, seed) for seed in range(ROUNDS * PHOTOS + 1)]
        proposals(host, photos[-1:])  # torch and the networks are there now
        specimens(host, [777])
        kinds: dict[str, Callable[[int], object]] = {
            "block_8_mib_boxes": lambda _: post(host, "/api/nms", EIGHT_MEBIBYTES),
            "block_1_mib_json": lambda _: post(host, "/api/labs/fitting/run", ONE_MEBIBYTE),
            "block_40_proposals": lambda i: proposals(host, photos[i * PHOTOS : (i + 1) * PHOTOS]),
            "block_specimens": lambda i: specimens(
                host, [4000 + 10 * i + j for j in range(SPECIMENS)]
            ),
        }
        for name, work in kinds.items():
            ratios, longest = [], []
            for i in range(ROUNDS):
                rest = longest_answer(host, lambda: time.sleep(REST_SECONDS))
                beside = longest_answer(host, lambda work=work, i=i: work(i))
                ratios.append(beside / rest)
                longest.append(beside)
            result = row(ratios, "times one at rest", "longest answer of /healthz beside it")
            result["longest_ms"] = round(1000 * max(longest), 1)
            yield name, result


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


def upload(host: str, seed: int) -> str:
    """The id of a photo that no other seed gives."""
    noise = np.random.default_rng(seed).integers(0, 256, (60, 80, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((800, 600)).save(file, "JPEG")
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    body = head + file.getvalue() + b"\r\n--b--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    return str(json.loads(post(host, "/api/images", body, **kind))["id"])


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
