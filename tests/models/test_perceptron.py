"""Rosenblatt's rule against a slow loop, Novikoff's bound, and XOR, which no line separates."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sklearn.svm import SVC

from models.data.planes import sample_plane
from models.perceptron import Perceptron, augmented, novikoff_bound, separation

XOR_X = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
XOR_Y = torch.tensor([-1.0, 1.0, 1.0, -1.0])


def cloud(seed: int, count: int = 12, gap: float = 0.2) -> tuple[torch.Tensor, torch.Tensor]:
    """Samples on both sides of a random line, at least `gap` away from it."""
    generator = torch.Generator().manual_seed(seed)
    w = torch.randn(3, generator=generator, dtype=torch.float64)
    x = 2 * torch.rand(count, 2, generator=generator, dtype=torch.float64) - 1
    y = torch.where(augmented(x) @ w >= 0, 1.0, -1.0)
    return x + gap * y[:, None] * w[:2] / w[:2].norm(), y


def separable(x: torch.Tensor, y: torch.Tensor) -> bool:
    """Whether some w has y w.x >= 1 everywhere, by linear programming."""
    rows = -(y[:, None] * augmented(x)).numpy()
    found = linprog(np.zeros(3), rows, -np.ones(len(rows)), bounds=[(None, None)] * 3)
    return bool(found.status == 0)


def test_the_rule_equals_a_slow_loop() -> None:
    x, y = cloud(1)
    perceptron = Perceptron(x, y, eta=0.5)
    w = [0.0, 0.0, 0.0]
    for turn in range(5 * len(y)):
        i = turn % len(y)
        sample = [float(x[i, 0]), float(x[i, 1]), 1.0]
        margin = float(y[i]) * sum(a * b for a, b in zip(w, sample, strict=True))
        look = perceptron.look()
        assert look.number == i
        assert look.margin_before == pytest.approx(margin)
        assert look.wrong == (margin <= 0)
        if margin <= 0:
            w = [a + 0.5 * float(y[i]) * b for a, b in zip(w, sample, strict=True)]
        assert look.after.tolist() == pytest.approx(w)
        assert look.margin_after == pytest.approx(
            float(y[i]) * sum(a * b for a, b in zip(w, sample, strict=True))
        )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.02, 0.5), st.sampled_from([0.1, 1.0, 3.0]))
def test_novikoffs_bound_is_never_exceeded(seed: int, gap: float, eta: float) -> None:
    x, y = cloud(seed, gap=gap)
    bound = novikoff_bound(x, y)
    assert bound is not None
    perceptron = Perceptron(x, y, eta)
    for _ in range(20_000):
        perceptron.look()
        if perceptron.converged:
            break
    assert perceptron.mistakes <= bound
    assert perceptron.converged or perceptron.mistakes < bound


@pytest.mark.parametrize("seed", range(25))
def test_the_maximal_margin_equals_that_of_a_support_vector_machine(seed: int) -> None:
    x, y = cloud(seed)
    if len(set(y.tolist())) < 2:
        return
    found = separation(x, y)
    # The bias is a weight here, so the machine gets the column of ones and no bias of its own:
    # each sample and its mirror image put the best plane through the origin.
    points = (y[:, None] * augmented(x)).numpy()
    both, sides = np.vstack([points, -points]), np.r_[np.ones(len(y)), -np.ones(len(y))]
    machine = SVC(kernel="linear", C=1e8, tol=1e-10).fit(both, sides)
    assert found.gamma == pytest.approx(1 / np.linalg.norm(machine.coef_), rel=1e-4)
    margins = torch.from_numpy(points) @ found.w
    assert float(margins.min()) == pytest.approx(found.gamma, rel=1e-6)
    assert float((found.weights @ torch.from_numpy(points)).norm()) == pytest.approx(found.gamma)


@pytest.mark.parametrize("seed", range(30))
def test_what_separates_is_what_linear_programming_says(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    y = torch.where(torch.rand(6, generator=generator) < 0.5, 1.0, -1.0)
    found = separation(x, y)
    assert (found.gamma > 0) == separable(x, y)
    assert float(found.weights.sum()) == pytest.approx(1)
    assert (found.weights >= 0).all()
    if found.gamma == 0:  # the proof: a mixture of the y x is nothing at all
        mixture = found.weights @ (y[:, None].double() * augmented(x))
        assert float(mixture.norm()) < 1e-5


def test_no_line_separates_xor_and_the_perceptron_goes_round() -> None:
    assert separation(XOR_X, XOR_Y).gamma == 0
    assert novikoff_bound(XOR_X, XOR_Y) is None
    perceptron = Perceptron(XOR_X, XOR_Y, eta=1.0)
    for _ in range(400):
        perceptron.look()
    assert perceptron.cycle is not None
    assert not perceptron.converged
    mistakes = perceptron.mistakes
    state = perceptron.w.clone()
    for _ in range(1000):
        perceptron.look()
        if perceptron.mistakes == mistakes + perceptron.cycle and perceptron.at == 0:
            break
    torch.testing.assert_close(perceptron.w, state)


def test_a_larger_step_scales_the_weights_and_changes_no_mistake() -> None:
    x, y = cloud(3)
    small, large = Perceptron(x, y, 0.1), Perceptron(x, y, 2.0)
    for _ in range(60):
        assert small.look().wrong == large.look().wrong
    torch.testing.assert_close(small.w * 20, large.w)


def test_one_class_one_sample_no_sample() -> None:
    one = Perceptron(torch.tensor([[0.5, 0.5]]), torch.tensor([1.0]), 1.0)
    one.look()
    one.look()
    assert one.converged
    assert one.mistakes == 1
    assert separation(torch.rand(5, 2), torch.ones(5)).gamma > 0
    nobody = Perceptron(torch.zeros(0, 2), torch.zeros(0), 1.0)
    with pytest.raises(ValueError, match="no sample"):
        nobody.look()
    assert separation(torch.zeros(0, 2), torch.zeros(0)).gamma == 0


def test_the_labs_own_gaussians_are_separable_when_they_do_not_stray() -> None:
    points = sample_plane("gaussians", train=80, test=0, noise=0.1, seed=0)
    bound = novikoff_bound(points.x, 2.0 * points.y - 1)
    assert bound is not None
    assert bound < 100
