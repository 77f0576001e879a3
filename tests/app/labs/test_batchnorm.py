"""The `batchnorm` lab: its two runs, its queries, and what its lesson claims."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from starlette.testclient import TestClient
from torch import nn

from app.errors import Diverged
from app.lab import wire
from app.lab.contract import Ask
from app.labs.batchnorm import LAB
from app.labs.batchnorm.config import BatchnormConfig
from app.labs.batchnorm.data import SWEEP_SEEDS, VALUES, points_of, settings_of
from app.labs.batchnorm.frames import BatchnormFrame, SweepFrame
from app.labs.batchnorm.lesson import LESSON
from app.labs.batchnorm.run import run
from tests.app.labs.scripts import printed

QUICK: dict[str, Any] = {"depth": 2, "width": 5, "seeds": 2}
NONE, BEFORE, AFTER = range(3)


pytestmark = pytest.mark.usefixtures("one_thread")


def driven(config: BatchnormConfig, *asks: Ask) -> Any:
    """The last frame after these asks."""
    generator = run(config)
    frame = next(generator)
    for ask in asks:
        frame = generator.send(ask)
    return frame


def trained(steps: int, **settings: Any) -> BatchnormFrame:
    config = BatchnormConfig(**settings)
    frame = driven(config, Ask(config, steps))
    assert isinstance(frame, BatchnormFrame)
    return frame


def swept(steps: int, **settings: Any) -> SweepFrame:
    config = BatchnormConfig(mode="sweep", **settings)
    frame = driven(config, Ask(config, steps))
    assert isinstance(frame, SweepFrame)
    return frame


def typical(reached: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Median over the starts; infinite where it was not reached."""
    return np.median(np.where(reached < 0, np.inf, reached), axis=-1)


def test_same_configuration_and_seed_same_frames() -> None:
    for settings in (QUICK, {**QUICK, "mode": "sweep"}):
        config = BatchnormConfig(**settings)
        frames = [driven(config, Ask(config, 9), Ask(config, 4)).to_bytes() for _ in range(2)]
        assert frames[0] == frames[1]
        other = BatchnormConfig(**settings, seed=1)
        assert driven(other, Ask(other, 9), Ask(other, 4)).to_bytes() != frames[0]


def test_how_often_one_asks_changes_nothing() -> None:
    config = BatchnormConfig(**QUICK)
    once, often = (driven(config, *[Ask(config, 60 // n)] * n) for n in (1, 12))
    assert once.to_bytes() == often.to_bytes()


@pytest.mark.parametrize("change", [{"learning_rate": 0.9}, {"momentum": 0.9}], ids=str)
def test_a_live_lever_changes_the_running_run(change: dict[str, Any]) -> None:
    config = BatchnormConfig(**QUICK)
    changed = config.model_copy(update=change)
    before, after = (driven(config, Ask(config, 9), Ask(c, 9)) for c in (config, changed))
    assert not np.array_equal(before.losses[BEFORE], after.losses[BEFORE])
    assert np.array_equal(before.losses[NONE], after.losses[NONE]) == ("momentum" in change)
    assert set(change) <= set(LAB.live)


def test_another_unit_or_target_is_looked_at_without_training() -> None:
    config = BatchnormConfig(**QUICK)
    elsewhere = config.model_copy(update={"layer": 1, "unit": 3, "target": 0.6})
    before, after = (driven(config, Ask(config, 60), Ask(c, 0)) for c in (config, elsewhere))
    np.testing.assert_array_equal(before.losses, after.losses)
    assert not np.array_equal(before.batch, after.batch)
    assert (after.reached >= 0).sum() > (before.reached >= 0).sum()
    beyond = config.model_copy(update={"layer": 6, "unit": 32})
    assert (driven(config, Ask(beyond, 0)).layer, driven(config, Ask(beyond, 0)).unit) == (2, 5)


@pytest.mark.parametrize("layer", [1, 2])
def test_the_unit_that_is_shown_is_what_torch_computes(layer: int) -> None:
    from models.replicas.batchnorm_comparison import BatchNormComparison
    from models.replicas.replicas import as_module

    config = BatchnormConfig(**QUICK, layer=layer, unit=4)
    frame = driven(config, Ask(config, 35))
    session = BatchNormComparison(
        settings_of(config), ("none", "before", "after"), points_of(config)
    )
    session.train(35)
    module = as_module(session.networks, 2)
    batch = session.part(0)[0][session._coming]
    norm = module[3 * layer - 2]
    assert isinstance(norm, nn.BatchNorm1d)
    z = module[: 3 * layer - 2].train()(batch)
    np.testing.assert_allclose(frame.batch[0], z[:, 3].detach())
    gamma, beta = frame.numbers[2:4]
    for row in (2, 1):  # eval first: training changes the running statistics
        y = norm.train(row == 1)(z)[:, 3]
        np.testing.assert_allclose(gamma * frame.batch[row] + beta, y.detach())
    assert norm.running_mean is not None
    assert norm.running_var is not None
    updated = [float(norm.running_mean[3]), float(norm.running_var[3])]
    np.testing.assert_allclose(frame.numbers[6:], updated)


def test_histograms_of_normalized_values_stay_put_and_the_others_drift() -> None:
    frame = trained(300)
    places = frame.bins.astype(float)
    shares = frame.ridges.astype(float)
    shares /= shares.sum(axis=2, keepdims=True)
    means = np.einsum("vlmk,m->vlk", shares, places)
    spreads = np.sqrt(
        np.einsum("vlmk,vlmk->vlk", shares, (places[:, None] - means[:, :, None]) ** 2)
    )
    assert np.abs(means[BEFORE]).max() < 0.5
    assert spreads[BEFORE, :, 0] == pytest.approx(1, abs=0.05)
    assert (spreads[NONE, 1:, 0] < 0.7).all()
    growth = spreads[NONE, :, -1] / spreads[NONE, :, 0]
    assert growth.max() > np.max(spreads[BEFORE, :, -1] / spreads[BEFORE, :, 0])


@pytest.mark.parametrize(
    "extreme",
    [
        {"depth": 1, "width": 2, "seeds": 1, "batch_size": 1},
        {"depth": 6, "width": 24, "seeds": 1, "batch_size": 256, "init_scale": 20},
        {**QUICK, "batch_size": 255, "noise": 1, "momentum": 1, "init_scale": 0.05},
        {**QUICK, "activation": "relu", "learning_rate": 10, "init_scale": 20},
        {**QUICK, "activation": "sigmoid", "data": "spiral", "momentum": 0.001},
        {**QUICK, "batch_size": 2, "init_scale": 20},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("error::RuntimeWarning")  # which a presenter's terminal would show
def test_the_ends_of_every_range_are_drawn(extreme: dict[str, Any]) -> None:
    for mode in ("train", "sweep"):
        config = BatchnormConfig(mode=mode, **extreme)
        try:
            frame = driven(config, Ask(config, 12))
        except Diverged:
            assert extreme["learning_rate"] == 10
        else:
            assert len(frame.to_bytes()) < 1_000_000


def test_a_lost_network_is_no_end_for_the_others() -> None:
    frame = trained(150, activation="relu", learning_rate=10, init_scale=5, depth=3, width=8)
    lost = ~np.isfinite(frame.losses)
    assert lost[NONE].any() or (frame.losses[NONE] > 0.6).all()
    assert np.isfinite(frame.losses[BEFORE]).all()
    assert frame.to_bytes()


def test_batches_of_one_teach_nothing_but_the_last_bias() -> None:
    frame = trained(100, **QUICK, batch_size=1)
    assert not frame.batch[1].any()
    assert (frame.slopes[[BEFORE, AFTER], 0] == 0).all()
    assert frame.slopes[NONE, 0] > 0


@pytest.mark.parametrize(
    "change",
    [
        {"depth": 0}, {"width": 33}, {"momentum": 0}, {"momentum": 1.1}, {"target": 0.7},
        {"batch_size": 0}, {"learning_rate": 11}, {"activation": "gelu"}, {"mode": "both"},
        {"unknown": 1}, {"seed": None}, {"layer": 7}, {"unit": 0}, {"seeds": 1.5},
    ],
    ids=str,
)  # fmt: skip
def test_settings_out_of_range_are_refused(client: TestClient, change: dict[str, Any]) -> None:
    body = json.dumps({"config": change, "steps": 1})
    answer = client.post("/api/labs/batchnorm/run", content=body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message", "field"}


@pytest.mark.parametrize("settings", [{}, QUICK, {"mode": "sweep"}, {"depth": 1}], ids=str)
def test_parameters_are_counted_as_they_are_allocated(settings: dict[str, Any]) -> None:
    from models.replicas.batchnorm_comparison import BatchNormComparison, BatchNormSweep

    config = BatchnormConfig(**settings)
    made: BatchNormComparison | BatchNormSweep
    if config.mode == "sweep":
        from dataclasses import replace

        made = BatchNormSweep(
            replace(settings_of(config), seeds=SWEEP_SEEDS),
            "rate",
            VALUES["rate"],
            points_of(config),
        )
    else:
        made = BatchNormComparison(
            settings_of(config), ("none", "before", "after"), points_of(config)
        )
    assert LAB.parameters(config) == made.networks.flat.numel()


# --- The lesson -----------------------------------------------------------------------------------


def at(step: int, steps: int, **others: Any) -> BatchnormFrame:
    """The frame that a step of the lesson shows after so many steps of training."""
    fields = BatchnormConfig.model_fields
    settings = {name: value for name, value in LESSON[step].state.items() if name in fields}
    return trained(steps, **{"seeds": 3, **settings, **others})


def test_with_batchnorm_the_loss_is_reached_several_times_sooner_in_either_place() -> None:
    without, before, after = typical(at(1, 850).reached)
    assert without > 400
    assert 50 <= before <= 150
    assert after <= 150


def test_large_weights_saturate_all_but_what_is_normalized_before_the_activation() -> None:
    frame = at(2, 0)
    assert (frame.saturated[NONE, 1:] > 0.6).all()
    assert (frame.saturated[BEFORE] < 0.1).all()


def test_from_very_large_weights_only_batchnorm_before_the_activation_learns() -> None:
    frame = trained(300, init_scale=20.0, seeds=3)
    none, before, after = np.median(frame.losses, axis=1)
    assert before < 0.05
    assert 0.2 < none < after  # after the activation it comes too late
    assert frame.slopes[NONE, 0] < 0.1 * frame.slopes[NONE, -1]


def test_small_weights_fade_layer_by_layer_without_batchnorm() -> None:
    frame = at(3, 300)
    assert np.median(frame.losses[NONE]) == pytest.approx(np.log(2), abs=0.01)
    assert np.median(frame.losses[BEFORE]) < 0.2
    middle = frame.ridges.shape[2] // 2
    needles = frame.ridges[NONE, :, middle - 1 : middle + 1, 0].sum(axis=1)
    assert needles[-1] >= 254  # half the values are 255, so both bins are full


@pytest.mark.thorough
def test_without_batchnorm_few_learning_rates_work_and_with_it_a_far_wider_range() -> None:
    assert LESSON[4].state == {"sweep": True}
    without, with_it = typical(swept(1000).reached)
    rates = np.array(VALUES["rate"])
    works, works_with = rates[np.isfinite(without)], rates[np.isfinite(with_it)]
    assert list(works) == [0.1, 0.3, 1.0]
    assert works_with.max() / works_with.min() > 10 * works.max() / works.min()
    both = np.isfinite(without)
    assert (without[both] / with_it[both] > 3).all()


def test_without_batchnorm_few_scales_of_the_start_work_and_with_it_all() -> None:
    without, with_it = typical(swept(250, setting="scale").reached)
    scales = np.array(VALUES["scale"])
    assert list(scales[np.isfinite(without)]) == [2, 5, 10]
    assert np.isfinite(with_it).all()


def test_with_batches_of_two_batchnorm_learns_worse_than_none() -> None:
    frame = at(5, 300)
    np.testing.assert_allclose(np.abs(frame.batch[1]), 1, atol=0.05)
    none, before, after = (frame.history[place, 1, -20:].mean() for place in range(3))
    assert none < 0.7 * min(before, after)
    single = at(5, 300, batch_size=1)
    assert single.history[BEFORE, 1].min() > 0.65


def test_statistics_that_lag_spoil_the_loss_in_eval_mode() -> None:
    lagging, usual = (at(6, 100, momentum=m) for m in (0.01, 0.1))
    assert np.median(lagging.losses[BEFORE]) > 1.5 * np.median(usual.losses[BEFORE])
    gap = [np.abs(f.statistics[1] - f.statistics[3])[-5:].mean() for f in (lagging, usual)]
    assert gap[0] > gap[1]


def test_sigmoids_learn_with_batchnorm_alone() -> None:
    frame = at(7, 1000)
    assert frame.history[NONE, 1].min() > 0.68
    assert typical(frame.reached)[BEFORE] < 500


# --- Code, and the queries ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {},
        QUICK,
        {**QUICK, "activation": "sigmoid", "batch_size": 255, "momentum": 0.3, "init_scale": 2.5},
        {**QUICK, "activation": "relu", "data": "spiral", "seed": 3, "depth": 1, "target": 0.6},
        {**QUICK, "batch_size": 1, "data_seed": 4, "noise": 0.3},
    ],
    ids=str,
)
def test_the_script_prints_the_numbers_that_the_page_shows(
    client: TestClient, change: dict[str, Any], tmp_path: Path
) -> None:
    """To every digit and for long: this training makes differences of rounding grow."""
    steps = 60 if change else 400
    frame = trained(steps, **change)
    body = {"config": change, "steps": steps}
    answer = client.post("/api/labs/batchnorm/code", json=body)
    rows = np.array(printed(answer.text, tmp_path))
    assert rows.shape == (frame.losses.size, 3)
    np.testing.assert_allclose(rows[:, 0], frame.losses.flatten(), rtol=1e-8)
    np.testing.assert_array_equal(rows[:, 2], frame.reached.flatten())


def test_the_notebook_has_a_cell_for_each_part(client: TestClient) -> None:
    body = {"config": {}, "steps": 10, "format": "ipynb"}
    book = client.post("/api/labs/batchnorm/code", json=body).json()
    assert len(book["cells"]) > 6
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            compile(cell["source"], "cell", "exec")


def test_a_program_gets_the_last_frame(client: TestClient) -> None:
    answer = client.post("/api/labs/batchnorm/run", json={"config": QUICK, "steps": 20})
    header, arrays = wire.decode(answer.content)
    assert header["step"] == 20
    np.testing.assert_array_equal(arrays["losses"], trained(20, **QUICK).losses)


def test_the_four_normalizations_share_their_statistics_along_their_axes(
    client: TestClient,
) -> None:
    found = client.get("/api/batchnorm/normalizations?groups=4").json()
    assert found["shape"] == [3, 4, 4, 4]
    x = torch.tensor(found["x"], dtype=torch.float64).view(3, 4, 4, 4)
    kinds = {row["kind"]: row for row in found["kinds"]}
    torch_says = {
        "batch": nn.BatchNorm2d(4, affine=False).double(),
        "layer": nn.LayerNorm([4, 4, 4], elementwise_affine=False),
        "instance": nn.InstanceNorm2d(4),
        "group": nn.GroupNorm(4, 4, affine=False),
    }
    for kind, module in torch_says.items():
        np.testing.assert_allclose(kinds[kind]["x_hat"], module(x).flatten(), atol=1e-6)
    counts = [kinds[kind]["statistics"] for kind in ("batch", "layer", "instance", "group")]
    assert counts == [4, 3, 12, 12]
    assert kinds["group"]["x_hat"] == kinds["instance"]["x_hat"]  # a group a channel


def test_normalized_inputs_allow_one_learning_rate_for_both_weights(client: TestClient) -> None:
    found = client.get("/api/batchnorm/surface").json()
    raw, normal = found["raw"], found["normalized"]
    assert raw["condition"] > 10 > 2 > normal["condition"]
    assert 10 * raw["limit"] < normal["limit"]
    assert raw["within"] > 3 * normal["within"]
    assert normal["least"] == pytest.approx(raw["least"], abs=0.05)
    for share, ends_below in ((0.95, True), (1.1, False)):
        beyond = client.get(f"/api/batchnorm/surface?share={share}").json()
        for of in (beyond["raw"], beyond["normalized"]):
            assert (of["losses"][-1] < of["losses"][0]) == ends_below


@pytest.mark.parametrize(
    "query",
    [
        "normalizations?groups=3", "normalizations?groups=x", "surface?share=0",
        "surface?share=nan", "surface?offset=inf", "surface?spread=11", "surface?spread=",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/batchnorm/{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"]


def test_the_steepest_descent_still_ends_in_numbers(client: TestClient) -> None:
    found = client.get("/api/batchnorm/surface?share=1.2&spread=10&offset=5").json()
    assert 1 < len(found["raw"]["path"]) < 61
    assert np.isfinite(found["raw"]["losses"]).all()
