"""The `detectors` lab's endpoints on real pictures: the chain from anchor to detection, NMS as
torchvision's, the second stage as the paper's equations.
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
from numpy.typing import NDArray
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

PATH = "/api/detectors/detect"
BINARY = {"Accept": wire.MEDIA_TYPE}
Frame = tuple[dict[str, Any], dict[str, NDArray[Any]]]


@pytest.fixture(scope="module")
def scene(one_client: TestClient) -> dict[str, Any]:
    response = one_client.post("/api/detectors/scenes/6")
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.json()
    return told


@pytest.fixture(scope="module")
def answer(one_client: TestClient, scene: dict[str, Any]) -> dict[str, Any]:
    response = one_client.post(PATH, json={"image_id": scene["id"], "model": "shapes"})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


@pytest.fixture(scope="module")
def frame(one_client: TestClient, scene: dict[str, Any]) -> Frame:
    query = {"image_id": scene["id"], "model": "shapes"}
    return wire.decode(one_client.post(PATH, json=query, headers=BINARY).content)


def upload(client: TestClient, width: int, height: int) -> str:
    buffer = io.BytesIO()
    draw = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(draw).save(buffer, "PNG")
    return str(client.post("/api/images", files={"file": buffer.getvalue()}).json()["id"])


def iou(a: Any, b: Any) -> float:
    return float(torchvision.ops.box_iou(torch.tensor([a]), torch.tensor([b]))[0, 0])


def by_class(
    boxes: torch.Tensor, probabilities: torch.Tensor, threshold: float
) -> list[tuple[int, int]]:
    """(row, class) of what torchvision's NMS keeps of each class by itself, best first."""
    found: list[tuple[float, int, int]] = []
    for label in range(probabilities.shape[1] - 1):
        scores = probabilities[:, label + 1]
        rows = (scores >= 0.02).nonzero().flatten()
        own = boxes[rows] if boxes.ndim == 2 else boxes[rows, label]
        kept = rows[torchvision.ops.nms(own, scores[rows], threshold)].tolist()
        found += [(float(scores[row]), row, label) for row in kept]
    found.sort(key=lambda one: -one[0])
    return [(row, label) for _, row, label in found[:100]]


def test_a_scene_is_stored_as_it_was_drawn_with_its_boxes(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    drawn = draw_shape_scene(FIRST_HELD_OUT + 6)
    stored = Image.open(io.BytesIO(one_client.get(scene["url"]).content)).convert("RGB")
    np.testing.assert_array_equal(np.array(stored), drawn.image.permute(1, 2, 0).numpy())
    assert scene["boxes"] == drawn.boxes.tolist()
    assert scene["classes"] == [SHAPES[label] for label in drawn.labels.tolist()]


@pytest.mark.parametrize("number", ["-1", "200", "x", "1.5"])
def test_a_scene_that_there_is_not_is_refused(client: TestClient, number: str) -> None:
    response = client.post(f"/api/detectors/scenes/{number}")
    assert response.status_code == 422
    assert response.json()["error"]["field"] == "number"


def test_both_detectors_find_most_of_a_drawn_scene(
    scene: dict[str, Any], answer: dict[str, Any]
) -> None:
    for stage in ("one_stage", "two_stage"):
        found = [
            any(
                one["label"] == label and iou(one["box"], box) >= 0.5
                for one in answer[stage]
                if one["score"] >= 0.3
            )
            for box, label in zip(scene["boxes"], scene["classes"], strict=True)
        ]
        assert sum(found) >= len(found) - 2, stage


def test_every_detection_leads_back_to_its_anchor(answer: dict[str, Any], frame: Frame) -> None:
    """anchor -> candidate -> detection; anchor -> proposal -> region -> detection."""
    _, arrays = frame
    classes = answer["classes"]
    for one in answer["one_stage"]:
        (row,) = np.flatnonzero(arrays["one_anchor"] == one["anchor"])
        np.testing.assert_allclose(arrays["one_boxes"][row], one["box"], atol=1e-3)
        score = arrays["one_probabilities"][row, classes.index(one["label"]) + 1]
        assert score == pytest.approx(one["score"])
    for two in answer["two_stage"]:
        label, row = classes.index(two["label"]), two["proposal"]
        assert arrays["proposal_anchor"][row] == two["anchor"]
        np.testing.assert_allclose(arrays["refined"][row, label], two["box"], atol=1e-3)
        assert arrays["roi_probabilities"][row, label + 1] == pytest.approx(two["score"])


def test_a_detection_overlaps_the_proposal_and_the_anchor_that_it_names(
    answer: dict[str, Any], frame: Frame
) -> None:
    _, arrays = frame
    for found in answer["two_stage"][:5]:
        assert iou(found["box"], arrays["proposals"][found["proposal"]].tolist()) > 0.4
        assert iou(found["box"], arrays["anchors"][found["anchor"]].tolist()) > 0.1


@pytest.mark.parametrize("proposals", [1, 10, 100, 300])
def test_fewer_proposals_are_the_first_of_more(
    one_client: TestClient, scene: dict[str, Any], frame: Frame, proposals: int
) -> None:
    """What the page cuts from one answer is what the server finds with so few."""
    query = {"image_id": scene["id"], "model": "shapes", "proposals": proposals}
    told = one_client.post(PATH, json=query).json()["two_stage"]
    _, arrays = frame
    refined = torch.tensor(arrays["refined"][:proposals])
    probabilities = torch.tensor(arrays["roi_probabilities"][:proposals])
    expected = by_class(refined, probabilities, 0.5)
    classes = frame[0]["classes"]
    assert [(one["proposal"], classes.index(one["label"])) for one in told] == expected


def test_the_one_stage_detections_are_torchvisions_nms_of_each_class(
    answer: dict[str, Any], frame: Frame
) -> None:
    _, arrays = frame
    expected = by_class(
        torch.tensor(arrays["one_boxes"]), torch.tensor(arrays["one_probabilities"]), 0.5
    )
    rows = [(int(arrays["one_anchor"][row]), label) for row, label in expected]
    told = [(one["anchor"], answer["classes"].index(one["label"])) for one in answer["one_stage"]]
    assert told == rows


def test_probabilities_sum_to_one_over_the_classes_and_the_background(frame: Frame) -> None:
    header, arrays = frame
    for name in ("one_probabilities", "roi_probabilities"):
        assert arrays[name].shape[1] == len(header["classes"]) + 1
        np.testing.assert_allclose(arrays[name].sum(axis=1), 1, atol=1e-5)
    assert (arrays["one_probabilities"][:, 1:].max(axis=1) >= 0.02).all()


def test_each_part_of_the_way_is_timed(frame: Frame) -> None:
    parts = frame[0]["milliseconds"]
    assert {"backbone", "rpn", "proposals", "pool", "box_head", "one_stage_head"} <= set(parts)
    assert all(value >= 0 for value in parts.values())


@pytest.mark.parametrize("size", [(1, 1), (640, 17), (17, 640), (30, 20), (1600, 1200)])
@pytest.mark.parametrize("model", ["photos", "shapes"])
def test_boxes_are_in_pixels_of_the_displayed_picture_whatever_its_size(
    one_client: TestClient, size: tuple[int, int], model: str
) -> None:
    query = {"image_id": upload(one_client, *size), "model": model}
    response = one_client.post(PATH, json=query)
    assert response.status_code == 200, response.text
    told = response.json()
    assert told["image"] == {"width": size[0], "height": size[1]}
    for found in (*told["one_stage"], *told["two_stage"]):
        x1, y1, x2, y2 = found["box"]
        assert -1e-3 <= x1 <= x2 <= size[0] + 1e-3
        assert -1e-3 <= y1 <= y2 <= size[1] + 1e-3


@pytest.mark.parametrize(("size", "seen"), [(None, 192), (256, 256), (320, 320)])
def test_without_a_size_the_picture_is_seen_as_it_was_learned(
    one_client: TestClient, scene: dict[str, Any], size: int | None, seen: int
) -> None:
    query = {"image_id": scene["id"], "model": "shapes", "input_size": size}
    told = one_client.post(PATH, json=query).json()
    assert told["transform"]["input_width"] == seen
    assert told["feature_map"] == [128, seen // 16, seen // 16]


def test_equal_pictures_are_answered_once(one_client: TestClient, scene: dict[str, Any]) -> None:
    twin = one_client.post("/api/detectors/scenes/6").json()["id"]
    assert twin != scene["id"]
    asked = [
        one_client.post(PATH, json={"image_id": name, "model": "shapes"}).json()["milliseconds"]
        for name in (scene["id"], twin)
    ]
    assert asked[0] == asked[1]


@pytest.mark.parametrize("image_id", ["nowhere", "", "0" * 32, "../../etc/passwd", "\0", "é"])
def test_an_unknown_picture_is_gone(client: TestClient, image_id: str) -> None:
    response = client.post(PATH, json={"image_id": image_id})
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "image_gone"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "gpt"),
        ("model", "auto"),
        ("proposals", 0),
        ("proposals", 301),
        ("proposals", 1.5),
        ("input_size", 63),
        ("input_size", 1025),
        ("input_size", "NaN"),
        ("pre_nms_top_n", 0),
        ("image_id", 7),
        ("image_id", "x" * 65),
        ("surprise", 1),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_field(
    client: TestClient, scene: dict[str, Any], field: str, value: Any
) -> None:
    response = client.post(PATH, json={"image_id": scene["id"], field: value})
    assert response.status_code == 422
    assert response.json()["error"]["field"] == field


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


@pytest.mark.parametrize(
    ("field", "value"), [("scenes", 0), ("scenes", 15), ("scenes", 70), ("proposals", 301)]
)
def test_a_measurement_that_makes_no_sense_is_refused_by_field(
    client: TestClient, field: str, value: int
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


def test_a_question_about_too_many_crops_is_refused(
    client: TestClient, scene: dict[str, Any]
) -> None:
    response = client.post(FAMILY, json={"image_id": scene["id"], "crops": 51})
    assert response.status_code == 422
    assert response.json()["error"]["field"] == "crops"
