"""The script that the pretext lab hands out prints the losses that its page shows."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.labs.pretext import LAB
from app.labs.pretext.config import PretextConfig
from models.representation.pretext_scale import COUNTS, material_of, training_of
from models.representation.shipped import FILE
from tests.app.labs import scripts
from tests.app.labs.test_pretext import config_of, frames

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize(
    "values",
    [
        {"task": "rotation"},
        {"task": "patch", "gap": 0, "data": "scenes"},
        {"task": "color"},
        {"task": "masked", "ratio": 0.75, "block": "8", "data": "digits"},
        {"task": "speed", "batch_size": 4},
        {"task": "speed", "length": "25", "batch_size": 4},
        {"task": "order", "clips": "pans", "batch_size": 4},
        {"task": "simclr"},
        {"task": "supervised"},
        {"task": "rotation", "start": "photos"},
    ],
    ids=lambda values: "-".join(map(str, values.values())),
)
def test_the_script_prints_the_losses_that_are_shown(
    values: dict[str, Any], tmp_path: Path
) -> None:
    config = config_of(**values)
    shutil.copy(FILE, tmp_path)  # the script of shipped weights reads them beside it
    said = scripts.run(LAB.code(config, 10), tmp_path)  # type: ignore[misc]
    found = re.fullmatch(r"step 10: loss (\S+)\n", said)
    assert found, said
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in a run: ten steps of SimCLR enlarge the last digit's difference
    try:
        shown = frames(config, 10)[-1].history[0, -1]
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_allclose(float(found[1]), shown, atol=2e-3)


def test_the_script_of_scale_is_its_last_training(tmp_path: Path) -> None:
    config = PretextConfig(mode="scale", width="0.5")
    said = scripts.run(LAB.code(config, 10), tmp_path)  # type: ignore[misc]
    found = re.fullmatch(r"step 10: loss (\S+)\n", said)
    assert found, said
    training = training_of(material_of(COUNTS[-1], 0), 0.5, 0)
    training.train(10)
    np.testing.assert_allclose(float(found[1]), training.loss, atol=2e-3)
