"""Learning on a plane: equal to plain torch.nn, maps in eval mode, words from numbers."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from models.data.planes import sample_plane, sample_surface
from models.data.points import Points
from models.replicas.classify import (
    Classify,
    ClassifySettings,
    grid,
    outputs_of,
    principal_components,
    targets_of,
)
from models.replicas.replicas import as_module
from models.training import Batches, Lost

BASE = ClassifySettings(
    hidden=(5, 3), activation="tanh", batchnorm="none", loss="cross-entropy", optimizer="adam",
    replicas=3, seed=2, init="xavier", init_scale=1.0, learning_rate=0.02, batch_size=10,
    l1=0.0, l2=0.0, dropout=0.0,
)  # fmt: skip


def moons(train: int = 60, test: int = 30) -> Points:
    return sample_plane("moons", train=train, test=test, noise=0.1, seed=0)


def test_a_replica_learns_as_plain_torch_does_and_is_measured_the_same() -> None:
    points = moons()
    session, start = Classify(BASE, points, 2), Classify(BASE, points, 2)
    session.train(120)
    module = as_module(start.networks, 1)
    optimizer = torch.optim.Adam(module.parameters(), 0.02)
    x, y = points.x[:60], points.y[:60].double()
    batches = Batches(60, 10, 2)
    for _ in range(120):
        chosen = batches.next()
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(module(x[chosen])[:, 0], y[chosen]).backward()
        optimizer.step()
    with torch.no_grad():
        output = module(points.x[60:])[:, 0]
        expected = F.binary_cross_entropy_with_logits(output, points.y[60:].double()).item()
        map_ = torch.sigmoid(module(grid(9))[:, 0])
    loss, right = session.scores(2)
    assert loss[1] == pytest.approx(expected, abs=1e-8)
    assert right[1] == ((output > 0) == (points.y[60:] == 1)).double().mean().item()
    torch.testing.assert_close(session.shares(session.outputs_on_map(9))[1, :, 0], map_)
    cells = session.confusion(1)
    assert cells.sum() == 30
    assert np.trace(cells) / 30 == pytest.approx(right[1])


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("loss", ["cross-entropy", "squared", "hinge"])
def test_every_loss_learns_every_number_of_classes(classes: int, loss: str) -> None:
    points = sample_plane("gaussians", train=120, test=60, noise=0.05, seed=1, classes=classes)
    session = Classify(replace(BASE, loss=loss), points, classes)  # type: ignore[arg-type]
    assert session.shape[-1] == outputs_of(classes)
    session.train(400)
    assert np.median(session.scores(2)[1]) > 0.9
    shares = session.shares(session.outputs_on_map(8))
    assert shares.min() >= 0
    assert shares.max() <= 1 + 1e-9
    if classes > 2:
        torch.testing.assert_close(shares.sum(dim=-1), torch.ones(3, 64).double())


def test_heights_are_learned_with_the_squared_error() -> None:
    points = sample_surface("slope", train=60, test=30, noise=0.0, seed=0)
    session = Classify(replace(BASE, loss="squared", hidden=()), points, None)
    session.train(1500)
    loss, right = session.scores(2)
    assert loss.max() < 1e-3
    assert np.isnan(right).all()


def test_targets_are_what_each_loss_wants() -> None:
    y = torch.tensor([0, 1, 1])
    assert targets_of(y, 2, "cross-entropy").tolist() == [0, 1, 1]
    assert targets_of(y, 2, "hinge").tolist() == [-1, 1, 1]
    assert targets_of(y, 3, "squared").tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert targets_of(y, 3, "cross-entropy") is y
    assert targets_of(torch.tensor([0.5]), None, "squared").tolist() == [0.5]


def test_a_weight_that_is_set_is_there_and_nowhere_else() -> None:
    session = Classify(BASE, moons(), 2)
    before = session.networks.flat.clone()
    session.set_weight(1, 1, 4, 2, 7.5)
    session.set_weight(2, 0, None, 3, -1.5)
    assert session.networks.weights[1][1, 4, 2] == 7.5
    assert session.networks.biases[0][2, 3] == -1.5
    assert int((session.networks.flat != before).sum()) == 2
    for wrong in ((1, 3, 0, 0), (1, 0, 2, 0), (1, 0, 0, 5), (9, 0, 0, 0), (0, -1, 0, 0)):
        with pytest.raises(IndexError):
            session.set_weight(*wrong, 1.0)


def test_gradient_health_tells_vanishing_dead_and_healthy_apart() -> None:
    deep = replace(BASE, hidden=(8,) * 6, optimizer="sgd", learning_rate=0.1)
    sigmoid = Classify(replace(deep, activation="sigmoid"), moons(), 2)
    assert sigmoid.health() == "unknown"  # no step, no gradient
    sigmoid.train(20)
    assert sigmoid.health() == "vanishing"
    healthy = Classify(replace(deep, activation="tanh"), moons(), 2)
    healthy.train(20)
    assert healthy.health() == "healthy"
    dead = Classify(replace(BASE, activation="relu"), moons(), 2)
    for r in range(3):
        for layer, width in enumerate((5, 3)):
            for unit in range(width):
                dead.set_weight(r, layer, None, unit, -100.0)
    dead.train(1)
    assert dead.dead_share() == 1.0


def test_responses_are_each_units_own_output() -> None:
    session = Classify(BASE, moons(), 2)
    pixels, tops = session.responses(0, 7)
    assert pixels.shape == (9, 49)
    module = as_module(session.networks, 0)
    hidden = nn.Sequential(*list(module)[:2])(grid(7)).detach().numpy()
    shown = (pixels[:5].astype(float) - 128) / 127 * tops[:5, None]
    np.testing.assert_allclose(shown, hidden.T, atol=0.01)


def test_measuring_does_not_depend_on_how_the_steps_are_asked_for() -> None:
    together, apart = Classify(BASE, moons(), 2), Classify(BASE, moons(), 2)
    together.train(47)
    for steps in (1, 20, 0, 26):
        apart.train(steps)
    np.testing.assert_array_equal(together.history.table, apart.history.table)


def test_a_loss_without_bounds_is_told() -> None:
    wild = replace(BASE, loss="squared", activation="relu", optimizer="sgd", learning_rate=1e8)
    with pytest.raises(Lost):
        Classify(wild, moons(), 2).train(200)


def test_principal_components_equal_numpys_up_to_the_sign_which_is_fixed() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 4)) @ np.diag([3, 1, 0.5, 0.1]) + 7
    found, shares = principal_components(rows.tolist())
    x = (rows - rows.mean(0)) / rows.std(0)
    values, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
    for i, vector in enumerate(vectors.T[::-1][:2]):
        mine = vector * np.sign(vector[np.abs(vector).argmax()])
        np.testing.assert_allclose(found[:, i], x @ mine, atol=1e-8)
    np.testing.assert_allclose(shares, values[::-1][:2] / values.sum(), atol=1e-9)
    constant, _ = principal_components([[1.0, 2.0], [1.0, 3.0], [1.0, 4.0]])
    assert constant.isfinite().all()
