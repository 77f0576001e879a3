"""The `detectors` lab's endpoints beyond detection: times, RoI pooling, the claim, the code, the
R-CNN family.
"""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from starlette.testclient import TestClient

import models
from app.lab import wire
from models.data.scenes import SHAPES
from models.data.shape_scenes import FIRST_HELD_OUT, draw_shape_scene
from models.detection.crops import warp
from models.detection.imagenet import load_classifier
from models.detection.preprocess import normalize
from tests.app.labs import scripts
from tests.app.labs.detectors import BINARY, PATH, by_class


@pytest.fixture(scope="module")
def scene(one_client: TestClient) -> dict[str, Any]:
    response = one_client.post("/api/detectors/scenes/6")
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.json()
    return told


# --- How long each part takes ---------------------------------------------------------------------


def test_the_parts_times_add_up(one_client: TestClient, scene: dict[str, Any]) -> None:
    query = {"image_id": scene["id"], "model": "shapes", "proposals": 30}
    told = one_client.post("/api/detectors/timings", json=query).json()
    assert told["repeats"] == 15
    for road in ("one_stage", "two_stage"):
        total = told[f"{road}_total"]
        assert total["low"] <= total["median"] <= total["high"]
        parts = [*told["shared"], *told[road]]
        assert sum(part["low"] for part in parts) <= total["high"] + 1e-6
        assert sum(part["high"] for part in parts) >= total["low"] - 1e-6
    by_proposals = {part["name"]: part["median"] for part in told["by_proposals"]}
    assert by_proposals["30"] == told["two_stage_total"]["median"]  # one number, said once
    again = one_client.post("/api/detectors/timings", json=query).json()
    assert again == told  # measured once for all who ask


# --- RoI pooling ----------------------------------------------------------------------------------

POOL = "/api/detectors/pool"


def pool(client: TestClient, scene: dict[str, Any], **query: Any) -> Any:
    asked = {"image_id": scene["id"], "model": "shapes", "box": [40, 55, 110, 130], **query}
    return client.post(POOL, json=asked)


@pytest.mark.parametrize("bins", [1, 2, 7, 14])
@pytest.mark.parametrize("box", [[40, 55, 110, 130], [-9, -9, 500, 31.5], [100.4, 20, 101, 21]])
def test_pooled_numbers_are_torchvisions(
    one_client: TestClient, scene: dict[str, Any], bins: int, box: list[float]
) -> None:
    told = pool(one_client, scene, bins=bins, box=box, channel=30).json()
    maps = torch.tensor(told["values"])[None, None]
    region = [torch.tensor([told["region"]])]
    aligned = torchvision.ops.roi_align(maps, region, bins, 1.0, 2, aligned=True)[0, 0]
    pooled = torchvision.ops.roi_pool(maps, region, bins, 1.0)[0, 0]
    np.testing.assert_allclose(told["align"]["values"], aligned.numpy(), atol=1e-4)
    np.testing.assert_allclose(told["pool"]["values"], pooled.numpy(), atol=1e-5)


def test_a_bin_of_roi_pool_is_the_largest_of_the_cells_that_are_told(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    told = pool(one_client, scene).json()
    values, edges = np.array(told["values"]), told["pool"]
    for i, (top, bottom) in enumerate(zip(edges["top"], edges["bottom"], strict=True)):
        for j, (left, right) in enumerate(zip(edges["left"], edges["right"], strict=True)):
            assert edges["values"][i][j] == values[top:bottom, left:right].max()


def test_a_bin_of_roi_align_is_the_mean_of_the_samples_that_are_told(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    told = pool(one_client, scene, box=[64, 64, 128, 128], bins=2, channel=0).json()
    values, align = np.array(told["values"]), told["align"]

    def at(x: float, y: float) -> float:
        x, y = x - 0.5, y - 0.5  # a cell's value stands for its middle
        column, row = int(x), int(y)
        u, v = x - column, y - row
        low = (1 - u) * values[row, column] + u * values[row, column + 1]
        high = (1 - u) * values[row + 1, column] + u * values[row + 1, column + 1]
        return float((1 - v) * low + v * high)

    samples = np.array([[at(x, y) for x in align["x"]] for y in align["y"]])
    means = samples.reshape(2, 2, 2, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(align["values"], means, atol=1e-4)


def test_of_a_box_beyond_the_picture_the_part_inside_is_pooled(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    told = pool(one_client, scene, box=[-50, 100, 400, 900]).json()
    np.testing.assert_allclose(told["region"], [0, 100 / 16, 12, 12], atol=1e-4)
    assert told["cell"] == [16, 16]


@pytest.mark.parametrize("box", [[5, 5, 5, 9], [9, 9, 5, 5], [300, 300, 400, 400]])
def test_a_box_without_area_is_refused_in_words(
    client: TestClient, scene: dict[str, Any], box: list[float]
) -> None:
    response = pool(client, scene, box=box)
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["field"] == "box"
    assert "no area" in error["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bins", 0),
        ("bins", 15),
        ("channel", 48),
        ("channel", -2),
        ("box", [1, 2, 3]),
        ("box", "NaN"),
    ],
)
def test_a_pooling_that_makes_no_sense_is_refused_by_field(
    client: TestClient, scene: dict[str, Any], field: str, value: Any
) -> None:
    response = pool(client, scene, **{field: value})
    assert response.status_code == 422
    assert response.json()["error"]["field"].split(".")[0] == field


def test_without_a_channel_the_strongest_is_pooled(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    best = pool(one_client, scene).json()
    strongest = max(max(row) for row in best["align"]["values"])
    for channel in range(0, 48, 5):
        other = pool(one_client, scene, channel=channel).json()
        assert other["channel"] == channel
        assert max(max(row) for row in other["align"]["values"]) <= strongest + 1e-5


# --- The claim, measured --------------------------------------------------------------------------


def test_the_claim_is_measured_on_scenes_with_intervals_around_each_number(
    one_client: TestClient,
) -> None:
    told = one_client.post("/api/detectors/claim", json={"scenes": 10, "proposals": 50}).json()
    assert told["scenes"] == 10
    assert told["objects"] == sum(told["sizes"]) > 10
    for road in ("one_stage", "two_stage"):
        found = told[road]
        for name in ("ap50", "ap75"):
            assert 0 <= found[name]["low"] <= found[name]["high"] <= 1
        assert found["ap75"]["value"] <= found["ap50"]["value"] + 1e-9
        assert (np.diff(found["curve"]) <= 1e-9).all()
        assert 0 <= found["miss"] <= 1
    gain = told["two_stage"]["ap50"]["value"] - told["one_stage"]["ap50"]["value"]
    assert told["gain50"]["value"] == pytest.approx(gain)
    again = one_client.post("/api/detectors/claim", json={"scenes": 10, "proposals": 50}).json()
    assert again == told


def test_another_rule_judges_the_same_detections(one_client: TestClient) -> None:
    asked = {"scenes": 10, "proposals": 50}
    voc, coco = (
        one_client.post("/api/detectors/claim", json={**asked, "rule": rule}).json()
        for rule in ("voc", "coco")
    )
    for road in ("one_stage", "two_stage"):
        assert voc[road]["milliseconds"] == coco[road]["milliseconds"]  # nothing is measured anew
        assert voc[road]["ap50"] != coco[road]["ap50"]  # an area, and a mean at 101 recalls
        assert coco[road]["ap50"]["value"] == pytest.approx(voc[road]["ap50"]["value"], abs=0.05)


@pytest.mark.parametrize(
    ("field", "value"),
    [("scenes", 0), ("scenes", 15), ("scenes", 70), ("proposals", 301), ("rule", "pascal")],
)
def test_a_measurement_that_makes_no_sense_is_refused_by_field(
    client: TestClient, field: str, value: Any
) -> None:
    response = client.post("/api/detectors/claim", json={"scenes": 10, field: value})
    assert response.status_code == 422
    assert response.json()["error"]["field"] == field


def test_recorded_numbers_come_with_command_commit_and_date(client: TestClient) -> None:
    told = client.get("/api/detectors/known").json()
    rows = {row["pictures"]: row for row in told["recorded"]}
    assert set(rows) == {"drawn", "voc_5class", "groceries5k"}
    for row in rows.values():
        assert row["command"].startswith("python -m models.train.")
        assert row["commit"]
        assert row["date"]
    scores = json.loads((Path(models.__file__).parent / "weights" / "scores.json").read_text())
    assert rows["drawn"]["two_stage"]["AP75"] == scores["shapes"]["two_stage"]["AP75"]["mean"]
    (course,) = told["courses"]
    assert (course["pictures"], course["steps"]) == ("drawn", 1234)
    steps = [point["step"] for point in course["points"]]
    assert steps == sorted(steps)
    assert course["steps"] // 2 in steps
    assert course["points"][-1]["step"] == course["steps"]
    kept = scores["shapes_course"]["course"]["617"]["one_stage"]
    assert course["points"][steps.index(617)]["one_stage"] == kept


def test_published_numbers_are_torchvisions(client: TestClient) -> None:
    rows = client.get("/api/detectors/known").json()["published"]
    retina = torchvision.models.get_weight("RetinaNet_ResNet50_FPN_Weights.COCO_V1").meta
    (told,) = [row for row in rows if row["name"] == "RetinaNet"]
    assert told["box_map"] == retina["_metrics"]["COCO-val2017"]["box_map"]
    assert {row["kind"] for row in rows} == {"one-stage", "two-stage"}


# --- The code -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [{}, {"score_threshold": 0.05, "iou_threshold": 0.3, "proposals": 20, "input_size": 256}],
)
def test_the_script_finds_the_same_boxes_by_itself(
    one_client: TestClient, scene: dict[str, Any], tmp_path: Path, settings: dict[str, Any]
) -> None:
    config = {"source": "scene", "scene": 6, **settings}
    query = {"config": config, "steps": 1, "format": "py"}
    written = one_client.post("/api/labs/detectors/code", json=query)
    assert written.status_code == 200, written.text
    said = scripts.run(written.text, tmp_path)
    asked = {k: settings[k] for k in ("input_size",) if k in settings}
    query = {"image_id": scene["id"], "model": "shapes", **asked}
    _, arrays = wire.decode(one_client.post(PATH, json=query, headers=BINARY).content)
    threshold = settings.get("iou_threshold", 0.5)
    n = settings.get("proposals", 100)
    expected = {
        "one-stage": (arrays["one_boxes"], arrays["one_probabilities"]),
        "two-stage": (arrays["refined"][:n], arrays["roi_probabilities"][:n]),
    }
    for title, (boxes, probabilities) in expected.items():
        found = by_class(torch.tensor(boxes), torch.tensor(probabilities), threshold)
        rows = []
        for row, label in found:
            score = float(probabilities[row, label + 1])
            if score >= settings.get("score_threshold", 0.3):
                box = boxes[row] if boxes.ndim == 2 else boxes[row, label]
                rows.append((SHAPES[label], score, *box.tolist()))
        part = said.split(title)[1].split("stage")[0]
        lines = re.findall(r"^  (\w+): (\S+)  (\S+) (\S+) (\S+) (\S+)$", part, re.M)
        assert [line[0] for line in lines] == [row[0] for row in rows]
        told = np.array([[float(value) for value in line[1:]] for line in lines])
        np.testing.assert_allclose(told, np.array([row[1:] for row in rows]), atol=0.02)


def test_of_a_photo_no_script_is_written(client: TestClient) -> None:
    query = {"config": {"source": "photo"}, "steps": 1, "format": "py"}
    response = client.post("/api/labs/detectors/code", json=query)
    assert response.status_code == 422
    assert response.json()["error"]["field"] == "source"


# --- The R-CNN family -----------------------------------------------------------------------------

FAMILY = "/api/detectors/family"


def test_r_cnn_names_each_crop_as_the_classifier_names_the_crop_by_itself(
    one_client: TestClient,
) -> None:
    photo = one_client.post("/api/samples/flower").json()
    asked = {"image_id": photo["id"], "model": "photos", "crops": 3}
    told, arrays = wire.decode(one_client.post(FAMILY, json=asked).content)
    pixels = Image.open(io.BytesIO(one_client.get(photo["url"]).content)).convert("RGB")
    network = load_classifier()
    assert len(told["boxes"]) == len(told["names"]) == len(told["scores"]) == 3
    for box, score in zip(told["boxes"], told["scores"], strict=True):
        crop = warp(torch.from_numpy(np.array(pixels)).permute(2, 0, 1), box)
        with torch.inference_mode():
            alone = network(normalize(crop[None])).softmax(1).max()
        assert float(alone) == pytest.approx(score, abs=1e-3)
    assert not arrays["mask"].any()
    assert "mask" not in told["milliseconds"]


def test_the_masks_of_a_scene_lie_on_its_objects(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    asked = {"image_id": scene["id"], "model": "shapes", "crops": 30}
    told, arrays = wire.decode(one_client.post(FAMILY, json=asked).content)
    assert len(told["found"]) >= 4
    covered = torch.from_numpy(arrays["mask"].copy()) > 0
    objects = draw_shape_scene(FIRST_HELD_OUT + 6).masks.any(dim=0)
    assert (covered & objects).sum() / (covered | objects).sum() > 0.7
    assert set(told["milliseconds"]) == {"rcnn", "fast", "faster", "mask"}


def test_fast_and_r_cnn_look_at_selective_search_where_it_is_asked_for(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    found = one_client.post(
        "/api/detectors/proposers", json={"image_id": scene["id"], "model": "shapes"}
    ).json()
    (selective,) = [one for one in found["proposers"] if one["name"] == "selective"]
    asked = {"image_id": scene["id"], "model": "shapes", "crops": 12}
    told, _ = wire.decode(one_client.post(FAMILY, json={**asked, "external": "selective"}).content)
    assert told["external"] == "selective"
    assert told["proposing"] > 0
    rows = {tuple(box) for box in selective["boxes"]}  # its order is partly drawn
    assert len(told["boxes"]) == len(told["names"]) == 12
    assert {tuple(box) for box in told["boxes"]} <= rows
    own, _ = wire.decode(one_client.post(FAMILY, json=asked).content)
    assert (own["external"], own["proposing"]) == ("rpn", None)
    assert own["boxes"] != told["boxes"]
    assert set(own["milliseconds"]) == set(told["milliseconds"])


def test_without_selective_search_it_is_said_what_to_install(
    one_client: TestClient, scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.labs.detectors.family.has_selective_search", lambda: False)
    asked = {"image_id": scene["id"], "model": "shapes", "crops": 11, "external": "selective"}
    answer = one_client.post(FAMILY, json=asked)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["field"] == "external"
    assert "pip install 'vitrine[selective-search]'" in error["message"]


def test_a_question_about_too_many_crops_is_refused(
    client: TestClient, scene: dict[str, Any]
) -> None:
    response = client.post(FAMILY, json={"image_id": scene["id"], "crops": 51})
    assert response.status_code == 422
    assert response.json()["error"]["field"] == "crops"
