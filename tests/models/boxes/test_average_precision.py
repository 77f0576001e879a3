"""Claims about average precision. Oracles: cases by hand, and a loop over all thresholds."""

import pytest
import torch

from models.boxes.average_precision import IGNORED, RIGHT, WRONG, average_precision, judge

BOX = torch.tensor([0.0, 0.0, 10.0, 10.0])
NONE = torch.zeros(0, dtype=torch.bool)


def shifted(*by: float) -> torch.Tensor:
    """The box moved to the right, so that its IoU with `BOX` is (10 - by) / (10 + by)."""
    return torch.stack([BOX + torch.tensor([d, 0, d, 0]) for d in by])


def test_the_best_detection_of_a_box_is_right_and_the_second_is_wrong() -> None:
    verdicts = judge(shifted(1, 0, 30), BOX[None], torch.tensor([False]), 0.5)
    assert verdicts.tolist() == [RIGHT, WRONG, WRONG]


def test_an_iou_at_the_threshold_is_right_and_just_under_it_is_wrong() -> None:
    one = torch.tensor([False])
    by = 10 / 3  # IoU of exactly a half
    assert judge(shifted(by - 1e-3), BOX[None], one, 0.5).tolist() == [RIGHT]
    assert judge(shifted(by + 1e-3), BOX[None], one, 0.5).tolist() == [WRONG]
    assert judge(shifted(0), BOX[None], one, 1.0).tolist() == [RIGHT]


def test_detections_of_a_difficult_box_count_neither_way() -> None:
    assert judge(shifted(0, 1), BOX[None], torch.tensor([True]), 0.5).tolist() == [IGNORED] * 2


def test_without_truth_all_is_wrong_and_without_detections_there_is_nothing() -> None:
    assert judge(shifted(0, 1), torch.zeros(0, 4), NONE, 0.5).tolist() == [WRONG] * 2
    assert judge(torch.zeros(0, 4), BOX[None], torch.tensor([False]), 0.5).tolist() == []
    assert average_precision(torch.zeros(0), torch.zeros(0), 3).average == 0


def test_the_area_of_three_curves_by_hand() -> None:
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6])
    for verdicts, total, expected in (
        ([1, 1, 1, 1], 4, 1.0),
        ([1, 0, 1, 0], 2, 0.5 * 1 + 0.5 * 2 / 3),
        ([0, 1, 0, 1], 4, 0.25 * 0.5 + 0.25 * 0.5),
    ):
        assert average_precision(scores, torch.tensor(verdicts), total).average == pytest.approx(
            expected
        )


def test_ignored_detections_are_as_if_not_there() -> None:
    scores = torch.tensor([0.9, 0.8, 0.7])
    with_it = average_precision(scores, torch.tensor([RIGHT, IGNORED, RIGHT]), 2)
    assert with_it.average == 1
    assert len(with_it.precision) == 2


@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_a_loop_over_the_recalls_sums(seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    scores = torch.rand(60, generator=g)
    verdicts = (torch.rand(60, generator=g) < 0.4).long()
    total = int(verdicts.sum()) + 7
    order = scores.argsort(descending=True)
    area = 0.0
    for found in range(1, total + 1):
        precisions = [
            float(verdicts[order[: n + 1]].float().mean())
            for n in range(60)
            if verdicts[order[: n + 1]].sum() >= found
        ]
        area += max(precisions, default=0.0) / total
    assert average_precision(scores, verdicts, total).average == pytest.approx(area)


def test_nothing_to_find_is_refused() -> None:
    with pytest.raises(ValueError, match="no true box"):
        average_precision(torch.ones(1), torch.ones(1), 0)
