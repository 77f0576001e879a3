"""The `mlp` lab: its runs, its tables, its scripts, and hostile settings."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.errors import Diverged, InvalidInput
from app.lab import wire
from app.lab.contract import Ask
from app.labs.mlp import LAB
from app.labs.mlp.config import XOR, MlpConfig, SetWeight
from app.labs.mlp.frames import MlpFrame, PerceptronFrame
from app.labs.mlp.run import run
from models.data.points import decode_plane
from tests.app.labs.scripts import printed

QUICK: dict[str, Any] = {"replicas": 3, "layers": "4", "samples": 60}


def driven(config: MlpConfig, *asks: Ask) -> Any:
    generator = run(config)
    frame = next(generator)
    for ask in asks:
        frame = generator.send(ask)
    return frame


def test_the_moons_are_learned_within_a_few_hundred_steps() -> None:
    config = MlpConfig()
    frame = driven(config, Ask(config, 500))
    assert isinstance(frame, MlpFrame)
    assert frame.history[7, -1] > 0.95
    assert frame.confusion.sum() == 60
    assert frame.layers == [2, 6, 4, 1]


def test_same_configuration_and_seed_same_frames() -> None:
    config = MlpConfig(**QUICK, dropout=0.3)
    frames = [driven(config, Ask(config, 25), Ask(config, 10)).to_bytes() for _ in range(2)]
    assert frames[0] == frames[1]


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 0.5}, {"l2": 0.1}, {"l1": 0.1}, {"dropout": 0.5}, {"batch_size": 3},
        {"noise": 0.5}, {"samples": 100}, {"data_seed": 3}, {"test_share": 0.5},
    ],
    ids=str,
)  # fmt: skip
def test_each_live_setting_changes_the_running_run(change: dict[str, Any]) -> None:
    config = MlpConfig(**QUICK)
    changed = config.model_copy(update=change)
    before, after = (driven(config, Ask(config, 20), Ask(c, 20)).weights for c in (config, changed))
    assert not np.array_equal(before, after)
    assert set(change) <= set(LAB.live)


def test_loss_and_penalty_under_the_formula_are_those_of_the_network_on_show() -> None:
    config = MlpConfig(**QUICK, l2=0.01, l1=0.003, shown=2)
    frame = driven(config, Ask(config, 13))
    weights = frame.weights.astype(np.float64)
    expected = 0.01 * (weights**2).sum() + 0.003 * np.abs(weights).sum()
    assert frame.scores[4] == pytest.approx(expected, rel=1e-5)
    assert frame.scores[4] != pytest.approx(frame.history[8, -1], rel=1e-3)


def test_another_network_is_shown_without_training() -> None:
    config = MlpConfig(**QUICK)
    other = config.model_copy(update={"shown": 2})
    first, second = driven(config, Ask(config, 10)), driven(config, Ask(config, 10), Ask(other, 0))
    assert not np.array_equal(first.map, second.map)
    np.testing.assert_array_equal(first.map_all, second.map_all)
    np.testing.assert_array_equal(first.history, second.history)


def test_a_weight_set_by_hand_is_the_weight_on_show() -> None:
    config = MlpConfig(**QUICK)
    action = SetWeight(layer=0, source=1, target=2, value=5)
    frame = driven(config, Ask(config, 0, action))
    assert frame.weights[1 * 4 + 2] == 5
    nowhere = SetWeight(layer=5, source=1, target=2, value=5)
    assert driven(config, Ask(config, 0, nowhere)).step == 0


def test_a_new_class_among_own_points_is_a_new_network() -> None:
    config = MlpConfig(**QUICK, data="own", points=XOR)
    points = decode_plane(XOR)
    points.y[0] = 2
    from models.data.points import encode_rows

    text = encode_rows(points.x[:, 0], points.x[:, 1], points.y, points.role)
    more = config.model_copy(update={"points": text})
    frame = driven(config, Ask(config, 20), Ask(more, 5))
    assert frame.classes == 3
    assert frame.step == 5


@pytest.mark.parametrize("data", ["slope", "hill", "saddle", "gaussians", "spiral", "circle"])
@pytest.mark.parametrize("layers", ["", "1", "32,32", "3,3,3,3,3,3"])
def test_every_data_set_and_depth_makes_a_frame(data: Any, layers: str) -> None:
    config = MlpConfig(data=data, layers=layers, replicas=2, samples=40, classes=3)
    frame = driven(config, Ask(config, 5))
    assert np.isfinite(frame.weights).all()
    assert wire.decode(frame.to_bytes())[0]["step"] == 5


@pytest.mark.parametrize(
    "layers", ["0", "33", "1,", ",", "a", "4,4,4,4,4,4,4", "-1", "1.5", "٣", "4 4", "1e1"]
)
def test_layers_that_are_none_are_refused(client: TestClient, layers: str) -> None:
    for path in ("run", "code"):
        answer = client.post(f"/api/labs/mlp/{path}", json={"config": {"layers": layers}})
        assert answer.status_code == 422
        assert answer.json()["error"]["field"] == "layers"


@pytest.mark.parametrize(
    "change",
    [
        {"samples": 10**9}, {"noise": "NaN"}, {"classes": 5}, {"points": "A" * 14_001},
        {"data": "own"}, {"data": "own", "points": "AAAA"}, {"shown": 32}, {"test_share": 0.9},
        {"model": "transformer"}, {"unknown": 1}, {"init_scale": 0},
        {"model": "perceptron", "data": "hill"},
        {"model": "perceptron", "data": "spiral", "classes": 3},
    ],
    ids=str,
)  # fmt: skip
def test_settings_out_of_range_get_the_one_error_shape(
    client: TestClient, change: dict[str, Any]
) -> None:
    answer = client.post("/api/labs/mlp/run", content=json.dumps({"config": change, "steps": 1}))
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message", "field"}


def test_training_that_diverges_ends_with_a_sentence() -> None:
    config = MlpConfig(
        **QUICK, optimizer="sgd", activation="relu", loss="squared", learning_rate=100
    )
    with pytest.raises(Diverged, match="learning rate"):
        driven(config, *[Ask(config, 100)] * 10)


def test_the_perceptron_looks_at_one_sample_a_step_and_stops_when_all_are_right() -> None:
    config = MlpConfig(model="perceptron", data="gaussians", noise=0.05)
    first = driven(config, Ask(config, 1))
    assert isinstance(first, PerceptronFrame)
    assert first.number == 0
    assert first.wrong  # w = 0 has every sample wrong
    np.testing.assert_allclose(np.add(first.before, first.update), first.after)
    done = driven(config, Ask(config, 5000))
    assert done.converged
    assert done.step < 5000
    assert done.accuracy == 1.0


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"data": "spiral", "classes": 3, "activation": "relu", "init": "he", "optimizer": "sgd"},
        {"data": "hill", "batchnorm": "before", "l2": 0.001},
        {"loss": "hinge", "dropout": 0.2, "test_share": 0.0},
        {"data": "gaussians", "classes": 4, "loss": "squared", "init": "torch", "init_scale": 0.5},
    ],
    ids=str,
)
def test_the_script_prints_what_the_page_shows(
    client: TestClient, change: dict[str, Any], tmp_path: Path
) -> None:
    settings = {**QUICK, "layers": "5,3", **change}
    config = MlpConfig(**settings)
    frame = driven(config, *[Ask(config, 40)] * 5)
    body = {"config": settings, "steps": 200}
    rows = printed(client.post("/api/labs/mlp/code", json=body).text, tmp_path)
    scores = frame.scores[:4]  # without the penalty
    shown = scores[np.isfinite(scores)]
    np.testing.assert_allclose(rows[0], shown, atol=3e-6)


def test_the_perceptrons_script_makes_the_same_mistakes(client: TestClient, tmp_path: Path) -> None:
    settings = {"model": "perceptron", "data": "gaussians", "noise": 0.1, "eta": 0.5}
    frame = driven(MlpConfig(**settings), Ask(MlpConfig(**settings), 900))
    body = {"config": settings, "steps": 900}
    script = tmp_path / "script.py"
    script.write_text(client.post("/api/labs/mlp/code", json=body).text)
    said = subprocess.run(
        [sys.executable, "-I", str(script)], capture_output=True, text=True, check=True
    ).stdout
    assert f"mistakes: {frame.mistakes}\n" in said
    weights = re.findall(r"^w: (.*)$", said, re.M)[0].split()
    np.testing.assert_allclose([float(v) for v in weights], frame.after, atol=1e-6)


def test_a_labeled_table_becomes_classes_and_columns_can_be_chosen(client: TestClient) -> None:
    rows = [f"{i % 7},{i},{-i},{'dog' if i % 3 else 'cat'}" for i in range(30)]
    text = "a,b,c,kind\n" + "\n".join(rows)
    first = client.post("/api/mlp/table", json={"text": text}).json()
    assert first["labels"] == ["cat", "dog"]
    assert first["names"] == ["a", "b", "c"]
    assert first["axes"] == ["a", "b"]
    points = decode_plane(first["points"])
    assert points.y.tolist() == [int(i % 3 > 0) for i in range(30)]
    assert int((points.role == 2).sum()) == 9
    chosen = client.post("/api/mlp/table", json={"text": text, "columns": [2, 1]}).json()
    assert chosen["axes"] == ["c", "b"]
    pca = client.post("/api/mlp/table", json={"text": text, "columns": "pca"}).json()
    assert sum(pca["shares"]) <= 1 + 1e-9
    assert pca["axes"] == ["PCA 1", "PCA 2"]


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("1,2,a\n3,4,a", None, "2 to 4"),
        ("\n".join(f"1,2,{i}" for i in "abcde"), None, "“3” holds 5"),
        ("\n".join(f"1,2,{i}" for i in range(5)), None, "2 to 4"),
        ("1,2\n3,4", None, "two columns of numbers"),
        ("1,2,a\n3,x,b\n3,4,b", None, "Line 2"),
        ("1,2,a\n3,4,b", None, "at least 4 rows"),
        ("1,2,a\n3,4,b", [0, 7], "two of the columns"),
        ("1,2,a\n3,4,b", [0], "two of the columns"),
        ("", None, "no rows"),
    ],
)
def test_a_labeled_table_that_cannot_be_used_is_told(
    client: TestClient, text: str, columns: Any, said: str
) -> None:
    answer = client.post("/api/mlp/table", json={"text": text, "columns": columns})
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]


def test_own_points_that_are_none_are_refused() -> None:
    for points in ("", "AAAA", XOR[:7]):
        with pytest.raises(InvalidInput):
            driven(MlpConfig(**QUICK, data="own", points=points))


@pytest.mark.parametrize(
    ("samples", "outputs", "shape", "output", "each_its_own"),
    [
        (20, 6, "row", [20, 6], True),
        (20, 6, "column", None, False),
        (6, 6, "column", [6, 6], False),  # torch adds it, and wrongly
        (1, 6, "column", [6, 6], False),
        (20, 1, "column", [20, 1], True),
    ],
)
def test_biases_are_a_row_and_a_column_is_refused_or_added_wrongly(
    client: Any,
    samples: int,
    outputs: int,
    shape: str,
    output: list[int] | None,
    each_its_own: bool,
) -> None:
    query = {"samples": samples, "outputs": outputs, "shape": shape}
    found = client.get("/api/mlp/biases", params=query).json()
    assert found["output"] == output
    assert found["each_its_own"] is each_its_own
    assert bool(found["error"]) is (output is None)
    if found["error"]:
        assert f"({samples})" in found["error"]
        assert f"({outputs})" in found["error"]
