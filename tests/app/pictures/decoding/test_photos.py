"""Phones' photos: large JPEGs, JPEGs that break off, AVIF and HEIC; and what other files are."""

import base64
import io
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.pictures.decoding import jpeg_header
from app.pictures.decoding.limits import COEFFICIENT_SPACE, MOST_JPEG_PIXELS, MOST_PIXELS
from app.pictures.decoding.signatures import kind_of
from app.settings import Settings
from tests.app.uploaded import (
    BLUE,
    GREEN,
    RED,
    ROOT,
    WHITE,
    client_with,
    corners,
    png,
    post,
    quarters,
    refused,
    same_colors,
    saved,
    shown,
)

# `quarters()`, written by libheif and x265 at quality 60: nothing that is installed here can.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAANUAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34"
    "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5"
    "uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAA"
    "AAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAA"
    "AAAAAAEAAQWBAgMFhAAAAN1tZGF0AAAA0SgBrwngIzUt/+7Z//79byHsJ6R07u/Uo/9iY7vgNv/6r219+jvTf/aq"
    "O/jib/pmCaqBJTdf/yWsvMjFbj0AM6LrrvQJ6DIaz9O7f00pG7VEniHhpAgsdIWPqWkd4U2QMoaHl4yIHBUNGyZk"
    "vGGthsSdJG1JnP9zPycUoYm0AzAuZvKOpauyig1ROXM0SVYzRKZEDr2nz1p2e+aUavV9arfEhuuKFsmI4zSrEIyL"
    "4HxXFXTY/P6gFn8/DP92a9a8SXX1r23xww4FnytGjT+4bJu4"
)


def gray(width: int, height: int, **options: Any) -> bytes:
    """A large JPEG that is quick to make."""
    return saved(Image.new("L", (width, height), 90), "JPEG", **options)


# --- how large ----------------------------------------------------------------------------------

PHONES = {
    "24 million": (5712, 4284, 1200),
    "48 million": (8064, 6048, 1200),
    "50 million": (8160, 6120, 1200),
    "100 million": (11648, 8736, 1200),
    "200 million": (16320, 12240, 1200),
    "a panorama": (16382, 3628, 355),
    "a long panorama": (60000, 1500, 40),
}


@pytest.mark.parametrize("name", PHONES)
def test_a_phones_photo_is_reduced_not_refused(client: TestClient, name: str) -> None:
    width, height, reduced = PHONES[name]
    answer = post(client, gray(width, height))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["width"], answer.json()["height"]) == (1600, reduced)


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_a_large_photo_keeps_its_colors(client: TestClient, mode: str) -> None:
    data = saved(quarters(5712, 4284).convert(mode), "JPEG")
    assert same_colors(corners(shown(client, data)), [RED, GREEN, BLUE, WHITE], by=12)


def test_more_pixels_than_any_phone_takes_are_refused(client: TestClient) -> None:
    message = refused(post(client, gray(16384, 12240)), 413, "image_too_large")
    assert f"{MOST_JPEG_PIXELS // 10**6} million" in message


def test_a_progressive_photo_of_50_million_pixels_is_taken(client: TestClient) -> None:
    assert post(client, gray(8160, 6120, progressive=True)).status_code == 201


@pytest.mark.parametrize(
    "make",
    [
        lambda: gray(13000, 13000, progressive=True),
        lambda: in_three_scans(9000, 9000),
        lambda: after_fill_bytes(gray(13000, 13000, progressive=True)),
    ],
    ids=["progressive", "a scan for each color", "fill bytes before its markers"],
)
def test_a_photo_that_is_only_opened_as_a_whole_is_refused_by_its_header(
    client: TestClient, make: Callable[[], bytes]
) -> None:
    message = refused(post(client, make()), 413, "image_too_large")
    assert "baseline" in message
    assert " million pixels" in message


def in_three_scans(width: int, height: int) -> bytes:
    """A baseline JPEG's header whose first scan has one of three colors."""
    data = bytearray(saved(Image.new("RGB", (16, 16)), "JPEG", subsampling=0))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    scan = data.index(b"\xff\xda")
    return bytes(data[:scan]) + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + bytes(data[scan + 14 :])


def after_fill_bytes(data: bytes) -> bytes:
    frame = data.index(b"\xff\xc2")
    return data[:frame] + b"\xff" * 7 + data[frame:]


def test_a_header_tells_what_libjpeg_will_keep() -> None:
    color = saved(Image.new("RGB", (801, 600)), "JPEG", progressive=True, subsampling=2)
    header = jpeg_header.header_of(io.BytesIO(color))
    assert header
    assert (header.width, header.height, header.in_scans) == (801, 600, True)
    # Blocks of 16 x 16 pixels, each of four blocks of luma and one of either color.
    assert header.coefficient_bytes == 51 * 38 * 6 * 64 * 2
    plain = jpeg_header.header_of(io.BytesIO(saved(Image.new("RGB", (80, 60)), "JPEG")))
    assert plain
    assert not plain.in_scans


def test_a_thumbnail_in_the_metadata_is_not_taken_for_the_photo() -> None:
    thumbnail = gray(64, 48, progressive=True)
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 8) + b"Exif\0\0" + thumbnail
    photo = gray(640, 480)
    header = jpeg_header.header_of(io.BytesIO(photo[:2] + segment + photo[2:]))
    assert header
    assert (header.width, header.in_scans) == (640, False)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"\xff\xd8" + b"a" * 99])
def test_no_header_is_none(data: bytes) -> None:
    assert jpeg_header.header_of(io.BytesIO(data)) is None


@pytest.mark.skipif(sys.platform != "linux", reason="limits address space")
def test_what_the_limits_allow_fits_into_the_decoders_memory(client: TestClient) -> None:
    """At the edge of each: were it too little, the answer would be that memory is short."""
    side = int(MOST_PIXELS**0.5) // 16 * 16
    edge = int((COEFFICIENT_SPACE / 2) ** 0.5) // 16 * 16
    for data in (
        png(side, side, 8, 6, (b"\0" + bytes(4 * side)) * side),
        saved(Image.new("RGB", (side, side), GREEN), "WEBP", method=0, quality=1),
        saved(Image.new("RGB", (side, side), GREEN), "AVIF", speed=10),
        gray(edge, edge, progressive=True),
    ):
        answer = post(client, data)
        assert answer.status_code == 201, answer.text


def test_more_pixels_than_the_decoders_memory_holds_cannot_be_set() -> None:
    with pytest.raises(ValidationError, match="fixed memory"):
        Settings(max_pixels=MOST_PIXELS + 1)


def test_a_jpeg_may_have_more_bytes_than_another_file_whatever_it_is_called() -> None:
    client = client_with(max_upload_bytes=50_000, max_jpeg_bytes=200_000)
    padding = bytes(100_000)
    assert post(client, saved(quarters(), "JPEG") + padding, "photo.png").status_code == 201
    for data in (saved(quarters()) + padding, saved(quarters(), "JPEG") + 3 * padding):
        message = refused(post(client, data, "photo.jpg"), 413, "image_too_large")
        assert "a JPEG may have at most 0.191 MB" in message


# --- what breaks off ----------------------------------------------------------------------------


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("keep", [0.3, 0.6, "all but the mark of its end"])
def test_a_jpeg_that_breaks_off_is_shown_as_far_as_it_goes(
    client: TestClient, progressive: bool, keep: float | str
) -> None:
    data = saved(quarters(640, 480), "JPEG", progressive=progressive, quality=95)
    scans = data.index(b"\xff\xda")
    end = len(data) - 2 if isinstance(keep, str) else scans + int(keep * (len(data) - scans))
    answer = post(client, data[:end])
    assert answer.status_code == 201, answer.text
    assert answer.json()["incomplete"] is True
    picture = Image.open(io.BytesIO(client.get(answer.json()["url"]).content))
    assert same_colors(corners(picture)[:1], [RED], by=60)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_any_of_its_pixels_is_damaged(client: TestClient, progressive: bool) -> None:
    data = saved(quarters(640, 480), "JPEG", progressive=progressive)
    scan = data.index(b"\xff\xda")
    header = scan + 2 + struct.unpack_from(">H", data, scan + 2)[0]
    for end in (3, 20, scan, header, header + 1):
        refused(post(client, data[:end]), 422, "image_damaged")


def test_a_whole_jpeg_is_not_called_incomplete_whatever_lies_behind(client: TestClient) -> None:
    whole = saved(quarters(), "JPEG")
    second = saved(quarters(), "MPO", save_all=True, append_images=[quarters()])
    for data in (whole, whole + bytes(4000), whole + b"\0\0\0\x18ftypmp42", second):
        assert post(client, data).json()["incomplete"] is False


# --- other formats ------------------------------------------------------------------------------


def test_heic_is_read_where_its_extra_is_installed(client: TestClient) -> None:
    pytest.importorskip("pi_heif")
    assert same_colors(corners(shown(client, HEIC)), [RED, GREEN, BLUE, WHITE], by=12)


WITHOUT = """
import sys
from starlette.testclient import TestClient
from app.main import create_app
from app.settings import Settings
client = TestClient(create_app(Settings()), headers={"Accept-Language": sys.argv[1]})
for path in ("/api/images", "/api/albums"):
    answer = client.post(path, files={"file": bytes.fromhex(sys.argv[2])})
    print(answer.status_code, answer.json()["error"]["message"])
"""


@pytest.mark.parametrize(("language", "words"), [("en", "Most Compatible"), ("zh", "兼容性最佳")])
def test_heic_without_its_extra_is_told_how_to_convert(
    tmp_path: Path, language: str, words: str
) -> None:
    (tmp_path / "pi_heif.py").write_text("raise ImportError")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, language, HEIC.hex()],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["415", "422"], done.stderr
    for line in lines:
        assert "HEIC" in line
        assert words in line


def box(brand: bytes, *more: bytes) -> bytes:
    brands = brand + bytes(4) + b"".join(more)
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + bytes(200)


def tiff_with(*tags: int) -> bytes:
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, 0) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + bytes(4)


KINDS: dict[str, tuple[bytes, str]] = {
    "a PNG": (saved(quarters()), "PNG"),
    "a JPEG": (saved(quarters(), "JPEG"), "JPEG"),
    "a GIF": (saved(quarters(), "GIF"), "GIF"),
    "a WebP": (saved(quarters(), "WEBP"), "WebP"),
    "an AVIF": (saved(quarters(), "AVIF"), "AVIF"),
    "an AVIF of another brand": (box(b"mif1", b"mif1", b"avif"), "AVIF"),
    "a HEIC": (HEIC, "HEIC"),
    "an iPhone's HEIC": (box(b"heic", b"mif1", b"heic"), "HEIC"),
    "a HEIF": (box(b"mif1", b"mif1", b"heix"), "HEIC"),
    "a film": (box(b"isom", b"mp42"), "video"),
    "a film of an iPhone": (box(b"qt  "), "video"),
    "a raw picture of Canon": (box(b"crx ", b"isom"), "raw"),
    "an older one": (b"II*\0\x10\0\0\0CR\2\0" + bytes(99), "raw"),
    "a DNG": (tiff_with(0x100, 0xC612), "raw"),
    "a raw picture of Nikon": (tiff_with(0x10F, 0x14A), "raw"),
    "a TIFF": (saved(quarters(), "TIFF"), "TIFF"),
    "a BMP": (saved(quarters(), "BMP"), "BMP"),
    "an ICO": (saved(quarters(32, 32), "ICO"), "ICO"),
    "a JPEG 2000": (saved(quarters(), "JPEG2000"), "JPEG 2000"),
    "a JPEG XL": (b"\xff\x0a" + bytes(99), "JPEG XL"),
    "a drawing": (b"<?xml version='1.0'?>\n<!-- a --><svg xmlns=''/>", "SVG"),
    "another drawing": (b"<svg onload='alert(1)'/>", "SVG"),
    "a document": (b"%PDF-1.7\n", "PDF"),
    "a zip": (b"PK\3\4" + bytes(99), "zip"),
    "a tar": (bytes(257) + b"ustar\0" + bytes(99), "tar"),
    "a tar.gz": (b"\x1f\x8b\x08" + bytes(99), "gzip"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "Git LFS"),
    "a RAR": (b"Rar!\x1a\x07\1\0", "RAR"),
    "a 7z": (b"7z\xbc\xaf\x27\x1c", "7z"),
    "a page": (b"<html><script>alert(1)</script></html>", ""),
    "sound": (b"RIFF\x24\0\0\0WAVEfmt ", ""),
    "words": (b"hello", ""),
    "one null": (b"\0", ""),
}  # fmt: skip
TAKEN = {"PNG", "JPEG", "GIF", "WebP", "AVIF", "HEIC"}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_known_by_its_first_bytes(name: str) -> None:
    data, kind = KINDS[name]
    assert kind_of(data[:4096]) == kind


@pytest.mark.parametrize("name", [name for name in KINDS if KINDS[name][1] not in TAKEN])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_that_is_not_taken_is_told_what_it_is(
    client: TestClient, name: str, language: str
) -> None:
    data, kind = KINDS[name]
    answer = client.post("/api/images", files={"file": data}, headers={"Accept-Language": language})
    message = refused(answer, 415, "image_format")
    if kind in ("", "raw", "video"):
        assert ("PNG" in message) == (not kind) or "JPEG" in message
    else:
        assert kind in message
    assert message.isascii() or language == "zh" or "’" in message


def test_an_icon_and_an_empty_file_are_told_in_good_words(client: TestClient) -> None:
    icon = client.post("/api/images", files={"file": KINDS["an ICO"][0]})
    assert "a picture in the format ICO" in refused(icon, 415, "image_format")
    empty = client.post("/api/images", files={"file": b""})
    assert refused(empty, 422, "image_damaged") == "This file is empty."


def test_two_files_at_an_address_for_one_are_told_so(client: TestClient) -> None:
    files = [("file", ("a", saved(quarters()))), ("file", ("b", saved(quarters())))]
    message = refused(client.post("/api/images", files=files), 422, "invalid_input")
    assert "one picture at a time" in message


def test_a_form_of_too_many_fields_is_told_so(client: TestClient) -> None:
    data = {f"field{i}": "x" for i in range(20)}
    answer = client.post("/api/images", data=data, files={"file": b"x"})
    assert "at most 8 fields" in refused(answer, 422, "invalid_input")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"\xff\0--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n"),
    ],
)
def test_a_broken_form_is_told_so(client: TestClient, kind: str, body: bytes) -> None:
    answer = client.post("/api/images", content=body, headers={"Content-Type": kind})
    assert "multipart" in refused(answer, 400, "bad_form")
