"""Information, entropy, cross-entropy and the losses made of them, against scipy and torch."""

import math

import numpy as np
import pytest
import torch
from scipy import special, stats
from sklearn.datasets import load_digits
from torch.nn import functional as F

from app.pictures.digits import digits
from models import information, losses
from models.replicas.loss_comparison import LossComparison, LossComparisonSettings, reliability
from models.replicas.replicas import Options, Replicas, as_module

G = torch.Generator().manual_seed(0)
P, Q = torch.rand(2, 50, 7, generator=G, dtype=torch.float64).softmax(dim=-1)
Z = 8 * torch.randn(50, 7, generator=G, dtype=torch.float64)
Y = torch.randint(7, (50,), generator=G)


@pytest.mark.parametrize("base", [math.e, 2])
def test_entropy_and_kl_are_scipys(base: float) -> None:
    np.testing.assert_allclose(information.entropy(P, base), stats.entropy(P, base=base, axis=1))
    np.testing.assert_allclose(information.kl(P, Q, base), stats.entropy(P, Q, base=base, axis=1))
    whole = information.entropy(P, base) + information.kl(P, Q, base)
    np.testing.assert_allclose(information.cross_entropy(P, Q, base), whole)


def test_uniform_has_most_certain_none_and_a_denied_outcome_costs_infinitely_much() -> None:
    assert float(information.entropy(torch.full((8,), 1 / 8).double(), 2)) == pytest.approx(3)
    certain = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)
    assert float(information.entropy(certain)) == 0
    assert float(information.kl(certain, certain)) == 0
    other = torch.tensor([0.5, 0.0, 0.5], dtype=torch.float64)
    assert float(information.cross_entropy(certain, other)) == math.inf
    assert float(information.kl(certain, other)) == math.inf
    assert float(information.kl(torch.tensor([0.5, 0.5, 0.0]), torch.ones(3) / 3)) > 0


@pytest.mark.parametrize("temperature", [0.1, 1, 5])
def test_softmax_and_its_losses_are_torchs_and_slopes_are_autograds(temperature: float) -> None:
    target = losses.smoothed(Y, 7, 0.1)
    np.testing.assert_allclose(losses.log_sum_exp(Z), special.logsumexp(Z, axis=1))
    np.testing.assert_allclose(losses.softmax(Z, temperature), (Z / temperature).softmax(dim=1))
    expected = F.cross_entropy(Z / temperature, Y, label_smoothing=0.1, reduction="none")
    np.testing.assert_allclose(losses.cross_entropy(Z, target, temperature), expected)
    for loss, slope in (
        (losses.cross_entropy, losses.cross_entropy_slope),
        (losses.brier, losses.brier_slope),
    ):
        z = Z.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(loss(z, target, temperature).sum(), z)
        np.testing.assert_allclose(slope(Z, target, temperature), gradient, atol=1e-12)


def test_far_logits_break_the_naive_softmax_alone() -> None:
    for shift in (1e4, -1e4):
        z = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
        assert losses.naive_softmax(z + shift).isnan().any()
        np.testing.assert_allclose(losses.softmax(z + shift), z.softmax(dim=0))
        assert losses.naive_cross_entropy(z + shift, torch.ones(3) / 3).isnan()
    np.testing.assert_allclose(losses.naive_softmax(Z), Z.softmax(dim=1))
    target = losses.smoothed(Y, 7, 0.1)
    expected = F.cross_entropy(Z, Y, label_smoothing=0.1, reduction="none")
    np.testing.assert_allclose(losses.naive_cross_entropy(Z, target), expected)
    rounded = losses.naive_cross_entropy(torch.tensor([0.0, 800.0]), torch.tensor([0.5, 0.5]))
    assert not rounded.isfinite()


def test_two_classes_are_torchs_also_where_sigmoid_is_all_or_nothing() -> None:
    z = torch.tensor([-1e4, -30, -1, 0, 2, 40, 1e4], dtype=torch.float64, requires_grad=True)
    np.testing.assert_allclose(losses.sigmoid(z).detach(), special.expit(z.detach()))
    for y in (torch.zeros(7).double(), torch.ones(7).double()):
        expected = F.binary_cross_entropy_with_logits(z, y, reduction="none")
        np.testing.assert_allclose(
            losses.binary_cross_entropy(z, y).detach(), expected.detach(), atol=1e-14
        )
        (slope,) = torch.autograd.grad((z.sigmoid() - y).square().sum(), z)
        np.testing.assert_allclose(losses.binary_squared_slope(z, y).detach(), slope, atol=1e-15)


def test_a_replica_with_the_brier_loss_steps_as_plain_torch_does() -> None:
    networks = Replicas((7, 5, 7), [Options(seed=s) for s in (0, 1)], loss="brier",
                        dtype=torch.float64)  # fmt: skip
    module = as_module(networks, 1)
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    for _ in range(5):
        networks.step(Z, Y)
        optimizer.zero_grad()
        loss = (module(Z).softmax(dim=1) - F.one_hot(Y, 7)).square().sum(dim=1).mean()
        loss.backward()
        optimizer.step()
    torch.testing.assert_close(networks.predict(Z)[1], module(Z).detach())


def test_both_losses_begin_alike_and_the_worst_samples_are_the_worst() -> None:
    comparison = LossComparison(
        LossComparisonSettings(starts=2, hidden=4, start_scale=3), (P, Y), (Q, Y)
    )
    assert torch.equal(*comparison.logits())
    comparison.train(5)
    assert not torch.equal(*comparison.logits())
    worst = comparison.worst(1)[0]
    costs = F.cross_entropy(comparison.logits()[0][1], Y, reduction="none")
    np.testing.assert_allclose(worst.loss, costs.sort(descending=True).values[:10])


def test_reliability_is_the_loops() -> None:
    got = reliability(P[None], Y)
    gap = 0.0
    for b in range(10):
        mine = [(float(p.max()), int(p.argmax() == y)) for p, y in zip(P, Y, strict=True)
                if b / 10 <= float(p.max()) < (b + 1) / 10]  # fmt: skip
        assert got.counts[b] == len(mine)
        if mine:
            sure, right = np.mean(mine, axis=0)
            assert got.confidence[b] == pytest.approx(sure)
            assert got.right[b] == pytest.approx(right)
            gap += abs(sure - right) * len(mine) / 50
    assert got.error == pytest.approx(gap)


def test_the_digits_are_scikit_learns() -> None:
    expected = load_digits(return_X_y=True)
    for mine, theirs in zip(digits(), expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)
