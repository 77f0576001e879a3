"""The same networks with and without BatchNorm: same start, same batches, and what is measured."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from models.data.planes import sample_plane
from models.data.points import Points
from models.replicas.batchnorm_comparison import (
    BatchNormComparison,
    BatchNormComparisonSettings,
    BatchNormSweep,
)
from models.replicas.parts import LOSSES
from models.replicas.replicas import as_module
from models.training import Batches

SETTINGS = BatchNormComparisonSettings(
    depth=3, width=6, activation="tanh", learning_rate=0.5, init_scale=1.0, batch_size=16,
    seeds=2, seed=0, momentum=0.1,
)  # fmt: skip


def moons() -> Points:
    return sample_plane("moons", train=64, test=128, noise=0.1, seed=0)


def test_all_variants_begin_with_the_same_weights() -> None:
    comparison = BatchNormComparison(SETTINGS, ("none", "before", "after"), moons())
    first = comparison.networks.weights[1].detach().view(3, 2, 6, 6)
    assert torch.equal(first[0], first[1])
    assert torch.equal(first[0], first[2])
    assert not torch.equal(first[0, 0], first[0, 1])


def test_a_variant_learns_as_plain_torch_does() -> None:
    points = moons()
    comparison, start = (
        BatchNormComparison(SETTINGS, ("none", "before"), points) for _ in range(2)
    )
    comparison.train(40)
    module = as_module(start.networks, 2)
    optimizer = torch.optim.SGD(module.parameters(), 0.5)
    x, y = points.x[:64], points.y[:64].double()
    batches = Batches(64, 16, 0)
    for _ in range(40):
        chosen = batches.next()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            module(x[chosen])[:, 0], y[chosen]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    module.eval()
    expected = torch.nn.functional.binary_cross_entropy_with_logits(module(x)[:, 0], y)
    torch.testing.assert_close(comparison.losses()[1, 0], expected.detach(), atol=1e-6, rtol=1e-6)


def test_with_batchnorm_what_enters_an_activation_begins_at_mean_0_and_variance_1() -> None:
    points = moons()
    shifted = points._replace(x=points.x + 3)
    comparison = BatchNormComparison(SETTINGS, ("none", "before"), shifted)
    for values in comparison.inner():
        normalized = values[2:]
        assert normalized.mean(dim=1).abs().max() < 1e-6
        assert (normalized.var(dim=1, correction=0) - 1).abs().max() < 1e-2
    assert comparison.inner()[0][:2].mean(dim=1).abs().max() > 0.5
    np.testing.assert_allclose(comparison.histograms().sum(axis=2), 1)


def test_a_sweep_says_when_each_setting_reached_the_target() -> None:
    sweep = BatchNormSweep(SETTINGS, "rate", (0.0001, 0.5), moons())
    sweep.train(200)
    reached = sweep.by_variant(sweep.reached.below(0.3))
    assert reached.shape == (2, 2, 2)
    assert (reached[:, 0] == -1).all()
    assert (reached[1, 1] > 0).all()


def test_the_steps_until_a_loss_are_kept_for_every_loss_at_once() -> None:
    comparison = BatchNormComparison(SETTINGS, ("none", "before"), moons())
    seen = [comparison.losses().flatten()]
    for _ in range(20):
        comparison.train(5)
        seen.append(comparison.losses().flatten())
    for target in (0.01, 0.2, 0.55, 1.0):
        for r, first in enumerate(comparison.reached.below(target).tolist()):
            below = [5 * i for i, losses in enumerate(seen) if losses[r] < target]
            assert first == (below[0] if below else -1)


def test_a_unit_shows_the_numbers_of_the_next_step() -> None:
    comparison = BatchNormComparison(SETTINGS, ("none", "before"), moons())
    comparison.train(23)
    unit = comparison.unit(1, 4)
    assert abs(float(unit.train.x_hat.mean())) < 1e-9
    expected = unit.gamma * unit.eval.x_hat + unit.beta
    torch.testing.assert_close(unit.eval.y, expected)
    comparison.train(1)
    torch.testing.assert_close(comparison.networks.running_mean[1][2, 4:5], unit.updated.mean)
    torch.testing.assert_close(comparison.networks.running_var[1][2, 4:5], unit.updated.var)


def test_in_the_end_running_statistics_are_near_those_of_the_batches() -> None:
    comparison = BatchNormComparison(SETTINGS, ("none", "before"), moons())
    comparison.train(200)
    steps, rows = comparison.statistics_of(2, 3)
    assert rows.shape == (4, len(steps))
    assert rows[2, 0] == 0
    assert rows[3, 0] == 1
    late = rows[:, -8:].mean(axis=1)
    np.testing.assert_allclose(late[:2], late[2:], atol=0.25 * np.sqrt(late[3]) + 0.1 * late[3])


def test_a_test_batch_of_one_tells_the_classes_apart_no_better_than_a_coin() -> None:
    comparison = BatchNormComparison(SETTINGS, ("none", "before"), moons())
    comparison.train(200)
    one, many = comparison.accuracy_by_batch((1, 32))
    assert one == 0.5
    assert many > 0.9


def test_batches_of_their_own_are_normalized_as_torch_does_in_training() -> None:
    comparison = BatchNormComparison(SETTINGS, ("none", "before"), moons())
    comparison.train(60)
    x = comparison.part(2)[0]
    output = comparison._by_own_batch(x, 8)
    module = as_module(comparison.networks, 3).train()
    expected = torch.cat([module(part) for part in x.split(8)])
    torch.testing.assert_close(output[1], expected.detach())


def test_a_shift_of_all_points_is_cancelled_by_statistics_of_their_own_alone() -> None:
    comparison = BatchNormComparison(SETTINGS, ("none", "before"), moons())
    comparison.train(200)
    moved = comparison.accuracy_when_moved((0.0, 1.0))
    assert moved[2, 0] == moved[2, 1] > 0.9
    assert moved[1, 1] < moved[1, 0]


def test_a_lost_network_does_not_hide_the_median_of_the_others() -> None:
    comparison = BatchNormComparison(replace(SETTINGS, seeds=3), ("none", "before"), moons())
    comparison.networks.weights[0].data[0] = torch.nan
    comparison._measure()
    low, middle, high = comparison.history.table[:3, -1]
    assert low < middle < 2
    assert not np.isfinite(high)


def test_another_momentum_is_that_of_torch() -> None:
    comparison = BatchNormComparison(replace(SETTINGS, momentum=0.4), ("none", "before"), moons())
    module = as_module(comparison.networks, 2).train()
    x = comparison.part(0)[0]
    module(x[comparison._coming])
    comparison.train(1)
    torch.testing.assert_close(comparison.networks.running_mean[0][2], module[1].running_mean)


@pytest.mark.claims
def test_the_loss_jumps_more_by_running_statistics_than_by_the_batchs() -> None:
    """What the page's lesson says of the jags of its curves."""
    settings = replace(SETTINGS, depth=4, width=12, learning_rate=0.1, batch_size=32, seeds=3)
    points = sample_plane("moons", train=256, test=128, noise=0.1, seed=0)
    comparison = BatchNormComparison(settings, ("none", "before", "after"), points)
    x, y = comparison.part(0)
    losses: list[list[torch.Tensor]] = [[], []]
    for _ in range(80):
        comparison.train(5)
        output = comparison.networks.peek(x).output
        losses[0].append(comparison.losses())
        losses[1].append(LOSSES["cross-entropy"](output, y).view(3, -1))
    by_running, by_batch = (torch.stack(kind).diff(dim=0).abs().mean((0, 2)) for kind in losses)
    assert (by_running[1:] > 1.5 * by_batch[1:]).all()
    assert by_running[0] == by_batch[0]


def test_numbers_beyond_float32_become_infinite_without_a_word_at_the_terminal() -> None:
    wild = replace(SETTINGS, learning_rate=10.0, init_scale=20.0, activation="relu")
    comparison = BatchNormComparison(wild, ("none", "before", "after"), moons())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for gradient in comparison.networks.gradients:
            gradient.fill_(1e300)
        assert np.isinf(comparison.gradient_norms()).all()
