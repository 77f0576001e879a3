"""Claims about non-maximum suppression. Oracles: torchvision, and the papers' loops, slowly."""

import math
import os
import subprocess
import sys

import hypothesis.strategies as st
import pytest
import torch
import torchvision
from hypothesis import given, settings
from torch import Tensor

from models.boxes.nms import THRESHOLDS, Sweep, greedy, nms, soft, sweep


def scene(n: int, seed: int = 0, clusters: int = 8) -> tuple[Tensor, Tensor]:
    """Boxes like a proposal network's: most around a few objects, the rest anywhere."""
    g = torch.Generator().manual_seed(seed)
    centers = torch.rand(clusters, 2, generator=g) * torch.tensor([640, 480])
    sides = 30 + 170 * torch.rand(clusters, 2, generator=g)
    which = torch.randint(clusters, (n,), generator=g)
    stray = torch.rand(n, generator=g) < 0.3
    center = centers[which] + 0.25 * sides[which] * torch.randn(n, 2, generator=g)
    center[stray] = torch.rand(n, 2, generator=g)[stray] * torch.tensor([640, 480])
    side = sides[which] * (0.3 * torch.randn(n, 2, generator=g)).exp()
    boxes = torch.cat([center - side / 2, center + side / 2], dim=1).clamp(min=0)
    return boxes, torch.rand(n, generator=g)


# Small whole coordinates: many equal boxes, touching boxes, boxes without area and exact ratios.
crowds = st.lists(
    st.tuples(*[st.integers(0, 6)] * 4, st.integers(0, 3), st.integers(0, 2)), max_size=40
)


def from_crowd(crowd: list[tuple[int, ...]]) -> tuple[Tensor, Tensor, Tensor]:
    rows = torch.tensor(crowd, dtype=torch.float32).reshape(-1, 6)
    boxes = torch.cat([rows[:, :2], rows[:, :2] + rows[:, 2:4]], dim=1)
    return boxes, rows[:, 4] / 3, rows[:, 5].long()


def slow_iou(a: Tensor, b: Tensor) -> float:
    """float32 throughout, in the order of torchvision's CPU kernel; NaN for 0 / 0."""
    zero = torch.tensor(0.0)
    width = torch.maximum(zero, torch.minimum(a[2], b[2]) - torch.maximum(a[0], b[0]))
    height = torch.maximum(zero, torch.minimum(a[3], b[3]) - torch.maximum(a[1], b[1]))
    shared = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return (shared / (areas[0] + areas[1] - shared)).item()


def textbook(boxes: Tensor, scores: Tensor, threshold: float) -> tuple[list[int], list[int]]:
    """Greedy NMS as the textbooks write it: (keep, suppressed_by)."""
    left = sorted(range(len(scores)), key=lambda i: -scores[i].item())  # sorted() is stable
    keep, by = [], [-1] * len(scores)
    while left:
        best = left.pop(0)
        keep.append(best)
        for other in list(left):
            if slow_iou(boxes[best], boxes[other]) > threshold:
                by[other] = best
                left.remove(other)
    return keep, by


def per_label(boxes: Tensor, scores: Tensor, labels: Tensor, threshold: float) -> list[int]:
    """torchvision's NMS of each label by itself, merged by score (stable)."""
    keep = []
    for label in labels.unique():
        of_label = (labels == label).nonzero().flatten()
        kept = torchvision.ops.nms(boxes[of_label], scores[of_label], threshold)
        keep += of_label[kept].tolist()
    return sorted(keep, key=lambda i: (-scores[i].item(), i))


def suppressors(result: Sweep, threshold: int) -> list[int]:
    """`suppressed_by` of one threshold as indices of the boxes given, in their order."""
    order = result.order.tolist()
    by = [-1] * len(order)
    for position, suppressor in enumerate(result.suppressed_by[threshold].tolist()):
        by[order[position]] = order[suppressor] if suppressor >= 0 else -1
    return by


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 66, 300, 1500])
def test_a_sweep_is_torchvisions_nms_at_each_of_the_101_thresholds(n: int) -> None:
    boxes, scores = scene(n, seed=n)
    result = sweep(boxes, scores)
    for t, threshold in enumerate(THRESHOLDS):
        expected = torchvision.ops.nms(boxes, scores, threshold)
        assert torch.equal(result.kept_at(t), expected), threshold


@settings(max_examples=60, deadline=None)
@given(crowds)
def test_ties_touching_boxes_and_boxes_without_area_are_as_in_torchvision(crowd: list) -> None:
    boxes, scores, _ = from_crowd(crowd)
    result = sweep(boxes, scores)
    for t, threshold in enumerate(THRESHOLDS):
        assert torch.equal(result.kept_at(t), torchvision.ops.nms(boxes, scores, threshold))


@settings(max_examples=60, deadline=None)
@given(crowds, st.sampled_from([1e-22, 1e-19, 1e17, 1e19]))
def test_areas_that_underflow_or_overflow_are_as_in_torchvision(crowd: list, unit: float) -> None:
    boxes, scores, _ = from_crowd(crowd)
    result = sweep(boxes * unit, scores)
    for t in range(0, 101, 5):
        expected = torchvision.ops.nms(boxes * unit, scores, THRESHOLDS[t])
        assert torch.equal(result.kept_at(t), expected)


@settings(max_examples=25, deadline=None)
@given(crowds)
def test_the_suppressor_is_the_first_kept_box_that_overlaps_enough(crowd: list) -> None:
    boxes, scores, _ = from_crowd(crowd[:15])
    result = sweep(boxes, scores)
    for t in (0, 20, 33, 34, 50, 99, 100):
        keep, by = textbook(boxes, scores, THRESHOLDS[t])
        assert result.kept_at(t).tolist() == keep
        assert suppressors(result, t) == by


@settings(max_examples=40, deadline=None)
@given(crowds)
def test_boxes_of_different_labels_never_touch_each_other(crowd: list) -> None:
    boxes, scores, labels = from_crowd(crowd)
    result = sweep(boxes, scores, labels)
    for t in range(0, 101, 4):
        assert result.kept_at(t).tolist() == per_label(boxes, scores, labels, THRESHOLDS[t])
        for loser, winner in enumerate(suppressors(result, t)):
            assert winner < 0 or labels[loser] == labels[winner]


def test_with_labels_a_sweep_is_batched_nms() -> None:
    boxes, scores = scene(1200)
    labels = torch.randint(5, (1200,), generator=torch.Generator().manual_seed(1)) * 7 - 3
    result = sweep(boxes, scores, labels)
    for t in range(0, 101, 3):
        expected = torchvision.ops.batched_nms(boxes, scores, labels, THRESHOLDS[t])
        assert torch.equal(result.kept_at(t), expected)


@pytest.mark.parametrize(("hair", "kept"), [(-1, 2), (0, 2), (1, 1)])
def test_only_an_iou_over_the_threshold_suppresses(hair: int, kept: int) -> None:
    # 1 x w inside 1 x 2: the IoU is w / 2, exactly 0.5 at w = 1, and a hair of float32 around it.
    width = torch.tensor(1.0)
    if hair:
        width = torch.nextafter(width, torch.tensor(math.inf * hair))
    boxes = torch.tensor([[0, 0, 2, 1], [0, 0, width.item(), 1]])
    scores = torch.tensor([0.9, 0.8])
    assert len(sweep(boxes, scores).kept_at(50)) == kept
    assert len(greedy(boxes, scores, 0.5).keep) == kept
    assert len(nms(boxes, scores, 0.5)) == kept


def test_thresholds_are_compared_as_doubles_like_torchvisions() -> None:
    # float32(1/10) is over the double 0.1, so an IoU of "0.1" suppresses at the threshold 0.1.
    boxes, scores = torch.tensor([[0.0, 0, 10, 1], [0, 0, 1, 1]]), torch.tensor([0.9, 0.8])
    assert len(torchvision.ops.nms(boxes, scores, 0.1)) == 1
    assert len(sweep(boxes, scores).kept_at(10)) == 1
    assert len(greedy(boxes, scores, 0.1).keep) == 1


def test_equal_boxes_all_stay_at_threshold_one_and_one_stays_below() -> None:
    boxes = torch.tensor([[3.0, 4, 50, 60]]).repeat(5, 1)
    result = sweep(boxes, torch.full((5,), 0.5))
    assert result.kept_at(100).tolist() == [0, 1, 2, 3, 4]
    assert all(result.kept_at(t).tolist() == [0] for t in range(100))


def test_a_suppressed_box_suppresses_nothing_so_one_box_may_fall_at_a_higher_threshold() -> None:
    # A overlaps B by 1/4, B overlaps C by 3/7, A and C only touch: without B, C stays.
    boxes = torch.tensor([[0.0, 0, 10, 10], [6, 0, 16, 10], [10, 0, 20, 10]])
    result = sweep(boxes, torch.tensor([0.9, 0.8, 0.7]))
    assert result.kept_at(20).tolist() == [0, 2]
    assert result.kept_at(30).tolist() == [0, 1]
    assert result.kept_at(50).tolist() == [0, 1, 2]
    assert suppressors(result, 20) == [-1, 0, -1]
    assert suppressors(result, 30) == [-1, -1, 1]


def test_a_higher_threshold_may_keep_fewer_boxes() -> None:
    rows = [[3.33, 0, 13.33, 10], [0, 0, 10, 10], [-2.5, 0, 7.5, 10], [0, 2.5, 10, 12.5]]
    result = sweep(torch.tensor(rows), torch.tensor([0.9, 0.8, 0.7, 0.6]))
    assert [len(result.kept_at(t)) for t in (45, 55)] == [3, 2]


def test_top_n_only_shortens_the_result() -> None:
    boxes, scores = scene(200)
    result = sweep(boxes, scores)
    for n in (0, 1, 17, 120):
        best = scores.argsort(descending=True, stable=True)[:n]
        for t in range(0, 101, 10):
            expected = best[torchvision.ops.nms(boxes[best], scores[best], THRESHOLDS[t])]
            assert torch.equal(result.kept_at(t, top_n=n), expected)


def test_kept_bits_say_the_same_as_the_suppressors() -> None:
    result = sweep(*scene(150))
    for position, (low, high) in enumerate(result.kept.tolist()):
        bits = low | high << 64
        assert bits >> 101 == 0
        for t in range(101):
            assert bool(bits >> t & 1) == (result.suppressed_by[t, position] < 0)
    assert result.kept.dtype == "uint64"
    assert result.suppressed_by.dtype == "int16"


def test_no_box_and_one_box() -> None:
    empty = sweep(torch.zeros(0, 4), torch.zeros(0), torch.zeros(0, dtype=torch.int64))
    assert empty.suppressed_by.shape == (101, 0)
    assert empty.kept.shape == (0, 2)
    for result in (
        greedy(torch.zeros(0, 4), torch.zeros(0), 0.5),
        soft(torch.zeros(0, 4), torch.zeros(0)),
    ):
        assert result.keep.tolist() == []
        assert result.steps == []
    box, score = torch.tensor([[1.0, 2, 3, 4]]), torch.tensor([0.3])
    assert sweep(box, score).kept_at(0).tolist() == [0]
    assert greedy(box, score, 0.0).keep.tolist() == [0]
    assert soft(box, score).keep.tolist() == [0]


def test_lengths_that_differ_are_refused() -> None:
    boxes, scores = scene(3)
    with pytest.raises(ValueError, match="agree"):
        sweep(boxes, scores[:2])
    with pytest.raises(ValueError, match="agree"):
        greedy(boxes, scores, 0.5, labels=torch.zeros(4))


@pytest.mark.parametrize("threshold", [0, 7, 50, 70, 100])
def test_the_traced_and_the_fast_one_agree(threshold: int) -> None:
    boxes, scores = scene(400, seed=3)
    labels = torch.arange(400) % 3
    for some in (None, labels):
        fast = sweep(boxes, scores, some)
        trace = greedy(boxes, scores, THRESHOLDS[threshold], some)
        assert torch.equal(trace.keep, fast.kept_at(threshold))
        assert trace.suppressed_by.tolist() == suppressors(fast, threshold)


@settings(max_examples=40, deadline=None)
@given(crowds, st.sampled_from([0.0, 0.3, 1 / 3, 0.5, 1.0]))
def test_a_trace_tells_every_decision_of_the_textbook_loop(crowd: list, threshold: float) -> None:
    boxes, scores, _ = from_crowd(crowd[:20])
    trace = greedy(boxes, scores, threshold)
    keep, by = textbook(boxes, scores, threshold)
    assert trace.keep.tolist() == keep == [step.box for step in trace.steps]
    assert trace.suppressed_by.tolist() == by
    told = []
    for step in trace.steps:
        for loser, iou in zip(step.suppressed.tolist(), step.iou.tolist(), strict=True):
            assert by[loser] == step.box
            assert iou == slow_iou(boxes[step.box], boxes[loser]) == trace.iou[loser].item()
            told.append(loser)
    assert sorted(told + keep) == list(range(len(boxes)))


def test_boxes_below_the_score_threshold_take_no_part() -> None:
    boxes, scores = scene(200, seed=5)
    scores[:3] = 0.6  # exactly at the threshold: they take part
    chosen = (scores >= 0.6).nonzero().flatten()
    expected = chosen[torchvision.ops.nms(boxes[chosen], scores[chosen], 0.5)]
    trace = greedy(boxes, scores, 0.5, score_threshold=0.6)
    assert torch.equal(trace.keep, expected)
    assert (trace.suppressed_by[scores < 0.6] == -1).all()
    assert greedy(boxes, scores, 0.5, score_threshold=1.1).steps == []


def bodla(
    boxes: Tensor, scores: Tensor, method: str, iou_threshold: float, sigma: float, floor: float
) -> tuple[list[int], list[float]]:
    """Soft-NMS as in figure 3 of Bodla et al. (2017): (picked, final scores)."""
    s = scores.tolist()
    left, picked = [i for i in range(len(s)) if s[i] >= floor], []
    while left:
        best = max(left, key=lambda i: (s[i], -i))
        picked.append(best)
        left.remove(best)
        for i in left:
            iou = slow_iou(boxes[best], boxes[i])
            if method == "linear":
                s[i] *= 1 - iou if iou > iou_threshold else 1
            elif iou > 0:
                s[i] *= math.exp(-(iou**2) / sigma)
        left = [i for i in left if s[i] >= floor]
    return picked, s


@pytest.mark.parametrize("method", ["linear", "gaussian"])
@pytest.mark.parametrize("floor", [0.0, 0.001, 0.2])
def test_soft_nms_is_the_papers_loop(method: str, floor: float) -> None:
    boxes, scores = scene(60, seed=2, clusters=3)
    trace = soft(boxes, scores, method, 0.3, 0.5, floor)  # type: ignore[arg-type]
    picked, final = bodla(boxes, scores, method, 0.3, 0.5, floor)
    assert trace.keep.tolist() == picked
    torch.testing.assert_close(trace.scores, torch.tensor(final), rtol=1e-6, atol=0)


@settings(max_examples=40, deadline=None)
@given(crowds, st.sampled_from(["linear", "gaussian"]))
def test_soft_nms_never_raises_a_score_and_picks_in_falling_order(crowd: list, method: str) -> None:
    boxes, scores, labels = from_crowd(crowd)
    trace = soft(boxes, scores, method, labels=labels)  # type: ignore[arg-type]
    assert (trace.scores <= scores).all()
    assert (trace.scores[trace.keep].diff() <= 0).all()
    assert (trace.scores[trace.keep] >= 0.000999).all()
    lost = sorted(set(range(len(scores))) - set(trace.keep.tolist()))
    assert (trace.scores[lost] < 0.001).all()
    for i in lost:
        assert trace.suppressed_by[i] >= 0 or scores[i] < 0.001
    for i, by in enumerate(trace.decayed_by.tolist()):
        assert by < 0 or labels[i] == labels[by]


def test_the_steps_of_soft_nms_multiply_up_to_its_final_scores() -> None:
    boxes, scores = scene(80, seed=9, clusters=3)
    trace = soft(boxes, scores, "gaussian")
    product, smallest = scores.double(), torch.ones(80)
    blame = torch.full((80,), -1)
    for step in trace.steps:
        assert step.score == trace.scores[step.box].item()
        product[step.decayed] *= step.factors.double()
        stronger = step.factors < smallest[step.decayed]
        blame[step.decayed[stronger]] = step.box
        smallest[step.decayed[stronger]] = step.factors[stronger]
    torch.testing.assert_close(product.float(), trace.scores, rtol=1e-4, atol=0)
    assert torch.equal(blame, trace.decayed_by)
    assert trace.complete


def test_two_boxes_decay_by_the_formulas() -> None:
    boxes, scores = torch.tensor([[0.0, 0, 2, 1], [0, 0, 1, 1]]), torch.tensor([0.9, 0.8])
    linear = soft(boxes, scores, "linear", iou_threshold=0.4)
    assert linear.scores[1].item() == pytest.approx(0.8 * (1 - 0.5))
    untouched = soft(boxes, scores, "linear", iou_threshold=0.5)  # 0.5 is not over 0.5
    assert torch.equal(untouched.scores, scores)
    gaussian = soft(boxes, scores, "gaussian", sigma=0.25)
    assert gaussian.scores[1].item() == pytest.approx(0.8 * math.exp(-1))
    with pytest.raises(ValueError, match="sigma"):
        soft(boxes, scores, "gaussian", sigma=0.0)


def test_of_six_thousand_equal_boxes_none_is_forgotten() -> None:
    boxes, scores = torch.tensor([[0.0, 0, 9, 9]]).repeat(6000, 1), torch.linspace(1, 0.1, 6000)
    result = sweep(boxes, scores)
    assert len(greedy(boxes, scores, 1.0).keep) == 6000
    trace = soft(boxes, scores, "gaussian", score_threshold=0.0)
    assert len(result.kept_at(99)) == 1
    assert len(trace.keep) == 6000
    assert not trace.complete  # 18 million decays are not listed, but all were made


@pytest.mark.thorough
def test_the_compiled_loops_stay_inside_their_arrays(tmp_path: object) -> None:
    # A cache of its own: numba would otherwise reuse code that was compiled without the checks.
    code = """
import torch
from models.boxes.nms import greedy, soft, sweep, warm_up
warm_up()
g = torch.Generator().manual_seed(0)
for n in (0, 1, 2, 63, 64, 65, 129, 400):
    boxes = torch.rand(n, 4, generator=g) * 50
    boxes[:, 2:] += boxes[:, :2]
    scores, labels = torch.rand(n, generator=g), torch.arange(n) % 3
    for some in (None, labels):
        sweep(boxes, scores, some)
        greedy(boxes, scores, 0.5, some, 0.2)
        soft(boxes, scores, "gaussian", labels=some, score_threshold=0.0)
        soft(boxes, scores, "linear", labels=some)
print("checked")
"""
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.stdout.strip() == "checked", done.stderr
