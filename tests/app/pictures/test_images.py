"""Uploads: what a person sees is what is kept, and no file can do harm."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from starlette.testclient import TestClient

from app.pictures.owners import Owners
from tests.app.uploaded import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    client_with,
    corners,
    noise,
    png,
    post,
    quarters,
    refused,
    same_colors,
    saved,
    shown,
)

# --- what is kept -----------------------------------------------------------------------------


def test_an_upload_answers_with_an_id_a_size_and_an_address(client: TestClient) -> None:
    answer = post(client, saved(quarters()))
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"id", "width", "height", "url", "incomplete"}
    assert body["incomplete"] is False
    assert (body["width"], body["height"]) == (64, 48)
    assert len(body["id"]) == 32
    assert int(body["id"], 16) >= 0
    shown = client.get(body["url"])
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "private" in shown.headers["cache-control"]
    assert "immutable" in shown.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "by"), [("PNG", 0), ("GIF", 0), ("JPEG", 6), ("WEBP", 6), ("AVIF", 8)]
)
def test_each_format_keeps_its_colors(client: TestClient, name: str, by: int) -> None:
    picture = shown(client, saved(quarters(), name))
    assert same_colors(corners(picture), [RED, GREEN, BLUE, WHITE], by)


@pytest.mark.parametrize("name", ["PNG", "JPEG"])
def test_the_network_reads_the_pixels_that_the_browser_shows(client: TestClient, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    body = post(client, saved(Image.fromarray(noise), name)).json()
    pixels = client.app.state.images.load(body["id"])
    assert pixels.dtype == np.uint8
    assert pixels.shape == (40, 50, 3)
    browser = Image.open(io.BytesIO(client.get(body["url"]).content))
    assert np.array_equal(pixels, np.asarray(browser))
    if name == "PNG":
        assert np.array_equal(pixels, noise)


@pytest.mark.parametrize("name", ["JPEG", "WEBP", "PNG", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_shown_upright(client: TestClient, orientation: int, name: str) -> None:
    upright = quarters()
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,  # stored turned left; the tag says: turn right to see
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = shown(client, saved(stored, name, exif=exif))
    assert picture.size == upright.size
    assert same_colors(corners(picture), [RED, GREEN, BLUE, WHITE], by=8)


def test_metadata_does_not_leave_the_photographers_phone(client: TestClient) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    for data in (
        saved(quarters(), "JPEG", exif=exif, comment=b"SecretComment"),
        saved(quarters(), "WEBP", exif=exif, xmp=b"<x>SecretXmp</x>"),
    ):
        kept = client.get(post(client, data).json()["url"]).content
        assert b"Secret" not in kept
        assert not Image.open(io.BytesIO(kept)).getexif()


def test_transparency_is_shown_over_white(client: TestClient) -> None:
    clear = quarters().convert("RGBA")
    clear.putalpha(Image.new("L", clear.size, 0))
    half = Image.new("RGBA", (20, 20), (0, 0, 0, 128))
    palette = Image.new("P", (20, 20), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    gray_alpha = Image.new("LA", (20, 20), (0, 0))
    keyed = Image.new("RGB", (20, 20), RED)
    for data in (
        saved(clear),
        saved(clear, "WEBP", lossless=True),
        saved(palette, transparency=1),
        saved(palette, "GIF", transparency=1),
        saved(gray_alpha),
        saved(keyed, transparency=RED),
    ):
        assert same_colors(corners(shown(client, data)), [WHITE] * 4, by=1)
    assert same_colors(corners(shown(client, saved(half))), [(127, 127, 127)] * 4, by=1)


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_print_colors_are_not_shown_inverted(client: TestClient, options: dict[str, Any]) -> None:
    data = saved(quarters().convert("CMYK"), "JPEG", quality=95, **options)
    assert b"Adobe" in data  # which stores CMYK inverted
    assert same_colors(corners(shown(client, data)), [RED, GREEN, BLUE, WHITE], by=12)


def test_16_bit_grays_are_scaled_not_clipped(client: TestClient) -> None:
    values = np.array([[0, 257 * 64], [257 * 128, 65535]], dtype=np.uint16)
    picture = shown(client, saved(Image.fromarray(values.repeat(8, 0).repeat(8, 1))))
    assert corners(picture) == [(0,) * 3, (64,) * 3, (128,) * 3, WHITE]


def test_16_bit_colors_and_interlaced_files_are_read(client: TestClient) -> None:
    pixel = struct.pack(">HHHH", 65535, 0x8000, 0, 65535)
    picture = shown(client, png(4, 4, 16, 6, (b"\0" + pixel * 4) * 4))
    assert same_colors(corners(picture), [(255, 128, 0)] * 4, by=1)
    passes = b"".join((b"\0" + b"\x40" * w) * h for w, h in ADAM7_OF_8)
    assert corners(shown(client, png(8, 8, 8, 0, passes, interlaced=1))) == [(64,) * 3] * 4


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_every_mode_of_png_becomes_rgb(client: TestClient, mode: str) -> None:
    gray = Image.new("L", (16, 16), 255).convert(mode)
    assert corners(shown(client, saved(gray))) == [WHITE] * 4


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_kept(client: TestClient, name: str) -> None:
    frames = [Image.new("RGB", (32, 32), color) for color in (RED, GREEN, BLUE)]
    data = saved(frames[0], name, save_all=True, append_images=frames[1:])
    assert same_colors(corners(shown(client, data)), [RED] * 4)


def test_a_color_profile_is_applied_and_a_broken_one_ignored(client: TestClient) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, profile[:200], b"nonsense", ImageCms.createProfile("LAB") and b"\0" * 128):
        picture = shown(client, saved(quarters(), icc_profile=icc))
        assert same_colors(corners(picture), [RED, GREEN, BLUE, WHITE], by=2)
        assert "icc_profile" not in picture.info


def test_a_large_picture_is_reduced_to_the_longer_side(client: TestClient) -> None:
    assert shown(client, saved(Image.new("RGB", (2400, 1200), RED))).size == (1600, 800)
    assert shown(client, saved(Image.new("RGB", (1200, 2400), RED), "JPEG")).size == (800, 1600)


@pytest.mark.parametrize("size", [(1, 1), (20000, 1), (1, 20000)])
def test_extreme_shapes_are_pictures_too(client: TestClient, size: tuple[int, int]) -> None:
    picture = shown(client, saved(Image.new("RGB", size, GREEN)))
    assert max(picture.size) == min(1600, max(size))
    assert min(picture.size) == 1


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\0b.png", "<script>.png", "é中.png", "x" * 2000, "con", "a.exe"]
)
def test_the_name_of_a_file_means_nothing(client: TestClient, name: str) -> None:
    answer = post(client, saved(quarters()), name)
    assert answer.status_code == 201
    bad = post(client, b"no picture", name)
    assert name not in refused(bad, 415, "image_format")


# --- what is refused --------------------------------------------------------------------------

ADAM7_OF_8 = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)]


@pytest.mark.parametrize("name", ["PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("tenth", range(10))
def test_a_truncated_file_is_told_to_be_damaged(client: TestClient, name: str, tenth: int) -> None:
    data = noise(name)
    refused(post(client, data[: len(data) * tenth // 10]), 422, "image_damaged")


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_flipped_bytes_never_crash_the_server(client: TestClient, name: str) -> None:
    rng = np.random.default_rng(2)
    for _ in range(8):
        data = bytearray(noise(name))
        for place in rng.integers(16, len(data), 6):
            data[place] ^= int(rng.integers(1, 256))
        answer = post(client, bytes(data))
        assert answer.status_code in (201, 413, 415, 422)
    assert post(client, saved(quarters())).status_code == 201


def test_no_bytes_are_a_damaged_picture(client: TestClient) -> None:
    refused(post(client, b""), 422, "image_damaged")


def test_of_a_polyglot_only_pixels_remain(client: TestClient) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("evil.html", "<script>alert(1)</script>")
    html = b"<script>alert(1)</script>"
    for data in (
        saved(quarters(), "GIF") + html,
        saved(quarters(), "GIF", comment=html),
        saved(quarters()) + archive.getvalue(),
        saved(quarters(), "JPEG", comment=html) + archive.getvalue(),
    ):
        answer = post(client, data, "page.html")
        kept = client.get(answer.json()["url"])
        assert kept.headers["content-type"] in ("image/png", "image/jpeg")
        assert b"script" not in kept.content
        assert b"PK\x03\x04" not in kept.content


def gif_with_a_huge_frame() -> bytes:
    """A screen of 1 x 1, and in it a frame of 65535 x 65535."""
    data = bytearray(saved(Image.new("P", (1, 1)), "GIF"))
    frame = data.index(b",", 13)
    data[frame + 5 : frame + 9] = b"\xff" * 4
    return bytes(data)


def vp8x_of(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + sides
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


@pytest.mark.parametrize(
    "make",
    [
        lambda: png(20000, 20000, 8, 2, b""),
        lambda: png(2**31 - 1, 2**31 - 1, 8, 6, b""),
        lambda: png(5000, 5001, 1, 0, b""),
        lambda: saved(Image.new("L", (5000, 5001)), "WEBP", lossless=True, method=0),
        gif_with_a_huge_frame,
    ],
)
def test_too_many_pixels_are_refused_before_they_are_decoded(
    client: TestClient, make: Callable[[], bytes]
) -> None:
    message = refused(post(client, make()), 413, "image_too_large")
    assert "25 million" in message


def test_a_webp_that_claims_the_largest_canvas_is_refused(client: TestClient) -> None:
    assert post(client, vp8x_of(16384, 16384)).status_code in (413, 422)


def test_a_file_that_is_too_large_is_refused_whether_it_says_so_or_not() -> None:
    client = client_with(max_upload_bytes=200_000)
    body = saved(quarters()) + bytes(200_000)
    message = refused(post(client, body), 413, "image_too_large")
    assert "another format 0.191 MB" in message
    sent = 0

    def slowly() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(100):
            sent += 1
            yield bytes(50_000)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/api/images", content=slowly(), headers=headers)
    refused(answer, 413, "image_too_large")


@pytest.mark.parametrize(
    "send",
    [
        {},
        {"data": {"file": "text"}},
        {"files": {"photo": ("a.png", b"x")}},
        {"json": {"file": "x"}},
        {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    ],
)
def test_a_request_without_a_file_names_the_field(client: TestClient, send: Any) -> None:
    answer = client.post("/api/images", **send)
    refused(answer, 422, "invalid_input")
    assert answer.json()["error"]["field"] == "file"


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_malformed_body_is_told_in_the_same_shape(client: TestClient, kind: str) -> None:
    answer = client.post("/api/images", content=b"\xff\0--", headers={"Content-Type": kind})
    assert answer.status_code in (400, 422)
    assert set(answer.json()["error"]) == {"code", "message", "field"}


def test_the_sentences_are_in_the_readers_language(client: TestClient) -> None:
    english = post(client, b"text").json()["error"]["message"]
    chinese = client.post(
        "/api/images", files={"file": b"text"}, headers={"Accept-Language": "zh"}
    ).json()["error"]["message"]
    assert english.isascii()
    assert not chinese.isascii()


# --- who deletes ------------------------------------------------------------------------------


@pytest.mark.parametrize("cookie", [True, False])
def test_a_photo_is_deleted_by_whoever_brought_it_with_or_without_a_cookie(
    client: TestClient, cookie: bool
) -> None:
    if cookie:
        client.get("/")  # which gives a cookie
    brought = post(client, saved(quarters())).json()["url"]
    presenter = TestClient(client.app, headers={"Accept-Language": "en"})
    presenter.get("/")
    elsewhere = TestClient(client.app, client=("192.0.2.7", 50000))
    for other in (presenter, elsewhere):
        refused(other.delete(brought), 403, "not_yours")
    assert client.get(brought).status_code == 200
    assert client.delete(brought).status_code == 204
    assert client.get(brought).status_code == 404


def test_what_nobody_knows_the_owner_of_nobody_deletes_and_what_is_not_there_is_gone(
    client: TestClient,
) -> None:
    client.app.state.owners = Owners(most=1)  # type: ignore[attr-defined]
    first, second = (post(client, saved(quarters())).json()["url"] for _ in range(2))
    client.post("/api/samples/street")
    refused(client.delete(first), 403, "not_yours")
    assert client.get(first).status_code == 200
    assert client.delete(second).status_code == 204
    refused(client.delete(f"/api/images/{'0' * 32}"), 404, "image_gone")
    refused(client.delete(f"/api/albums/{'0' * 32}"), 404, "album_gone")
