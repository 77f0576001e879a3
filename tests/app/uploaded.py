"""Pictures to upload, and what comes back."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[2]
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def client_with(**settings: Any) -> TestClient:
    return TestClient(create_app(Settings(**settings)))


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Red, green / blue, white: any turn or flip of it can be told."""
    picture = Image.new("RGB", (width, height), WHITE)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    return picture


def saved(picture: Image.Image, name: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()


def post(client: TestClient, data: bytes, name: str = "photo.png") -> Any:
    return client.post("/api/images", files={"file": (name, data)})


def shown(client: TestClient, data: bytes) -> Image.Image:
    """The picture that the server shows for an upload."""
    answer = post(client, data)
    assert answer.status_code == 201, answer.text
    picture = Image.open(io.BytesIO(client.get(answer.json()["url"]).content))
    assert picture.size == (answer.json()["width"], answer.json()["height"])
    assert picture.mode == "RGB"
    return picture


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colors well inside each quarter: upper left, upper right, lower left, lower right."""
    w, h = picture.size
    places = (
        (w // 4, h // 4),
        (3 * w // 4, h // 4),
        (w // 4, 3 * h // 4),
        (3 * w // 4, 3 * h // 4),
    )
    return [picture.getpixel(place) for place in places]


def same_colors(found: list[tuple[int, ...]], expected: list[tuple[int, ...]], by: int = 6) -> bool:
    return bool(np.abs(np.array(found) - np.array(expected)).max() <= by)


def refused(answer: Any, status: int, code: str) -> str:
    """The sentence of an error answer, which has the one shape and says nothing internal."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "field"}
    assert error["code"] == code
    for internal in ("PIL", "Traceback", "/tmp", "Error", "libwebp", "decoder"):
        assert internal not in error["message"]
    return str(error["message"])


def png(width: int, height: int, depth: int, kind: int, rows: bytes, interlaced: int = 0) -> bytes:
    """A PNG by hand, for what Pillow does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def noise(name: str, seed: int = 1) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    return saved(Image.fromarray(pixels), name)


def endless_progressive() -> bytes:
    """A JPEG of 20 million pixels whose last scan, of 38 bytes, comes 50,000 times."""
    data = saved(Image.new("L", (5000, 4000), 77), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * 50_000 + data[-2:]
