"""The `contrastive` page in a real browser."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.browser import assert_fits_a_phone, steps, until
from tests.e2e.conftest import OpenPage, Watch

QUICK = "count=200&batch_size=32&speed=2"


def share(page: Page) -> float:
    """The positive's share of the row's softmax, as the page says it."""
    return float(page.locator(".compared .positive .share").inner_text().rstrip(" %"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_opens_with_the_untrained_matrix_and_trains(
    open_page: OpenPage, language: str
) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&lang={language}&tab=similarities")
    until(page, 4)
    expect(page.locator("[data-compared] li")).to_have_count(7)
    expect(page.locator("[data-two-views] canvas")).to_have_count(2)
    expect(page.locator("[data-badge]")).to_have_attribute("data-origin", "live")
    expect(page.locator("[data-figures] dd").first).to_have_text(re.compile(r"^\d\.\d{3}$"))


def test_both_views_go_through_one_encoder_and_one_projector(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}", reduced_motion="reduce")
    expect(page.locator(".branches .shared")).to_have_count(2)
    one, two = (page.locator(".branches figure").nth(i).bounding_box() for i in (1, 2))
    assert one is not None
    assert two is not None
    assert two["y"] > one["y"]
    for box in page.locator(".branches .shared").all():
        place = box.bounding_box()
        assert place is not None
        assert place["y"] <= one["y"]
        assert place["y"] + place["height"] >= two["y"] + two["height"] - 1
    expect(page.locator(".branches .shared").nth(1)).to_contain_text("FC, BatchNorm, ReLU, FC")
    page.goto(page.url.split("?")[0] + "?projector=none")
    expect(page.locator(".branches .shared").nth(1)).to_contain_text("z = h")


def test_the_temperature_acts_on_the_row_at_once(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=similarities", reduced_motion="reduce")
    assert steps(page) == 0
    shares, half = [], []
    for tau in ("10", "0.01"):
        page.locator("[data-control=temperature] input[type=number]").fill(tau)
        page.keyboard.press("Enter")
        expect(page.locator("[data-row-said]")).to_contain_text(f"τ = {float(tau):.2f}")
        rows = page.locator(".compared .share").all_inner_texts()
        shares.append(max(float(text.rstrip(" %")) for text in rows))
        said = re.search(
            r"hardest (\d+) of 30", page.locator("[data-push-said]").text_content() or ""
        )
        assert said
        half.append(int(said[1]))
    assert shares[0] < 4  # of 31 others nearly the same share each
    assert shares[1] > 2 * shares[0]
    assert half[0] in (14, 15)  # the push on all negatives is about even
    assert half[1] < half[0] / 2


def test_a_cell_is_chosen_by_finger_and_by_keys(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=similarities", reduced_motion="reduce")
    matrix = page.locator("[data-matrix] canvas")
    box = matrix.bounding_box()
    assert box
    matrix.click(position={"x": box["width"] - 4, "y": box["height"] - 4})
    expect(page.locator("[data-cell-said]")).to_contain_text("left out of the loss")
    page.mouse.move(0, 0)
    for _ in range(16):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-cell-said]")).to_contain_text("A positive pair")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-cell-said]")).to_contain_text("A negative pair")
    expect(page).to_have_url(re.compile("row=30"))


def test_views_are_drawn_again_and_again_and_never_the_original(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=pairs", reduced_motion="reduce")
    expect(page.locator(".pairs li")).to_have_count(4)
    first = page.locator(".pairs .how").first
    words = first.inner_text()
    page.locator("[data-draw]").click()
    expect(first).not_to_have_text(words)
    page.locator("[data-pictures] button").nth(2).click()
    expect(page.locator("[data-pictures] button").nth(2)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-batch-said]")).to_contain_text("N = 32")


@pytest.mark.claims
def test_what_it_is_worth_is_measured_on_request(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=transfer", reduced_motion="reduce")
    page.locator("[data-run-step]").click()
    until(page, 2)
    page.locator("button[data-transfer=probe]").click()
    expect(page.locator("[data-transfer-said]")).to_contain_text("At step 2", timeout=90_000)
    expect(page.locator("[data-known-said]")).not_to_be_empty()
    page.locator("button[data-transfer=supervise]").click()
    expect(page.locator("[data-transfer-said]")).to_contain_text(
        "From scratch with 10 labels per class and 160 steps",
        timeout=300_000,  # 55 trainings, niced: where two others hold the cores, 2.6 s each
    )
    page.locator("[data-tab=features]").click()
    page.locator("[data-discard]").check()
    expect(page.locator("[data-pipeline]")).to_contain_text("linear classifier on h")
    page.locator("[data-tab=map]").click()
    page.locator("[data-map=tsne]").click()
    expect(page.locator("[data-map-said]")).to_contain_text("at step 2", timeout=90_000)


def test_moco_shows_its_queue_and_simsiam_has_no_temperature(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&method=moco&queue=128&tab=similarities")
    until(page, 4)
    expect(page.locator("[data-queue] li")).to_have_count(48)
    expect(page.locator("[data-row-title]")).to_have_text(
        "Query 1a: 1 positive key, 128 keys from the queue"
    )
    expect(page.locator("[data-compared] li")).to_have_count(7)
    expect(page.locator("[data-compared] li").nth(1)).to_contain_text("negative key")
    expect(page.locator("[data-live-moco]")).to_contain_text("log 129")
    page.locator(".stage [data-method=simsiam]").click()
    expect(page.locator("[data-row-title]")).to_contain_text("no negatives")
    expect(page.locator("[data-compared] li")).to_have_count(2)
    expect(page.locator("[data-live-simsiam]")).to_be_visible()
    expect(page.locator("[data-queue]")).to_be_hidden()
    expect(page.locator("[data-control=temperature]")).to_be_hidden()
    expect(page.locator("[data-control=stop_gradient]")).to_be_visible()


def test_another_row_of_moco_is_computed_without_training(open_page: OpenPage) -> None:
    address = f"/labs/contrastive?{QUICK}&method=moco&queue=128&tab=similarities"
    page = open_page(address, reduced_motion="reduce")
    page.locator("[data-run-step]").click()
    until(page, 2)
    numbers = page.locator(".compared .positive .meter span").inner_text().partition("·")[2]
    page.locator("[data-matrix] canvas").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-row-title]")).to_contain_text("Query 2a")
    expect(page.locator(".compared .positive .meter span")).not_to_contain_text(numbers)
    assert steps(page) == 2


@pytest.mark.claims
def test_what_simclr_was_worth_stays_on_the_chart_beside_moco(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=transfer", reduced_motion="reduce")
    table = page.locator("[data-transfer-table] tbody tr")
    expect(table).to_have_count(5)
    page.locator("button[data-transfer=probe]").click()
    expect(page.locator("[data-transfer-said]")).to_contain_text("At step 0", timeout=90_000)
    page.locator(".stage [data-method=moco]").click()
    expect(table).to_have_count(6)
    expect(table.last).to_contain_text("h, SimCLR")
    expect(table.last).to_contain_text("%")
    expect(page.locator("[data-transfer-chart] .chart-keys")).to_contain_text("h, SimCLR")
    page.locator("[data-control=seed] input[type=number]").fill("3")  # other pictures
    page.keyboard.press("Enter")
    expect(table).to_have_count(5)


def test_the_views_of_a_pair_are_lit_and_the_keyboard_stays_where_it_is(
    open_page: OpenPage,
) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=pairs", reduced_motion="reduce")
    button = page.locator(".pairs button").nth(4)
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(page.locator(".pairs [aria-pressed=true]")).to_have_count(2)


@pytest.mark.thorough
def test_the_experiments_fill_in_cell_by_cell(open_page: OpenPage, tmp_path: Path) -> None:
    trials = "mode=projector&trial_steps=20&speed=1&tab=similarities"
    page = open_page(f"/labs/contrastive?{QUICK}&{trials}")
    until(page, 2)
    expect(page.locator("[data-trials] .accuracy-cell").first).to_contain_text("%")
    expect(page.locator("[data-run-unit]")).to_contain_text("trainings")
    page.locator("[data-run-play]").click()
    taken = {}
    for kind in ("csv", "json"):
        with page.expect_download() as download:
            page.locator(f"[data-export={kind}]").click()
        path = tmp_path / kind
        download.value.save_as(path)
        taken[kind] = path.read_text()
    assert taken["csv"].startswith("projector,h mean")
    assert taken["csv"].splitlines()[3].startswith("with a hidden layer,")
    assert len(json.loads(taken["json"])["accuracy"]) == 3 * 3 * 2
    page.locator(".stage [data-mode=composition]").click()
    expect(page.locator("[data-trials] tbody tr")).to_have_count(6)
    page.locator(".stage [data-mode=train]").click()
    expect(page.locator("[data-matrix] canvas")).to_be_visible()


def own_zip(folder: Path) -> Path:
    file = folder / "mine.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, color in (("red", (200, 30, 20)), ("blue", (20, 60, 200))):
            for i in range(15):
                buffer = io.BytesIO()
                Image.new("RGB", (40 + i, 36), color).save(buffer, "PNG")
                archive.writestr(f"{name}/{i}.png", buffer.getvalue())
    return file


def pictures_in(url: str) -> str:
    found = re.search(r"pictures=(\w{32})", url)
    assert found
    return found[1]


def test_a_zip_of_class_folders_is_learned_from(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=similarities")
    page.locator("[data-files]").set_input_files(own_zip(tmp_path))
    expect(page.locator("[data-own-said]")).to_contain_text("red (15), blue (15)")
    expect(page).to_have_url(re.compile("data=own.*pictures=|pictures=.*data=own"))
    until(page, 2)
    expect(page.locator("[data-pictures] button")).to_have_count(6)
    said = page.locator("[data-pictures-said]")
    expect(said).to_have_text(re.compile("^24 pictures .* 6 others .* 2 classes.*: red, blue"))


@pytest.mark.parametrize(
    ("language", "name", "told"),
    [("en", "Delete these pictures", "are deleted"), ("zh", "删除这些图片", "已从服务器上删除")],
)
def test_own_pictures_are_deleted_and_the_scenes_come_back(
    open_page: OpenPage, address: str, tmp_path: Path, language: str, name: str, told: str
) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&lang={language}&tab=similarities")
    button = page.get_by_role("button", name=name)
    expect(button).to_be_hidden()
    page.locator("[data-files]").set_input_files(own_zip(tmp_path))
    expect(page.locator("[data-pictures] button")).to_have_count(6)
    expect(page).to_have_url(re.compile(r"pictures=\w{32}"))
    album = f"{address}/api/albums/{pictures_in(page.url)}"
    assert page.request.get(album).status == 200
    page.reload()  # whoever comes back later, or by the link, may delete them as well
    expect(button).to_be_visible()
    button.click()
    expect(page.locator("[data-own-said]")).to_contain_text(told)
    expect(button).to_be_hidden()
    expect(page.locator("[data-files]")).to_be_focused()
    expect(page).not_to_have_url(re.compile("pictures=|data="))
    assert page.request.get(album).status == 404
    expect(page.locator("[data-pictures] button")).not_to_have_count(6)
    until(page, 2)


def test_pictures_that_someone_else_deleted_say_so_and_the_scenes_come_back(
    open_page: OpenPage, watch: Watch, address: str, tmp_path: Path
) -> None:
    watch.allowed.add("404")
    page = open_page(f"/labs/contrastive?{QUICK}&tab=similarities")
    page.locator("[data-files]").set_input_files(own_zip(tmp_path))
    expect(page).to_have_url(re.compile(r"pictures=\w{32}"))
    assert page.request.delete(f"{address}/api/albums/{pictures_in(page.url)}").status == 204
    page.locator("[data-own-delete]").click()
    expect(page.locator("[data-own-said]")).to_contain_text("no longer here")
    expect(page.locator("[data-own-delete]")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("pictures=|data="))


def test_a_file_that_is_no_picture_gets_a_sentence_and_the_run_goes_on(
    open_page: OpenPage, watch: Watch, tmp_path: Path
) -> None:
    watch.allowed.add("422")
    page = open_page(f"/labs/contrastive?{QUICK}&tab=similarities")
    file = tmp_path / "words.zip"
    file.write_bytes(b"PK\x03\x04 but no zip at all")
    page.locator("[data-files]").set_input_files(file)
    expect(page.locator("[data-own-said]")).to_contain_text("This zip is damaged")
    until(page, steps(page) + 2)


def test_pictures_that_are_gone_say_so(open_page: OpenPage, watch: Watch) -> None:
    watch.allowed.add("404")
    page = open_page("/labs/contrastive?tab=similarities&data=own&pictures=" + "0" * 32)
    expect(page.locator("[data-run-notice]")).to_contain_text("no longer here")


def test_the_lesson_sets_what_it_talks_about(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=similarities", reduced_motion="reduce")
    page.locator(".steps summary").nth(7).click()
    page.locator(".steps .try").nth(7).click()
    expect(page.locator(".stage [data-method=simsiam]")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("method=simsiam&stop_gradient=false"))


@pytest.mark.parametrize(
    ("kind", "mark"), [("png", b"\x89PNG"), ("csv", b"training steps"), ("json", b"{")]
)
def test_what_is_shown_can_be_taken_away(
    open_page: OpenPage, kind: str, mark: bytes, tmp_path: Path
) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=similarities")
    until(page, 2)
    with page.expect_download() as download:
        page.locator(f"[data-export={kind}]").click()
    path = tmp_path / "file"
    download.value.save_as(path)
    data = path.read_bytes()
    assert data.startswith(mark)
    if kind == "json":
        assert len(json.loads(data)["similarities"]) == 32 * 32


def test_the_code_is_a_script_of_these_settings(open_page: OpenPage) -> None:
    page = open_page(f"/labs/contrastive?{QUICK}&tab=similarities", reduced_motion="reduce")
    page.locator("[data-code]").click()
    expect(page.locator("[data-code-text]")).to_contain_text("nt_xent(z, TEMPERATURE).loss")


@pytest.mark.thorough
@pytest.mark.parametrize("query", ["method=moco", "method=simsiam"])
def test_axe_and_a_phone_have_nothing_to_say_against(open_page: OpenPage, query: str) -> None:
    address = f"/labs/contrastive?{query}&count=200&batch_size=64&tab=similarities"
    assert_fits_a_phone(open_page(address, width=360, height=740))
