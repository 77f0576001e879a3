"""The sentence about a fit is true, whatever was fitted."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.data.points import Points
from models.replicas.curve_fit import CurveFit, FitSettings
from models.replicas.verdict import FEW, Evidence, Verdict, verdict

Floats = NDArray[np.float64]
WAVE = np.sin(np.arange(16.0))


def constant(value: float, count: int) -> Floats:
    return np.full(count, value)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence(WAVE, constant(0.4, 16), constant(0.42, 50), 0.01), "underfits"),
        (Evidence(WAVE, constant(0.4, 16), constant(0.42, 50), None), "unexplained"),
        (Evidence(WAVE, constant(0.4, 16), constant(0.42, 50), 0.35), "fits"),
        (Evidence(WAVE, constant(0.4, 16), constant(0.42, 50), 0.01, falling=True), "learning"),
        (Evidence(2 * WAVE, constant(1.2, 16), constant(1.25, 50), 0.85), "fits"),
        (Evidence(WAVE, constant(0.4, 16), constant(0.42, 50), 0.24), "underfits"),
        (Evidence(WAVE, constant(0.01, 16), constant(0.3, 50), 0.01), "overfits"),
        (Evidence(WAVE, constant(0.05, 16), constant(0.06, 50), None), "fits"),
        (Evidence(WAVE, constant(0, 16), constant(0.001, 50), 0.0), "close"),
        (Evidence(WAVE, constant(0.20, 16), constant(0.39, 50), None), "worse"),
        (Evidence(WAVE, constant(8e-8, 16), constant(1.9, 2), None), "few"),
        (Evidence(WAVE, constant(8e-8, 16), constant(1.9, 0), None), "untested"),
        (Evidence(constant(3, 16), constant(1, 16), constant(1, 50), None), "flat"),
        (Evidence(WAVE, constant(0.01, 16), np.array([9.0] + [0.0] * 19), None), "uncertain"),
    ],
    ids=["misses the curve", "misses unknown points", "noise as large as the signal",
         "still learning",
         "noise louder than the signal", "misses the curve under noise", "by heart",
         "about as well", "hardly worse", "worse", "two test points", "no test point",
         "equal targets", "one outlier"],
)  # fmt: skip
def test_a_verdict_says_what_the_errors_allow(evidence: Evidence, expected: Verdict) -> None:
    assert verdict(evidence) == expected


SQUARES = st.lists(st.floats(0, 1e6), min_size=1, max_size=12).map(np.array)


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=20).map(np.array), SQUARES, SQUARES)
def test_no_verdict_says_more_than_its_numbers(
    targets: Floats, training: Floats, test: Floats
) -> None:
    said = verdict(Evidence(targets, training, test, None))
    error, variance = training.mean(), targets.var()
    if said == "overfits":
        assert len(test) >= FEW
        assert test.mean() > 2 * error
        assert error <= variance
    if said == "fits":
        assert len(test) >= FEW
        assert test.mean() <= 1.3001 * error
    if said == "close":
        assert test.mean() - error <= 0.1001 * variance
    if said in ("underfits", "unexplained"):
        assert error > 0.49 * variance
    if error < 1e-6 * variance:
        assert said not in ("underfits", "unexplained")


@given(st.integers(0, 10_000), st.floats(0.05, 1.5))
def test_a_verdict_does_not_depend_on_the_unit(seed: int, unit: float) -> None:
    generator = np.random.default_rng(seed)
    targets, training, test = (generator.normal(size=n) for n in (12, 12, 9))
    first, other = (
        verdict(Evidence(u * targets, (u * 0.3 * training) ** 2, (u * test) ** 2, None))
        for u in (1.0, unit)
    )
    assert first == other


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.sampled_from([-1.2, 0.0, 0.3, 1.2]), min_size=4, max_size=24),
    st.integers(0, 8),
    st.integers(0, 60),
)
def test_a_fit_of_any_points_has_a_verdict_at_any_step(
    heights: list[float], tested: int, steps: int
) -> None:
    y = torch.tensor(heights, dtype=torch.float64)
    role = torch.zeros(len(y), dtype=torch.uint8)
    role[2 : 2 + min(tested, len(y) - 2)] = 2
    fit = CurveFit(
        FitSettings(8, 1, "tanh", 2, "adam", 0.03, 4, 0, 0.0, 0.0, 0.0, False, 50),
        Points(torch.linspace(-1, 1, len(y), dtype=torch.float64)[:, None], y, role),
    )
    fit.train(steps)
    said = verdict(fit.evidence(None))
    mine = y[role == 0]
    assert (said == "flat") == bool((mine == mine[0]).all())
    if said in ("fits", "close", "worse", "overfits", "uncertain"):
        assert int((role == 2).sum()) >= FEW
