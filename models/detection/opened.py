"""Networks opened at their proposals: Vitrine's RPN, and those inside torchvision's detectors.

One form for both: every anchor with its score, delta and decoded box, then which of them entered
NMS and which came out. torchvision's differ from the paper's in three ways, and pages say so:
the head gives k logits at a location (sigmoid), not 2k scores (softmax); anchors stand on several
feature maps (levels), and top-n and NMS act on each level by itself; anchors are rounded to whole
pixels and stand at the cells' corners, not centers.

Shape letters: L levels; H, W rows and columns of a level's map; k anchors at a location;
A anchors of all levels; P candidates that entered NMS; K proposals.
"""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torchvision.models import detection
from torchvision.models.detection import FasterRCNN

from models.boxes.boxes import Scaling, clip_boxes, decode_deltas, large_enough
from models.boxes.nms import greedy
from models.detection.catalog import FETCHED
from models.detection.preprocess import INPUT_SIZE, prepare
from models.detection.rpn import RPN, Candidates, Proposals, per_anchor, propose
from models.detection.weights import WeightsError, load_state, weights_path
from models.device import moved

BUILDERS: dict[str, Callable[..., Any]] = {name: getattr(detection, name) for name in FETCHED}
# torchvision's builders, given these weights, take BatchNorm's eps away: it was trained without.
WITHOUT_EPS = {"fasterrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn", "retinanet_resnet50_fpn"}
# Several levels of `pre_nms_top_n` each can be many; torchvision's own settings stay below.
MAX_CANDIDATES = 6000
# Hooks hang on the module, which all threads share: one call at a time.
_hooks_lock = threading.Lock()


def load_detector(name: str, path: Path) -> Any:
    """One of torchvision's detectors with the COCO weights at `path`, ready for inference.

    Raises `WeightsError` if the name is not one of `BUILDERS`, or the file is missing, damaged or
    of another network. Nothing is downloaded, and no weight is left random.
    """
    if name not in BUILDERS:
        raise WeightsError(f"there is no detector named {name}, only {', '.join(BUILDERS)}")
    if not path.is_file():
        raise WeightsError(f"no weights at {path}")
    detector = BUILDERS[name](weights=None, weights_backbone=None)
    load_state(detector, path)
    if name in WITHOUT_EPS:
        for layer in detector.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.eps = 0.0
    return detector.eval()


def install_weights(name: str, source: Path, folder: Path) -> Path:
    """Copy weights from a .pth file to where `load_detector` is pointed at; returns that path.

    Raises `WeightsError` if the file is missing, damaged or of another network, or cannot be
    copied; nothing is installed then.
    """
    load_detector(name, source)
    path = weights_path(name, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)
    except OSError as error:
        raise WeightsError(f"{source} could not be copied to {folder}: {error}") from error
    return path


class Level(NamedTuple):
    """One feature map that anchors stand on. Its anchors have indices from `first` on."""

    height: int  # H
    width: int  # W
    stride_y: int  # pixels of the model's input between two rows
    stride_x: int
    per_location: int  # k
    first: int  # index of the level's first anchor; it has H * W * k

    @property
    def anchors(self) -> int:
        return self.height * self.width * self.per_location


class Opened(NamedTuple):
    """A network's proposals for one image, with all that led to them.

    Boxes are in pixels of the model's input; `displayed` brings them to those of the image.
    """

    levels: tuple[Level, ...]  # L, finest first
    scores: tuple[Tensor, ...]  # L maps of logits: [2k, H, W] in the paper's form, else [k, H, W]
    deltas: tuple[Tensor, ...]  # L maps [4k, H, W]
    features: tuple[Tensor, ...]  # L maps [C, H, W]
    proposals: Proposals  # every anchor (`candidates`), those `ranked` before NMS, those `kept`
    scaling: Scaling
    input_shape: tuple[int, int]  # (h, w) of the resized image, without padding

    def displayed(self, boxes: Tensor) -> Tensor:
        """Boxes [N, 4] of this result in pixels of the displayed image."""
        return self.scaling.to_displayed(boxes)

    def locate(self, anchors: Tensor) -> Tensor:
        """Anchor indices [N] -> (level, row, column, shape) [N, 4] int64."""
        firsts = torch.tensor([level.first for level in self.levels])
        level = torch.bucketize(anchors, firsts, right=True) - 1
        widths = torch.tensor([level.width for level in self.levels])[level]
        shapes = torch.tensor([level.per_location for level in self.levels])[level]
        rest = anchors - firsts[level]
        cell = rest // shapes
        return torch.stack([level, cell // widths, cell % widths, rest % shapes], dim=1)

    @property
    def boxes(self) -> Tensor:
        """What entered NMS, [P, 4], best first, in pixels of the displayed image."""
        return self.displayed(self.proposals.candidates.clipped[self.proposals.ranked])

    @property
    def objectness(self) -> Tensor:
        """Probability [P] of `boxes`, falling."""
        return self.proposals.candidates.objectness[self.proposals.ranked]

    @property
    def labels(self) -> Tensor:
        """Level [P] of `boxes`: NMS acts on each by itself."""
        return self.locate(self.proposals.ranked)[:, 0]


def open_rpn(
    network: RPN | FasterRCNN,
    image: Tensor,
    pre_nms_top_n: int | None = None,
    post_nms_top_n: int | None = None,
    iou_threshold: float = 0.7,
    min_size: float = 0.0,
    size: int = INPUT_SIZE,
) -> Opened:
    """Run a network on a photo uint8 [3, H, W] up to its proposals.

    `pre_nms_top_n` counts for the whole image in Vitrine's network (None: 1,000), for each level in
    torchvision's (None: its own, 150 or 1,000), where at most `MAX_CANDIDATES` enter NMS in all.
    `post_nms_top_n`: None means 300, or torchvision's own 150 or 1,000. `min_size` is in pixels of
    the model's input; `size`, the longer side of that input, is for Vitrine's network alone.
    """
    with torch.inference_mode():
        if isinstance(network, RPN):
            return _open_ours(
                network, image, pre_nms_top_n or 1000, post_nms_top_n or 300,
                iou_threshold, min_size, size,
            )  # fmt: skip
        return opened_as_torchvision(
            network, listen(network, image), image,
            pre_nms_top_n, post_nms_top_n, iou_threshold, min_size,
        )  # fmt: skip


def _open_ours(
    network: RPN,
    image: Tensor,
    pre_nms_top_n: int,
    post_nms_top_n: int,
    iou_threshold: float,
    min_size: float,
    size: int,
) -> Opened:
    """`open_rpn` for the paper's network, which has one level."""
    inputs, scaling = prepare(image, size)
    output = network(inputs)
    proposals = propose(
        output, network.anchors, pre_nms_top_n, post_nms_top_n, iou_threshold, min_size
    )
    height, width = output.logits.shape[-2:]
    stride = network.anchors.stride
    level = Level(height, width, stride, stride, network.anchors.per_location, first=0)
    return Opened(
        (level,),
        (output.logits[0],),
        (output.deltas[0],),
        (output.features[0],),
        proposals,
        scaling,
        (height * stride, width * stride),
    )


class Heard(NamedTuple):
    """What the hooks heard inside torchvision's network, for one image."""

    input_shape: tuple[int, int]
    padded_shape: tuple[int, int]
    features: list[Tensor]  # L x [1, C, H, W]
    logits: list[Tensor]  # L x [1, k, H, W]
    deltas: list[Tensor]  # L x [1, 4k, H, W]
    anchors: Tensor  # [A, 4]


def listen(network: FasterRCNN, image: Tensor) -> Heard:
    """Run torchvision's network up to its proposals, with forward hooks on the RPN's parts."""
    heard: dict[str, Any] = {}

    def hear(name: str) -> Callable[..., None]:
        def hook(module: torch.nn.Module, inputs: Any, output: Any) -> None:
            heard[name] = output

        return hook

    with _hooks_lock:
        hooks = [
            network.rpn.head.register_forward_hook(hear("head")),
            network.rpn.anchor_generator.register_forward_hook(hear("anchors")),
        ]
        try:
            images, _ = network.transform([image.float() / 255])
            features = network.backbone(images.tensors)
            network.rpn(images, features)
        finally:
            for hook in hooks:
                hook.remove()
    # The RPN calls its parts where the weights are; what follows goes on where the image is.
    heard = moved(heard, images.tensors.device)
    logits, deltas = heard["head"]
    return Heard(
        tuple(images.image_sizes[0]),
        tuple(images.tensors.shape[-2:]),
        list(features.values()),
        logits,
        deltas,
        heard["anchors"][0],
    )


def list_levels(heard: Heard) -> tuple[Level, ...]:
    """The levels, with strides as torchvision reckons them: padded input // map, rounded down."""
    levels: list[Level] = []
    for logits in heard.logits:
        k, height, width = logits.shape[-3:]
        stride_y, stride_x = heard.padded_shape[0] // height, heard.padded_shape[1] // width
        first = levels[-1].first + levels[-1].anchors if levels else 0
        levels.append(Level(height, width, stride_y, stride_x, k, first))
    return tuple(levels)


def opened_as_torchvision(
    network: FasterRCNN,
    heard: Heard,
    image: Tensor,
    pre_nms_top_n: int | None = None,
    post_nms_top_n: int | None = None,
    iou_threshold: float = 0.7,
    min_size: float = 0.0,
) -> Opened:
    """From the RPN's maps to its proposals, by the rules of torchvision's `filter_proposals`.

    Without numbers the network's own at test time.
    """
    top_n = pre_nms_top_n or network.rpn._pre_nms_top_n["testing"]
    most = post_nms_top_n or network.rpn._post_nms_top_n["testing"]
    levels = list_levels(heard)
    logits = torch.cat([per_anchor(maps, 1)[0, :, 0] for maps in heard.logits])
    deltas = torch.cat([per_anchor(maps, 4)[0] for maps in heard.deltas])
    decoded = decode_deltas(deltas, heard.anchors)
    clipped = clip_boxes(decoded, *heard.input_shape)
    big = large_enough(clipped, max(min_size, network.rpn.min_size))
    candidates = Candidates(heard.anchors, logits.sigmoid(), deltas, decoded, clipped, big)
    ranked = rank_by_level(candidates, logits, levels, top_n, network.rpn.score_thresh)
    h, w = heard.input_shape
    opened = Opened(
        levels,
        tuple(maps[0] for maps in heard.logits),
        tuple(maps[0] for maps in heard.deltas),
        tuple(maps[0] for maps in heard.features),
        Proposals(candidates, ranked, ranked),
        Scaling(w / image.shape[-1], h / image.shape[-2]),
        (h, w),
    )
    trace = greedy(clipped[ranked], candidates.objectness[ranked], iou_threshold, opened.labels)
    kept = ranked[trace.keep][:most]
    return opened._replace(proposals=Proposals(candidates, ranked, kept))


def rank_by_level(
    candidates: Candidates,
    logits: Tensor,
    levels: tuple[Level, ...],
    pre_nms_top_n: int,
    score_threshold: float,
) -> Tensor:
    """Anchor indices [P] that enter NMS, best first, by torchvision's rules.

    The best `pre_nms_top_n` by logit [A] of each level, then without the small and those whose
    probability is under the threshold (0.05 in the MobileNet detector).
    """
    best = torch.cat(
        [
            level.first
            + logits[level.first : level.first + level.anchors]
            .topk(min(pre_nms_top_n, level.anchors))
            .indices
            for level in levels
        ]
    )
    scores = candidates.objectness[best]
    best = best[candidates.large_enough[best] & (scores >= score_threshold)]
    order = candidates.objectness[best].argsort(descending=True, stable=True)
    return best[order[:MAX_CANDIDATES]]
