"""Proposals, old and new: sliding windows, selective search and the RPN on one picture."""

import io
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.testclient import TestClient

from app.labs.detectors.proposing import EXTRA, has_selective_search, selective_search
from models.boxes.boxes import pairwise_iou
from models.boxes.windows import sliding_windows
from tests.app.labs.detectors import BINARY, PATH

PROPOSERS = "/api/detectors/proposers"


@pytest.fixture(scope="module")
def scene(one_client: TestClient) -> dict[str, Any]:
    told: dict[str, Any] = one_client.post("/api/detectors/scenes/6").json()
    return told


def asked(client: TestClient, image_id: str, **query: Any) -> Any:
    answer = client.post(PROPOSERS, json={"image_id": image_id, "model": "shapes", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def covered(boxes: list[list[float]], truth: list[list[float]], n: int) -> float:
    """The share of the objects that one of the first `n` boxes overlaps by a half."""
    iou = pairwise_iou(torch.tensor(truth), torch.tensor(boxes[:n]))
    return float((iou >= 0.5).any(dim=1).double().mean())


def test_three_ways_propose_in_the_same_picture(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    told = asked(one_client, scene["id"])
    assert [one["name"] for one in told["proposers"]] == ["windows", "selective", "rpn"]
    assert told["missing"] == []
    for one in told["proposers"]:
        boxes = np.array(one["boxes"])
        assert one["milliseconds"] > 0
        assert len(boxes) == min(one["count"], 1000)
        assert boxes.min() >= 0
        assert boxes[:, [0, 2]].max() <= scene["width"] + 1e-2
        assert boxes[:, [1, 3]].max() <= scene["height"] + 1e-2
    windows, selective, rpn = told["proposers"]
    assert windows["count"] == len(sliding_windows(scene["height"], scene["width"]))
    # What has learned needs far fewer: the reason why the RPN replaced the others.
    assert covered(rpn["boxes"], scene["boxes"], 20) > covered(windows["boxes"], scene["boxes"], 20)
    assert covered(selective["boxes"], scene["boxes"], 1000) >= 0.5


def test_the_rpns_proposals_are_those_of_the_detectors(
    one_client: TestClient, scene: dict[str, Any]
) -> None:
    from app.lab import wire

    query = {"image_id": scene["id"], "model": "shapes"}
    frame = one_client.post(PATH, json=query, headers=BINARY)
    _, arrays = wire.decode(frame.content)
    rpn = asked(one_client, scene["id"])["proposers"][-1]
    np.testing.assert_allclose(np.array(rpn["boxes"]), arrays["proposals"], atol=1e-3)


def test_selective_search_finds_a_plain_square_and_tells_it_in_pixels_of_the_large_picture() -> (
    None
):
    image = np.full((600, 1000, 3), 200, np.uint8)
    image[120:420, 300:700] = (30, 60, 160)
    found = selective_search(image)
    square = torch.tensor([[300.0, 120.0, 700.0, 420.0]])
    assert pairwise_iou(square, torch.tensor(found.boxes)).max() > 0.95


def test_selective_search_of_the_same_picture_finds_the_same_boxes_in_some_order() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    assert np.array_equal(*(np.unique(selective_search(pixels).boxes, axis=0) for _ in range(2)))


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_tiny_and_endless_pictures_are_looked_at_too(
    one_client: TestClient, size: tuple[int, int]
) -> None:
    data = io.BytesIO()
    Image.new("RGB", size, (90, 120, 40)).save(data, "PNG")
    sent = one_client.post("/api/images", files={"file": ("a.png", data.getvalue())})
    if sent.status_code == 422:  # too small to be a picture here
        pytest.skip(sent.json()["error"]["message"])
    told = asked(one_client, sent.json()["id"], model="photos")
    assert len(told["proposers"]) == 3


@pytest.mark.thorough
def test_where_opencv_is_not_installed_the_answer_names_the_extra() -> None:
    """In a process of its own, whose import of OpenCV fails as where it is missing."""
    program = (
        "import sys, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'cv2' else find(name, *rest)\n"
        "import gzip, json, numpy as np\n"
        "from app.labs.detectors import proposing\n"
        "from app.labs.detectors.answers import ProposersQuery\n"
        "from app.settings import Settings\n"
        "query = ProposersQuery(image_id='a', model='shapes')\n"
        "told = proposing.proposed(query, Settings(), np.zeros((64, 64, 3), np.uint8))\n"
        "told = json.loads(gzip.decompress(told))\n"
        "print(told['missing'], told['extra'], [p['name'] for p in told['proposers']])\n"
        "assert 'cv2' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"['selective'] {EXTRA} ['windows', 'rpn']"


def test_the_extra_of_that_name_is_declared_and_brings_opencv() -> None:
    import tomllib
    from pathlib import Path

    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    name = EXTRA.removeprefix("vitrine[").removesuffix("]")
    (needed,) = project["optional-dependencies"][name]
    assert needed.startswith("opencv-contrib-python-headless")
    assert has_selective_search()


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"image_id": "gone"}, 404), ({"input_size": 10**6}, 422), ({"model": "none"}, 422)],
)
def test_what_cannot_be_asked_is_refused_in_words(
    one_client: TestClient, scene: dict[str, Any], changes: dict[str, Any], status: int
) -> None:
    answer = one_client.post(
        PROPOSERS, json={"image_id": scene["id"], "model": "shapes", **changes}
    )
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
