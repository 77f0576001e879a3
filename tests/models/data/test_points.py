"""Toy data: seeded, in range, as named; own points survive their way through an address."""

import math
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.data.curves import (
    CURVES,
    CurveName,
    clipped_variance,
    drawn_curve,
    least_error,
    sample_curve,
    true_curve,
)
from models.data.planes import (
    MANY_CLASSES,
    SHAPES,
    PlaneName,
    SurfaceName,
    sample_plane,
    sample_surface,
    true_surface,
)
from models.data.points import (
    TRAIN,
    Points,
    decode_heights,
    decode_plane,
    decode_rows,
    encode_heights,
    encode_rows,
)

SIZES = st.integers(0, 60)


@given(SIZES, SIZES, SIZES, st.integers(0, 999))
def test_more_points_of_one_role_move_no_other_point(a: int, b: int, c: int, seed: int) -> None:
    def sample(train: int) -> Points:
        return sample_curve("sine", train=train, validation=b, test=c, noise=0.3, seed=seed)

    few, many = sample(a), sample(a + 7)
    assert torch.equal(few.x[:a], many.x[:a])
    assert torch.equal(few.y[:a], many.y[:a])
    assert torch.equal(few.x[a:], many.x[a + 7 :])
    assert few.role.tolist() == [0] * a + [1] * b + [2] * c


@pytest.mark.parametrize("name", sorted(CURVES))
def test_without_noise_the_points_lie_on_the_curve_and_with_it_they_stray_as_told(
    name: CurveName,
) -> None:
    clean = sample_curve(name, train=50, validation=0, test=5, noise=0, seed=1)
    assert torch.equal(clean.y, true_curve(name, clean.x[:, 0]))
    noisy = sample_curve(name, train=4000, validation=0, test=0, noise=0.2, seed=1)
    error = noisy.y - true_curve(name, noisy.x[:, 0])
    assert abs(float(error.std()) - 0.2) < 0.01
    assert abs(float(error.mean())) < 0.01
    assert noisy.x.abs().max() <= 1


def test_a_drawn_curve_goes_through_its_heights_and_straight_between_them() -> None:
    curve = drawn_curve([0.0, 1.0, -1.0])
    x = torch.tensor([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
    assert curve(x).tolist() == [0.0, 0.0, 0.5, 1.0, 0.0, -1.0, -1.0]
    with pytest.raises(ValueError, match="at least two"):
        drawn_curve([1.0])


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_plane_has_its_classes_in_equal_parts_and_stays_in_the_picture(
    name: PlaneName,
) -> None:
    most = 4 if name in MANY_CLASSES else 2
    for classes in range(2, most + 1):
        points = sample_plane(name, train=120, test=60, noise=0.1, seed=3, classes=classes)
        assert points.x.shape == (180, 2)
        assert points.x.abs().max() <= 1.4
        counts = torch.bincount(points.y[points.role == TRAIN], minlength=classes)
        assert counts.tolist() == [120 // classes] * classes
    with pytest.raises(ValueError, match="classes"):
        sample_plane(name, train=1, test=1, noise=0, seed=0, classes=most + 1)


def test_xor_and_the_circle_are_what_they_are_called() -> None:
    xor = sample_plane("xor", train=200, test=0, noise=0, seed=0)
    assert torch.equal((xor.x[:, 0] * xor.x[:, 1] < 0).long(), xor.y)
    circle = sample_plane("circle", train=200, test=0, noise=0, seed=0)
    assert torch.equal((circle.x.norm(dim=1) > 0.6).long(), circle.y)


@pytest.mark.parametrize("name", get_args(SurfaceName))
def test_a_surface_without_noise_is_its_formula(name: SurfaceName) -> None:
    points = sample_surface(name, train=30, test=10, noise=0, seed=2)
    assert torch.equal(points.y, true_surface(name, points.x))
    assert points.y.abs().max() <= 2


def test_the_same_seed_gives_the_same_points_and_nobody_elses_draws_change_them() -> None:
    first = sample_plane("moons", train=20, test=5, noise=0.2, seed=8)
    torch.rand(100)
    second = sample_plane("moons", train=20, test=5, noise=0.2, seed=8)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


rows = st.tuples(st.floats(-2, 2), st.floats(-2, 2), st.integers(0, 3), st.integers(0, 2))


@given(st.lists(rows, max_size=50))
def test_own_points_come_back_to_half_a_step_of_the_code(points: list[tuple[float, ...]]) -> None:
    columns = [torch.tensor([p[i] for p in points], dtype=torch.float64) for i in range(4)]
    text = encode_rows(*columns)
    a, b, label, role = decode_rows(text)
    half = 2 / 65535 + 1e-12
    assert a.shape == columns[0].shape
    np.testing.assert_allclose(a, columns[0], atol=half)
    np.testing.assert_allclose(b, columns[1], atol=half)
    assert label.tolist() == columns[2].tolist()
    assert role.tolist() == columns[3].tolist()
    assert encode_rows(a, b, label, role) == text


@pytest.mark.parametrize(
    "text", ["A", "AAAA", "AAAAAA*", "ÿÿÿÿÿÿÿ", "AAAAAAQ", "AAAAADA", "A" * 13_500, "AAAA AAA"]
)
def test_text_that_is_no_points_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode_rows(text)


def test_the_most_points_that_fit_are_two_thousand() -> None:
    zeros = torch.zeros(2000)
    text = encode_rows(zeros, zeros, zeros, zeros)
    assert len(text) <= 14_000
    assert len(decode_plane(text).y) == 2000


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=128))
def test_a_drawn_curve_comes_back(heights: list[float]) -> None:
    text = encode_heights(heights)
    assert len(text) <= 400
    found = decode_heights(text)
    assert all(math.isclose(a, b, abs_tol=4e-5) for a, b in zip(heights, found, strict=True))


@pytest.mark.parametrize("text", ["", "AA", "AAA", "A" * 400, "###"])
def test_text_that_is_no_drawn_curve_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode_heights(text)


@pytest.mark.parametrize("mean", [-1.9, 0.0, 0.7, 2.5])
@pytest.mark.parametrize("deviation", [0.1, 0.8])
def test_the_variance_of_cut_noise_is_that_of_many_draws(mean: float, deviation: float) -> None:
    draws = torch.randn(200_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    cut = (mean + deviation * draws).clamp(-2, 2)
    exact = clipped_variance(torch.tensor(mean, dtype=torch.float64), deviation)
    assert float(cut.var()) == pytest.approx(float(exact), rel=0.02, abs=1e-4)


def test_loud_noise_is_cut_so_the_least_possible_error_is_below_its_variance() -> None:
    assert least_error("sine", 0.0) == 0
    assert least_error("sine", 0.25) == pytest.approx(0.0625, rel=1e-4)
    assert least_error("sine", 1.0) == pytest.approx(0.83, abs=0.01)
    assert least_error("step", 1.0) == pytest.approx(0.81, abs=0.01)
    truth = drawn_curve([1.8, 1.8])
    points = sample_curve(truth, train=3000, validation=0, test=0, noise=1.0, seed=0)
    best = float(points.y.var())  # on a level curve the best function is the mean of the cut y
    assert best == pytest.approx(least_error(truth, 1.0), rel=0.1)
    assert best < 0.6
