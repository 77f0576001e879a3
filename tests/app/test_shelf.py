"""The one store: what is longest unused goes first, and never more than must."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import shelf as shelf_module
from app.shelf import Shelf


def filled(*keys: str) -> Shelf[str, str]:
    shelf: Shelf[str, str] = Shelf()
    for key in keys:
        shelf.put(key, key.upper())
    return shelf


def test_a_use_makes_a_thing_the_last_used_and_what_is_not_there_is_nothing() -> None:
    shelf = filled("a", "b", "c")
    assert shelf.use("a") == "A"
    assert shelf.use("z") is None
    assert list(shelf) == ["b", "c", "a"]
    assert shelf.put("b", "B2") == "B"
    assert list(shelf.values()) == ["C", "A", "B2"]


@given(st.lists(st.sampled_from("abcdef")), st.integers(0, 4), st.integers(0, 3))
def test_the_longest_unused_leave_until_there_is_room(
    keys: list[str], room: int, least: int
) -> None:
    shelf = filled(*keys)
    before = list(shelf)
    left = [key for key, _ in shelf.leaving(lambda: len(shelf) > room, least=least)]
    assert left + list(shelf) == before
    assert len(shelf) == min(len(before), max(room, least))


def test_what_was_unused_too_long_leaves_also_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = filled("a", "b")
    monkeypatch.setattr(shelf_module, "monotonic", lambda: time.monotonic() + 100)
    shelf.put("c", "C")
    assert [key for key, _ in shelf.leaving(lambda: False, idle_seconds=50)] == ["a", "b"]
    assert list(shelf.items()) == [("c", "C")]
