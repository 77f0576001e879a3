"""Clips of a visitor's own: animated pictures, frames that a browser sends, and bad ones."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.pictures.decoding.album_limits import FEWEST_FRAMES, MOST_FRAMES, SIDE
from tests.app.uploaded import client_with, refused, saved

FORMATS = ("GIF", "WEBP", "PNG")


def frames(count: int, size: tuple[int, int] = (64, 64)) -> list[Image.Image]:
    """A bright bar that stands further right in each frame, on a dark ground."""
    made = []
    for n in range(count):
        frame = Image.new("RGB", size, (10, 20, 30))
        left = n * size[0] // count
        frame.paste((250, 240, 40), (left, 0, max(left + 1, (n + 1) * size[0] // count), size[1]))
        made.append(frame)
    return made


def clip(pictures: list[Image.Image], name: str, **options: Any) -> bytes:
    lossless = {"WEBP": {"lossless": True}}.get(name, {})
    return saved(
        pictures[0], name, save_all=True, append_images=pictures[1:], **{**lossless, **options}
    )


def post(client: TestClient, *files: bytes) -> Any:
    return client.post("/api/albums/clips", files=[("file", ("any", data)) for data in files])


def shown(client: TestClient, album: dict[str, Any]) -> np.ndarray:
    data = np.frombuffer(client.get(f"/api/albums/{album['id']}/pictures").content, np.uint8)
    return data[: album["count"] * 3 * SIDE * SIDE].reshape(-1, 3, SIDE, SIDE)


def brightest_column(pixels: np.ndarray) -> list[int]:
    return [int(frame.sum(axis=(0, 1)).argmax()) for frame in pixels]


@pytest.mark.parametrize("name", FORMATS)
def test_all_frames_of_a_clip_are_composed_and_in_order(client: TestClient, name: str) -> None:
    answer = post(client, clip(frames(8), name))
    assert answer.status_code == 201, answer.text
    album = answer.json()
    assert (album["count"], album["classes"], album["left_out"]) == (8, [], 0)
    columns = brightest_column(shown(client, album))
    assert columns == sorted(columns)
    assert len(set(columns)) == 8


def test_what_a_frame_does_not_draw_stays_as_it_was(client: TestClient) -> None:
    """A GIF whose later frames hold only what is new, over what stands already."""
    before = Image.new("RGBA", (32, 32), (0, 0, 255, 255))
    dots = []
    for n in range(5):
        dot = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
        dot.paste((255, 0, 0, 255), (6 * n, 0, 6 * n + 6, 6))
        dots.append(dot)
    data = clip([before, *dots], "GIF", disposal=1)
    pixels = shown(client, post(client, data).json())
    assert len(pixels) == 6
    last = pixels[-1]
    assert all(last[0, 3, 6 * n + 3] > 200 for n in range(5))  # every dot is still there
    assert last[2, 25, 16] > 200  # and the ground


def test_the_picture_that_stands_for_an_animated_png_is_no_frame(client: TestClient) -> None:
    still = Image.new("RGB", (64, 64), (0, 200, 0))
    data = clip([still, *frames(6)], "PNG", default_image=True)
    album = post(client, data).json()
    assert album["count"] == 6
    assert shown(client, album)[0, 1].mean() < 100


def test_frames_of_a_video_come_as_pictures_in_order(client: TestClient) -> None:
    album = post(client, *(saved(frame, "PNG") for frame in frames(13))).json()
    assert album["count"] == 13
    columns = brightest_column(shown(client, album))
    assert columns == sorted(columns)


def test_a_long_clip_is_thinned_and_standing_frames_are_dropped(client: TestClient) -> None:
    album = post(client, clip(frames(150, (150, 150)), "PNG")).json()
    left_out = album["left_out"]
    assert album["count"] == MOST_FRAMES
    assert album["notes"][0].startswith("Left out: frames between those taken")
    assert left_out + MOST_FRAMES == 150
    columns = brightest_column(shown(client, album))
    assert (columns[0], columns[-1]) == (0, SIDE - 1)
    twice = [frame for frame in frames(6) for _ in range(2)]
    album = post(client, *(saved(frame, "PNG") for frame in twice)).json()
    assert (album["count"], album["reasons"]) == (6, {"alike": 6})


def cut_short() -> bytes:
    data = clip(frames(8), "WEBP")
    return data[: len(data) // 2]


def many_pixels() -> bytes:
    return clip(frames(8, (300, 300)), "GIF")


def growing() -> bytes:
    """A GIF whose later frames are larger than its screen, which Pillow then enlarges."""
    large = saved(Image.new("P", (700, 700)), "GIF")
    colors = 3 * 2 ** ((large[10] & 7) + 1) if large[10] & 0x80 else 0
    return clip(frames(4), "GIF")[:-1] + large[13 + colors : -1] * 8 + b";"


BAD: dict[str, tuple[Any, int, str, str]] = {
    "one frame": (lambda: saved(frames(4)[0], "GIF"), 422, "album_refused", "one frame only"),
    "a JPEG": (lambda: saved(frames(4)[0], "JPEG"), 422, "album_refused", "one frame only"),
    "few": (lambda: clip(frames(3), "GIF"), 422, "album_refused", "at least 4 different frames; 3"),
    "small": (lambda: clip(frames(6, (6, 6)), "PNG"), 422, "album_refused", "fewer than 8 pixels"),
    "broken": (cut_short, 422, "album_refused", "damaged"),
    "many pixels": (many_pixels, 413, "album_too_large", "more than 0.5 million pixels"),
    "growing": (growing, 413, "album_too_large", "more than 0.5 million pixels"),
    "a text": (lambda: b"no clip at all", 422, "album_refused", "no clip that the server can read"),
    "a video": (
        lambda: b"\x1aE\xdf\xa3" + bytes(400), 422, "album_refused", "opened by the browser",
    ),
    "nothing": (lambda: b"", 422, "album_refused", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_clip_is_refused_in_words(name: str) -> None:
    make, status, code, words = BAD[name]
    with client_with(max_pixels=500_000) as client:
        message = refused(post(client, make()), status, code)
        chinese = client.post(
            "/api/albums/clips", files={"file": make()}, headers={"Accept-Language": "zh"}
        ).json()["error"]["message"]
    assert words in message
    assert any("一" <= letter <= "鿿" for letter in chinese)


def test_frames_that_all_look_alike_are_no_clip(client: TestClient) -> None:
    alike = [saved(frames(4)[0], "PNG")] * 9
    message = refused(post(client, *alike), 422, "album_refused")
    assert f"at least {FEWEST_FRAMES} different frames; 1 " in message


def test_all_frames_that_a_browser_sends_count_together() -> None:
    with client_with(max_pixels=20_000) as client:
        large = [saved(frame, "PNG") for frame in frames(6)]  # 64 x 64 each
        assert "together" in refused(post(client, *large), 413, "album_too_large")


def test_a_clip_is_deleted_like_an_album_and_only_by_who_brought_it(client: TestClient) -> None:
    client.get("/")  # a browser has its cookie before it brings anything
    album = post(client, clip(frames(6), "GIF")).json()
    address = f"/api/albums/{album['id']}"
    assert client.get(address).status_code == 200
    other = TestClient(client.app, headers={"Accept-Language": "en"})
    other.get("/")  # which gives it a cookie of its own
    assert other.delete(address).status_code == 403
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_a_huge_number_of_frames_is_cut_to_what_is_shown(client: TestClient) -> None:
    rng = np.random.default_rng(0)
    noise = [Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)) for _ in range(2000)]
    buffer = io.BytesIO()
    noise[0].save(buffer, "PNG", save_all=True, append_images=noise[1:])
    album = post(client, buffer.getvalue()).json()
    assert (album["count"], album["left_out"]) == (MOST_FRAMES, 2000 - MOST_FRAMES)
