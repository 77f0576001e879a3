"""Networks that others trained, installed from a file and asked through the lab's endpoints."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.testclient import TestClient

from app import cli
from app.detection.inference import _networks
from app.lab import wire
from app.main import create_app
from app.settings import Settings, settings
from models.detection.catalog import INSTALLED
from models.detection.opened import BUILDERS
from tests.models.detection.random_detector import LIGHT, random_state, small
from tests.models.detection.small_graph import accept, package, small_files

PATH = "/api/detectors/installed"
ONE, TWO = LIGHT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """SSDLite, Faster R-CNN and a small CenterNet, each installed by the command."""
    place = tmp_path_factory.mktemp("weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VITRINE_WEIGHTS_FOLDER", str(place))
        settings.cache_clear()
        for name in LIGHT:
            torch.save(random_state(name), place / "mine.pth")
            assert cli.main(["fetch-weights", name, "--from", str(place / "mine.pth")]) == 0
        files = small_files()
        accept(patch, files)
        archive = str(package(place / "human.tgz", files))
        assert cli.main(["install-weights", "centernet", archive]) == 0
        settings.cache_clear()
        yield place
    _networks.clear()


@pytest.fixture(scope="module")
def equipped(folder: Path) -> Iterator[TestClient]:
    """A server on which they are installed."""
    with TestClient(create_app(Settings(weights_folder=folder))) as client:
        yield client


@pytest.fixture(scope="module")
def photo(equipped: TestClient) -> dict[str, Any]:
    told: dict[str, Any] = equipped.post("/api/samples/street").json()
    return told


@pytest.mark.thorough
@pytest.mark.parametrize("name", [ONE, TWO, "centernet"])
def test_an_installed_network_answers_in_pixels_of_the_photo(
    equipped: TestClient, photo: dict[str, Any], name: str
) -> None:
    response = equipped.post(PATH, json={"image_id": photo["id"], "network": name})
    assert response.status_code == 200, response.text
    header, arrays = wire.decode(response.content)
    assert header["network"] == name
    assert header["stages"][0]["name"] == "photo"
    assert len(header["classes"]) == (80 if name == "centernet" else 91)
    boxes, scores = arrays["boxes"], arrays["scores"]
    assert len(boxes) == len(scores) == len(arrays["labels"]) == len(arrays["rows"]) > 0
    assert (boxes >= -1e-3).all()
    assert (boxes <= np.array([photo["width"], photo["height"]] * 2) + 1e-2).all()
    assert (np.diff(scores) <= 0).all()
    assert scores.min() >= 0.02
    places = arrays["proposal_anchor"] if name == TWO else arrays["rows"]
    levels = header["levels"]
    assert len(arrays["starts"]) == len(places)
    assert places.max() < sum(one["rows"] * one["columns"] * one["each"] for one in levels)
    assert levels[0]["cell_width"] * levels[0]["columns"] >= photo["width"] - 1
    assert header["has_anchors"] == (name != "centernet")
    if name == TWO:
        assert 0 < len(arrays["proposals"]) == len(arrays["proposal_anchor"]) <= 300
        assert arrays["rows"].max() < len(arrays["proposals"])


@pytest.mark.thorough
def test_its_parts_are_timed_as_ours_are(equipped: TestClient, photo: dict[str, Any]) -> None:
    query = {"image_id": photo["id"], "network": TWO, "proposals": 20}
    told = equipped.post(PATH + "/timings", json=query).json()
    assert 3 <= told["repeats"] <= 15
    assert [part["name"] for part in told["parts"]][:3] == ["resize", "backbone", "rpn"]
    total = told["total"]
    assert 0 < total["low"] <= total["median"] <= total["high"]
    assert sum(part["low"] for part in told["parts"]) <= total["high"] + 1e-6


@pytest.mark.thorough
def test_the_list_tells_what_is_here_and_what_to_type_for_the_rest(equipped: TestClient) -> None:
    rows = {row["name"]: row for row in equipped.get("/api/detectors/networks").json()}
    assert list(rows) == list(INSTALLED)
    assert {name for name, row in rows.items() if row["installed"]} == {*LIGHT, "centernet"}
    assert rows["centernet"]["command"] == "vitrine install-weights centernet FILE.tgz"
    assert rows["fcos_resnet50_fpn"]["command"] == "vitrine fetch-weights fcos_resnet50_fpn"
    assert {row["stages"] for row in rows.values()} == {"one", "two"}


@pytest.mark.thorough
@pytest.mark.parametrize("name", [ONE, "centernet"])
@pytest.mark.parametrize("part", ["", "/timings"])
def test_without_the_weights_the_answer_says_what_to_type(
    tmp_path: Path, name: str, part: str
) -> None:
    with TestClient(create_app(Settings(weights_folder=tmp_path))) as client:
        photo = client.post("/api/samples/street").json()
        query = {"image_id": photo["id"], "network": name}
        response = client.post(PATH + part, json=query)
    assert response.status_code == 409
    error = response.json()["error"]
    assert (error["code"], error["field"]) == ("model_not_installed", "model")
    word = "install-weights" if name == "centernet" else "fetch-weights"
    assert f"vitrine {word} {name}" in error["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("network", "vitrine"),
        ("network", "yolo"),
        ("proposals", 0),
        ("proposals", 301),
        ("more", 1),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_field(
    client: TestClient, field: str, value: Any
) -> None:
    query = {"image_id": "x", "network": ONE, field: value}
    response = client.post(PATH + "/timings", json=query)
    assert response.status_code == 422
    assert response.json()["error"]["field"] == field


def test_a_package_that_is_another_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRINE_WEIGHTS_FOLDER", str(tmp_path / "weights"))
    settings.cache_clear()
    files = {name: content + b" " for name, content in small_files().items()}
    archive = package(tmp_path / "other.tgz", files)
    assert cli.main(["install-weights", "centernet", str(archive)]) == 1
    settings.cache_clear()
    said = capsys.readouterr().err
    assert said.startswith("vitrine: centernet.json is not the file that is meant")
    assert not (tmp_path / "weights").exists()


@pytest.mark.thorough
def test_an_installed_mask_r_cnn_makes_the_masks_of_the_family(
    equipped: TestClient, folder: Path, photo: dict[str, Any]
) -> None:
    name = "maskrcnn_resnet50_fpn"
    detector = BUILDERS[name](weights=None, weights_backbone=None)
    detector.load_state_dict(random_state(name), strict=False)
    _networks[(name, folder)] = small(name, detector.eval())  # as it is once it was loaded
    asked = {"image_id": photo["id"], "crops": 2, "mask_network": name}
    told, arrays = wire.decode(equipped.post("/api/detectors/family", json=asked).content)
    assert told["masked_by"] == name
    pixels = Image.open(io.BytesIO(equipped.get(photo["url"]).content)).convert("RGB")
    image = torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / 255
    with torch.inference_mode():
        (own,) = detector([image])
    sure = (own["scores"] >= 0.3).nonzero().flatten()[:20]
    assert len(told["found"]) == len(sure) > 0
    np.testing.assert_allclose(told["found"], own["boxes"][sure], atol=0.01)
    covered = (own["masks"][sure, 0] >= 0.5).any(dim=0)
    np.testing.assert_array_equal(arrays["mask"] > 0, covered)
    assert told["milliseconds"]["mask"] > 0
