"""A run's past in constant memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.history import History, Thinned


@given(st.integers(0, 3000), st.integers(4, 50))
def test_the_first_and_the_newest_moment_stay_and_the_rest_is_evenly_spaced(
    count: int, limit: int
) -> None:
    history = History(["loss"], limit)
    for step in range(count):
        history.add(10 * step, float(step))
    steps = history.steps
    assert len(history) == len(steps) <= limit + 1
    assert history.table.shape == (1, len(steps))
    np.testing.assert_array_equal(history.table[0] * 10, steps)
    if count:
        assert steps[0] == 0
        assert steps[-1] == 10 * (count - 1)
    gaps = np.diff(steps)
    assert len(set(gaps[:-1])) <= 1
    if len(gaps) > 1:
        assert gaps[-1] <= gaps[0]


def test_until_it_is_full_nothing_is_lost() -> None:
    history = History(["a", "b"], 100)
    for step in range(100):
        history.add(step, step, -step)
    np.testing.assert_array_equal(history.steps, np.arange(100))
    np.testing.assert_array_equal(history.table[1], -np.arange(100, dtype=np.float32))


def test_a_row_of_another_length_and_a_tiny_memory_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values"):
        History(["a", "b"]).add(0, 1.0)
    with pytest.raises(ValueError, match="at least 4"):
        History(["a"], 3)


def test_what_is_thinned_keeps_its_first_and_even_steps_and_makes_only_what_it_keeps() -> None:
    made: list[int] = []

    def shot(step: int) -> int:
        made.append(step)
        return step

    thinned: Thinned[int] = Thinned(60)
    for step in range(1000):
        thinned.add(lambda step=step: shot(step))  # type: ignore[misc]
    assert len(thinned.kept) <= 60
    assert thinned.kept[0] == 0
    (gap,) = set(np.diff(thinned.kept))
    assert thinned.kept[-1] > 1000 - 2 * gap
    assert len(made) < 200
