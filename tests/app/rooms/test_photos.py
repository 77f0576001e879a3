"""Photos that a room hands in, and what is found on them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.detection.inference import open_photo
from app.errors import InvalidInput, NotFound
from app.i18n import LANGUAGES
from app.labs.rpn.config import RpnConfig
from app.labs.rpn.hand_in import PLACES, networks_of
from app.pictures.samples import photo_pixels
from app.registry import LABS
from app.rooms.kept import parts_of, room_of
from app.rooms.photos import HandedIn, HandedPhotos, Looked, found_within, photos_of
from app.rooms.questions import Typed, typed
from app.rooms.room import LectureRoom
from app.settings import Settings
from models.boxes.boxes import pairwise_iou
from tests.app.rooms.pages import new_line

BOXES = ((4.0, 4.0, 30.0, 30.0), (10.0, 8.0, 60.0, 40.0))


def photo(name: str = "a", boxes: Any = BOXES, shown: bool = False) -> HandedIn:
    return HandedIn(id=name, boxes=boxes, shown=shown)


def asked(**config: Any) -> HandedPhotos:
    return photos_of(1, "rpn", config)


def looked(*lines: list[int]) -> Looked:
    return Looked(64, 48, list(lines))


@pytest.mark.parametrize(
    "boxes",
    [(), ((5, 5, 5, 9),), ((9, 9, 2, 20),), ((float("nan"), 0, 1, 1),), ((0, 0, 1e9, 1),),
     ((0, 0, 1, 1),) * 51],
)  # fmt: skip
def test_boxes_that_mark_nothing_are_refused(boxes: Any) -> None:
    with pytest.raises(ValidationError):
        photo(boxes=boxes)


@pytest.mark.parametrize("lab", [lab.slug for lab in LABS if lab.hand_in is None])
def test_a_lab_that_takes_no_photos_says_so(lab: str) -> None:
    with pytest.raises(InvalidInput):
        photos_of(1, lab, {})


def test_settings_that_the_lab_refuses_are_refused_before_anybody_takes_a_photo() -> None:
    with pytest.raises(InvalidInput):
        asked(iou_threshold=7)


@given(st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=5), min_size=1, max_size=6))
def test_all_marked_objects_count_alike_and_more_proposals_find_no_fewer(
    ranks: list[list[int]],
) -> None:
    photos = [looked(one, one) for one in ranks]
    shares = [found_within(place, photos) for place in PLACES]
    every = [rank for one in ranks for rank in one]
    for place, share in zip(PLACES, shares, strict=True):
        assert share == [sum(0 < rank <= place for rank in every) / len(every)] * 2
    assert sorted(shares, key=lambda share: share or []) == shares


def test_where_nothing_was_looked_at_there_is_no_number() -> None:
    assert found_within(10, []) is None
    assert all(point[1] is None for point in asked().for_presenter()["points"])


def test_a_guest_is_told_of_their_own_photo_and_a_presenter_of_all_together() -> None:
    handed = asked()
    handed.take("one", photo("a"))
    handed.take("two", photo("b", shown=True))
    handed.take("three", photo("c"))
    handed.came(photo("a").asked, looked([1, 0], [0, 0]))
    handed.came(photo("b").asked, looked([20, 3], [0, 250]))
    handed.came(photo("c").asked, NotFound("gone"))
    mine = handed.for_guest("one")["mine"]
    assert (mine["found"], mine["why"], mine["shown"]) == (1, None, False)
    assert (mine["id"], mine["boxes"]) == ("a", BOXES)  # which a page may have to hand in anew
    assert set(handed.for_guest("three")["mine"]["why"]) == set(LANGUAGES)
    assert handed.for_guest("nobody")["mine"] is None
    told = handed.for_presenter()
    assert (told["phones"], told["done"], told["failed"], told["objects"]) == (3, 3, 1, 4)
    assert {place: shares for place, shares, _ in told["points"]}[20] == [3 / 4, 0]
    assert [shown["id"] for shown in told["photos"]] == ["b"]  # whose guest has said so
    assert '"a"' not in json.dumps(told)
    assert not {"points", "photos"} & handed.for_guest("one").keys()


def test_a_second_photo_takes_the_place_of_the_first_and_of_what_was_found_on_it() -> None:
    handed = asked()
    handed.take("one", photo("a"))
    first = handed.waiting()[0]
    handed.take("one", photo("b"))
    handed.came(first, looked([1, 1], [1, 1]))  # it was in work meanwhile
    assert handed.results == {}
    assert handed.waiting() == [photo("b").asked]
    assert handed.for_guest("one")["mine"]["found"] is None


def test_equal_photos_are_looked_at_once_and_consent_needs_no_second_look() -> None:
    handed = asked()
    handed.take("one", photo("a"))
    handed.take("two", photo("a"))
    assert len(handed.waiting()) == 1
    handed.came(photo("a").asked, looked([1, 2], [0, 0]))
    handed.take("one", photo("a", shown=True))
    assert handed.waiting() == []
    assert len(handed.for_presenter()["photos"]) == 1


def test_photos_go_on_in_another_process() -> None:
    room, presenter = LectureRoom("123456", 4, 0.0), new_line("presenter")
    room.handed = handed = asked(model="untrained")
    handed.take("one", photo("a", shown=True))
    handed.take("two", photo("b"))
    handed.came(photo("a").asked, looked([1, 0]))
    back = room_of({name: x.text() for name, x in parts_of(room, 5.0).items()}, 9.0)
    assert isinstance(back.handed, HandedPhotos)
    assert back.handed.for_presenter() == handed.for_presenter()
    assert back.handed.waiting() == [photo("b").asked]
    assert presenter.take() == []


def test_of_a_room_only_the_parts_that_have_changed_are_written_anew() -> None:
    """Each answer and each photo by itself: a full room has handed in megabytes."""
    room = LectureRoom("123456", 4, 0.0)
    room.handed = handed = asked()
    room.question = question = typed(1, Typed(kind="number", text="?"))
    for name in ("one", "two"):
        handed.take(name, photo(name))
        question.take(name, 1.5)

    def changed(deed: Callable[[], object]) -> set[str]:
        before = {name: x.of for name, x in parts_of(room, 0.0).items()}
        deed()
        after = parts_of(room, 1.0)
        assert before.keys() <= after.keys()
        return {name for name, x in after.items() if before.get(name) != x.of}

    assert changed(lambda: None) == set()
    found = photo("one").asked
    assert changed(lambda: handed.came(found, looked([1, 0]))) == {"photo 1 one"}
    assert changed(lambda: handed.take("two", photo("c"))) == {"photo 1 two"}
    assert changed(lambda: question.take("one", 2.5)) == {"answer 1 one"}
    assert changed(lambda: handed.take("three", photo("d"))) == {"room", "photo 1 three"}
    back = room_of({name: x.text() for name, x in parts_of(room, 5.0).items()}, 9.0)
    assert back.question == question
    assert isinstance(back.handed, HandedPhotos)
    assert list(back.handed.photos.items()) == list(handed.photos.items())
    assert back.handed.results == handed.results


@pytest.mark.parametrize(("model", "count"), [("vitrine", 2), ("untrained", 1)])
def test_a_network_is_drawn_beside_the_one_that_has_learned_nothing(model: str, count: int) -> None:
    measures = asked(model=model).for_presenter()["measures"]
    assert len(measures) == count
    assert all(set(measure["title"]) == set(LANGUAGES) for measure in measures)


def test_a_box_is_found_by_the_first_proposal_that_overlaps_it_by_half() -> None:
    """On a real photo, beside what the recall's definition gives."""
    image, settings, config = photo_pixels()[0], Settings(), RpnConfig()
    opened = open_photo("vitrine", image, settings, pre_nms_top_n=1500, post_nms_top_n=300)
    kept_boxes = opened.displayed(opened.proposals.candidates.clipped[opened.proposals.kept])
    height, width = image.shape[:2]
    boxes = tuple(tuple(box) for box in kept_boxes[[0, 7, 40]].tolist())
    boxes += ((0.0, 0.0, 3.0, 3.0), (0.0, 0.0, float(width), float(height) / 50))
    lab = next(lab for lab in LABS if lab.hand_in)
    assert lab.hand_in
    ranks = lab.hand_in.ranks(config, settings, boxes, image)
    assert len(ranks) == len(networks_of(config))
    overlaps = pairwise_iou(torch.tensor(boxes), kept_boxes)
    assert ranks[0][0] == 1
    for rank, row in zip(ranks[0], overlaps, strict=True):
        assert all(row[: rank - 1] < 0.5) if rank else all(row < 0.5)
        assert rank == 0 or row[rank - 1] >= 0.5
