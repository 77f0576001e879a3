"""Fitting curves: early stopping goes back exactly, sweeps equal networks trained alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models.data.curves import least_error, sample_curve, true_curve
from models.data.points import Points
from models.replicas.capacity import CapacitySweep, polynomial_errors
from models.replicas.curve_fit import EVERY, CurveFit, FitSettings
from models.replicas.replicas import Options, Replicas, as_module
from models.replicas.verdict import verdict
from models.training import Batches, Lost

BASE = FitSettings(
    width=8, depth=1, activation="tanh", replicas=3, optimizer="adam", learning_rate=0.03,
    batch_size=6, seed=4, l1=0.0, l2=0.0, dropout=0.0, early_stopping=False, patience=50,
)  # fmt: skip


def points(train: int = 12, validation: int = 10, seed: int = 1) -> Points:
    return sample_curve("sine", train=train, validation=validation, test=20, noise=0.3, seed=seed)


def test_each_replica_goes_back_to_the_best_state_that_a_slow_loop_finds() -> None:
    settings = replace(BASE, early_stopping=True, width=32, patience=40)
    fit = CurveFit(settings, points())
    start = CurveFit(settings, points())
    fit.train(800)
    x, y = start.part(0)
    validation_x, validation_y = start.part(1)
    for r in range(3):
        module = as_module(start.networks, r)
        optimizer = torch.optim.Adam(module.parameters(), settings.learning_rate)
        batches = Batches(len(x), settings.batch_size, settings.seed)
        best, best_step, state = np.inf, 0, {}
        for step in range(801):
            if step % EVERY == 0:
                with torch.no_grad():
                    error = nn.functional.mse_loss(module(validation_x)[:, 0], validation_y).item()
                if error < best:
                    best, best_step = error, step
                    state = {k: v.clone() for k, v in module.state_dict().items()}
                elif step - best_step >= settings.patience:
                    break
            chosen = batches.next()
            optimizer.zero_grad()
            nn.functional.mse_loss(module(x[chosen])[:, 0], y[chosen]).backward()
            optimizer.step()
        assert fit.stopped_at[r] == best_step
        for name, value in as_module(fit.networks, r).state_dict().items():
            torch.testing.assert_close(value, state[name], atol=1e-6, rtol=1e-6)


def test_switched_off_again_stopped_networks_learn_on() -> None:
    settings = replace(BASE, early_stopping=True, patience=10, width=32)
    fit = CurveFit(settings, points())
    fit.train(600)
    assert (fit.stopped_at >= 0).all()
    before = fit.errors()[0]
    fit.change(replace(settings, early_stopping=False), fit.points)
    fit.train(300)
    assert (fit.errors()[0] < before).all()


def test_measuring_does_not_depend_on_how_the_steps_are_asked_for() -> None:
    together, apart = CurveFit(BASE, points()), CurveFit(BASE, points())
    together.train(95)
    for steps in (1, 4, 30, 0, 60):
        apart.train(steps)
    np.testing.assert_array_equal(together.history.table, apart.history.table)
    np.testing.assert_array_equal(together.errors(), apart.errors())


def test_moving_a_test_point_moves_its_error_and_no_curve() -> None:
    fit, other = CurveFit(BASE, points()), CurveFit(BASE, points())
    fit.train(50)
    other.train(50)
    moved = other.points._replace(y=other.points.y.clone())
    moved.y[-1] += 1
    other.change(BASE, moved)
    for one in (fit, other):
        one.train(50)
    grid = torch.linspace(-1, 1, 9, dtype=torch.float64)
    np.testing.assert_array_equal(fit.curves(grid), other.curves(grid))
    assert not np.array_equal(fit.errors()[2], other.errors()[2])


def test_the_best_step_is_sought_among_errors_on_the_points_of_now() -> None:
    fit = CurveFit(BASE, points())
    assert fit.best_moment == 0
    fit.train(200)
    noisier = sample_curve("sine", train=12, validation=10, test=20, noise=0.9, seed=1)
    fit.change(BASE, noisier)
    assert fit.best_moment is None  # nothing is measured on them yet
    fit.train(100)
    steps, row = fit.history.steps, fit.history.table[3]
    later = {int(step): error for step, error in zip(steps, row, strict=True) if step > 200}
    assert fit.best_moment is not None
    assert int(steps[fit.best_moment]) == min(later, key=lambda step: later[step])
    assert row[: len(row) - len(later)].min() < min(later.values())
    fit.change(replace(BASE, l2=0.01), noisier)
    assert fit.best_moment is not None  # another penalty leaves the points as they are


def test_fewer_units_are_taken_and_more_are_not() -> None:
    fit = CurveFit(BASE, points())
    assert fit.takes(replace(BASE, width=3))
    assert not fit.takes(replace(BASE, width=9))
    fit.train(20)
    fit.change(replace(BASE, width=3), fit.points)
    fit.train(20)
    assert fit.networks.parameters_each().tolist() == [10] * 3


def test_without_validation_or_test_points_their_errors_are_not_known() -> None:
    alone = sample_curve("sine", train=5, validation=0, test=0, noise=0.1, seed=0)
    fit = CurveFit(replace(BASE, early_stopping=True), alone)
    fit.train(30)
    assert np.isnan(fit.errors()[1:3]).all()
    assert fit.best_moment is None
    assert fit.evidence(None).test.tolist() == []


def test_a_fit_that_diverges_says_how_many_networks_are_lost() -> None:
    fit = CurveFit(replace(BASE, optimizer="sgd", learning_rate=1e6, activation="relu"), points())
    with pytest.raises(Lost) as caught:
        fit.train(500)
    assert 1 <= caught.value.lost <= caught.value.all == 3


def test_a_sweep_over_widths_equals_each_width_trained_alone() -> None:
    data = points()
    x, y = data.x[data.role == 0], data.y[data.role == 0]
    base = Options(seed=70, learning_rate=0.03, l2=0.001)
    made: dict[str, Any] = {"activation": "tanh", "optimizer": "adam", "seed": 2}
    widths = (1, 5, 20, 90)
    sweep = CapacitySweep(widths, 2, 2, base, **made)
    batches = Batches(len(x), 5, 3)
    for _ in range(60):
        chosen = batches.next()
        sweep.step(x[chosen], y[chosen])
    found = sweep.errors(x, y)
    for row, width in zip(found, widths, strict=True):
        alone = Replicas(
            (1, width, width, 1), [replace(base, seed=70 + s) for s in range(2)],
            dtype=torch.float64, **made,
        )  # fmt: skip
        batches = Batches(len(x), 5, 3)
        for _ in range(60):
            chosen = batches.next()
            alone.step(x[chosen], y[chosen])
        torch.testing.assert_close(row, alone.evaluate(x, y), atol=1e-6, rtol=1e-6)


def test_polynomials_descend_twice_about_as_many_coefficients_as_points() -> None:
    samples = []
    for seed in range(16):
        data = sample_curve("polynomial", train=10, validation=0, test=0, noise=0.3, seed=seed)
        samples.append((data.x[:, 0], data.y))
    test = sample_curve("polynomial", train=0, validation=0, test=200, noise=0.3, seed=99)
    training, testing = polynomial_errors(samples, (test.x[:, 0], test.y), 21)
    middle = testing.median(dim=1).values
    assert training.shape == testing.shape == (21, 16)
    assert (training[9:] < 1e-10).all()
    assert 2 <= int(middle.argmin()) <= 5
    assert middle[8:11].max() > 100 * middle.min()
    assert middle[20] < middle[8:11].max() / 10


def test_a_perfect_fit_of_loud_points_is_no_underfitting_and_nothing_is_said_of_one_too_early() -> (
    None
):
    noise = 0.8
    points = sample_curve("polynomial", train=500, validation=0, test=100, noise=noise, seed=0)
    fit = CurveFit(replace(BASE, width=64, depth=2, learning_rate=0.01, batch_size=100), points)
    floor = least_error("polynomial", noise)
    fit.train(10)
    assert verdict(fit.evidence(floor)) == "learning"
    fit.train(590)
    grid = torch.linspace(-1, 1, 101, dtype=torch.float64)
    away = torch.from_numpy(fit.curves(grid)) - true_curve("polynomial", grid)
    assert away.square().mean().sqrt() < 0.2
    assert verdict(fit.evidence(floor)) == "fits"


def test_one_unit_on_a_sine_underfits_when_its_error_has_come_to_rest() -> None:
    points = sample_curve("sine", train=100, validation=0, test=100, noise=0.25, seed=0)
    fit = CurveFit(replace(BASE, width=1, learning_rate=0.01, batch_size=16), points)
    fit.train(600)
    assert verdict(fit.evidence(least_error("sine", 0.25))) == "underfits"
