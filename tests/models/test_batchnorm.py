"""Normalization written out: equal to torch's in outputs, running statistics and gradients."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from models.batchnorm import (
    AXES,
    Running,
    batch_norm,
    descend,
    normalize,
    normalized_by,
    normalized_over,
    small_maps,
)


def draw(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(shape, generator=generator, dtype=torch.float64) + 2


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((6, 3), nn.BatchNorm1d), ((4, 3, 5, 2), nn.BatchNorm2d), ((2, 1), nn.BatchNorm1d)],
)
@pytest.mark.parametrize("momentum", [0.1, 0.5])
def test_batch_norm_equals_torchs_in_training_then_in_eval(
    shape: tuple[int, ...], kind: Any, momentum: float
) -> None:
    theirs = kind(shape[1], momentum=momentum, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight.copy_(draw(shape[1], seed=5))
        theirs.bias.copy_(draw(shape[1], seed=6))
    gamma, beta = (p.detach().clone().requires_grad_() for p in (theirs.weight, theirs.bias))
    running = Running(torch.zeros(shape[1]).double(), torch.ones(shape[1]).double())
    for seed in range(3):
        x, x2 = (draw(*shape, seed=seed).requires_grad_() for _ in range(2))
        upstream = draw(*shape, seed=9)
        step, running = batch_norm(x, gamma, beta, running, training=True, momentum=momentum)
        expected = theirs(x2)
        torch.testing.assert_close(step.y, expected)
        (step.y * upstream).sum().backward()
        (expected * upstream).sum().backward()
        torch.testing.assert_close(x.grad, x2.grad)
    torch.testing.assert_close(gamma.grad, theirs.weight.grad)
    torch.testing.assert_close(beta.grad, theirs.bias.grad)
    torch.testing.assert_close(running.mean, theirs.running_mean)
    torch.testing.assert_close(running.var, theirs.running_var)
    x = draw(*shape, seed=7)
    step, after = batch_norm(x, gamma, beta, running, training=False)
    torch.testing.assert_close(step.y, theirs.eval()(x))
    assert after is running


@given(st.integers(2, 30), st.integers(1, 5), st.integers(0, 99))
def test_what_is_normalized_has_mean_0_and_variance_just_below_1(n: int, c: int, seed: int) -> None:
    x = draw(n, c, seed=seed)
    mean, var, x_hat = normalize(x, [0])
    torch.testing.assert_close(x_hat.mean(dim=0), torch.zeros(c).double(), atol=1e-9, rtol=0)
    torch.testing.assert_close(x_hat.var(dim=0, correction=0), (var / (var + 1e-5))[0])
    assert mean.shape == var.shape == (1, c)


def test_a_batch_of_one_is_normalized_to_0_and_constant_inputs_too() -> None:
    running = Running(torch.zeros(2).double(), torch.ones(2).double())
    one, two = torch.ones(2).double(), torch.zeros(2).double()
    for x in (draw(1, 2), torch.full((5, 2), 7.0).double()):
        step, after = batch_norm(x, one, two, running, training=True)
        assert not step.y.any()
        assert after.var.tolist() == [0.9, 0.9]


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        ("batch", nn.BatchNorm2d(4, affine=False, dtype=torch.float64)),
        ("layer", nn.LayerNorm([4, 3, 5], elementwise_affine=False, dtype=torch.float64)),
        ("instance", nn.InstanceNorm2d(4, dtype=torch.float64)),
        ("group", nn.GroupNorm(2, 4, affine=False, dtype=torch.float64)),
    ],
)
def test_each_normalization_equals_torchs(kind: str, theirs: nn.Module) -> None:
    x = draw(6, 4, 3, 5)
    torch.testing.assert_close(normalized_over(kind, x), theirs(x))
    assert kind in AXES


@pytest.mark.parametrize(
    ("kind", "count"), [("batch", 4), ("layer", 6), ("instance", 24), ("group", 12)]
)
def test_what_shares_a_statistic_has_mean_0_and_variance_1(kind: str, count: int) -> None:
    found = normalized_by(kind, draw(6, 4, 3, 5))
    assert found.statistic.unique().tolist() == list(range(count))
    for number in range(count):
        mine = found.statistic == number
        assert abs(float(found.x_hat[mine].mean())) < 1e-9
        assert float(found.x_hat[mine].var(correction=0)) == pytest.approx(1, abs=1e-3)
        assert len(found.mean[mine].unique()) == 1


def test_twice_the_contrast_is_seen_by_batchnorm_alone() -> None:
    maps = small_maps()
    assert maps.shape == (3, 4, 4, 4)
    for kind in AXES:
        x_hat = normalized_over(kind, maps, eps=0)
        assert torch.allclose(x_hat[0], x_hat[1]) == (kind != "batch")


def test_groups_that_do_not_divide_the_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="3 groups"):
        normalized_over("group", draw(2, 4, 2, 2), groups=3)


def test_descent_on_a_quadratic_equals_autograd_and_ends_at_least_squares() -> None:
    x, w = draw(40, 2), torch.tensor([0.3, -0.8]).double()
    y = x @ w + 0.1 * draw(40, seed=3)
    surface = descend(x, y, 0.02, 15, torch.zeros(2).double())
    at = torch.zeros(2).double().requires_grad_()
    for i in range(15):
        loss = (x @ at - y).square().mean()
        torch.testing.assert_close(surface.losses[i], loss.detach())
        (gradient,) = torch.autograd.grad(loss, at)
        at = (at - 0.02 * gradient).detach().requires_grad_()
    torch.testing.assert_close(surface.path[-1], at.detach())
    best = torch.linalg.lstsq(x, y[:, None]).solution[:, 0]
    torch.testing.assert_close(surface.best, best)


def test_normalized_inputs_make_the_loss_surface_round() -> None:
    x = draw(500, 2) * torch.tensor([1.0, 8.0]).double()
    y = x.sum(dim=1)
    raw = descend(x, y, 0.001, 1, torch.zeros(2).double())
    round_ = descend(normalize(x, [0])[2], y, 0.1, 1, torch.zeros(2).double())
    assert raw.condition > 50
    assert round_.condition < 1.5
