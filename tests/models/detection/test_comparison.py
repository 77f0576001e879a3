"""Claims about the comparison of both detectors. Oracles: the plain average precision, closed
forms, the recorded evaluation.
"""

import pytest
import torch

from models.boxes.average_precision import RIGHT, RULES, WRONG, average_precision
from models.data.shape_scenes import FIRST_HELD_OUT, SIDE, draw_shape_scene
from models.detection.comparison import (
    EQUAL_PRECISION,
    SceneResult,
    Truth,
    Verdicts,
    compare,
    compare_on_picture,
    compare_on_scene,
    curve,
    judged,
    miss_at_precision,
    pool,
    weighted_precision,
)
from models.detection.one_stage import Detections
from models.detection.shipped import SHAPE_FILES, load_detectors
from tests.models.detection.drawn_boxes import seeded


def verdicts(scores: list[float], right: list[bool], met: list[bool]) -> Verdicts:
    bits = torch.tensor(right, dtype=torch.bool)
    labels = torch.zeros(len(scores), dtype=torch.int64)
    every = torch.ones_like(bits).expand(2, 2, -1)
    met_ = torch.tensor(met, dtype=torch.bool)
    return Verdicts(torch.tensor(scores), labels, bits.expand(2, 2, -1), every, met_)


def truth(boxes: torch.Tensor, labels: list[int], ignored: tuple[int, ...] = ()) -> Truth:
    left_out = torch.zeros(len(labels), dtype=torch.bool)
    left_out[list(ignored)] = True
    return Truth(boxes, torch.tensor(labels), left_out)


def result(one: Verdicts, two: Verdicts, sizes: list[float]) -> SceneResult:
    labels = torch.zeros(len(sizes), dtype=torch.int64)
    return SceneResult(labels, torch.tensor(sizes), one, two, 1.0, 2.0)


@pytest.mark.parametrize("seed", range(5))
def test_with_weights_of_one_it_is_the_plain_average_precision(seed: int) -> None:
    generator = seeded(seed)
    scores = torch.rand(200, generator=generator).sort(descending=True).values
    right = torch.rand(200, generator=generator) < scores
    plain = average_precision(scores, torch.where(right, RIGHT, WRONG), 150).average
    ours = weighted_precision(right, torch.ones(1, 200).double(), torch.tensor([150.0]).double())
    assert float(ours) == pytest.approx(plain)


def test_by_cocos_rule_it_is_the_mean_at_101_recalls_and_a_class_without_objects_has_none() -> None:
    generator = seeded(3)
    scores = torch.rand(80, generator=generator).sort(descending=True).values
    right = torch.rand(80, generator=generator) < scores
    plain = average_precision(scores, torch.where(right, RIGHT, WRONG), 60).at_recalls
    totals = torch.tensor([60.0, 0.0]).double()
    ours = weighted_precision(right, torch.ones(2, 80).double(), totals, "coco")
    assert float(ours[0]) == pytest.approx(plain)
    assert torch.isnan(ours[1])


def test_where_objects_of_a_class_overlap_the_rules_part() -> None:
    """The second detection overlaps the first object most, and the second object enough."""
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 3, 10, 13]])
    found = Detections(
        torch.tensor([[0.0, 0, 10, 10], [0, 1, 10, 11]]),
        torch.tensor([0.9, 0.8]),
        torch.tensor([0, 0]),
    )
    told = judged(found, truth(boxes, [0, 0]))
    assert told.right[0, 0].tolist() == [True, False]
    assert told.right[1, 0].tolist() == [True, True]
    scenes = [SceneResult(torch.zeros(2).long(), torch.ones(2), told, told, 1.0, 1.0)]
    voc, coco = (compare(scenes, 1, seeded(0), rule=rule) for rule in RULES)
    assert (voc.ap50[0].value, coco.ap50[0].value) == (0.5, 1)
    assert (voc.curves[0][-1], coco.curves[0][-1]) == (0, 1)


def test_a_weight_counts_a_detection_so_often() -> None:
    generator = seeded(7)
    scores = torch.rand(60, generator=generator).sort(descending=True).values
    right = torch.rand(60, generator=generator) < 0.5
    weights = torch.randint(0, 4, (60,), generator=generator)
    several = scores.repeat_interleave(weights)
    marks = torch.where(right, RIGHT, WRONG).repeat_interleave(weights)
    plain = average_precision(several, marks, 100).average
    ours = weighted_precision(right, weights[None].double(), torch.tensor([100.0]).double())
    assert float(ours) == pytest.approx(plain)


def test_equal_detectors_have_no_gain_in_any_resample() -> None:
    scenes = [
        result(v, v, [20.0, 50.0])
        for v in (
            verdicts([0.9, 0.5], [True, False], [True, False]),
            verdicts([0.8], [True], [True, False]),
            verdicts([0.7, 0.6], [True, True], [True, True]),
        )
    ]
    found = compare(scenes, 1, seeded(0))
    assert found.gain50 == (0, 0, 0)
    assert found.ap50[0] == found.ap50[1]
    assert found.ap50[0].low <= found.ap50[0].value <= found.ap50[0].high
    assert found.recall[0][:2] == [1.0, pytest.approx(1 / 3)]
    assert found.recall[0][2] != found.recall[0][2]  # no large object
    assert found.sizes == [3, 3, 0]


def test_a_detector_that_finds_all_has_precision_one_at_every_recall() -> None:
    all_right = pool([verdicts([0.9, 0.8], [True, True], [True, True])])
    assert curve(all_right.right[0, 0], 2) == [1.0] * 51
    assert miss_at_precision(all_right.right[0, 0], 2) == 0


def test_the_miss_rate_is_taken_where_nine_of_ten_are_right() -> None:
    right = [True] * 9 + [False] + [True, False, False]
    pooled = pool([verdicts([1 - i / 20 for i in range(13)], right, [])])
    hits = torch.tensor(right).double().cumsum(0)
    precision = hits / torch.arange(1, 14)
    able = hits[precision >= EQUAL_PRECISION].max()
    assert miss_at_precision(pooled.right[0, 0], 20) == pytest.approx(1 - float(able) / 20)


def test_without_detections_all_is_missed() -> None:
    scenes = [result(verdicts([], [], [False]), verdicts([0.9], [True], [True]), [40.0])] * 3
    found = compare(scenes, 1, seeded(0))
    assert found.ap50[0].value == 0
    assert found.ap50[1].value == 1
    assert found.miss == (1, 0)


def test_a_second_detection_of_an_object_is_wrong_but_the_object_is_met() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [50, 50, 70, 70]])
    found = Detections(
        torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 70, 70]]),
        torch.tensor([0.9, 0.8, 0.7]),
        torch.tensor([0, 0, 1]),
    )
    told = judged(found, truth(boxes, [0, 2]))
    assert told.right[0, 0].tolist() == [True, False, False]
    assert told.met.tolist() == [True, False]


def test_what_nobody_is_asked_to_find_counts_neither_as_found_nor_as_missed() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [50, 50, 70, 70]])
    found = Detections(boxes.flip(0), torch.tensor([0.9, 0.8]), torch.tensor([0, 0]))
    told = judged(found, truth(boxes, [0, 0], ignored=(1,)))
    assert told.counted[:, 0].tolist() == [[False, True]] * 2
    assert told.met.tolist() == [True]
    only = SceneResult(torch.zeros(1).long(), torch.ones(1), told, told, 1.0, 1.0)
    for rule in RULES:
        measured = compare([only, only], 1, seeded(0), rule=rule)
        assert measured.objects == 2
        assert measured.ap50[0].value == 1
        assert measured.miss == (0, 0)


def test_a_class_without_objects_has_no_part_in_the_mean() -> None:
    all_found = verdicts([0.9], [True], [True])
    found = compare([result(all_found, all_found, [40.0])] * 3, 4, seeded(0))
    assert found.ap50[0] == (1, 1, 1)
    assert found.ap75[1].value == 1


def test_a_picture_larger_than_the_input_is_judged_in_its_own_pixels() -> None:
    model = load_detectors(SHAPE_FILES).model
    scene = draw_shape_scene(FIRST_HELD_OUT + 6)
    twice = scene.image.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)
    known = truth(2 * scene.boxes, scene.labels.tolist())
    told = compare_on_picture(model, twice, SIDE, known)
    assert told.two_stage.met.sum() >= len(scene.labels) - 1
    torch.testing.assert_close(told.sizes, 2 * compare_on_scene(model, 6).sizes)
    few = compare_on_picture(model, twice, SIDE, known, asked=(2, 3))
    assert set(few.two_stage.labels.tolist()) <= {2, 3}


@pytest.mark.thorough
def test_the_recorded_numbers_of_200_scenes_are_found_again() -> None:
    model = load_detectors(SHAPE_FILES).model
    found = compare([compare_on_scene(model, i) for i in range(200)], 8, seeded(0))
    # models/weights/scores.json, "shapes"
    for measured, recorded in zip(found.ap50, (0.9227, 0.9424), strict=True):
        assert measured.value == pytest.approx(recorded, abs=0.002)
    for measured, recorded in zip(found.ap75, (0.7658, 0.8302), strict=True):
        assert measured.value == pytest.approx(recorded, abs=0.004)
