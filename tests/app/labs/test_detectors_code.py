"""The script of "Train it" prints the losses and the measurements that the page shows."""

import re
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch

from app.labs.detectors import LAB
from app.labs.detectors.config import DetectorsConfig
from app.labs.detectors.frames import DetectorsFrame
from app.runs.whole import notebook
from models.detection.scene_maps import scene_maps
from models.measures import DetectorLoss
from tests.app.labs import scripts
from tests.app.labs.test_detectors_run import frames

NUMBER = r"(\w[\w ]*) (-?\d+\.\d+)"


def as_in_a_run(steps: int, **settings: Any) -> DetectorsFrame:
    """The frame after so many steps, reckoned with one thread, what the trunk sees included:
    another test may have left that of two threads, and training enlarges the last digit's
    difference.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    scene_maps.cache_clear()
    try:
        return frames(steps, **settings)[-1]
    finally:
        torch.set_num_threads(threads)
        scene_maps.cache_clear()


def numbers(line: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(NUMBER, line.split(": ", 1)[1])}


def compare(folder: Path, steps: int, **settings: Any) -> None:
    """Run the script, and hold each of its lines to the page's frame."""
    config = DetectorsConfig(**{"taught": 8, **settings}, script="training")
    said = scripts.run(LAB.code(config, steps), folder)  # type: ignore[misc]
    frame = as_in_a_run(steps, **settings)
    losses = [line for line in said.splitlines() if "AP50" not in line]
    assert len(losses) == steps, said
    for step, line in enumerate(losses, 1):
        shown = dict(zip(get_args(DetectorLoss), frame.history[:, step - 1].tolist(), strict=True))
        trained = {name: value for name, value in shown.items() if not np.isnan(value)}
        told = numbers(line)
        assert set(told) == set(trained), (line, trained)
        for name, value in told.items():
            np.testing.assert_allclose(value, trained[name], rtol=2e-2, atol=2e-3)
    measured = [numbers(line) for line in said.splitlines() if "AP50" in line]
    assert len(measured) == frame.scores.shape[1] == steps // 25
    for told, shown in zip(measured, frame.scores[:2].T, strict=True):
        np.testing.assert_allclose([told["AP50"], told["recall"]], shown, atol=5e-3)


def test_the_script_prints_the_losses_and_the_ap_that_are_shown(tmp_path: Path) -> None:
    compare(tmp_path, 25, form="ssd", learning_rate=0.005)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("steps", "settings"),
    [
        (25, {"form": "two"}),
        (45, {"form": "two", "order": "alternating", "part_steps": 10}),
        (25, {"form": "ssd", "negatives": "all", "gamma": 1.5, "seed": 3}),
        (25, {"form": "yolo", "taught": 4}),
        (5, {"form": "two", "negatives": "all"}),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_every_form_has_its_script(tmp_path: Path, steps: int, settings: dict[str, Any]) -> None:
    compare(tmp_path, steps, **settings)


def test_the_training_is_a_notebook_too_and_needs_no_scene() -> None:
    config = DetectorsConfig(source="photo", script="training")
    assert 'Learner(\\"two\\")' in notebook(LAB.code(config, 3))  # type: ignore[misc]
