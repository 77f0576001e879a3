"""The walk through the notes: every statement has its place, and every link its state."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from starlette.testclient import TestClient

from app import ROOT
from app.i18n import LANGUAGES, translate
from app.lab.controls import Control
from app.registry import BY_SLUG
from app.statements import STATEMENTS, TITLES, lab_of
from app.statements.statement import LAST

SWITCH = ("true", "false")


def allowed(control: Control, value: str) -> bool:
    """Whether an address may give the control that value."""
    if control.kind == "switch":
        return value in SWITCH
    if control.kind == "choice":
        return value in (control.choices or ())
    if control.kind == "range":
        low, high = control.taken
        return bool(low <= float(value) <= high)
    return True


LINKED = [
    pytest.param(place, id=f"{one.number}-{n}")
    for one in STATEMENTS
    for n, place in enumerate(one.places)
]


def test_the_144_statements_stand_in_order_in_ten_sections() -> None:
    assert [one.number for one in STATEMENTS] == list(range(1, 145))
    assert sorted(TITLES) == list(range(1, len(LAST) + 1))
    assert {one.section for one in STATEMENTS} == set(TITLES)


@pytest.mark.parametrize("place", LINKED)
def test_a_statements_link_leads_to_a_state_that_exists(one_client: TestClient, place: str) -> None:
    lab = BY_SLUG[lab_of(place)]
    rest, _, anchor = place.removeprefix(lab.slug).partition("#")
    if anchor:
        assert 1 <= int(anchor.removeprefix("step-")) <= len(lab.lesson)
    settings = dict(parse_qsl(rest.removeprefix("?"), strict_parsing=bool(rest)))
    tab = settings.pop("tab", lab.views[0].name)
    assert tab in {view.name for view in lab.views}
    page = one_client.get(f"/labs/{lab.slug}").text
    known = {name: value for name, value in settings.items() if name in lab.config.model_fields}
    assert settings == known
    assert known == {
        name: value for name, value in known.items() if allowed(lab.control(name), value)
    }
    assert all(f'data-control="{name}"' in page for name in settings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_says_every_statement_and_box_in_both_languages(
    one_client: TestClient, language: str
) -> None:
    page = one_client.get("/guide", params={"lang": language}).text
    for one in STATEMENTS:
        assert f'id="statement-{one.number}"' in page
        for text in (one.text, *((one.box.said, one.box.true) if one.box else ())):
            told = translate(text, language)
            assert told.replace("&", "&amp;").replace('"', "&#34;") in page
            assert language == "en" or re.search(r"[\u4e00-\u9fff]", told), text


def test_a_box_stands_on_the_page_of_its_lab_and_on_no_other(one_client: TestClient) -> None:
    for slug in BY_SLUG:
        page = one_client.get(f"/labs/{slug}", params={"lang": "en"}).text
        for one in STATEMENTS:
            if one.box:
                assert (str(one.box.true) in page) is (one.lab == slug), one.number


def test_a_statement_that_compares_leads_to_both_places(one_client: TestClient) -> None:
    page = one_client.get("/guide").text
    two = [one for one in STATEMENTS if one.also]
    assert {54, 88} <= {one.number for one in two}
    for one in two:
        assert one.also != one.seen
        assert f'href="/labs/{one.also.replace("&", "&amp;")}"' in page


def test_the_hand_out_has_a_code_for_every_link(one_client: TestClient) -> None:
    page = one_client.get("/guide", params={"codes": "1"}).text
    assert page.count('<span class="code"><svg') == len(LINKED)
    assert "<svg" not in one_client.get("/guide").text.split('<ol class="statements">', 1)[1]


def test_what_the_guide_says_of_simclrs_lead_is_so_in_what_was_recorded() -> None:
    tasks = json.loads((ROOT / "models/weights/scores.json").read_text())["pretext_compared"][
        "tasks"
    ]

    def classes(task: str) -> list[float]:
        return [seed["asked"]["class"]["all"] for seed in tasks[task].values()]

    assert max(classes("rotation")) > min(classes("simclr"))


def test_polynomials_fail_in_two_ways_and_the_test_error_falls_again_far_beyond() -> None:
    """Statements 3, 4 and 6, in the view that they lead to."""
    lab = BY_SLUG["fitting"]
    assert lab.run is not None
    frame: Any = next(lab.run(lab.config(mode="capacity")))
    errors = (frame.polynomial_training, frame.polynomial_test)
    training, test = (np.median(each, axis=1) for each in errors)
    best, worst = int(test.argmin()), int(test.argmax())
    assert 0 < best < worst < len(test) - 1
    assert min(training[0], test[0]) > 4 * test[best]  # both errors high
    assert training[worst] < training[best] < 0.1 * test[worst]  # memorized
    assert test[-1] < 0.01 * test[worst]
