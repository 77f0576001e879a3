"""The visitor's own clip in the pretext lab: an animated picture, a video, and bad ones."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app.pictures.albums.test_clips import clip, frames
from tests.app.uploaded import saved
from tests.e2e.browser import assert_fits_a_phone
from tests.e2e.conftest import OpenPage, Watch

VIEW = "/labs/pretext?tab=video&count=200&batch_size=16"
RECORD = """async (mimeType) => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 96, height: 64});
  const context = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(30), {mimeType});
  const parts = [];
  recorder.ondataavailable = ({data}) => parts.push(data);
  const ended = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  for (let i = 0; i < 40; i++) {
    context.fillStyle = "#123";
    context.fillRect(0, 0, 96, 64);
    context.fillStyle = "#fd4";
    context.fillRect(2 * i, 10, 14, 40);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


def bring(page: Page, file: Path) -> None:
    page.locator("[data-clip-file]").set_input_files(file)


def test_an_animated_gif_goes_through_order_and_speed_and_may_be_deleted(
    open_page: OpenPage, watch: Watch, tmp_path: Path
) -> None:
    watch.allowed.add("422")  # of a clip that is too short
    page = open_page(VIEW, reduced_motion="reduce")
    (tmp_path / "bar.gif").write_bytes(clip(frames(20), "GIF"))
    bring(page, tmp_path / "bar.gif")
    expect(page.locator("[data-clip-own-said]")).to_contain_text("Your clip: 20 frames")
    expect(page.locator("[data-video-said]")).to_contain_text("the frames of your clip")
    page.locator("[data-clip-check]").click()
    expect(page.locator("[data-clip-strip] li")).to_have_count(13)
    page.locator("button[data-watched=speed]").click()
    page.locator("[data-clip-parts]").get_by_role("button", name="2×").click()
    expect(page.locator("[data-video-said]")).to_contain_text("It is")
    page.locator("#c-length").select_option("25")
    expect(page.locator("[data-video-said]")).to_contain_text("20 frames, and the task needs 25")
    page.locator("[data-clip-delete]").click()
    expect(page.locator("[data-clip-own-said]")).to_contain_text("deleted from this server")
    expect(page).not_to_have_url(re.compile("clip="))
    expect(page.locator("[data-clip-parts] figure").first).to_be_visible()


@pytest.mark.parametrize("kind", ["webm", "mp4"])
def test_a_video_is_decoded_by_the_browser_which_sends_its_frames(
    open_page: OpenPage, tmp_path: Path, kind: str
) -> None:
    page = open_page(VIEW, reduced_motion="reduce")
    video = tmp_path / f"bar.{kind}"
    video.write_bytes(base64.b64decode(page.evaluate(RECORD, f"video/{kind}")))
    bring(page, video)  # the server would refuse it: only frames are taken
    said = page.locator("[data-clip-own-said]")
    expect(said).to_contain_text(re.compile(r"Your clip: \d\d frames"))
    expect(page.locator("[data-video-said]")).to_contain_text("the frames of your clip")
    page.locator("[data-clip-check]").click()
    expect(page.locator("[data-clip-strip] .picked")).to_have_count(4)


def test_a_clip_that_is_none_says_so(open_page: OpenPage, watch: Watch, tmp_path: Path) -> None:
    watch.allowed |= {"422", "404"}
    page = open_page(VIEW, reduced_motion="reduce")
    said = page.locator("[data-clip-own-said]")
    (tmp_path / "broken.webm").write_bytes(b"\x1aE\xdf\xa3" + bytes(2000))
    (tmp_path / "still.png").write_bytes(saved(frames(4)[0], "PNG"))
    (tmp_path / "short.gif").write_bytes(clip(frames(3), "GIF"))
    for name, words in {
        "broken.webm": "This browser cannot decode this video",
        "still.png": "This is one frame only",
        "short.gif": "at least 4 different frames; 3",
    }.items():
        bring(page, tmp_path / name)
        expect(said).to_contain_text(words)
    page.locator("#c-clips").select_option("own")
    expect(page.locator("[data-video-said]")).to_contain_text("Choose a clip of your own first")
    page.locator("#c-clips").select_option("thrown")
    expect(page.locator("[data-clip-parts] figure").first).to_be_visible()


def test_the_puzzle_and_a_run_are_about_the_clip_and_a_reload_keeps_it(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"{VIEW}&task=order", reduced_motion="reduce")
    (tmp_path / "bar.webp").write_bytes(clip(frames(16), "WEBP"))
    bring(page, tmp_path / "bar.webp")
    expect(page).to_have_url(re.compile("clip=[0-9a-f]{32}"))
    page.locator("[data-tab=puzzle]").click()
    expect(page.locator("[data-gallery] li")).to_have_count(8)
    expect(page.locator("[data-said]")).to_contain_text("Step 0")
    page.reload()
    page.locator("[data-tab=video]").click()
    expect(page.locator("[data-clip-own-said]")).to_contain_text("Your clip: 16 frames")
    expect(page.locator("[data-clip-delete]")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_view_of_clips_fits_a_phone(open_page: OpenPage, language: str) -> None:
    page = open_page(f"{VIEW}&lang={language}", 360, 780, reduced_motion="reduce")
    assert_fits_a_phone(page)
