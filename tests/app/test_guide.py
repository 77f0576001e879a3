"""The map of the home page: sections of the notes, chapters, routes."""

import re

from app.guide import ROUTES, SECTIONS, chapters_of
from app.registry import BY_SLUG, LABS


def test_every_lab_has_its_section_and_no_two_the_same() -> None:
    assert set(BY_SLUG) <= set(SECTIONS)
    assert sorted(section.number for section in SECTIONS.values()) == list(range(1, 11))


def test_a_section_asks_only_for_earlier_ones() -> None:
    for section in SECTIONS.values():
        asked = [int(number) for number in re.findall(r"section (\d+)", section.before)]
        assert all(number < section.number for number in asked)


def test_the_chapters_hold_all_labs_in_the_order_of_the_notes() -> None:
    chapters = chapters_of(LABS)
    shown = [lab for _, _, labs in chapters for lab in labs]
    assert {lab.slug for lab in shown} == set(BY_SLUG)
    numbers = [SECTIONS[lab.slug].number for lab in shown]
    assert numbers == sorted(numbers)


def test_a_route_lasts_as_long_as_it_says_and_goes_forward_through_labs_that_there_are() -> None:
    assert [route.minutes for route in ROUTES] == [90, 180]
    for route in ROUTES:
        numbers = [SECTIONS[slug].number for slug, _ in route.stops]
        assert numbers == sorted(numbers)
        assert {slug for slug, _ in route.stops} <= set(BY_SLUG)
        assert all(minutes <= SECTIONS[slug].minutes for slug, minutes in route.stops)
