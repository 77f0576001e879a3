"""The script that a lab hands out prints what the lab shows."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from app.code.training_script import EarlyStop, TrainingScript, text_of
from app.runs.whole import notebook
from models.data.planes import sample_plane
from models.data.points import TEST, TRAIN
from models.replicas.replicas import Options, Replicas, accuracy
from models.training import Batches
from tests.app.labs.scripts import printed, run

STEPS = 60
BASE = Options(learning_rate=0.1)


def script(options: Options = BASE, outputs: int = 1, **changes: Any) -> TrainingScript:
    classes = outputs if outputs > 1 else 2
    points = sample_plane("gaussians", train=20, test=10, noise=0.3, seed=0, classes=classes)
    parts = []
    for role in (TRAIN, TEST):
        mine = points.role == role
        y = points.y[mine]
        loss = changes.get("loss", "cross-entropy")
        if outputs == 1:
            y = y.double() if loss == "cross-entropy" else 2.0 * y.double() - 1
        parts.append((points.x[mine], y))
    made: dict[str, Any] = {
        "title": "A test", "lab": "none", "train": parts[0], "test": parts[1],
        "shape": (2, 5, 4, outputs), "options": options, "seeds": [100, 101, 102],
        "activation": "tanh", "loss": "cross-entropy", "optimizer": "sgd", "batch_size": 6,
        "seed": 7, "steps": STEPS, "accuracy": True,
    }  # fmt: skip
    return TrainingScript(**{**made, **changes})


def trained(s: TrainingScript) -> list[list[float]]:
    """The same by the stacked replicas."""
    options = [replace(s.options, seed=seed) for seed in s.seeds]
    networks = Replicas(
        s.shape, options, activation=s.activation, loss=s.loss, optimizer=s.optimizer,
        seed=s.seed, dtype=torch.float64,
    )  # fmt: skip
    batches = Batches(len(s.train[0]), s.batch_size, s.seed)
    for _ in range(s.steps):
        chosen = batches.next()
        networks.step(s.train[0][chosen], s.train[1][chosen])
    columns = []
    for x, y in (s.train, s.test):
        columns += [networks.evaluate(x, y), accuracy(networks.predict(x), y)]
    rows = torch.stack(columns, dim=1)
    return [*rows.tolist(), rows.quantile(0.5, dim=0).tolist()]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"outputs": 3, "optimizer": "adam", "activation": "relu"},
        {"loss": "hinge", "options": replace(BASE, l1=0.01, l2=0.02, init="he", init_scale=0.5)},
        {"loss": "squared", "options": replace(BASE, dropout=0.3, batchnorm="after", init="torch")},
        {
            "outputs": 4,
            "loss": "hinge",
            "options": replace(BASE, init="normal", batchnorm="before"),
        },
        {"activation": "sign", "optimizer": "momentum", "options": replace(BASE, init="zero")},
        {"shape": (2, 1), "activation": "sigmoid"},
        {"batch_size": 19, "options": replace(BASE, batchnorm="before")},
    ],
    ids=str,
)
def test_the_script_prints_what_the_replicas_compute(changes: Any, tmp_path: Path) -> None:
    s = script(**changes)
    text = text_of(s)
    assert set(re.findall(r"^(?:import|from) (\w+)", text, re.M)) <= {"torch", "math"}
    for mine, theirs in zip(printed(text, tmp_path), trained(s), strict=True):
        assert mine == pytest.approx(theirs, abs=2e-6)


def test_a_notebook_holds_the_same_code_in_cells_and_runs(tmp_path: Path) -> None:
    text = text_of(script())
    book = json.loads(notebook(text))
    assert book["nbformat"] == 4
    kinds = [cell["cell_type"] for cell in book["cells"]]
    assert kinds[0] == "markdown"
    assert kinds.count("code") == 6
    code = "\n\n".join(c["source"] for c in book["cells"] if c["cell_type"] == "code")
    assert printed(code, tmp_path) == printed(text, tmp_path)


def test_without_test_points_only_the_training_is_reported(tmp_path: Path) -> None:
    s = script()
    empty = (s.test[0][:0], s.test[1][:0])
    rows = printed(text_of(replace(s, test=empty, steps=0)), tmp_path)
    assert [len(row) for row in rows] == [2] * 4


def test_early_stopping_goes_back_to_the_best_state(tmp_path: Path) -> None:
    s = script(loss="squared", accuracy=False)
    stop = EarlyStop(*s.test, every=10, patience=30)
    short = printed(text_of(replace(s, early_stop=stop, steps=400)), tmp_path)
    long = printed(text_of(replace(s, early_stop=stop, steps=800)), tmp_path)
    assert short == long
    assert short != printed(text_of(replace(s, steps=400)), tmp_path)


def test_a_script_is_tried_where_nothing_of_ours_can_be_imported(tmp_path: Path) -> None:
    assert run("import torch\nprint(torch.ones(2).sum().item())", tmp_path) == "2.0\n"
    with pytest.raises(AssertionError, match=r"a script asks for models"):
        run("from models.data import points", tmp_path)
