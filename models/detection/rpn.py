"""The Region Proposal Network of Faster R-CNN, stage by stage.

Ren, He, Girshick and Sun, 2015, Faster R-CNN: Towards Real-Time Object Detection with Region
Proposal Networks, section 3. Every stage is a function that returns what it computed, so that a
page can draw it.

Shape letters: N images; C channels; H, W rows and columns of the feature map; k anchors at a
location; A = H * W * k anchors of an image; G ground-truth boxes; P proposals.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.boxes.anchors import AnchorSpec, grid_anchors
from models.boxes.boxes import clip_boxes, decode_deltas, encode_deltas, large_enough, pairwise_iou
from models.boxes.nms import nms
from models.detection.backbone import STRIDE, Backbone

POSITIVE, NEUTRAL, NEGATIVE = 1, -1, 0
HIDDEN_CHANNELS = 256
# Clipping can leave a box outside the image no side at all; torchvision's RPN drops it, too.
SMALLEST_SIDE = 1e-3  # pixels of the model's input


class RPNOutput(NamedTuple):
    """What the network computes for N images; the rest is arithmetic on these."""

    features: Tensor  # [N, C, H, W]
    logits: Tensor  # [N, 2k, H, W]: for shape a, channel 2a is background, 2a + 1 foreground
    deltas: Tensor  # [N, 4k, H, W]: for shape a, channels 4a .. 4a + 3 are t_x, t_y, t_w, t_h


class AnchorHead(nn.Module):
    """A 3 x 3 convolution, then two sibling 1 x 1 convolutions: features [N, c, H, W] -> scores
    [N, `scores` k, H, W] and deltas [N, 4k, H, W] of the k anchors at each location.
    """

    def __init__(self, channels: int, per_location: int, scores: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, HIDDEN_CHANNELS, 3, padding=1)
        self.cls_score = nn.Conv2d(HIDDEN_CHANNELS, scores * per_location, 1)
        self.bbox_pred = nn.Conv2d(HIDDEN_CHANNELS, 4 * per_location, 1)
        for layer in (self.conv, self.cls_score, self.bbox_pred):
            # "a zero-mean Gaussian distribution with standard deviation 0.01" (section 3.1.3)
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.get_parameter("bias"))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        hidden = F.relu(self.conv(features))
        return self.cls_score(hidden), self.bbox_pred(hidden)


class RPNHead(AnchorHead):
    """2k scores, of background and of an object, and 4k deltas (section 3.1)."""

    def __init__(self, channels: int, per_location: int) -> None:
        super().__init__(channels, per_location, 2)


class RPN(nn.Module):
    """Backbone and head: images [N, 3, 16 H, 16 W] in -1..1 -> `RPNOutput`."""

    def __init__(self, anchors: AnchorSpec) -> None:
        super().__init__()
        if anchors.stride != STRIDE:
            raise ValueError(f"the backbone's stride is {STRIDE}, the anchors' {anchors.stride}")
        self.anchors = anchors
        self.backbone = Backbone()
        self.head = RPNHead(self.backbone.channels, anchors.per_location)

    def forward(self, images: Tensor) -> RPNOutput:
        features = self.backbone(images)
        logits, deltas = self.head(features)
        return RPNOutput(features, logits, deltas)


def per_anchor(maps: Tensor, values: int) -> Tensor:
    """Maps [N, values * k, H, W] -> one row an anchor, [N, H * W * k, values], in anchor order."""
    n, _, height, width = maps.shape
    return maps.view(n, -1, values, height, width).permute(0, 3, 4, 1, 2).reshape(n, -1, values)


def objectness(logits: Tensor) -> Tensor:
    """Scores [N, 2k, H, W] -> each anchor's probability of being an object, [N, A], by softmax."""
    return per_anchor(logits, 2).softmax(dim=-1)[..., 1]


# --- Training: which anchors are asked what ---------------------------------------------------


class Assignment(NamedTuple):
    """Each anchor's label and the ground truth it belongs to."""

    labels: Tensor  # [A] int64: POSITIVE, NEGATIVE or NEUTRAL
    matched: Tensor  # [A] int64: index of the ground truth with the highest IoU (0 if none)
    iou: Tensor  # [A] float32: that IoU


def assign_anchors(
    anchors: Tensor,
    ground_truth: Tensor,
    positive_iou: float = 0.7,
    negative_iou: float = 0.3,
) -> Assignment:
    """Label anchors [A, 4] against ground truth [G, 4], in the same pixels.

    Positive: IoU >= `positive_iou` with some ground truth, or (one of) the highest IoU with a
    ground truth. Negative: IoU < `negative_iou` with all. The rest is neutral and trains nothing.
    Section 3.1.2. Without ground truth every anchor is negative.
    """
    if not 0 <= negative_iou <= positive_iou <= 1:
        raise ValueError("0 <= negative_iou <= positive_iou <= 1 must hold")
    labels = torch.full((len(anchors),), NEUTRAL, dtype=torch.int64, device=anchors.device)
    if len(ground_truth) == 0:
        zeros = torch.zeros_like(labels)
        return Assignment(labels.fill_(NEGATIVE), zeros, zeros.to(anchors.dtype))
    iou = pairwise_iou(ground_truth, anchors)  # [G, A]
    best, matched = iou.max(dim=0)
    labels[best < negative_iou] = NEGATIVE
    labels[best >= positive_iou] = POSITIVE
    best_of_truth = iou.max(dim=1, keepdim=True).values
    is_best = (iou == best_of_truth) & (best_of_truth > 0)
    labels[is_best.any(dim=0)] = POSITIVE
    # An anchor positive only as some truth's best learns that truth, not one it overlaps more:
    # otherwise the first would be learned by no anchor at all.
    truth, anchor = is_best.nonzero(as_tuple=True)
    weak = best[anchor] < positive_iou
    matched[anchor[weak]] = truth[weak]
    return Assignment(labels, matched, best)


def sample_anchors(
    labels: Tensor, generator: torch.Generator, size: int = 256, positive_fraction: float = 0.5
) -> tuple[Tensor, Tensor]:
    """Draw a mini-batch of anchors: indices of positives and of negatives.

    `size` anchors of one image, at most `positive_fraction` of them positive, "padded" with
    negatives where positives are few (section 3.1.3). Uniform, without replacement.
    """
    positive = (labels == POSITIVE).nonzero().flatten()
    negative = (labels == NEGATIVE).nonzero().flatten()
    n_positive = min(len(positive), int(size * positive_fraction))
    n_negative = min(len(negative), size - n_positive)
    shuffle_p = torch.randperm(len(positive), generator=generator)[:n_positive]
    shuffle_n = torch.randperm(len(negative), generator=generator)[:n_negative]
    return positive[shuffle_p.to(labels.device)], negative[shuffle_n.to(labels.device)]


def classification_loss(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean log loss over object and not object: logits [B, 2], targets [B] in {0, 1}.

    `weights` [B], positive, make it a weighted mean. Ren et al., 2015, equation 1, first term.
    """
    losses = F.cross_entropy(logits, targets, reduction="none")
    if weights is None:
        return losses.mean()
    return (losses * weights).sum() / weights.sum()


def regression_loss(deltas: Tensor, targets: Tensor, normalizer: int) -> Tensor:
    """Smooth L1 of the positives' deltas [B, 4] against their targets [B, 4].

    Summed over anchors and coordinates, divided by `normalizer`. Equation 1, second term, with
    the corner of the smooth L1 at 1 / 9 as in the authors' code (sigma = 3).
    """
    return F.smooth_l1_loss(deltas, targets, beta=1 / 9, reduction="sum") / max(normalizer, 1)


# --- Inference: from maps to proposals ----------------------------------------------------------


class Candidates(NamedTuple):
    """Every anchor of one image, decoded. Index = anchor."""

    anchors: Tensor  # [A, 4], pixels of the model's input
    objectness: Tensor  # [A], in [0, 1]
    deltas: Tensor  # [A, 4]
    decoded: Tensor  # [A, 4], before clipping
    clipped: Tensor  # [A, 4], inside the image
    large_enough: Tensor  # [A] bool


def decode_candidates(
    output: RPNOutput, spec: AnchorSpec, min_size: float, image: int = 0
) -> Candidates:
    """Score, decode, clip and measure every anchor of one image of the batch.

    A box without area is never large enough, whatever `min_size`.
    """
    height, width = output.logits.shape[-2:]
    anchors = grid_anchors(height, width, spec)
    deltas = per_anchor(output.deltas[image : image + 1], 4)[0]
    decoded = decode_deltas(deltas, anchors)
    clipped = clip_boxes(decoded, height * spec.stride, width * spec.stride)
    scores = objectness(output.logits[image : image + 1])[0]
    big = large_enough(clipped, max(min_size, SMALLEST_SIDE))
    return Candidates(anchors, scores, deltas, decoded, clipped, big)


def rank_candidates(candidates: Candidates, pre_nms_top_n: int) -> Tensor:
    """Anchor indices of the best `pre_nms_top_n` candidates of sufficient size, best first."""
    eligible = candidates.large_enough.nonzero().flatten()
    order = candidates.objectness[eligible].argsort(descending=True, stable=True)
    return eligible[order[:pre_nms_top_n]]


class Proposals(NamedTuple):
    """The end of the line, for one image."""

    candidates: Candidates
    ranked: Tensor  # [P] anchor indices that entered NMS, best first
    kept: Tensor  # anchor indices that NMS kept, best first, at most post_nms_top_n


def propose(
    output: RPNOutput,
    spec: AnchorSpec,
    pre_nms_top_n: int = 1000,
    post_nms_top_n: int = 300,
    iou_threshold: float = 0.7,
    min_size: float = 0.0,
    image: int = 0,
) -> Proposals:
    """All stages for one image of the batch: decode, clip, drop the small, top-n, NMS, top-n.

    Section 3.3 of the paper; its numbers are 6000, 300 (at test time) and 0.7.
    """
    candidates = decode_candidates(output, spec, min_size, image)
    ranked = rank_candidates(candidates, pre_nms_top_n)
    kept = nms(candidates.clipped[ranked], candidates.objectness[ranked], iou_threshold)
    return Proposals(candidates, ranked, ranked[kept][:post_nms_top_n])


def anchor_targets(anchors: Tensor, ground_truth: Tensor, matched: Tensor) -> Tensor:
    """The deltas that each anchor [B, 4] should predict, [B, 4], given its truth's index [B]."""
    return encode_deltas(ground_truth[matched], anchors)
