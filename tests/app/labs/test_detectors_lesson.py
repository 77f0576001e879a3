"""What the `detectors` lesson says, step by step, checked against the shipped detectors for scenes.

The steps that train carry their predicates (`holds`), which tests/app/test_lessons.py asks.
"""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from app.labs.detectors import LAB
from app.labs.detectors.config import MEASURED, MEASURED_STEP
from models.boxes.boxes import pairwise_iou
from models.boxes.roi import roi_align, roi_pool
from models.boxes.windows import sliding_windows
from models.data.shape_scenes import FIRST_HELD_OUT, SIDE, ShapeScene, draw_shape_scene
from models.detection.comparison import all_of, judged
from models.detection.detect import ONE_STAGE, SHARED, TWO_STAGE, Looked, look
from models.detection.one_stage import Detections
from models.detection.published import published
from models.detection.shipped import SHAPE_FILES, Shipped, load_detectors

TITLES = [str(step.title) for step in LAB.lesson]


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return load_detectors(SHAPE_FILES)


def state_of(title: str) -> dict[str, Any]:
    """What the step of that title sets."""
    return LAB.lesson[TITLES.index(title)].state


def scene_of(title: str) -> ShapeScene:
    return draw_shape_scene(FIRST_HELD_OUT + state_of(title)["scene"])


def seen(shipped: Shipped, title: str, size: int = SIDE) -> Looked:
    return look(shipped.model, scene_of(title).image, size)


def wrong_and_missed(found: Detections, scene: ShapeScene, threshold: float) -> tuple[int, int]:
    over = found.scores >= threshold
    kept = Detections(*(values[over] for values in found))
    verdicts = judged(kept, all_of(scene.boxes, scene.labels))
    right = int(verdicts.right[0, 0].sum())
    return len(kept.scores) - right, len(scene.labels) - right


@pytest.mark.lesson("detectors", "One picture, two detectors")
def test_a_detector_answers_with_a_list_of_boxes_each_with_a_class_and_a_score(
    shipped: Shipped,
) -> None:
    looked = seen(shipped, "One picture, two detectors")
    for found in (looked.one_stage().found, looked.two_stage(100).found):
        assert len(found.boxes) == len(found.labels) == len(found.scores) > 1
        assert len(found.labels.unique()) > 1


@pytest.mark.lesson("detectors", "Every threshold is a trade")
def test_a_higher_threshold_makes_fewer_boxes_wrong_and_more_objects_missed(
    shipped: Shipped,
) -> None:
    title = "Every threshold is a trade"
    looked, scene = seen(shipped, title), scene_of(title)
    for found in (looked.one_stage().found, looked.two_stage(100).found):
        counts = [wrong_and_missed(found, scene, at) for at in (0.05, 0.3, 0.6, 0.9)]
        wrong, missed = zip(*counts, strict=True)
        assert list(wrong) == sorted(wrong, reverse=True)
        assert list(missed) == sorted(missed)
        assert wrong[0] > wrong[-1]
        assert missed[0] < missed[-1]


@pytest.mark.lesson("detectors", "Fewer proposals")
def test_what_no_proposal_covers_the_second_stage_does_not_find(shipped: Shipped) -> None:
    title = "Fewer proposals"
    looked, scene = seen(shipped, title), scene_of(title)
    few = state_of(title)["proposals"]
    _, missed_few = wrong_and_missed(looked.two_stage(few).found, scene, 0.3)
    _, missed_many = wrong_and_missed(looked.two_stage(100).found, scene, 0.3)
    assert missed_few > missed_many
    # Each detection comes from one of the proposals that were looked at.
    assert (looked.two_stage(few).rows < few).all()


@pytest.mark.lesson("detectors", "Count along the two roads")
def test_256_pixels_give_2304_anchors_with_2_scores_and_4_deltas_each(shipped: Shipped) -> None:
    title = "Count along the two roads"
    looked = seen(shipped, title, state_of(title)["input_size"])
    assert looked.features.shape[1:] == (16, 16)
    assert len(looked.anchors) == 2304
    logits, deltas = shipped.model.rpn(looked.features[None].clone())
    assert logits.shape == (1, 18, 16, 16)
    assert deltas.shape == (1, 36, 16, 16)
    assert looked.first.logits.shape == (2304, shipped.model.classes + 1)


@pytest.mark.lesson("detectors", "Where do the milliseconds go?")
def test_both_share_the_backbone_and_the_second_stage_grows_with_the_proposals(
    shipped: Shipped,
) -> None:
    assert "backbone" in SHARED
    assert not {"backbone"} & {*ONE_STAGE, *TWO_STAGE}
    image = scene_of("Where do the milliseconds go?").image
    few, many = (look(shipped.model, image, SIDE, 1000, n) for n in (10, 100))
    assert len(few.second.logits) == 10
    assert len(many.second.logits) == 100
    assert len(few.first.logits) == len(many.first.logits)


@pytest.mark.lesson("detectors", "Follow one detection")
def test_a_box_is_moved_twice_on_the_two_stage_road_and_each_move_helps(shipped: Shipped) -> None:
    steps: list[list[float]] = [[], [], []]
    for number in range(12):
        scene = draw_shape_scene(FIRST_HELD_OUT + number)
        looked = look(shipped.model, scene.image, SIDE)
        found, rows = looked.two_stage(100)
        for box, row in zip(found.boxes[:6], rows[:6].tolist(), strict=True):
            way = [looked.anchors[looked.proposal_anchor[row]], looked.proposal_boxes[row], box]
            iou = pairwise_iou(torch.stack(way), scene.boxes).max(dim=1).values
            for values, value in zip(steps, iou.tolist(), strict=True):
                values.append(value)
    anchor, proposal, refined = (sum(values) / len(values) for values in steps)
    assert anchor < proposal < refined


@pytest.mark.lesson("detectors", "Round, or sample?")
def test_roi_align_follows_every_pixel_and_roi_pool_only_jumps(shipped: Shipped) -> None:
    looked = seen(shipped, "Round, or sample?")
    maps = looked.reduced.clone()
    bins = LAB.config().bins
    boxes = torch.tensor([[40.0, 55.0, 110.0, 130.0]]) + torch.arange(8.0)[:, None]

    def grids(pool: Any) -> int:
        """How many different grids of numbers eight boxes give, each moved by a pixel."""
        kinds: list[Tensor] = []
        for box in boxes:
            grid = pool(maps, box[None], bins, 16)[0]
            if not any(torch.allclose(grid, known, atol=1e-6) for known in kinds):
                kinds.append(grid)
        return len(kinds)

    assert grids(roi_align) == len(boxes)
    assert 1 < grids(roi_pool) <= 4  # a side rounds to another cell once in 16 pixels


@pytest.mark.thorough
@pytest.mark.lesson("detectors", "From R-CNN to Mask R-CNN")
def test_r_cnn_passes_every_crop_through_the_network(one_client: Any) -> None:
    title = "From R-CNN to Mask R-CNN"
    told = one_client.post(f"/api/detectors/scenes/{state_of(title)['scene']}").json()
    from app.lab import wire

    for crops in (1, 5):
        query = {"image_id": told["id"], "model": "shapes", "crops": crops}
        answer = one_client.post("/api/detectors/family", json=query)
        header, _ = wire.decode(answer.content)
        assert len(header["boxes"]) == len(header["names"]) == crops


@pytest.mark.lesson("detectors", "Propose with and without learning")
def test_it_takes_many_hundred_windows_and_few_proposals_to_cover_most_objects(
    shipped: Shipped,
) -> None:
    title = "Propose with and without learning"
    scene, looked = scene_of(title), seen(shipped, title)

    def needed(boxes: Tensor) -> int:
        """How many of the boxes it takes until more than half of the objects are covered."""
        covered = (pairwise_iou(scene.boxes, boxes) >= 0.5).cummax(dim=1).values
        most = covered.double().mean(dim=0) > 0.5
        return int(most.nonzero()[0]) + 1

    assert needed(sliding_windows(SIDE, SIDE)) > 300
    assert needed(looked.proposal_boxes) < 50


@pytest.mark.lesson("detectors", "Who finds the small objects?")
def test_two_stages_find_the_small_objects_only_with_enough_proposals(client: Any) -> None:
    claims = client.get("/api/detectors/known").json()["claims"]

    def small(road: str, proposals: int) -> float:
        (told,) = [c for c in claims if (c["proposals"], c["rule"]) == (proposals, "voc")]
        assert (told["scenes"], told["sizes"][0]) == (290, 210)
        return float(told[road]["recall"][0])

    few = state_of("Who finds the small objects?")["proposals"]
    assert small("one_stage", few) > small("two_stage", few) + 0.1
    assert few == 10
    assert small("two_stage", few) < 0.5  # fewer than half
    assert small("two_stage", 100) > small("one_stage", 100)
    assert small("two_stage", 300) > small("one_stage", 300)


@pytest.mark.lesson("detectors", "Are two stages always better?")
def test_of_the_published_ones_a_one_stage_detector_has_the_highest_ap() -> None:
    rows = published()
    best = max(rows, key=lambda row: row.box_map)
    assert (best.name, best.kind) == ("FCOS", "one-stage")
    pair = {row.kind: row.box_map for row in rows if row.backbone.startswith("MobileNet")}
    assert pair["two-stage"] > pair["one-stage"]  # the other way round in another pair


def test_numbers_typed_into_the_view_of_the_claim_are_the_measured_and_the_recorded(
    client: Any,
) -> None:
    root = Path(__file__).parents[3]
    page = (root / "templates/labs/detectors.html").read_text()
    script = (root / "static/js/labs/detectors/claim.js").read_text()
    claims = client.get("/api/detectors/known").json()["claims"]
    ((scenes, small),) = {(claim["scenes"], claim["sizes"][0]) for claim in claims}
    assert f"{MEASURED} scenes, now" in page
    assert f"const ALL = {MEASURED};" in script
    assert f"const PART = {MEASURED_STEP};" in script
    assert f"{scenes} photos, recorded" in page
    assert f"{scenes} VOC photos" in script
    step = LAB.lesson[TITLES.index("Who finds the small objects?")]
    assert f"{scenes} photos of at most 320 pixels; {small} of their objects" in str(step.text)
