"""Visitors' own pictures in a real browser: reduced before they are sent, in batches, and told."""

import base64
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Request, expect

from tests.app.pictures.decoding.test_photos import HEIC
from tests.app.uploaded import BLUE, GREEN, RED, WHITE, corners, quarters, same_colors, saved
from tests.e2e.browser import STILL, assert_axe_finds_nothing, ready, served
from tests.e2e.conftest import OpenPage, Watch

pytestmark = pytest.mark.thorough

QUICK = "count=200&batch_size=32&speed=2"
LANGUAGES = ["en", "zh"]
WIDTHS = [360, 1366]


def phone_photo(folder: Path, size: tuple[int, int] = (5712, 4284), **options: object) -> Path:
    """A photo of so many pixels and some megabytes."""
    coarse = np.random.default_rng(0).integers(0, 256, (size[1] // 8, size[0] // 8, 3), np.uint8)
    path = folder / "photo.jpg"
    Image.fromarray(coarse).resize(size).save(path, quality=85, **options)
    return path


WATCHED = """() => {
    const known = globalThis.sentFiles;
    globalThis.sentFiles = [];
    if (known) return;
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (form) {
        sentFiles.push(form.get("file"));
        return send.call(this, form);
    };
}"""
LAST_SENT = """async () => {
    const bytes = new Uint8Array(await sentFiles.at(-1).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


def sent_photo(page: Page, file: Path) -> bytes:
    """What the page sends when a photo is chosen; the answer and its boxes have come."""
    page.evaluate(WATCHED)
    page.locator("[data-file]").first.set_input_files(file)
    page.wait_for_function("() => sentFiles.length")
    page.evaluate(STILL)  # not the answer about the photo before
    return base64.b64decode(page.evaluate(LAST_SENT))


def open_controls(page: Page) -> None:
    """On a phone they share their place with the lesson."""
    dock = page.locator("[data-dock=controls]")
    if dock.is_visible():
        dock.click()


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


# --- one photo ----------------------------------------------------------------------------------


def test_a_phones_photo_is_reduced_before_it_is_sent_and_has_boxes(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page, file = open_page("/labs/rpn"), phone_photo(tmp_path)
    sent = sent_photo(page, file)
    assert Image.open(io.BytesIO(sent)).size == (1600, 1200)
    assert len(sent) < file.stat().st_size / 4
    expect(page.locator("[data-badge]")).to_contain_text("shipped weights")
    expect(page.locator("[data-incomplete]")).to_have_text("")
    assert page.locator("[data-progress]").is_hidden()


REDUCED = """async ([data, side]) => {
    const { reduced } = await import("/static/js/core/files/reduce.js");
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const small = await reduced(new Blob([bytes]), side);
    const found = new Uint8Array(await small.arrayBuffer());
    return btoa(Array.from(found, (byte) => String.fromCharCode(byte)).join(""));
}"""


def reduced(page: Page, data: bytes, side: int = 100) -> bytes:
    found = page.evaluate(REDUCED, [base64.b64encode(data).decode(), side])
    return base64.b64decode(found)


UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
}  # fmt: skip


def test_a_reduced_photo_is_upright_whatever_its_turn(open_page: OpenPage) -> None:
    page = open_page("/labs/rpn")
    for orientation in range(1, 9):
        upright = quarters(400, 300)
        stored = upright.transpose(UNDO[orientation]) if orientation in UNDO else upright
        exif = Image.Exif()
        exif[0x0112] = orientation
        small = Image.open(io.BytesIO(reduced(page, saved(stored, "JPEG", exif=exif))))
        assert small.size == (100, 75), orientation
        assert not small.getexif()
        assert same_colors(corners(small.convert("RGB")), [RED, GREEN, BLUE, WHITE], by=12)


def test_what_is_reduced_and_what_is_sent_as_it_is(open_page: OpenPage) -> None:
    page = open_page("/labs/rpn")
    large, clear = quarters(400, 300), quarters(400, 300).convert("RGBA")
    clear.putalpha(0)
    jpeg, png = saved(large, "JPEG"), saved(large)
    kept = {
        "a small photo": saved(quarters(), "JPEG"),
        "a small drawing": saved(quarters()),
        "a JPEG that breaks off": jpeg[: len(jpeg) * 2 // 3],
        "a JPEG without the mark of its end": jpeg[:-2],
        "a PNG that breaks off": png[: len(png) // 2],
        "a HEIC": HEIC,
        "words": b"words",
    }
    for name, data in kept.items():
        assert reduced(page, data) == data, name
    drawing = Image.open(io.BytesIO(reduced(page, saved(large, compress_level=0))))
    assert (drawing.format, drawing.size) == ("PNG", (100, 75))
    assert corners(drawing.convert("RGB")) == [RED, GREEN, BLUE, WHITE]
    over_white = Image.open(
        io.BytesIO(reduced(page, saved(clear, "WEBP", lossless=True, exact=True)))
    )
    if over_white.format == "JPEG":  # the reduced one may be larger, and then is not sent
        assert corners(over_white) == [WHITE] * 4


FARBLED = """
const read = CanvasRenderingContext2D.prototype.getImageData;
CanvasRenderingContext2D.prototype.getImageData = function (...at) {
    const image = read.apply(this, at);
    image.data[5] ^= 1;
    return image;
};
"""


def test_a_browser_that_changes_its_canvas_sends_the_photo_itself(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page, file = open_page("/labs/nms"), phone_photo(tmp_path, (2400, 1800))
    page.context.add_init_script(FARBLED)
    page.goto(page.url.replace("/labs/nms", "/labs/rpn"))
    page.wait_for_selector("html[data-ready]")
    assert sent_photo(page, file) == file.read_bytes()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "This JPEG is incomplete"), ("zh", "这张 JPEG 不完整")]
)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_photo_that_breaks_off_is_shown_and_said_to_be_incomplete(
    open_page: OpenPage, photo: Path, tmp_path: Path, language: str, words: str, width: int
) -> None:
    broken, whole = tmp_path / "broken.jpg", photo.read_bytes()
    broken.write_bytes(whole[: len(whole) * 2 // 3])
    page = open_page(f"/labs/rpn?lang={language}", width=width)
    told = page.locator("[data-incomplete]")
    assert sent_photo(page, broken) == broken.read_bytes()
    expect(told).to_contain_text(words)
    assert no_sideways_scroll(page)
    page.reload()
    expect(told).to_contain_text(words)  # the photo is remembered
    sent_photo(page, photo)
    expect(told).to_have_text("")


@pytest.mark.parametrize(("language", "words"), [("en", "Most Compatible"), ("zh", "兼容性最佳")])
def test_heic_is_told_how_to_convert(
    open_page_of: Callable[..., OpenPage], tmp_path: Path, language: str, words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "pi_heif.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    file = tmp_path / "photo.heic"
    file.write_bytes(HEIC)
    with served() as server:
        page = open_page_of(server, allowed=["415"])(f"/labs/rpn?lang={language}", width=360)
        page.locator("[data-file]").first.set_input_files(file)
        expect(page.locator("[data-said] .bad")).to_contain_text("HEIC")
        expect(page.locator("[data-said] .bad")).to_contain_text(words)
        page.context.close()


# --- albums -------------------------------------------------------------------------------------


def colored(name: str, number: int) -> bytes:
    color = tuple(np.random.default_rng([number, *name.encode()]).integers(0, 256, 3).tolist())
    return saved(Image.new("RGB", (40 + number, 36), color))


def mixed_zip(folder: Path) -> Path:
    file = folder / "mixed.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("cat", "dog"):
            for year in ("2023", "2024"):
                for i in range(6):
                    archive.writestr(f"pets/{name}/{year}/{name}.{i}.png", colored(name, i))
        for i in range(3):
            archive.writestr(f"pets/cat/{i}.bmp", saved(quarters(), "BMP"))
        archive.writestr("pets/dog/cut.png", colored("cut", 1)[:50])
        archive.writestr("pets/beside.png", colored("beside", 1))
        archive.writestr("pets/notes.txt", "words")
    return file


SAID = {
    "en": ("cat (12), dog (12)", "a folder in pets/", "BMP pictures", "(3)", "damaged (1)"),
    "zh": ("cat（12）、dog（12）", "pets/ 中的各个文件夹", "BMP 图片", "（3）", "已损坏（1）"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_an_album_tells_what_was_left_out_and_lets_its_classes_be_chosen(
    open_page: OpenPage, tmp_path: Path, language: str, width: int
) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&lang={language}", width=width)
    choice = page.locator("select[name=classes]")
    expect(choice).to_be_hidden()
    page.locator("[data-files]").set_input_files(mixed_zip(tmp_path))
    said = page.locator("[data-own-said]")
    for words in SAID[language]:
        expect(said).to_contain_text(words)
    open_controls(page)
    expect(choice).to_be_visible()
    expect(choice.locator("option[value=first]")).to_be_disabled()
    with page.expect_request("**/api/contrastive/specimens"):
        choice.select_option("last")
    expect(said).to_contain_text(re.compile(r"2023 ?[（(]12[）)]"))
    expect(page).to_have_url(re.compile("classes=last"))
    expect(page.locator("[data-pictures-said]")).to_contain_text("2023")
    assert no_sideways_scroll(page)
    page.reload()
    expect(said).to_contain_text(re.compile(r"2023 ?[（(]12[）)]"))
    expect(choice).to_have_value("last")
    open_controls(page)
    choice.select_option("none")
    expect(said).not_to_contain_text("2023")
    ready(page)
    expect(page.locator("[data-row-title]")).not_to_be_empty()
    page.locator("[data-run-play]").click()
    expect(page.locator("[data-run-count]")).not_to_have_text("0")
    assert_axe_finds_nothing(page)


def many(folder: Path, count: int) -> list[Path]:
    files = []
    for number in range(count):
        file = folder / f"{'cat' if number % 2 else 'dog'}.{number}.png"
        file.write_bytes(colored("many", number))
        files.append(file)
    return files


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_more_than_200_photos_come_in_batches_with_their_progress(
    open_page: OpenPage, tmp_path: Path, language: str, width: int
) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&lang={language}", width=width)
    page.evaluate(
        """() => {
            globalThis.counts = new Set();
            const count = document.querySelector("[data-own-count]");
            const tell = () => counts.add(count.textContent);
            new MutationObserver(tell).observe(count, {childList: true, subtree: true});
        }"""
    )
    batches: list[Request] = []
    page.on("request", lambda r: "/drafts/" in r.url and r.method == "POST" and batches.append(r))
    page.locator("[data-files]").set_input_files(many(tmp_path, 230))
    said = page.locator("[data-own-said]")
    expect(said).to_contain_text("230")
    expect(page.locator("[data-own-progress]")).to_be_hidden()
    assert len(batches) == 230 // 50 + 2  # the last batch, and the album
    assert len([text for text in page.evaluate("[...counts]") if "230" in text]) > 2
    open_controls(page)
    page.locator("select[name=classes]").select_option("name")
    for name in ("dog", "cat"):
        expect(said).to_contain_text(re.compile(rf"{name} ?[（(]115[）)]"))
    assert no_sideways_scroll(page)


def test_an_upload_that_is_given_up_leaves_the_page_and_the_server_as_they_were(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}")
    said = page.locator("[data-own-said]").inner_text()
    page.route("**/api/albums/drafts/*", lambda route: None)  # the first batch hangs
    page.locator("[data-files]").set_input_files(many(tmp_path, 60))
    cancel = page.get_by_role("button", name="Cancel")
    with page.expect_request(lambda r: "/drafts/" in r.url and r.method == "POST"):
        pass
    with page.expect_request(lambda r: "/drafts/" in r.url and r.method == "DELETE"):
        cancel.click()
    expect(page.locator("[data-own-progress]")).to_be_hidden()
    expect(page.locator("[data-files]")).to_be_focused()
    assert page.locator("[data-own-said]").inner_text() == said
    expect(page).not_to_have_url(re.compile("pictures="))


def test_too_many_photos_are_refused_before_they_are_sent(
    open_page: OpenPage, watch: Watch
) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}")
    asked = len([path for path in watch.requests if "/api/albums" in path])
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            for (let i = 0; i < 5001; i++) data.items.add(new File(["x"], `${i}.png`));
            const input = document.querySelector("[data-files]");
            input.files = data.files;
            input.dispatchEvent(new Event("change"));
        }"""
    )
    expect(page.locator("[data-own-said]")).to_contain_text("5,001 files")
    assert len([path for path in watch.requests if "/api/albums" in path]) == asked
