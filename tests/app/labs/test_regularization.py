"""The `regularization` lab: its run, its two queries, and what its lesson claims."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Lasso
from starlette.testclient import TestClient

from app.errors import Diverged
from app.lab import wire
from app.lab.contract import Ask
from app.labs.regularization import LAB
from app.labs.regularization.config import RegularizationConfig
from app.labs.regularization.data import data_of
from app.labs.regularization.frames import RegularizationFrame
from app.labs.regularization.lesson import LESSON
from app.labs.regularization.run import run
from tests.app.labs.scripts import printed

QUICK: dict[str, Any] = {"model": "mlp", "hidden": 2, "features": 4, "method": "accelerated"}


def driven(config: RegularizationConfig, *asks: Ask) -> RegularizationFrame:
    """The last frame after these asks."""
    generator = run(config)
    frame = next(generator)
    for ask in asks:
        frame = generator.send(ask)
    return frame


def trained(steps: int, **settings: Any) -> RegularizationFrame:
    config = RegularizationConfig(**settings)
    return driven(config, Ask(config, steps))


def kept(frame: RegularizationFrame, k: int) -> tuple[int, int]:
    """Features in use at a λ: useful ones, and useless ones."""
    used = frame.used[k] != 0
    return int(used[frame.truth != 0].sum()), int(used[frame.truth == 0].sum())


def test_the_default_sets_useless_weights_exactly_to_zero_within_seconds() -> None:
    start, later = trained(0), trained(300)
    assert (start.zeros == 0).all()
    assert start.best is None
    assert later.best is not None
    assert later.test[later.at] < 0.6 * later.start_test
    assert later.start_test == pytest.approx(float(start.test[0]))
    useful, useless = kept(later, later.at)
    assert useful == 4
    assert useless <= 3


def test_the_frame_shows_scikit_learns_lasso_in_the_end() -> None:
    frame = trained(3000, method="accelerated", rate=1.0)
    data = data_of(RegularizationConfig())
    for lam, weights in zip(frame.lambdas, frame.paths, strict=True):
        oracle = Lasso(alpha=lam / 30, tol=1e-12, max_iter=10**6)
        oracle.fit(data.x.numpy(), data.y.numpy())
        np.testing.assert_allclose(weights, oracle.coef_, atol=1e-3)
    assert frame.moved < 1e-7


def test_the_loss_that_is_shown_is_j_as_written() -> None:
    for penalty, share in (("l1", 1.0), ("l2", 0.0), ("elastic", 0.3)):
        frame = trained(50, penalty=penalty, mix=0.3, lam=10)
        data = data_of(RegularizationConfig())
        lam, weights = frame.lambdas[frame.at], frame.paths[frame.at].astype(float)
        assert lam == pytest.approx(10)
        mixed = share * np.abs(weights).sum() + (1 - share) * np.square(weights).sum()
        assert frame.penalty == pytest.approx(lam * mixed, rel=1e-5)
        assert frame.data_loss == pytest.approx(len(data.y) * frame.training[frame.at] / 2)


def test_same_configuration_and_seed_same_frames() -> None:
    for settings in ({}, QUICK):
        config = RegularizationConfig(**settings)
        frames = [driven(config, Ask(config, 9), Ask(config, 4)).to_bytes() for _ in range(2)]
        assert frames[0] == frames[1]
        other = RegularizationConfig(**settings, seed=1)
        assert driven(other, Ask(other, 9), Ask(other, 4)).to_bytes() != frames[0]


@pytest.mark.parametrize("settings", [{}, QUICK], ids=["linear", "mlp"])
@pytest.mark.parametrize(
    "change",
    [{"penalty": "l2"}, {"penalty": "elastic"}, {"method": "subgradient"}, {"rate": 0.9}],
    ids=str,
)
def test_each_live_lever_changes_the_running_run(
    settings: dict[str, Any], change: dict[str, Any]
) -> None:
    config = RegularizationConfig(**settings)
    changed = config.model_copy(update=change)
    before, after = (driven(config, Ask(config, 9), Ask(c, 9)).paths for c in (config, changed))
    assert not np.array_equal(before, after)
    assert set(change) <= set(LAB.live)


def test_looking_at_another_lambda_trains_nothing() -> None:
    config = RegularizationConfig()
    elsewhere = config.model_copy(update={"lam": 100.0})
    before, after = (driven(config, Ask(config, 30), Ask(c, 0)) for c in (config, elsewhere))
    np.testing.assert_array_equal(before.paths, after.paths)
    assert after.step == 30
    assert (before.lambdas[before.at], after.lambdas[after.at]) == pytest.approx((3.16, 100), 0.01)
    np.testing.assert_array_equal(after.over_steps[-1], after.paths[after.at])


def test_a_shown_lambda_is_the_nearest_of_the_forty() -> None:
    for lam, nearest in ((0.01, 0.01), (750, 749.894), (1.1, 1.0), (1.2, 1.3335)):
        frame = trained(0, lam=lam)
        assert frame.lambdas[frame.at] == pytest.approx(nearest, rel=1e-4)


def test_curves_come_with_their_points_and_tables_without() -> None:
    for model in ("polynomial", "random"):
        frame = trained(20, model=model)
        assert len(frame.x) == len(frame.y) == 30
        assert (np.diff(frame.grid) >= 0).all()
        assert frame.curve.shape == frame.true_curve.shape == frame.grid.shape
        assert np.isnan(frame.truth).all()
        np.testing.assert_allclose(frame.true_curve, np.sin(1.5 * np.pi * frame.grid), atol=1e-5)
    for model in ("features", "mlp"):
        assert trained(1, model=model).x.size == 0


@pytest.mark.parametrize(
    "extreme",
    [
        {"points": 10, "features": 40, "useful": 0},
        {"points": 10, "features": 40, "model": "polynomial"},
        {"points": 10, "features": 40, "model": "random", "noise": 0},
        {"points": 200, "features": 2, "useful": 40, "correlation": 0.95},
        {"points": 11, "features": 40, "hidden": 16, "model": "mlp", "noise": 2},
        {"points": 10, "features": 2, "hidden": 1, "model": "mlp", "useful": 0, "noise": 0},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["proximal", "accelerated", "subgradient"])
def test_the_ends_of_every_range_are_drawn(extreme: dict[str, Any], method: str) -> None:
    for penalty in ("l1", "l2", "elastic"):
        settings = {**extreme, "method": method, "penalty": penalty, "rate": 1.0}
        try:
            frame = trained(25, **settings)
        except Diverged:  # a network may, and then says so
            assert extreme.get("model") == "mlp"
        else:
            assert len(frame.to_bytes()) < 1_000_000


@pytest.mark.parametrize(
    "change",
    [
        {"lam": 0}, {"lam": 751}, {"mix": 1.1}, {"points": 9}, {"features": 41}, {"noise": -1},
        {"correlation": 1}, {"rate": 0}, {"penalty": "l3"}, {"hidden": 17}, {"model": "none"},
        {"unknown": 1}, {"seed": None}, {"points": 10.5},
    ],
    ids=str,
)  # fmt: skip
def test_settings_out_of_range_are_refused(client: TestClient, change: dict[str, Any]) -> None:
    body = json.dumps({"config": change, "steps": 1})
    answer = client.post("/api/labs/regularization/run", content=body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message", "field"}


@pytest.mark.parametrize("settings", [{}, QUICK, {"model": "mlp"}, {"features": 40}], ids=str)
def test_parameters_are_counted_as_they_are_allocated(settings: dict[str, Any]) -> None:
    from app.labs.regularization.data import fits_of
    from models.regularization.linear import Regressions

    config = RegularizationConfig(**settings)
    fits = fits_of(config, data_of(config))
    if isinstance(fits, Regressions):
        allocated = fits.state.numel()
    else:
        allocated = sum(stack.flat.numel() for stack in fits._stacks)
    assert LAB.parameters(config) == allocated


# --- The lesson -----------------------------------------------------------------------------------


def at(step: int, steps: int, **others: Any) -> RegularizationFrame:
    """The frame that a step of the lesson shows after so many steps of training."""
    fields = RegularizationConfig.model_fields
    settings = {name: value for name, value in LESSON[step].state.items() if name in fields}
    return trained(steps, **{**settings, **others})


def last_alive(frame: RegularizationFrame) -> np.ndarray[Any, Any]:
    """For each feature the index of the greatest λ at which it is in use, -1 for none."""
    used = frame.used != 0
    return np.where(used.any(axis=0), used.shape[0] - 1 - used[::-1].argmax(axis=0), -1)


def test_least_squares_uses_all_sixteen_and_l1_drops_the_useless_first() -> None:
    start, later = at(1, 0), at(1, 300)
    assert (start.used[0] != 0).all()
    assert len(start.truth) == 16
    assert (start.truth != 0).sum() == 4
    assert start.training[0] < start.floor < start.test[0]  # it fits the noise
    alive = last_alive(later)
    assert alive[later.truth == 0].max() < alive[later.truth != 0].min()
    assert later.test[later.at] < later.start_test


def test_l2_makes_the_weights_small_and_none_zero() -> None:
    lasso, ridge = at(1, 300), at(2, 300)
    assert (ridge.zeros == 0).all()
    assert (np.diff(np.square(ridge.paths).sum(axis=1)) < 0).all()
    assert ridge.best is not None
    assert lasso.best is not None
    assert ridge.test[ridge.best] > lasso.test[lasso.best]


def test_the_plain_sub_gradient_only_hovers_and_the_more_the_greater_lambda() -> None:
    config = RegularizationConfig(**LESSON[3].state)
    generator = run(config)
    next(generator)
    generator.send(Ask(config, 300))
    shots = np.stack([generator.send(Ask(config, 1)).paths for _ in range(20)])
    assert (shots != 0).all()
    trembling = shots.std(axis=0).mean(axis=1)
    assert (np.diff(trembling[16::4]) > 0).all()
    cured = config.model_copy(update={"method": "proximal"})
    frame = generator.send(Ask(cured, 300))
    assert frame.zeros[frame.at] > 0


def test_of_twins_l1_drops_some_l2_none_and_the_elastic_net_lies_between() -> None:
    frames = {penalty: at(4, 600, penalty=penalty) for penalty in ("l1", "elastic", "l2")}
    useful = {name: kept(frame, frame.at)[0] for name, frame in frames.items()}
    zeros = {name: frame.zeros[frame.at] for name, frame in frames.items()}
    assert 0 < useful["l1"] < useful["elastic"] < useful["l2"] == 4
    assert zeros["l1"] > zeros["elastic"] > zeros["l2"] == 0


def test_the_polynomial_is_tamed_where_cross_validation_says() -> None:
    frame = at(5, 400)
    assert frame.best is not None
    assert frame.training[0] < 0.5 * frame.floor
    assert frame.test[0] > 4 * frame.test[frame.best]


def test_the_network_ignores_useless_inputs() -> None:
    frame = at(6, 500)
    useful, useless = kept(frame, frame.at)
    assert useful == 4
    assert useless < 6
    cut = frame.paths[frame.at].reshape(16, -1)[frame.used[frame.at] == 0]
    assert (cut == 0).all()
    assert frame.test[frame.at] < 0.7 * frame.test[0]


# --- Code, and the two queries --------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"method": "subgradient", "correlation": 0.5, "data_seed": 3, "useful": 2},
        {"penalty": "elastic", "mix": 0.3, "method": "accelerated", "features": 5},
        {"penalty": "l2", "model": "polynomial", "rate": 1.0, "features": 9},
        {"model": "random", "features": 12, "method": "accelerated", "seed": 4},
        {**QUICK, "penalty": "elastic"},
        {**QUICK, "method": "proximal", "points": 11},
        {**QUICK, "method": "subgradient", "seed": 5},
    ],
    ids=str,
)
def test_the_script_prints_the_numbers_that_the_page_shows(
    client: TestClient, change: dict[str, Any], tmp_path: Path
) -> None:
    frame = trained(120, **change)
    body = {"config": change, "steps": 120}
    answer = client.post("/api/labs/regularization/code", json=body)
    rows = np.array(printed(answer.text, tmp_path))
    assert rows.shape == (40, 4)
    shown = np.stack([frame.training, frame.test, frame.validated[0]])
    np.testing.assert_allclose(rows[:, :3].T, shown, rtol=2e-6, atol=2e-6)
    np.testing.assert_array_equal(rows[:, 3], frame.zeros)


def test_the_notebook_has_a_cell_for_each_part(client: TestClient) -> None:
    body = {"config": {}, "steps": 10, "format": "ipynb"}
    book = client.post("/api/labs/regularization/code", json=body).json()
    assert len(book["cells"]) > 6
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            compile(cell["source"], "cell", "exec")


def test_a_program_gets_the_last_frame(client: TestClient) -> None:
    answer = client.post("/api/labs/regularization/run", json={"config": {}, "steps": 40})
    header, arrays = wire.decode(answer.content)
    assert header["step"] == 40
    np.testing.assert_array_equal(arrays["paths"], trained(40).paths)


def test_the_plane_slides_into_a_corner_under_l1_and_never_under_l2(client: TestClient) -> None:
    found = client.get("/api/regularization/geometry?correlation=0.6&mix=0.5").json()
    l1, l2, elastic = (np.array(found[name]) for name in ("l1", "l2", "elastic"))
    assert len(found["lambdas"]) == len(l1) == len(l2) == len(elastic)
    corner = np.flatnonzero((l1 == 0).any(axis=1))[0]
    assert (l1[corner] == 0).sum() == 1  # one weight is zero before the other
    assert (l2 != 0).all()
    assert (elastic == 0).any()
    np.testing.assert_allclose(l1[0], found["best"], atol=0.01)


@pytest.mark.parametrize("query", ["correlation=1", "correlation=x", "mix=-0.1", "mix=nan"])
def test_a_plane_that_cannot_be_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/regularization/geometry?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"]


def test_weight_decay_is_measured_with_torchs_own_optimizers(client: TestClient) -> None:
    found = client.get("/api/regularization/decay?lam=0.5").json()
    sgd, decayed, adam, adamw = found["distance"]
    assert len(found["names"]) == 4
    assert len(found["steps"]) == len(sgd)
    assert found["sgd_difference"] < 1e-12
    assert found["adam_difference"] > 0.1
    np.testing.assert_allclose(sgd, decayed, atol=1e-12)
    assert adamw[-1] > 3 * adam[-1]
    assert client.get("/api/regularization/decay?lam=11").status_code == 422
