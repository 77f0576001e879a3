"""Penalized regressions against scikit-learn, closed forms and slow loops."""

import itertools
from typing import get_args

import numpy as np
import pytest
import torch
from sklearn.linear_model import ElasticNet, Lasso, Ridge
from torch import Tensor

from models.regularization.data import (
    Regression,
    of_a_sine,
    true_weights,
    with_useless_features,
)
from models.regularization.decay import NAMES, compare, ridge
from models.regularization.linear import (
    Method,
    Regressions,
    groups_of,
    lambda_grid,
    penalty,
    soft_threshold,
    validated,
)
from models.regularization.networks import MOMENTUM, STEP, Networks

METHODS = get_args(Method)
LAMBDAS = lambda_grid(0.01, 8, 40)


def data_named(name: str, correlation: float = 0.4) -> Regression:
    if name == "features":
        return with_useless_features(30, 16, 4, correlation, 0.6, 12)
    return of_a_sine("polynomial" if name == "polynomial" else "random", 40, 10, 0.3, 3)


def fitted(data: Regression, l1_share: float, steps: int = 8000) -> Regressions:
    fits = Regressions(data.x, data.y, LAMBDAS, groups_of(len(data.y), 5, 0))
    fits.train(steps, l1_share, "accelerated", 1.0)
    return fits


@pytest.mark.parametrize("name", ["features", "polynomial", "random"])
@pytest.mark.parametrize("l1_share", [1.0, 0.0, 0.5, 0.1])
def test_all_forty_solutions_are_those_of_scikit_learn(name: str, l1_share: float) -> None:
    """scikit-learn's lasso and elastic net divide the squares by N, its ridge doubles them."""
    data = data_named(name)
    fits, n = fitted(data, l1_share), len(data.y)
    for k, lam in enumerate(LAMBDAS.tolist()):
        if l1_share == 1:
            oracle = Lasso(alpha=lam / n, tol=1e-12, max_iter=10**6)
        elif l1_share == 0:
            oracle = Ridge(alpha=2 * lam)
        else:
            l1, l2 = lam * l1_share / n, 2 * lam * (1 - l1_share) / n
            oracle = ElasticNet(alpha=l1 + l2, l1_ratio=l1 / (l1 + l2), tol=1e-12, max_iter=10**6)
        oracle.fit(data.x.numpy(), data.y.numpy())
        np.testing.assert_allclose(fits.weights[k], oracle.coef_, atol=1e-3)
        assert fits.state[0, k, 0].item() == pytest.approx(oracle.intercept_, abs=1e-3)
        if l1_share:
            # A weight that scikit-learn has at 1e-9 may be exactly zero here, and the reverse.
            large = np.abs(oracle.coef_) > 1e-6
            assert (fits.weights[k].numpy()[large] != 0).all()
            assert (np.abs(fits.weights[k].numpy()[oracle.coef_ == 0]) < 1e-6).all()


def test_ridge_is_the_closed_form_for_every_fold() -> None:
    data = data_named("features")
    fits = fitted(data, 0.0)
    for group, (k, lam) in itertools.product(range(6), enumerate(LAMBDAS.tolist())):
        mine = fits.groups[group]
        oracle = ridge(data.x[mine], data.y[mine], lam * float(mine.double().mean()))
        torch.testing.assert_close(fits.state[group, k, 1:], oracle, atol=1e-6, rtol=0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("l1_share", [1.0, 0.3, 0.0])
def test_a_step_is_the_slow_one_by_autograd(method: str, l1_share: float) -> None:
    data = data_named("features")
    fits = Regressions(data.x, data.y, LAMBDAS, groups_of(30, 3, 1))
    state = fits.state.clone()
    for g, k in itertools.product(range(4), range(40)):
        mine, whole = fits.groups[g], float(LAMBDAS[k])
        lam = whole * float(mine.double().mean())
        eta = 0.7 / (fits.curvature + 2 * (1 - l1_share) * whole)
        one = state[g, k].clone().requires_grad_()
        errors = data.x[mine] @ one[1:] + one[0] - data.y[mine]
        smooth = 0.5 * errors.square().sum() + lam * (1 - l1_share) * one[1:].square().sum()
        if method == "subgradient":
            smooth = smooth + lam * l1_share * one[1:].abs().sum()
        smooth.backward()
        assert one.grad is not None
        after = one.detach() - eta * one.grad
        if method != "subgradient":
            after[1:] = soft_threshold(after[1:], eta * lam * l1_share)
        state[g, k] = after
    fits.train(1, l1_share, method, 0.7)  # type: ignore[arg-type]
    torch.testing.assert_close(fits.state, state, atol=1e-12, rtol=1e-12)


def objective(fits: Regressions, l1_share: float) -> Tensor:
    squares = 0.5 * len(fits.y) * fits.errors(fits.x, fits.y)
    return squares + penalty(fits.weights, fits.lambdas, l1_share)


@pytest.mark.parametrize("l1_share", [1.0, 0.5, 0.0])
def test_the_proximal_step_never_raises_j_at_any_lambda(l1_share: float) -> None:
    data = data_named("features", correlation=0.9)
    fits = Regressions(data.x, data.y, LAMBDAS, groups_of(30, 5, 0))
    before = objective(fits, l1_share)
    for _ in range(200):
        fits.train(1, l1_share, "proximal", 1.0)
        after = objective(fits, l1_share)
        assert (after <= before + 1e-9).all()
        before = after


def test_the_accelerated_steps_arrive_sooner() -> None:
    data = data_named("features", correlation=0.9)
    values = {}
    for method in ("proximal", "accelerated"):
        fits = Regressions(data.x, data.y, LAMBDAS, groups_of(30, 5, 0))
        fits.train(150, 1.0, method, 1.0)  # type: ignore[arg-type]
        values[method] = objective(fits, 1.0)
    least = objective(fitted(data, 1.0), 1.0)
    assert (values["accelerated"] - least).sum() < (values["proximal"] - least).sum() / 10


def test_the_sub_gradient_hovers_where_the_soft_threshold_is_zero() -> None:
    data = data_named("features", correlation=0.0)
    exact = Regressions(data.x, data.y, LAMBDAS, groups_of(30, 5, 0))
    hovering = Regressions(data.x, data.y, LAMBDAS, groups_of(30, 5, 0))
    exact.train(600, 1.0, "proximal", 0.2)
    hovering.train(600, 1.0, "subgradient", 0.2)
    zero = exact.weights == 0
    assert zero.any(dim=0).all()
    assert (hovering.weights != 0).all()
    bound = (hovering.step_sizes(1.0, 0.2) * LAMBDAS)[:, None].expand_as(zero)
    assert (hovering.weights.abs()[zero] < 2.2 * bound[zero]).all()


def test_no_weight_survives_lambda_max_and_one_does_just_below() -> None:
    data = data_named("features")
    centered = data.x - data.x.mean(dim=0)
    greatest = (centered.T @ (data.y - data.y.mean())).abs().max()
    pair = torch.stack([0.999 * greatest, 1.001 * greatest])
    fits = Regressions(data.x, data.y, pair, groups_of(30, 5, 0))
    fits.train(4000, 1.0, "accelerated", 1.0)
    assert (fits.weights != 0).sum(dim=1).tolist() == [1, 0]
    assert float(fits.state[0, 1, 0]) == pytest.approx(float(data.y.mean()), abs=1e-6)


def test_they_begin_at_least_squares_also_with_more_features_than_points() -> None:
    data = data_named("features")
    fits = Regressions(data.x, data.y, LAMBDAS, groups_of(30, 5, 0))
    rows = np.column_stack([np.ones(30), data.x])
    for g in range(6):
        mine = fits.groups[g].numpy()
        oracle = np.linalg.lstsq(rows[mine], data.y.numpy()[mine], rcond=None)[0]
        np.testing.assert_allclose(fits.state[g, 7], oracle, atol=1e-9)
    wide = with_useless_features(10, 40, 3, 0.0, 0.1, 0)
    many = Regressions(wide.x, wide.y, LAMBDAS, groups_of(10, 5, 0))
    assert float(many.errors(wide.x, wide.y).max()) < 1e-18
    many.train(2000, 1.0, "accelerated", 1.0)
    assert many.state.isfinite().all()


def test_the_intercept_pays_nothing() -> None:
    data = data_named("features")
    moved = Regressions(data.x, data.y + 100, LAMBDAS, groups_of(30, 5, 0))
    moved.train(3000, 0.5, "accelerated", 1.0)
    still = fitted(data, 0.5)
    torch.testing.assert_close(moved.weights, still.weights, atol=1e-4, rtol=0)
    torch.testing.assert_close(moved.state[0, :, 0], still.state[0, :, 0] + 100, atol=1e-3, rtol=0)


def test_another_penalty_goes_on_from_the_weights_as_they_are() -> None:
    data = data_named("features")
    fits = fitted(data, 1.0)
    assert (fits.weights[25] == 0).any()
    for method in METHODS:
        fits.train(3000, 0.0, method, 1.0)
    torch.testing.assert_close(
        fits.weights[25], ridge(data.x, data.y, float(LAMBDAS[25])), atol=1e-6, rtol=0
    )


def test_a_change_of_method_begins_without_momentum() -> None:
    data = data_named("features")
    one, other = (Regressions(data.x, data.y, LAMBDAS, groups_of(30, 5, 0)) for _ in range(2))
    for fits, last in ((one, "accelerated"), (other, "proximal")):
        fits.train(20, 1.0, "accelerated", 1.0)
        fits.train(5, 1.0, "proximal", 1.0)
        fits.train(1, 1.0, last, 1.0)  # type: ignore[arg-type]
    torch.testing.assert_close(one.state, other.state, atol=0, rtol=0)


# --- Cross-validation -----------------------------------------------------------------------------


@pytest.mark.parametrize(("points", "folds"), [(30, 5), (7, 3), (4, 4), (2, 2)])
def test_every_point_is_left_out_once(points: int, folds: int) -> None:
    groups = groups_of(points, folds, 3)
    assert groups.shape == (1 + folds, points)
    assert groups[0].all()
    out = ~groups[1:]
    assert (out.sum(dim=0) == 1).all()
    sizes = out.sum(dim=1)
    assert int(sizes.max() - sizes.min()) <= 1
    with pytest.raises(ValueError, match="two folds"):
        groups_of(points, points + 1, 0)


def test_left_out_errors_are_those_of_a_loop_over_folds() -> None:
    data = data_named("features")
    fits = fitted(data, 0.0)
    found = fits.left_out_errors()
    for f, k in itertools.product(range(5), range(40)):
        mine = fits.groups[1 + f].numpy()
        alpha = 2 * float(LAMBDAS[k]) * mine.mean()
        oracle = Ridge(alpha=alpha).fit(data.x[mine].numpy(), data.y[mine].numpy())
        errors = oracle.predict(data.x[~mine].numpy()) - data.y[~mine].numpy()
        assert float(found[f, k]) == pytest.approx(np.mean(errors**2), rel=1e-5)


def test_a_fold_has_its_share_of_lambda_so_copies_of_all_points_change_no_fold() -> None:
    data = data_named("features")
    lambdas = torch.tensor([0.5, 5.0], dtype=torch.float64)
    half = torch.arange(60) < 30
    groups = torch.stack([torch.ones(60, dtype=torch.bool), half])
    twice = Regressions(data.x.repeat(2, 1), data.y.repeat(2), lambdas, groups)
    twice.train(3000, 1.0, "accelerated", 1.0)
    torch.testing.assert_close(twice.state[1], twice.state[0], atol=1e-8, rtol=0)


def test_the_best_lambda_and_the_greatest_within_one_standard_error() -> None:
    by_fold = torch.tensor([[4.0, 1.0, 1.5, 3.0], [4.0, 3.0, 2.9, 9.0], [4.0, 2.0, 1.8, 3.0]])
    found = validated(by_fold)
    assert found.mean.tolist() == pytest.approx([4, 2, 2.0666667, 5])
    assert found.error[1].item() == pytest.approx(1 / 3**0.5)
    assert (found.best, found.one_error) == (1, 2)


# --- Parts and data -------------------------------------------------------------------------------


def test_the_soft_threshold_is_the_minimum_it_is_derived_from() -> None:
    """argmin over t of 1/2 (t - v)² + a |t|, by trying."""
    places = torch.linspace(-3, 3, 60_001, dtype=torch.float64)
    for v, a in itertools.product((-2.0, -0.3, 0.0, 0.3, 1.7), (0.0, 0.3, 1.0)):
        costs = 0.5 * (places - v).square() + a * places.abs()
        found = soft_threshold(torch.tensor(v, dtype=torch.float64), a)
        assert float(found) == pytest.approx(float(places[costs.argmin()]), abs=1e-4)


def test_the_penalty_is_as_it_is_written() -> None:
    weights, lambdas = torch.tensor([[3.0, -4.0], [0.0, 1.0]]), torch.tensor([2.0, 10.0])
    assert penalty(weights, lambdas, 1.0).tolist() == [14, 10]
    assert penalty(weights, lambdas, 0.0).tolist() == [50, 10]
    assert penalty(weights, lambdas, 0.25).tolist() == [0.25 * 14 + 0.75 * 50, 10]
    with pytest.raises(ValueError, match="not negative"):
        Regressions(weights, lambdas, torch.tensor([-1.0]), groups_of(2, 2, 0))


def test_lambdas_are_round_in_every_decade() -> None:
    assert len(LAMBDAS) == 40
    np.testing.assert_allclose(LAMBDAS[::8], [0.01, 0.1, 1, 10, 100])
    np.testing.assert_allclose(LAMBDAS[1:] / LAMBDAS[:-1], 10 ** (1 / 8))


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_features_are_as_alike_as_asked_and_only_the_useful_ones_matter(
    correlation: float,
) -> None:
    data = with_useless_features(20_000, 6, 2, correlation, 0.5, 1)
    found = np.corrcoef(data.x.numpy().T)
    np.testing.assert_allclose(found[~np.eye(6, dtype=bool)], correlation, atol=0.03)
    residual = data.y - data.x @ data.truth
    assert float(residual.std()) == pytest.approx(0.5, rel=0.03)
    np.testing.assert_allclose(
        np.corrcoef(data.x.numpy().T, residual.numpy())[-1, :-1], 0, atol=0.03
    )
    assert (data.truth != 0).tolist() == [True, True, False, False, False, False]
    assert true_weights(3, 9).count_nonzero() == 3
    assert true_weights(3, 0).count_nonzero() == 0


@pytest.mark.parametrize("source", ["polynomial", "random"])
def test_columns_are_standardized_on_the_training_points(source: str) -> None:
    data = of_a_sine(source, 25, 8, 0.2, 0)  # type: ignore[arg-type]
    np.testing.assert_allclose(data.x.mean(dim=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.x.std(dim=0, correction=0), 1, atol=1e-12)
    if source == "polynomial":
        powers = np.polynomial.legendre.legvander(data.places.numpy(), 8)[:, 1:]
        powers = (powers - powers.mean(axis=0)) / powers.std(axis=0)
        np.testing.assert_allclose(data.x, powers, atol=1e-10)


def test_a_random_unit_that_is_constant_is_zero_and_harms_nothing() -> None:
    data = of_a_sine("random", 10, 40, 0.2, 5)
    constant = (data.x == 0).all(dim=0)
    assert constant.any()
    fits = Regressions(data.x, data.y, LAMBDAS, groups_of(10, 5, 0))
    fits.train(100, 0.5, "proximal", 1.0)
    assert fits.state.isfinite().all()


# --- Networks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("l1_share", [1.0, 0.4])
def test_every_network_trains_as_if_it_were_alone(method: str, l1_share: float) -> None:
    """One λ and one fold at a time, by autograd on J itself."""
    data = with_useless_features(11, 4, 2, 0.0, 0.3, 0)
    lambdas = torch.tensor([0.1, 2.0], dtype=torch.float64)
    groups = groups_of(11, 3, 0)
    nets = Networks(data.x, data.y, lambdas, groups, 3, 7)
    starts = [
        [t[0].detach().clone() for t in (s.weights[0], s.biases[0], s.weights[1], s.biases[1])]
        for s in nets._stacks
    ]
    nets.train(6, l1_share, method, 0.5)  # type: ignore[arg-type]
    for g, k in itertools.product(range(4), range(2)):
        rows = groups[g].nonzero()[:, 0]
        rows = rows if g == 0 else rows[:7]
        x, y, lam = data.x[rows], data.y[rows], float(lambdas[k]) * len(rows) / 11
        scale = 2 / len(rows)
        eta = 0.5 / (1 / STEP + 2 * (1 - l1_share) * lam * scale)
        now = [t.clone() for t in starts[int(g > 0)]]
        before = [t.clone() for t in now]
        for _ in range(6):
            old = [t.clone().requires_grad_() for t in now]
            f = torch.tanh(x @ old[0] + old[1]) @ old[2] + old[3]
            weights = [old[0], old[2]]
            j = 0.5 * (f[:, 0] - y).square().sum()
            j = j + lam * (1 - l1_share) * sum(w.square().sum() for w in weights)
            if method == "subgradient":
                j = j + lam * l1_share * sum(w.abs().sum() for w in weights)
            slopes = torch.autograd.grad(scale * j, old)
            new = [o.detach() - eta * s for o, s in zip(old, slopes, strict=True)]
            if method == "accelerated":
                new = [n + MOMENTUM * (o - b) for n, o, b in zip(new, now, before, strict=True)]
            if method != "subgradient":
                for i in (0, 2):
                    new[i] = soft_threshold(new[i], eta * lam * l1_share * scale)
            before, now = now, new
        stack, r = (nets._stacks[0], k) if g == 0 else (nets._stacks[1], (g - 1) * 2 + k)
        found = (stack.weights[0], stack.biases[0], stack.weights[1], stack.biases[1])
        for tensor, oracle in zip(found, now, strict=True):
            torch.testing.assert_close(tensor[r].detach(), oracle, atol=1e-9, rtol=1e-9)


def test_l1_cuts_useless_inputs_off_and_l2_none() -> None:
    data = with_useless_features(30, 16, 4, 0.0, 0.6, 12)
    kept = {}
    for share in (1.0, 0.0):
        nets = Networks(data.x, data.y, LAMBDAS[22:23], groups_of(30, 5, 0), 8, 0)
        nets.train(300, share, "accelerated", 0.2)
        kept[share] = (nets.weights.view(16, 8) != 0).any(dim=1)
    assert kept[1.0][:4].all()
    assert int(kept[1.0][4:].sum()) < 6
    assert kept[0.0].all()


# --- Weight decay, and the plane ------------------------------------------------------------------


@pytest.mark.parametrize("lam", [0.01, 0.5, 5.0])
def test_in_sgd_weight_decay_is_l2_and_in_adam_it_is_not(lam: float) -> None:
    data = with_useless_features(30, 12, 4, 0.0, 0.6, 0)
    found = compare(data.x, data.y, lam, steps=400, every=8, adam_rate=0.05, seed=0)
    sgd, decayed, adam, adamw = found.paths
    assert len(NAMES) == len(found.paths)
    assert len(found.steps) == len(sgd) == 51
    torch.testing.assert_close(sgd, decayed, atol=1e-12, rtol=0)
    late = {name: (path[-10:] - found.minimum).norm(dim=1).mean() for name, path in
            {"sgd": sgd, "adam": adam, "adamw": adamw}.items()}  # fmt: skip
    assert late["sgd"] < 0.1
    assert late["adam"] < 0.1
    if lam >= 0.5:
        assert late["adamw"] > 3 * late["adam"]
        # What AdamW makes small instead: the data loss, with no weight beyond 1 / (2 λ)
        # (Xie and Li, 2024).
        assert adamw[-1].abs().max() < 1.1 / (2 * lam)
    torch.testing.assert_close(
        found.minimum,
        torch.from_numpy(Ridge(alpha=2 * lam).fit(data.x.numpy(), data.y.numpy()).coef_),
    )
