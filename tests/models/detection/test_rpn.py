"""Claims about the Region Proposal Network. Oracles: the paper's numbers and torchvision's RPN."""

import math

import pytest
import torch
import torch.nn.functional as F
from torchvision.models.detection._utils import Matcher
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.rpn import (
    RegionProposalNetwork,
    RPNHead,
    concat_box_prediction_layers,
)
from torchvision.ops import box_iou

from models.boxes.anchors import PAPER, grid_anchors
from models.boxes.boxes import decode_deltas
from models.detection.detectors import ANCHORS
from models.detection.rpn import (
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    RPN,
    SMALLEST_SIDE,
    RPNOutput,
    anchor_targets,
    assign_anchors,
    classification_loss,
    decode_candidates,
    objectness,
    per_anchor,
    propose,
    rank_candidates,
    regression_loss,
    sample_anchors,
)
from models.detection.shipped import untrained_rpn


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_output(height: int = 6, width: int = 9, k: int = 9, seed: int = 0) -> RPNOutput:
    g = seeded(seed)
    return RPNOutput(
        torch.zeros(1, 1, height, width),
        torch.randn(1, 2 * k, height, width, generator=g),
        0.4 * torch.randn(1, 4 * k, height, width, generator=g),
    )


def truths(n: int, seed: int, extent: float = 256) -> torch.Tensor:
    g = seeded(seed)
    corner = torch.rand(n, 2, generator=g) * extent * 0.7
    return torch.cat([corner, corner + 8 + torch.rand(n, 2, generator=g) * extent * 0.4], dim=1)


def test_at_256_pixels_the_maps_are_18_and_36_channels_of_16_by_16() -> None:
    model = untrained_rpn()
    with torch.inference_mode():
        output = model(torch.zeros(1, 3, 256, 256))
    assert output.logits.shape == (1, 18, 16, 16)
    assert output.deltas.shape == (1, 36, 16, 16)
    assert output.features.shape[-2:] == (16, 16)


def test_the_head_is_the_papers() -> None:
    head = untrained_rpn().head
    assert (head.conv.kernel_size, head.conv.out_channels) == ((3, 3), 256)
    assert (head.cls_score.kernel_size, head.cls_score.out_channels) == ((1, 1), 18)
    assert (head.bbox_pred.kernel_size, head.bbox_pred.out_channels) == ((1, 1), 36)
    for layer in (head.conv, head.cls_score, head.bbox_pred):
        assert layer.weight.std().item() == pytest.approx(0.01, rel=0.1)
        assert not layer.bias.any()


def test_anchors_of_another_stride_are_refused() -> None:
    with pytest.raises(ValueError, match="stride"):
        RPN(ANCHORS._replace(stride=8))


def test_one_row_an_anchor_in_torchvisions_order() -> None:
    output = random_output(3, 4)
    one_logit, deltas = output.logits[:, ::2], output.deltas
    theirs = concat_box_prediction_layers([one_logit], [deltas])
    assert torch.equal(per_anchor(one_logit, 1)[0], theirs[0])
    assert torch.equal(per_anchor(deltas, 4)[0], theirs[1])


def test_objectness_is_the_softmax_of_background_and_foreground() -> None:
    output = random_output(2, 3)
    row, column, shape = 1, 2, 5
    background, foreground = output.logits[0, 2 * shape : 2 * shape + 2, row, column].tolist()
    expected = math.exp(foreground) / (math.exp(foreground) + math.exp(background))
    index = (row * 3 + column) * 9 + shape
    assert objectness(output.logits)[0, index].item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("thresholds", [(0.7, 0.3), (0.5, 0.4), (0.5, 0.5)])
def test_assignment_is_torchvisions_matcher(seed: int, thresholds: tuple[float, float]) -> None:
    anchors, truth = grid_anchors(16, 16, ANCHORS), truths(7, seed)
    ours = assign_anchors(anchors, truth, *thresholds)
    theirs = Matcher(*thresholds, allow_low_quality_matches=True)(box_iou(truth, anchors))
    expected = torch.where(theirs >= 0, POSITIVE, torch.where(theirs == -1, NEGATIVE, NEUTRAL))
    assert torch.equal(ours.labels, expected)
    strong = ours.iou >= thresholds[0]
    assert torch.equal(ours.matched[strong], theirs[strong])


def test_iou_exactly_at_the_thresholds() -> None:
    # One truth 10 x 10; anchors cover 10, 7, 5, 3 and 2 tenths of it.
    truth = torch.tensor([[0.0, 0, 10, 10]])
    anchors = torch.tensor([[0.0, 0, width, 10] for width in (10, 7, 5, 3, 2)])
    labels = assign_anchors(anchors, truth, 0.7, 0.3).labels.tolist()
    assert labels == [POSITIVE, POSITIVE, NEUTRAL, NEUTRAL, NEGATIVE]


def test_each_truth_gets_its_best_anchors_even_if_they_overlap_little_or_another_more() -> None:
    anchors = torch.tensor([[0.0, 0, 10, 10], [100, 100, 110, 110]])
    truth = torch.tensor([[0.0, 0, 10, 6], [0, 0, 10, 2]])
    assignment = assign_anchors(anchors, truth)
    # IoU 0.6 and 0.2 with the first anchor: below 0.7, yet it is the best that both have.
    assert assignment.labels.tolist() == [POSITIVE, NEGATIVE]
    ties = assign_anchors(anchors[[0, 0, 1]], truth[:1])
    assert ties.labels.tolist() == [POSITIVE, POSITIVE, NEGATIVE]


def test_a_truth_that_no_anchor_touches_makes_nothing_positive() -> None:
    # torchvision makes every anchor positive here: its best IoU, 0, is everyone's.
    far = torch.tensor([[1e4, 1e4, 1e4 + 5, 1e4 + 5]])
    assert not assign_anchors(grid_anchors(4, 4, ANCHORS), far).labels.any()


def test_without_truth_every_anchor_is_negative() -> None:
    assignment = assign_anchors(grid_anchors(2, 2, ANCHORS), torch.zeros(0, 4))
    assert (assignment.labels == NEGATIVE).all()
    assert not assignment.iou.any()
    with pytest.raises(ValueError, match="negative_iou"):
        assign_anchors(torch.zeros(1, 4), torch.zeros(0, 4), 0.3, 0.7)


def test_every_positive_is_matched_to_a_truth_it_overlaps() -> None:
    anchors, truth = grid_anchors(16, 16, ANCHORS), truths(9, 3)
    assignment = assign_anchors(anchors, truth)
    positive = (assignment.labels == POSITIVE).nonzero().flatten()
    iou = box_iou(truth, anchors)[assignment.matched[positive], positive]
    assert (iou > 0).all()
    assert set(assignment.matched[positive].tolist()) == set(range(9))


@pytest.mark.parametrize(
    ("positives", "drawn"), [(500, (128, 128)), (40, (40, 216)), (0, (0, 256))]
)
def test_a_mini_batch_is_256_anchors_at_most_half_of_them_positive(
    positives: int, drawn: tuple[int, int]
) -> None:
    labels = torch.full((2000,), NEUTRAL)
    labels[:positives] = POSITIVE
    labels[1000:] = NEGATIVE
    positive, negative = sample_anchors(labels, seeded(0))
    assert (len(positive), len(negative)) == drawn
    assert (labels[positive] == POSITIVE).all()
    assert (labels[negative] == NEGATIVE).all()
    assert len(set(positive.tolist())) == len(positive)
    again = sample_anchors(labels, seeded(0))
    assert torch.equal(torch.cat(again), torch.cat([positive, negative]))


def test_the_losses_are_the_papers() -> None:
    logits, targets = torch.tensor([[0.0, 0.0], [2.0, -1.0]]), torch.tensor([1, 0])
    expected = (math.log(2) + math.log1p(math.exp(-3))) / 2
    assert classification_loss(logits, targets).item() == pytest.approx(expected)
    weighted = classification_loss(logits, targets, torch.tensor([1.0, 3.0])).item()
    assert weighted == pytest.approx((math.log(2) + 3 * math.log1p(math.exp(-3))) / 4)
    deltas = torch.tensor([[0.1, 0.0, 2.0, 0.0]])
    # quadratic below 1/9: 9 x^2 / 2; beyond it linear: |x| - 1/18
    expected = (9 * 0.1**2 / 2 + 2 - 1 / 18) / 4
    assert regression_loss(deltas, torch.zeros(1, 4), 4).item() == pytest.approx(expected)
    none = torch.zeros(0, 4)
    assert regression_loss(none, none, 0).item() == 0


def test_two_logits_and_softmax_train_like_one_logit_and_sigmoid() -> None:
    logits = torch.randn(50, 2, generator=seeded(1))
    targets = torch.randint(2, (50,), generator=seeded(2))
    one = logits[:, 1] - logits[:, 0]
    expected = F.binary_cross_entropy_with_logits(one, targets.float())
    torch.testing.assert_close(classification_loss(logits, targets), expected)


def test_targets_decode_to_the_matched_truth() -> None:
    anchors, truth = grid_anchors(3, 3, ANCHORS), truths(4, 0)
    matched = torch.arange(len(anchors)) % 4
    back = decode_deltas(anchor_targets(anchors, truth, matched), anchors)
    torch.testing.assert_close(back, truth[matched], rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize(("pre", "post"), [(486, 486), (200, 50), (10, 300), (1, 1)])
@pytest.mark.parametrize("min_size", [0.001, 30.0])
def test_proposals_are_torchvisions(pre: int, post: int, min_size: float) -> None:
    output = random_output()
    ours = propose(output, PAPER, pre, post, 0.7, min_size)
    tops = ({"training": 0, "testing": pre}, {"training": 0, "testing": post})
    theirs = RegionProposalNetwork(
        AnchorGenerator(), RPNHead(1, 9), 0.7, 0.3, 256, 0.5, *tops, nms_thresh=0.7
    ).eval()
    theirs.min_size = min_size
    candidates = ours.candidates
    big = candidates.large_enough
    # The paper drops the small ones before top-n, torchvision after; so hand it the rest alone.
    (boxes,), (scores,) = theirs.filter_proposals(
        candidates.decoded[big][None],
        candidates.objectness[big].logit()[None],
        [(96, 144)],
        [int(big.sum())],
    )
    torch.testing.assert_close(candidates.clipped[ours.kept], boxes)
    torch.testing.assert_close(candidates.objectness[ours.kept], scores)


def test_candidates_lie_inside_the_image_and_come_best_first() -> None:
    candidates = decode_candidates(random_output(), PAPER, min_size=20)
    boxes = candidates.clipped
    assert (boxes >= 0).all()
    assert (boxes <= torch.tensor([144.0, 96, 144, 96])).all()
    ranked = rank_candidates(candidates, 100)
    assert (candidates.objectness[ranked].diff() <= 0).all()
    assert candidates.large_enough[ranked].all()
    assert len(ranked) == len(set(ranked.tolist())) <= 100


def test_no_proposal_is_without_area() -> None:
    """Clipping leaves a box that lies outside the image a side of 0, and it has a score, too."""
    output = random_output()
    candidates = decode_candidates(output._replace(deltas=40 * output.deltas), PAPER, min_size=0)
    sides = (candidates.clipped[:, 2:] - candidates.clipped[:, :2]).amin(dim=1)
    assert (sides == 0).any()  # otherwise this says nothing
    assert torch.equal(candidates.large_enough, sides >= SMALLEST_SIDE)
    assert (sides[rank_candidates(candidates, 6000)] > 0).all()


def test_the_second_image_of_a_batch_is_decoded_as_if_alone() -> None:
    first, second = random_output(seed=1), random_output(seed=2)
    batch = RPNOutput(*(torch.cat(pair) for pair in zip(first, second, strict=True)))
    ours, alone = decode_candidates(batch, PAPER, 0, image=1), decode_candidates(second, PAPER, 0)
    for a, b in zip(ours, alone, strict=True):
        assert torch.equal(a, b)


def test_no_candidate_large_enough_means_no_proposal() -> None:
    proposals = propose(random_output(), PAPER, min_size=1e6)
    assert proposals.ranked.shape == proposals.kept.shape == (0,)


def test_an_untrained_network_is_the_same_each_time_and_leaves_the_global_seed_alone() -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    a, b, other = untrained_rpn(1), untrained_rpn(1), untrained_rpn(2)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(a.head.conv.weight, b.head.conv.weight)
    assert not torch.equal(a.head.conv.weight, other.head.conv.weight)
