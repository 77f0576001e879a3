"""The `fitting` lab: its run, its table, and what it makes of hostile settings."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.errors import Diverged, InvalidInput
from app.lab import wire
from app.lab.contract import Ask
from app.labs.fitting import LAB
from app.labs.fitting.config import FittingConfig
from app.labs.fitting.frames import CapacityFrame, FittingFrame
from app.labs.fitting.run import run
from models.data.curves import sample_curve
from models.data.points import decode_curve, encode_heights, encode_rows
from tests.app.labs.scripts import printed

QUICK: dict[str, Any] = {"replicas": 4, "width": 8, "depth": 1}


def driven(config: FittingConfig, *asks: Ask) -> Any:
    """The last frame after these asks."""
    generator = run(config)
    frame = next(generator)
    for ask in asks:
        frame = generator.send(ask)
    return frame


def test_the_default_setting_overfits_within_a_few_hundred_steps() -> None:
    config = FittingConfig()
    start, later = driven(config), driven(config, Ask(config, 500))
    assert isinstance(start, FittingFrame)
    assert start.step == 0
    assert later.verdict == "overfits"
    assert later.best_step is not None
    assert 20 < later.best_step < 400
    assert np.median(later.errors[0]) < (later.floor or 0) < np.median(later.errors[2])


def test_same_configuration_and_seed_same_frames() -> None:
    config = FittingConfig(**QUICK, dropout=0.2)
    frames = [driven(config, Ask(config, 30), Ask(config, 12)).to_bytes() for _ in range(2)]
    assert frames[0] == frames[1]
    other = FittingConfig(**{**QUICK, "seed": 1}, dropout=0.2)
    assert driven(other, Ask(other, 30), Ask(other, 12)).to_bytes() != frames[0]


@pytest.mark.parametrize(
    "change",
    [
        {"l2": 0.1}, {"l1": 0.1}, {"dropout": 0.5}, {"train": 60}, {"noise": 0.9},
        {"learning_rate": 0.001}, {"width": 2}, {"data": "step"}, {"batch_size": 3},
        {"data_seed": 5},
    ],
    ids=str,
)  # fmt: skip
def test_each_lever_changes_the_running_run(change: dict[str, Any]) -> None:
    config = FittingConfig(**QUICK)
    changed = config.model_copy(update=change)
    before, after = (driven(config, Ask(config, 20), Ask(c, 20)).curves for c in (config, changed))
    assert not np.array_equal(before, after)
    assert set(change) <= set(LAB.live)


def test_a_change_without_steps_is_drawn_and_trains_nothing() -> None:
    config = FittingConfig(**QUICK)
    noisy = config.model_copy(update={"noise": 0.8})
    before, after = driven(config, Ask(config, 20)), driven(config, Ask(config, 20), Ask(noisy, 0))
    np.testing.assert_array_equal(before.curves, after.curves)
    assert after.step == 20
    assert not np.array_equal(before.y, after.y)


def test_a_wider_network_than_at_the_start_is_a_new_one() -> None:
    config = FittingConfig(**QUICK)
    wider = config.model_copy(update={"width": 20})
    frame = driven(config, Ask(config, 50), Ask(wider, 10))
    assert frame.step == 10
    assert frame.parameters == 61


def test_own_points_and_a_drawn_curve_are_what_is_fitted() -> None:
    points = sample_curve("sine", train=6, validation=2, test=3, noise=0, seed=0)
    text = encode_rows(points.x[:, 0], points.y, points.role * 0, points.role)
    own = driven(FittingConfig(**QUICK, data="own", points=text))
    np.testing.assert_allclose(own.x, points.x[:, 0], atol=1e-4)
    assert own.role.tolist() == points.role.tolist()
    assert np.isnan(own.truth).all()
    assert own.floor is None
    drawn = driven(FittingConfig(**QUICK, data="drawn", drawn=encode_heights([0, 1, 0])))
    np.testing.assert_allclose(drawn.truth, 1 - np.abs(drawn.grid), atol=1e-4)


@pytest.mark.parametrize(
    "hostile",
    [
        {"data": "own"}, {"data": "own", "points": "AAAA"}, {"data": "own", "points": "!!"},
        {"data": "drawn"}, {"data": "drawn", "drawn": "AAA"}, {"data": "own", "points": "AAAAAAA"},
    ],
    ids=str,
)  # fmt: skip
def test_points_and_curves_that_are_none_are_refused_with_a_sentence(
    hostile: dict[str, Any],
) -> None:
    with pytest.raises(InvalidInput):
        driven(FittingConfig(**QUICK, **hostile))


def test_a_fit_that_diverges_ends_with_a_sentence() -> None:
    config = FittingConfig(**QUICK, optimizer="sgd", activation="relu", learning_rate=10)
    with pytest.raises(Diverged, match="learning rate"):
        driven(config, *[Ask(config, 100)] * 20)


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0}, {"width": 257}, {"width": 1.5}, {"train": 10**9}, {"noise": -1},
        {"learning_rate": 0}, {"learning_rate": 1e309}, {"data": "none"}, {"replicas": 65},
        {"points": "A" * 14_001}, {"unknown": 1}, {"l2": "much"}, {"seed": None},
    ],
    ids=str,
)  # fmt: skip
def test_settings_out_of_range_are_refused(client: TestClient, change: dict[str, Any]) -> None:
    import json

    body = json.dumps({"config": change, "steps": 1})
    answer = client.post("/api/labs/fitting/run", content=body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message", "field"}


def test_every_size_is_trained_at_once_and_polynomials_come_with_the_first_frame() -> None:
    config = FittingConfig(mode="capacity", depth=1)
    frame = driven(config, Ask(config, 150))
    assert isinstance(frame, CapacityFrame)
    assert frame.training.shape == (16, 8)
    assert frame.polynomial_test.shape == (21, 16)
    training = np.median(frame.training, axis=1)
    assert training[-1] < training[0]
    assert LAB.parameters(config) < 5_000_000


@pytest.mark.parametrize(("depth", "replicas"), [(1, 4), (2, 16), (3, 1)])
def test_parameters_are_counted_as_they_are_allocated(depth: int, replicas: int) -> None:
    from app.labs.fitting.data import SWEEP_SEEDS, WIDTHS, settings_of
    from models.replicas.capacity import CapacitySweep
    from models.replicas.replicas import Replicas

    def numbers(networks: Replicas) -> int:
        return sum(tensor.numel() for tensor in [*networks.weights, *networks.biases])

    one = FittingConfig(depth=depth, replicas=replicas, width=9)
    settings = settings_of(one)
    assert LAB.parameters(one) == numbers(Replicas(settings.shape, settings.options))
    every = one.model_copy(update={"mode": "capacity"})
    sweep = CapacitySweep(
        WIDTHS, SWEEP_SEEDS, depth, settings.options[0],
        activation="tanh", optimizer="adam", seed=0,
    )  # fmt: skip
    assert LAB.parameters(every) == sum(numbers(stack) for _, stack in sweep._stacks)


def test_a_program_gets_the_last_frame(client: TestClient) -> None:
    answer = client.post("/api/labs/fitting/run", json={"config": QUICK, "steps": 40})
    header, arrays = wire.decode(answer.content)
    assert header["step"] == 40
    config = FittingConfig(**QUICK)
    np.testing.assert_array_equal(arrays["curves"], driven(config, Ask(config, 40)).curves)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"optimizer": "sgd", "l2": 0.01, "l1": 0.001, "learning_rate": 0.05, "depth": 3},
        {"dropout": 0.3, "activation": "relu", "train": 40, "batch_size": 7},
        {"early_stopping": True, "patience": 40, "width": 64, "train": 8},
        {"data": "drawn", "drawn": encode_heights([0, 1, -1, 0.5]), "activation": "sigmoid"},
    ],
    ids=str,
)
def test_the_script_prints_the_errors_that_the_page_shows(
    client: TestClient, change: dict[str, Any], tmp_path: Path
) -> None:
    config = FittingConfig(**{**QUICK, **change})
    frame = driven(config, *[Ask(config, 50)] * 6)
    body = {"config": {**QUICK, **change}, "steps": 300}
    *rows, medians = printed(client.post("/api/labs/fitting/code", json=body).text, tmp_path)
    np.testing.assert_allclose(np.array(rows).T, frame.errors[[0, 2]], atol=2e-6)
    np.testing.assert_allclose(medians, np.median(frame.errors[[0, 2]], axis=1), atol=2e-6)
    assert ((frame.stopped_at >= 0).all()) == bool(change.get("early_stopping"))


def test_two_columns_become_points_of_three_roles(client: TestClient) -> None:
    rows = "\n".join(f"{i};{i * i},5" for i in range(20))
    answer = client.post("/api/fitting/table", json={"text": "time;height\n" + rows}).json()
    assert answer["names"] == ["time", "height"]
    assert answer["ranges"] == [[0.0, 19.0], [0.5, 361.5]]
    points = decode_curve(answer["points"])
    assert np.bincount(points.role).tolist() == [10, 5, 5]
    assert points.x.min() == pytest.approx(-1, abs=1e-4)
    assert points.x.max() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rows"),
        ("x,y", "no rows"),
        ("1,2\n3,4\n5\n6,7", "there are 3"),
        ("1,2\n\n3,4\n5,6,7", "Line 4"),
        ("a,b\n1,2\n3,four\n5,6", "Line 3"),
        ("1,2\n3,nan\n5,6\n7,8", "there are 3"),
        ("1,2\n3,4\n5,six\n7,8\n9,1", "Line 3"),
        ("1_0,2\n3,4\n5,6\n7,8", "Line 1"),
        ("1,2\n3,1e999\n5,6\n7,8", "Line 2"),
        ("1,2\n3,4", "at least 4 rows"),
        ("1\n2\n3", "two columns of numbers"),
        ("a,b\nc,d\ne,f", "two columns of numbers"),
        ("1,2\n" * 200_001, "200,000 rows"),
        ("9" * 2**23, "4,194,304"),
        (",".join("1" * 101), "100 columns"),
    ],
)
def test_a_table_that_cannot_be_used_is_told_by_line(
    client: TestClient, text: str, said: str
) -> None:
    answer = client.post("/api/fitting/table", json={"text": text})
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize("header", ["", "x,y\n"])
def test_two_thousand_rows_are_taken_and_can_be_trained_on(client: TestClient, header: str) -> None:
    text = header + "\n".join(f"{i},{i % 7}" for i in range(2000))
    answer = client.post("/api/fitting/table", json={"text": text}).json()
    assert answer["rows"] == 2000
    frame = driven(FittingConfig(**QUICK, data="own", points=answer["points"]))
    assert len(frame.x) == 2000


def test_a_byte_order_mark_costs_no_row(client: TestClient) -> None:
    text = "\ufeff1,2\n3,4\n5,6\n7,8"
    assert client.post("/api/fitting/table", json={"text": text}).json()["rows"] == 4


@pytest.mark.parametrize(
    "rows",
    [
        [(3.5, -7), (4, 0.25), (6, 11), (5, 2)],
        [(2001, 1e6), (2002, 3e6), (2003, 2e6), (2004, 1e6)],
        [(-1e308, 1e308), (1e308, -1e308), (0, 0), (5e307, 5e307)],
        [(1, 5), (2, 5), (3, 5), (4, 5)],
    ],
    ids=["small", "years", "as far apart as floats go", "constant"],
)
def test_the_units_turn_points_back_into_what_was_pasted(
    client: TestClient, rows: list[tuple[float, float]]
) -> None:
    text = "\n".join(f"{x!r},{y!r}" for x, y in rows)
    answer = client.post("/api/fitting/table", json={"text": text}).json()
    points = decode_curve(answer["points"])
    for place, column, (offset, scale) in zip(
        (points.x[:, 0], points.y), zip(*rows, strict=True), answer["units"], strict=True
    ):
        span = max(column) / 2 - min(column) / 2 or 1.0
        found, pasted = np.array([offset + scale * v for v in place.tolist()]), np.array(column)
        np.testing.assert_allclose(found / span, pasted / span, atol=2e-4)


def test_a_constant_column_and_odd_characters_do_no_harm(client: TestClient) -> None:
    text = "\ufeffx\ty\r\n1\t5\r\n2\t5\r\n3\t5\r\n\0\r\n4\t5"
    answer = client.post("/api/fitting/table", json={"text": text})
    assert answer.status_code == 200
    assert answer.json()["rows"] == 4
