"""The `detectors` lab's endpoints on real pictures: the chain from anchor to detection, NMS as
torchvision's, the second stage as the paper's equations.
"""

import io
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from app.lab import wire
from models.data.scenes import SHAPES
from models.data.shape_scenes import FIRST_HELD_OUT, draw_shape_scene
from tests.app.labs.detectors import BINARY, PATH, by_class

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
