"""The past of a run that a room is shown."""

from hypothesis import given
from hypothesis import strategies as st

from app.runs.past import Past


def filled(steps: list[int], frames: int = 8, most_bytes: int = 10**9, size: int = 1) -> Past:
    past = Past(frames, most_bytes)
    for step in steps:
        past.push(step, step.to_bytes(4, "little") * size)
    return past


def step_of(frame: bytes | None) -> int:
    assert frame is not None
    return int.from_bytes(frame[:4], "little")


@given(st.lists(st.integers(0, 5), max_size=200))
def test_it_stays_small_and_keeps_the_first_and_the_last(gaps: list[int]) -> None:
    steps = [sum(gaps[: i + 1]) for i in range(len(gaps))]
    past = filled(steps)
    assert len(past.steps) <= 8
    assert past.steps == sorted(set(past.steps))
    if steps:
        assert (past.steps[0], past.steps[-1]) == (steps[0], steps[-1])


@given(st.integers(1, 300), st.integers(0, 400))
def test_what_is_found_is_the_nearest_of_those_kept(count: int, wanted: int) -> None:
    past = filled(list(range(count)))
    found = step_of(past.nearest(wanted))
    assert abs(found - wanted) == min(abs(step - wanted) for step in past.steps)
    gap = max(b - a for a, b in zip([0, *past.steps], [*past.steps, past.steps[-1]], strict=True))
    assert abs(found - min(wanted, count - 1)) <= gap


@given(st.integers(3, 100), st.integers(1, 50))
def test_large_frames_are_fewer(count: int, size: int) -> None:
    past = filled(list(range(count)), most_bytes=400, size=size)
    assert past.size <= max(400, 2 * 4 * size)
    assert len(past.steps) >= 2


def test_a_frame_of_the_same_step_takes_the_place_of_the_last() -> None:
    past = Past()
    past.push(0, b"a")
    past.push(0, b"b")
    assert past.nearest(0) == b"b"
    assert Past().nearest(3) is None
