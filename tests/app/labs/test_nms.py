"""The `nms` lab's endpoints against torchvision, and against hostile input."""

import json
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.lab import wire

BINARY = {"Accept": wire.MEDIA_TYPE}
ONE = {"boxes": [[0, 0, 10, 10]], "scores": [0.5]}


def pile(count: int, seed: int, classes: int = 0) -> dict[str, Any]:
    """Boxes around a few objects, with ties among the scores."""
    draw = torch.Generator().manual_seed(seed)
    near = torch.rand(count, 2, generator=draw).mul(4).floor() * 60
    corner = near + torch.rand(count, 2, generator=draw) * 20
    sides = 30 + torch.rand(count, 2, generator=draw) * 30
    scores = torch.rand(count, generator=draw).mul(40).round() / 40
    query = {"boxes": torch.cat([corner, corner + sides], 1).tolist(), "scores": scores.tolist()}
    if classes:
        query["labels"] = torch.randint(classes, (count,), generator=draw).tolist()
    return query


def oracle(query: dict[str, Any], threshold: float) -> list[int]:
    """What torchvision keeps: with labels, of each class by itself, merged by score."""
    boxes, scores = torch.tensor(query["boxes"]), torch.tensor(query["scores"])
    labels = torch.tensor(query.get("labels", [0] * len(scores)))
    kept = torch.zeros(len(scores), dtype=torch.bool)
    for label in labels.unique():
        mine = (labels == label).nonzero().flatten()
        kept[mine[torchvision.ops.nms(boxes[mine], scores[mine], threshold)]] = True
    order = scores.argsort(descending=True, stable=True)
    return order[kept[order]].tolist()


def error_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 422, answer.text
    assert list(answer.json()) == ["error"]
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == "invalid_input"
    return error


@pytest.mark.lesson("nms", "A network’s real pile")
def test_of_a_networks_hundred_best_boxes_more_stay_at_70_than_at_50(
    one_client: TestClient,
) -> None:
    photo = one_client.post("/api/samples/street").json()["id"]
    query = {"image_id": photo}
    answer = one_client.post("/api/rpn/proposals", json=query, headers=BINARY)
    _, arrays = wire.decode(answer.content)
    best = {"boxes": arrays["boxes"][:100].tolist(), "scores": [1 - i / 100 for i in range(100)]}
    assert len(oracle(best, 0.5)) < len(oracle(best, 0.7)) < 100


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("count", [1, 2, 60, 300])
def test_the_sweep_is_torchvision_at_every_threshold(
    client: TestClient, count: int, classes: int
) -> None:
    query = pile(count, count, classes)
    answer = client.post("/api/nms/sweep", json=query).json()
    assert answer["thresholds"] == [t / 100 for t in range(101)]
    for threshold, kept in zip(answer["thresholds"], answer["kept"], strict=True):
        assert kept == oracle(query, threshold)


@pytest.mark.parametrize("classes", [0, 3])
def test_each_suppressor_is_kept_better_and_overlaps_enough(
    client: TestClient, classes: int
) -> None:
    query = pile(80, 5, classes)
    answer = client.post("/api/nms/sweep", json=query).json()
    boxes = torch.tensor(query["boxes"])
    iou = torchvision.ops.box_iou(boxes, boxes)
    for threshold, kept, suppressed_by in zip(*answer.values(), strict=True):
        for box, by in enumerate(suppressed_by):
            assert (by == -1) == (box in kept)
            if by >= 0:
                assert by in kept
                assert iou[box, by] > threshold
                assert query["scores"][by] >= query["scores"][box]
                assert not classes or query["labels"][by] == query["labels"][box]


@pytest.mark.parametrize("classes", [0, 2])
@pytest.mark.parametrize("count", [0, 1, 65, 200])
def test_the_frame_says_the_same_as_the_json(client: TestClient, count: int, classes: int) -> None:
    query = pile(count, 9, classes)
    answer = client.post("/api/nms/sweep", json=query).json()
    response = client.post("/api/nms/sweep", json=query, headers=BINARY)
    assert response.headers["content-type"] == wire.MEDIA_TYPE
    header, arrays = wire.decode(response.content)
    assert header == {"thresholds": answer["thresholds"]}
    order, suppressed_by = arrays["order"], arrays["suppressed_by"]
    words = arrays["kept"].reshape(count, 4)
    for t in range(101):
        bits = words[:, t // 32] >> np.uint32(t % 32) & 1
        assert order[bits == 1].tolist() == answer["kept"][t]
        by = suppressed_by[t]
        told = {int(order[p]): -1 if q < 0 else int(order[q]) for p, q in enumerate(by)}
        assert [told[box] for box in range(count)] == answer["suppressed_by"][t]


@pytest.mark.parametrize("threshold", [0, 0.29, 0.5, 0.7, 1])
@pytest.mark.parametrize("classes", [0, 3])
def test_greedy_is_torchvision_and_its_steps_add_up(
    client: TestClient, threshold: float, classes: int
) -> None:
    query = pile(120, 2, classes)
    answer = client.post("/api/nms", json={**query, "iou_threshold": threshold}).json()
    assert answer["keep"] == oracle(query, threshold)
    assert [step["box"] for step in answer["steps"]] == answer["keep"]
    assert answer["scores"] == query["scores"]
    fallen = {box: s["box"] for s in answer["steps"] for box in s["others"]}
    told = {box: by for box, by in enumerate(answer["suppressed_by"]) if by >= 0}
    assert fallen == told
    assert sorted([*fallen, *answer["keep"]]) == list(range(120))


def test_a_score_threshold_leaves_boxes_out_before(client: TestClient) -> None:
    query = pile(100, 4)
    answer = client.post("/api/nms", json={**query, "score_threshold": 0.5}).json()
    inside = [i for i, score in enumerate(query["scores"]) if score >= 0.5]
    part = {key: [values[i] for i in inside] for key, values in query.items()}
    assert answer["keep"] == [inside[i] for i in oracle(part, 0.5)]
    assert {answer["suppressed_by"][i] for i in range(100) if i not in inside} == {-1}


@pytest.mark.parametrize("threshold", [-2.5, 0, 0.5, 90])
def test_a_score_threshold_may_be_any_score_that_boxes_have(
    client: TestClient, threshold: float
) -> None:
    """Scores may be logits or percent: the threshold is in the same unit."""
    query = pile(60, 8)
    query["scores"] = [200.0 * round(40 * score) / 40 - 100 for score in query["scores"]]
    answer = client.post("/api/nms", json={**query, "score_threshold": threshold}).json()
    assert answer["keep"] == [i for i in oracle(query, 0.5) if query["scores"][i] >= threshold]


def test_soft_nms_is_the_papers_loop(client: TestClient) -> None:
    query = pile(40, 6)
    boxes = torch.tensor(query["boxes"], dtype=torch.float64)
    iou = torchvision.ops.box_iou(boxes, boxes)
    for method in ("soft-linear", "soft-gaussian"):
        scores = torch.tensor(query["scores"], dtype=torch.float64)
        left, picked = set(range(40)), []
        while left:
            best = max(left, key=lambda i: (scores[i], query["scores"][i], -i))
            left.remove(best)
            if scores[best] < 0.01:
                break
            picked.append(best)
            for other in left:
                overlap = iou[best, other]
                linear = 1 - overlap if overlap > 0.4 else 1
                gaussian = torch.exp(-(overlap**2) / 0.3)
                scores[other] *= linear if method == "soft-linear" else gaussian
        body = {"method": method, "iou_threshold": 0.4, "sigma": 0.3, "score_threshold": 0.01}
        answer = client.post("/api/nms", json={**query, **body}).json()
        assert answer["keep"] == picked
        for box in picked:
            assert answer["scores"][box] == pytest.approx(scores[box].item(), rel=1e-4)


def test_no_box_is_an_answer_too(client: TestClient) -> None:
    empty: dict[str, Any] = {"boxes": [], "scores": [], "labels": []}
    answer = client.post("/api/nms", json=empty).json()
    assert answer == {"keep": [], "scores": [], "suppressed_by": [], "steps": []}
    assert client.post("/api/nms/sweep", json=empty).json()["kept"] == [[]] * 101


def test_six_thousand_boxes_are_taken_and_one_more_is_not(client: TestClient) -> None:
    query = pile(6000, 1)
    assert client.post("/api/nms/sweep", json=query, headers=BINARY).status_code == 200
    assert client.post("/api/nms", json=query).status_code == 200
    more = {"boxes": query["boxes"] + ONE["boxes"], "scores": query["scores"] + ONE["scores"]}
    for path in ("/api/nms", "/api/nms/sweep"):
        assert error_of(client.post(path, json=more))["field"] == "boxes"


HOSTILE = [
    ("boxes.0.2", '{"boxes": [[0, 0, NaN, 1]], "scores": [0.5]}'),
    ("boxes.0.0", '{"boxes": [[-Infinity, 0, 1, 1]], "scores": [0.5]}'),
    ("boxes.1.3", '{"boxes": [[0, 0, 1, 1], [0, 0, 1, 1e999]], "scores": [0.5, 0.5]}'),
    ("boxes.1", '{"boxes": [[0, 0, 1, 1], [5, 0, 1, 1]], "scores": [0.5, 0.5]}'),
    ("boxes.1", '{"boxes": [[0, 0, 1, 1], [0, 5, 1, 1]], "scores": [0.5, 0.5]}'),
    ("boxes.0", '{"boxes": [[0, 0, 1e30, 1]], "scores": [0.5]}'),
    ("boxes.0", '{"boxes": [[0, 0, 1]], "scores": [0.5]}'),
    ("boxes.0", '{"boxes": [[0, 0, 1, 1, 1]], "scores": [0.5]}'),
    ("boxes.0.1", '{"boxes": [[0, "a", 1, 1]], "scores": [0.5]}'),
    ("boxes.0.1", '{"boxes": [[0, null, 1, 1]], "scores": [0.5]}'),
    ("boxes.0", '{"boxes": ["0011"], "scores": [0.5]}'),
    ("boxes", '{"boxes": {"0": [0, 0, 1, 1]}, "scores": [0.5]}'),
    ("boxes", '{"scores": [0.5]}'),
    ("scores", '{"boxes": [[0, 0, 1, 1]]}'),
    ("scores", '{"boxes": [[0, 0, 1, 1]], "scores": []}'),
    ("scores", '{"boxes": [], "scores": [0.5]}'),
    ("scores.0", '{"boxes": [[0, 0, 1, 1]], "scores": [NaN]}'),
    ("scores.0", '{"boxes": [[0, 0, 1, 1]], "scores": [1e30]}'),
    ("labels", '{"boxes": [[0, 0, 1, 1]], "scores": [0.5], "labels": []}'),
    ("labels.0", '{"boxes": [[0, 0, 1, 1]], "scores": [0.5], "labels": [0.5]}'),
    ("labels.0", '{"boxes": [[0, 0, 1, 1]], "scores": [0.5], "labels": [99999999999999999999]}'),
    ("surprise", '{"boxes": [[0, 0, 1, 1]], "scores": [0.5], "surprise": 1}'),
]


@pytest.mark.parametrize("path", ["/api/nms", "/api/nms/sweep"])
@pytest.mark.parametrize(("field", "body"), HOSTILE)
def test_what_makes_no_sense_is_refused_by_field_and_index(
    client: TestClient, path: str, field: str, body: str
) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert error_of(answer)["field"] == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("iou_threshold", -0.01),
        ("iou_threshold", 1.01),
        ("iou_threshold", float("nan")),
        ("iou_threshold", None),
        ("score_threshold", 1e7),
        ("score_threshold", float("nan")),
        ("sigma", 0),
        ("sigma", float("inf")),
        ("method", "hard"),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(
    client: TestClient, field: str, value: Any
) -> None:
    body = json.dumps({**ONE, field: value})
    answer = client.post("/api/nms", content=body, headers={"Content-Type": "application/json"})
    assert error_of(answer)["field"] == field


def test_soft_nms_refuses_a_negative_score_by_its_index(client: TestClient) -> None:
    body = {"boxes": ONE["boxes"] * 2, "scores": [0.5, -0.5], "method": "soft-linear"}
    assert error_of(client.post("/api/nms", json=body))["field"] == "scores.1"


corner = st.floats(-1e6, 1e6, width=32)
box = st.tuples(corner, corner, corner, corner).map(
    lambda c: [min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]), max(c[1], c[3])]
)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(box, st.floats(0, 1, width=32)), max_size=12), st.integers(0, 100))
def test_whatever_the_boxes_torchvision_agrees(rows: list[Any], percent: int) -> None:
    from models.boxes.nms import sweep

    boxes = torch.tensor([b for b, _ in rows], dtype=torch.float32).reshape(-1, 4)
    scores = torch.tensor([s for _, s in rows], dtype=torch.float32)
    kept = torchvision.ops.nms(boxes, scores, percent / 100)
    order = scores.argsort(descending=True, stable=True)
    expected = [i for i in order.tolist() if i in set(kept.tolist())]
    assert sweep(boxes, scores).kept_at(percent).tolist() == expected
