"""The `rpn` lab's endpoints on real pictures, against torchvision and the paper's arithmetic."""

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
from app.labs.rpn.config import RpnConfig
from app.main import create_app
from app.settings import Settings
from models.detection.catalog import NETWORKS

PATH = "/api/rpn/proposals"
BINARY = {"Accept": wire.MEDIA_TYPE}
Frame = tuple[dict[str, Any], dict[str, NDArray[Any]]]


@pytest.fixture(scope="module")
def image_id(one_client: TestClient) -> str:
    answer = one_client.post("/api/samples/street")
    assert answer.status_code == 201
    return str(answer.json()["id"])


@pytest.fixture(scope="module")
def answer(one_client: TestClient, image_id: str) -> dict[str, Any]:
    response = one_client.post(PATH, json={"image_id": image_id})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


@pytest.fixture(scope="module")
def frame(one_client: TestClient, image_id: str) -> Frame:
    return wire.decode(one_client.post(PATH, json={"image_id": image_id}, headers=BINARY).content)


def upload(client: TestClient, width: int, height: int) -> str:
    buffer = io.BytesIO()
    draw = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(draw).save(buffer, "PNG")
    return str(client.post("/api/images", files={"file": buffer.getvalue()}).json()["id"])


def test_boxes_are_inside_the_picture_best_first(answer: dict[str, Any]) -> None:
    boxes, scores = np.array(answer["boxes"]), np.array(answer["scores"])
    assert 0 < len(boxes) <= RpnConfig().pre_nms_top_n
    assert (np.diff(scores) <= 0).all()
    assert (scores >= 0).all()
    assert (scores <= 1).all()
    size = answer["image"]
    assert (boxes >= 0).all()
    assert (boxes[:, 2:] >= boxes[:, :2]).all()
    assert (boxes <= np.array([size["width"], size["height"]] * 2) + 1e-3).all()


def test_the_sweep_is_torchvision_on_the_boxes_that_are_returned(answer: dict[str, Any]) -> None:
    boxes, scores = torch.tensor(answer["boxes"]), torch.tensor(answer["scores"])
    sweep = answer["sweep"]
    for threshold, kept in zip(sweep["thresholds"], sweep["kept"], strict=True):
        assert torchvision.ops.nms(boxes, scores, threshold).sort().values.tolist() == kept


def test_proposals_are_nms_at_07_then_top_n(client: TestClient, image_id: str) -> None:
    query = {"image_id": image_id, "post_nms_top_n": 17}
    answer = client.post(PATH, json=query).json()
    assert answer["proposals"] == answer["sweep"]["kept"][70][:17]


def test_every_box_stands_on_the_anchor_that_it_names(answer: dict[str, Any], frame: Frame) -> None:
    _, arrays = frame
    (level,) = answer["feature_maps"]
    k, width = level["anchors_per_location"], level["width"]
    assert answer["feature_map"] == [level["channels"], level["height"], width]
    assert answer["anchors"]["total"] == level["height"] * width * k == len(arrays["anchors"])
    places = [(0, a // k // width, a // k % width, a % k) for a in answer["anchor"]]
    assert [tuple(place) for place in answer["location"]] == places
    assert len(set(answer["anchor"])) == len(answer["anchor"])
    # An anchor is centered on its cell, in pixels of the displayed picture.
    x1, y1, x2, y2 = arrays["anchors"].T
    _, rows, columns, _ = np.array(answer["location"]).T
    scale = answer["transform"]
    index = answer["anchor"]
    center_x = (columns + 0.5) * level["stride_x"] / scale["scale_x"]
    center_y = (rows + 0.5) * level["stride_y"] / scale["scale_y"]
    np.testing.assert_allclose((x1 + x2)[index] / 2, center_x, atol=0.01)
    np.testing.assert_allclose((y1 + y2)[index] / 2, center_y, atol=0.01)


def test_the_nine_anchors_have_the_scales_and_ratios_that_are_told(
    answer: dict[str, Any], frame: Frame
) -> None:
    x1, y1, x2, y2 = frame[1]["anchors"][:9].T.astype(np.float64)
    scale = answer["transform"]
    w, h = (x2 - x1) * scale["scale_x"], (y2 - y1) * scale["scale_y"]
    shapes = {
        (round(float(s), 1), round(float(r), 2)) for s, r in zip((w * h) ** 0.5, h / w, strict=True)
    }
    spec = answer["anchors"]
    assert shapes == {(round(s, 1), round(r, 2)) for s in spec["scales"] for r in spec["ratios"]}


def test_boxes_are_the_anchors_moved_by_their_deltas_and_clipped(frame: Frame) -> None:
    """Equation 2 of Ren et al., 2015, from the numbers in the frame alone."""
    header, arrays = frame
    index = arrays["anchor"]
    x1, y1, x2, y2 = arrays["anchors"][index].astype(np.float64).T
    tx, ty, tw, th = arrays["deltas"][index].astype(np.float64).T
    wa, ha = x2 - x1, y2 - y1
    x, y = x1 + wa / 2 + tx * wa, y1 + ha / 2 + ty * ha
    w, h = wa * np.exp(tw), ha * np.exp(th)
    width, height = header["image"]["width"], header["image"]["height"]
    decoded = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1)
    clipped = decoded.clip(0, [width, height, width, height])
    np.testing.assert_allclose(arrays["boxes"], clipped, atol=0.05)


def test_objectness_is_the_softmax_of_each_pair_of_scores(frame: Frame) -> None:
    _, arrays = frame
    assert arrays["logits"].shape == (len(arrays["anchors"]), 2)
    background, object_ = np.exp(arrays["logits"].astype(np.float64)).T
    expected = object_ / (background + object_)
    np.testing.assert_allclose(arrays["objectness"], expected, atol=1e-5)
    np.testing.assert_array_equal(arrays["objectness"][arrays["anchor"]], arrays["scores"])


def test_what_enters_nms_is_the_best_of_what_is_large_enough(frame: Frame) -> None:
    _, arrays = frame
    able = np.flatnonzero(arrays["large_enough"])
    best = able[np.argsort(-arrays["objectness"][able], kind="stable")][: len(arrays["anchor"])]
    np.testing.assert_array_equal(arrays["anchor"], best)


def test_the_frame_says_the_same_as_the_json(answer: dict[str, Any], frame: Frame) -> None:
    header, arrays = frame
    for key in ("model", "origin", "image", "transform", "feature_map", "feature_maps", "anchors"):
        assert header[key] == answer[key]
    for key in ("boxes", "scores", "anchor"):
        np.testing.assert_allclose(arrays[key], answer[key], rtol=1e-6)
    assert arrays["suppressed_by"].tolist() == answer["sweep"]["suppressed_by"]
    assert list(arrays["features"].shape) == answer["feature_map"]


def test_the_same_question_has_the_same_answer(
    client: TestClient, image_id: str, frame: Frame
) -> None:
    twin = client.post("/api/samples/street").json()["id"]
    assert twin != image_id
    again = wire.decode(client.post(PATH, json={"image_id": twin}, headers=BINARY).content)[1]
    np.testing.assert_array_equal(again["boxes"], frame[1]["boxes"])


@pytest.mark.parametrize("size", [(1, 1), (640, 17), (17, 640), (1600, 1200)])
def test_boxes_are_in_pixels_of_the_displayed_picture_whatever_its_size(
    client: TestClient, size: tuple[int, int]
) -> None:
    told = client.post(PATH, json={"image_id": upload(client, *size)}).json()
    assert told["image"] == {"width": size[0], "height": size[1]}
    scale = told["transform"]
    assert scale["input_width"] == pytest.approx(size[0] * scale["scale_x"])
    assert scale["input_height"] == pytest.approx(size[1] * scale["scale_y"])
    for box in told["boxes"]:
        assert -1e-3 <= box[0] <= box[2] <= size[0] + 1e-3
        assert -1e-3 <= box[1] <= box[3] <= size[1] + 1e-3


def test_the_smallest_side_is_in_pixels_of_the_networks_input(
    client: TestClient, image_id: str
) -> None:
    told = client.post(PATH, json={"image_id": image_id, "min_size": 40}).json()
    scale = told["transform"]
    for x1, y1, x2, y2 in told["boxes"]:
        assert (x2 - x1) * scale["scale_x"] >= 40 - 1e-2
        assert (y2 - y1) * scale["scale_y"] >= 40 - 1e-2


@pytest.mark.parametrize(("width", "height"), [(1600, 8), (8, 1600), (640, 16)])
def test_no_box_of_a_thin_picture_is_without_area(
    client: TestClient, width: int, height: int
) -> None:
    query = {"image_id": upload(client, width, height), "min_size": 0}
    boxes = np.array(client.post(PATH, json=query).json()["boxes"])
    assert len(boxes)
    assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_untrained_is_the_same_network_and_another_answer(
    client: TestClient, image_id: str, answer: dict[str, Any]
) -> None:
    told = client.post(PATH, json={"image_id": image_id, "model": "untrained"}).json()
    assert told["origin"] == "untrained"
    assert answer["origin"] == "shipped"
    assert told["anchors"] == answer["anchors"]
    assert told["boxes"] != answer["boxes"]


def test_a_model_that_is_not_installed_is_told_with_the_command_never_replaced(
    tmp_path: Any,
) -> None:
    app = create_app(Settings(weights_folder=tmp_path))
    bare = TestClient(app, headers={"Accept-Language": "en"})
    image_id = bare.post("/api/samples/street").json()["id"]
    fetched = [name for name, network in NETWORKS.items() if network.origin == "fetched"]
    for name in fetched:
        response = bare.post(PATH, json={"image_id": image_id, "model": name})
        assert response.status_code == 409
        error = response.json()["error"]
        assert (error["code"], error["field"]) == ("model_not_installed", "model")
        assert f"vitrine fetch-weights {name}" in error["message"]
    listed = {row["name"]: row for row in bare.get("/api/rpn/models").json()}
    assert list(listed) == list(NETWORKS)
    for name, row in listed.items():
        assert row["installed"] == (name not in fetched)
        assert row["command"] == (f"vitrine fetch-weights {name}" if name in fetched else None)
    app.state.images.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "gpt"),
        ("pre_nms_top_n", 0),
        ("pre_nms_top_n", 6001),
        ("pre_nms_top_n", 1.5),
        ("post_nms_top_n", -1),
        ("min_size", -1),
        ("min_size", "NaN"),
        ("image_id", 7),
        ("image_id", "x" * 65),
        ("surprise", 1),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_field(
    client: TestClient, image_id: str, field: str, value: Any
) -> None:
    response = client.post(PATH, json={"image_id": image_id, field: value})
    assert response.status_code == 422
    assert response.json()["error"]["field"] == field


def test_a_picture_that_was_deleted_cannot_be_asked_about_even_if_it_was_before(
    client: TestClient,
) -> None:
    image_id = upload(client, 64, 48)
    assert client.post(PATH, json={"image_id": image_id}).status_code == 200
    assert client.delete(f"/api/images/{image_id}").status_code == 204
    assert client.post(PATH, json={"image_id": image_id}).status_code == 404


def test_two_questions_at_once_do_not_mix(client: TestClient) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ids = [upload(client, 320, 200 + 16 * i) for i in range(4)]
    alone = [client.post(PATH, json={"image_id": i, "min_size": 1}).json() for i in ids]
    fresh = [upload(client, 320, 200 + 16 * i) for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(
            pool.map(lambda i: client.post(PATH, json={"image_id": i, "min_size": 1}).json(), fresh)
        )
    assert together == alone


def test_the_page_offers_the_thresholds_that_the_shipped_network_was_trained_with(
    client: TestClient,
) -> None:
    from models.detection.losses import NEGATIVE_IOU, POSITIVE_IOU

    assert f'data-rule="{POSITIVE_IOU} {NEGATIVE_IOU}"' in client.get("/labs/rpn?lang=en").text
