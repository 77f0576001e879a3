"""The script that the contrastive lab hands out prints what its page shows."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.lab import wire
from app.labs.contrastive import LAB
from tests.app.labs import scripts
from tests.app.labs.test_contrastive import SMALL, config_of, frames
from tests.app.pictures.albums.test_endpoints import post, zipped
from tests.app.uploaded import client_with, quarters, saved

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"method": "moco", "queue": 64, "momentum": 0.9, "projector": "linear"},
        {"method": "simsiam", "stop_gradient": False},
        {"data": "digits", "projector": "none", "cutout": 0.5, "noise": 0.5},
    ],
    ids=["simclr", "moco", "simsiam", "digits"],
)
def test_the_script_prints_the_losses_that_are_shown(
    values: dict[str, Any], tmp_path: Path
) -> None:
    config = config_of(**values)
    said = scripts.run(LAB.code(config, 7), tmp_path)  # type: ignore[misc]
    found = re.fullmatch(r"step 7: loss (\S+), similarity of positives (\S+)\n", said)
    assert found, said
    history = frames(config, 7)[-1].history
    np.testing.assert_allclose([float(v) for v in found.groups()], history[:2, -1], atol=2e-3)


@pytest.mark.parametrize(
    "values",
    [
        {"mode": "composition"},
        {"mode": "projector", "data": "digits", "method": "moco", "queue": 64},
        {"mode": "projector", "method": "simsiam"},
    ],
    ids=["composition", "projector", "simsiam"],
)
def test_the_script_of_an_experiment_prints_the_accuracies_of_its_table(
    values: dict[str, Any], tmp_path: Path
) -> None:
    config = config_of(trial_steps=20, **values)
    said = scripts.run(LAB.code(config, 2), tmp_path)  # type: ignore[misc]
    found = re.findall(r"seed 0: accuracy on h (\S+), on z (\S+)\n", said)
    accuracy = frames(config, 1, 1)[-1].accuracy[:2, 0]
    np.testing.assert_allclose(np.array(found, float), accuracy, atol=0.03)


def test_the_script_of_an_album_reads_the_pictures_that_the_server_gives(tmp_path: Path) -> None:
    with client_with() as client:
        album = post(client, saved(quarters(300, 200))).json()
        data = client.get(f"/api/albums/{album['id']}/pictures").content
        (tmp_path / "pictures").write_bytes(data)
        config = {**SMALL, "data": "own", "pictures": album["id"]}
        body = {"config": config, "steps": 3}
        _, arrays = wire.decode(client.post("/api/labs/contrastive/run", json=body).content)
        script = client.post("/api/labs/contrastive/code", json=body).text
    said = scripts.run(script, tmp_path)
    assert float(said.split()[3].rstrip(",")) == pytest.approx(
        float(arrays["history"][0, -1]), abs=2e-3
    )
    assert album["id"] in script


def test_the_script_asks_for_the_classes_that_are_chosen(tmp_path: Path) -> None:
    files = {f"{a}/{b}/{i}.png": saved(quarters()) for a in "xy" for b in "123" for i in range(4)}
    with client_with() as client:
        album = post(client, zipped(files)).json()["id"]
        config = {
            **SMALL, "data": "own", "pictures": album, "classes": "last", "mode": "projector",
            "trial_steps": 20, "batch_size": 8,
        }  # fmt: skip
        body = {"config": config, "steps": 1}
        header, arrays = wire.decode(client.post("/api/labs/contrastive/run", json=body).content)
        assert header["classes"] == 3
        script = client.post("/api/labs/contrastive/code", json=body).text
        address = f"/api/albums/{album}/pictures?classes=last"
        assert address in script
        (tmp_path / "pictures").write_bytes(client.get(address).content)
    said = scripts.run(script, tmp_path)
    found = re.search(r"seed 0: accuracy on h (\S+), on z (\S+)\n", said)
    assert found, said
    np.testing.assert_allclose(
        [float(v) for v in found.groups()], arrays["accuracy"][0, 0], atol=0.1
    )
