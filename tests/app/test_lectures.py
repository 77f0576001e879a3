"""The lecture scripts that come with Vitrine, and the codes of a hand-out."""

import re
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from app.i18n import LANGUAGES, translate
from app.lectures.scripts import NOTES, SCRIPTS
from app.registry import BY_SLUG


@pytest.mark.parametrize(("name", "minutes"), [("90-minutes", 90), ("3-hours", 180)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_script_fills_its_time_with_steps_that_exist(
    client: TestClient, name: str, minutes: int, language: str
) -> None:
    answer = client.get(f"/api/lectures/{name}", headers={"Accept-Language": language})
    told = answer.json()
    assert sum(state["minutes"] for state in told["states"]) == minutes
    for state, stop in zip(told["states"], SCRIPTS[name].stops, strict=True):
        address = urlsplit(state["path"])
        number = int(address.fragment.removeprefix("step-"))
        assert address.path == f"/labs/{stop.lab}"
        assert BY_SLUG[stop.lab].lesson[number - 1].title == stop.step
        assert state["note"] == translate(stop.note, language)
        assert language == "en" or re.search(r"[\u4e00-\u9fff]", state["note"])


def test_every_chapter_is_in_both_scripts_and_no_note_is_left_over() -> None:
    for script in SCRIPTS.values():
        assert {BY_SLUG[stop.lab].chapter for stop in script.stops} == {
            lab.chapter for lab in BY_SLUG.values()
        }
    said = {(stop.lab, stop.step) for script in SCRIPTS.values() for stop in script.stops}
    assert said == set(NOTES)
    assert {stop.lab for stop in SCRIPTS["3-hours"].stops} == set(BY_SLUG)


def test_a_hand_outs_code_is_a_picture_of_a_labs_page_and_of_nothing_else(
    one_client: TestClient,
) -> None:
    path = "/labs/nms?iou_threshold=0.3#step-2"
    answer = one_client.get("/api/lectures/code.svg", params={"path": path})
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    for wrong in (
        "https://evil.example/labs/nms",
        "//evil.example",
        "/labs/nms?a=\n",
        "/labs/nms?" + "a" * 1500,
    ):
        refused = one_client.get("/api/lectures/code.svg", params={"path": wrong})
        assert refused.status_code == 422
    assert one_client.get("/api/lectures/4-hours").status_code == 422
