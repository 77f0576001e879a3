"""The same networks with and without BatchNorm: same start, same batches, and what is measured."""

import numpy as np
import torch

from models.mlp import Batches, as_module
from models.race import Race, RaceSettings, RaceSweep
from models.toy import Points, sample_plane

SETTINGS = RaceSettings(
    depth=3, width=6, activation="tanh", learning_rate=0.5, init_scale=1.0, batch_size=16,
    seeds=2, seed=0, target=0.3,
)  # fmt: skip


def moons() -> Points:
    return sample_plane("moons", train=64, test=32, noise=0.1, seed=0)


def test_all_variants_begin_with_the_same_weights() -> None:
    race = Race(SETTINGS, ("none", "before", "after"), moons())
    first = race.networks.weights[1].detach().view(3, 2, 6, 6)
    assert torch.equal(first[0], first[1])
    assert torch.equal(first[0], first[2])
    assert not torch.equal(first[0, 0], first[0, 1])


def test_a_variant_learns_as_plain_torch_does() -> None:
    points = moons()
    race, start = (Race(SETTINGS, ("none", "before"), points) for _ in range(2))
    race.train(40)
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
    torch.testing.assert_close(race.losses()[1, 0], expected.detach(), atol=1e-6, rtol=1e-6)


def test_with_batchnorm_what_enters_an_activation_begins_at_mean_0_and_variance_1() -> None:
    points = moons()
    shifted = points._replace(x=points.x + 3)
    race = Race(SETTINGS, ("none", "before"), shifted)
    for values in race.inner():
        normalized = values[2:]
        assert normalized.mean(dim=1).abs().max() < 1e-6
        assert (normalized.var(dim=1, correction=0) - 1).abs().max() < 1e-2
    assert race.inner()[0][:2].mean(dim=1).abs().max() > 0.5
    np.testing.assert_allclose(race.histograms().sum(axis=2), 1)


def test_a_sweep_says_when_each_setting_reached_the_target() -> None:
    sweep = RaceSweep(SETTINGS, "rate", (0.0001, 0.5), moons())
    sweep.train(200)
    reached = sweep.table(sweep.reached)
    assert reached.shape == (2, 2, 2)
    assert (reached[0] == -1).all()
    assert (reached[1, 1] > 0).all()
