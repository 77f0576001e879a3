"""A detector's training, watched: its losses, what trains at each step, and what it finds so far.

The two parts of Faster R-CNN are trained jointly, or in the four steps of Ren et al., 2015, section
3.2: the RPN; the second stage with a neck of its own on the RPN's proposals; the RPN on that neck,
which now stays; the second stage on the shared neck. After these the last two take turns.

Shape letters: A anchors; G true boxes; R proposals; T moments; U measurements; S scenes.
"""

import math
from typing import ClassVar, Literal, NamedTuple, get_args

import torch
from torch import Tensor

from models.boxes.boxes import pairwise_iou
from models.data.shape_scenes import FIRST_HELD_OUT, ShapeScene
from models.detection.backbone import STRIDE
from models.detection.comparison import (
    THRESHOLDS,
    Verdicts,
    all_of,
    judged,
    mean_precision,
    pool,
)
from models.detection.learner import CLASSES, Form, Found, Learner, found_by
from models.detection.losses import (
    EasyBackground,
    TrainedAnchors,
    all_anchors,
    drawn_anchors,
    easy_background,
    hardest_anchors,
    one_stage_losses_of_picture,
    rpn_losses_of_picture,
    second_stage_losses,
)
from models.detection.rpn import NEGATIVE, POSITIVE, per_anchor
from models.detection.scene_maps import SceneMaps, scene_maps, stacked
from models.detection.two_stage import Sampled, sample_proposals
from models.detection.yolo import read_grid, responsible_cells, yolo_losses
from models.history import History
from models.measures import DetectorLoss, DetectorScore
from models.training import Lost, Training

Order = Literal["jointly", "alternating"]
Negatives = Literal["hardest", "all"]
BATCH = 4  # scenes of a step
ROIS = 32  # proposals of a scene that train the second stage
MEASURE_EVERY = 25  # steps between two measurements on held-out scenes
HELD_OUT = 20  # scenes, the first of those that no training sees
SEEDS = 1000  # scenes of a seed
WEIGHT_DECAY, MOST_GRADIENT = 0.02, 5.0  # of AdamW; the norm that gradients are clipped to
WORD = {name: i for i, name in enumerate(get_args(DetectorLoss))}
# States of an anchor at a step.
IGNORED, DRAWN_POSITIVE, DRAWN_NEGATIVE, LEFT_NEGATIVE, LEFT_POSITIVE = range(5)


class LearningSettings(NamedTuple):
    """What a training is told. `order` and `part_steps` matter to two stages, `negatives` and
    `gamma` to SSD; `scenes` are numbered from the seed's first, 4 to `SEEDS` of them.
    """

    form: Form = "two"
    order: Order = "jointly"
    part_steps: int = 60  # of each part where they alternate
    negatives: Negatives = "hardest"
    gamma: float = 2.0
    scenes: int = 64
    learning_rate: float = 2e-3
    seed: int = 0


class Sample(NamedTuple):
    """What of one scene trained the network at the last step. Boxes in pixels of the scene."""

    scene: int  # which of the training scenes; -1: no step yet
    anchors: Tensor  # [A] int64, `IGNORED` to `LEFT_POSITIVE`; [0] where none are used
    rois: Tensor  # [R, 4]
    roi_labels: Tensor  # [R] int64: 0 the background, else class + 1
    cells: Tensor  # [G] int64, cells of the grid that are responsible
    cell_boxes: Tensor  # [G, 4] what the responsible box of each is


class Easy(NamedTuple):
    """The easy background of a step: negatives with a probability of at least `EASY`."""

    anchors: float  # for each scene
    plain: float  # share of the cross-entropy over all anchors, 0..1
    focal: float  # share of the focal loss

    @classmethod
    def of(cls, scenes: list[EasyBackground]) -> "Easy":
        count, plain, plain_all, focal, focal_all = (sum(row) for row in zip(*scenes, strict=True))
        least = 1e-12
        return cls(
            count / len(scenes), plain / max(plain_all, least), focal / max(focal_all, least)
        )


NOTHING = torch.zeros(0, dtype=torch.int64)
NO_SAMPLE = Sample(-1, NOTHING, torch.zeros(0, 4), NOTHING, NOTHING, torch.zeros(0, 4))


def states_of(drawn: TrainedAnchors) -> Tensor:
    """Each anchor's state at this step, [A]."""
    kinds = drawn.assignment.labels
    states = torch.full_like(kinds, IGNORED)
    states[kinds == NEGATIVE] = LEFT_NEGATIVE
    states[kinds == POSITIVE] = LEFT_POSITIVE
    states[drawn.positive] = DRAWN_POSITIVE
    states[drawn.negative] = DRAWN_NEGATIVE
    return states


def part_at(step: int, settings: LearningSettings) -> int:
    """Which part the step after `step` steps trains: 1 to 4; 0: all at once."""
    if settings.form != "two" or settings.order == "jointly":
        return 0
    turn = step // settings.part_steps
    return turn + 1 if turn < 4 else 3 + turn % 2


class Learning(Training):
    """A detector that learns from a few drawn scenes."""

    EVERY: ClassVar[int] = 1

    def __init__(self, settings: LearningSettings) -> None:
        super().__init__(get_args(DetectorLoss), settings.scenes, BATCH, settings.seed)
        self.settings = settings
        with torch.random.fork_rng():
            torch.manual_seed(settings.seed)
            focal = settings.negatives == "all"
            self.learner = Learner(settings.form, prior=focal)
        self.optimizer = torch.optim.AdamW(
            self.learner.parameters(), settings.learning_rate, weight_decay=WEIGHT_DECAY
        )
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.shown = 0  # the held-out scene on show, by its number
        self.sample = NO_SAMPLE
        self.easy: Easy | None = None
        self.part = part_at(0, settings)
        self.scores = History(get_args(DetectorScore))
        self._losses = [math.nan] * len(WORD)

    # --- Scenes ---------------------------------------------------------------------------------

    def seed_of(self, number: int) -> int:
        """What training scene `number` is drawn from."""
        return self.settings.seed * SEEDS + number

    def scene(self, number: int) -> SceneMaps:
        """Training scene `number`."""
        return scene_maps(self.seed_of(number))

    # --- A step ---------------------------------------------------------------------------------

    def change(self, learning_rate: float, gamma: float) -> None:
        """Go on with another learning rate and another gamma."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.settings = self.settings._replace(learning_rate=learning_rate, gamma=gamma)

    def train(self, steps: int) -> None:
        """Raises `Lost`."""
        for _ in range(steps):
            super().train(1)
            if self.step % MEASURE_EVERY == 0:
                self.measure()

    def _learn(self, chosen: Tensor) -> None:
        self._begin_part(part_at(self.step, self.settings))
        numbers = chosen.tolist()
        scenes = [self.scene(number) for number in numbers]
        self.learner.train()
        if self.part >= 2:
            self.learner.neck.eval()  # it stays as it is, with its running statistics
        self._losses = [math.nan] * len(WORD)
        learn = {"two": self._two, "ssd": self._ssd, "yolo": self._yolo}[self.settings.form]
        loss = learn(numbers[0], scenes)
        if not torch.isfinite(loss):
            raise Lost(self.step)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), MOST_GRADIENT)
        self.optimizer.step()

    def _measure(self) -> None:
        self.history.add(self.step, *self._losses)

    def _begin_part(self, part: int) -> None:
        """At the beginning of a part: whose neck it is, and what stays."""
        if part == self.part and self.step:
            return
        learner = self.learner
        own = learner.own_neck
        if part == 3 and self.part == 2:
            assert own is not None
            learner.neck.load_state_dict(own.state_dict())
        self.part = part
        learner.shares = part != 2
        learner.neck.requires_grad_(part in (0, 1))
        if own is not None:
            own.requires_grad_(part == 2)

    def _add(self, losses: dict[DetectorLoss, Tensor], scenes: int) -> Tensor:
        """Remember each loss, a mean over the scenes, and give their sum."""
        for name, loss in losses.items():
            self._losses[WORD[name]] = float(loss.detach()) / scenes
        return torch.stack(list(losses.values())).sum() / scenes

    def _two(self, first: int, scenes: list[SceneMaps]) -> Tensor:
        learner, part = self.learner, self.part
        seen = learner.two(stacked(scenes))
        logits, deltas = per_anchor(seen.rpn.logits, 2), per_anchor(seen.rpn.deltas, 4)
        rpn = [torch.zeros(()), torch.zeros(())]
        head = [torch.zeros(()), torch.zeros(())]
        for i, one in enumerate(scenes):
            truth, labels = one.scene.boxes, one.scene.labels
            drawn, sampled = None, None
            if part in (0, 1, 3):
                drawn = drawn_anchors(learner.anchors, truth, self.generator)
                of_rpn = rpn_losses_of_picture(logits[i], deltas[i], learner.anchors, truth, drawn)
                rpn = [a + b for a, b in zip(rpn, of_rpn, strict=True)]
            if part in (0, 2, 4):
                boxes = learner.proposals(seen, i)
                sampled = sample_proposals(boxes, truth, labels, self.generator, ROIS)
                of_head = second_stage_losses(*learner.second(seen, i, sampled.boxes), sampled)
                head = [a + b for a, b in zip(head, of_head, strict=True)]
            if i == 0:
                self.sample = sample_of_two(first, drawn, sampled)
        losses: dict[DetectorLoss, Tensor] = {}
        if part in (0, 1, 3):
            losses |= {"rpn class": rpn[0], "rpn box": rpn[1]}
        if part in (0, 2, 4):
            losses |= {"head class": head[0], "head box": head[1]}
        return self._add(losses, len(scenes))

    def _ssd(self, first: int, scenes: list[SceneMaps]) -> Tensor:
        learner, settings = self.learner, self.settings
        logits, deltas = learner.one(stacked(scenes))
        gamma = settings.gamma if settings.negatives == "all" else 0.0
        parts = [torch.zeros(()), torch.zeros(())]
        easy: list[EasyBackground] = []
        for i, one in enumerate(scenes):
            truth, labels = one.scene.boxes, one.scene.labels
            if settings.negatives == "all":
                drawn = all_anchors(learner.anchors, truth)
            else:
                drawn = hardest_anchors(learner.anchors, truth, logits[i])
            losses = one_stage_losses_of_picture(
                logits[i], deltas[i], learner.anchors, truth, labels, drawn, gamma
            )
            parts = [a + b for a, b in zip(parts, losses, strict=True)]
            easy.append(easy_background(logits[i], drawn, labels, settings.gamma))
            if i == 0:
                self.sample = NO_SAMPLE._replace(scene=first, anchors=states_of(drawn))
        self.easy = Easy.of(easy)
        return self._add({"class": parts[0], "box": parts[1]}, len(scenes))

    def _yolo(self, first: int, scenes: list[SceneMaps]) -> Tensor:
        answers = self.learner.grid(stacked(scenes))
        total: list[Tensor] = []
        for i, one in enumerate(scenes):
            truth, labels = one.scene.boxes, one.scene.labels
            grid = read_grid(answers[i], STRIDE)
            responsible = responsible_cells(grid, truth, STRIDE)
            total.append(torch.stack(yolo_losses(grid, truth, labels, responsible, STRIDE)))
            if i == 0:
                boxes = grid.boxes[responsible.cell, responsible.box].detach()
                self.sample = NO_SAMPLE._replace(
                    scene=first, cells=responsible.cell, cell_boxes=boxes
                )
        box, sure, nothing, classes = torch.stack(total).sum(dim=0)
        parts: dict[DetectorLoss, Tensor] = {
            "box": box, "object": sure, "nothing": nothing, "class": classes
        }  # fmt: skip
        return self._add(parts, len(scenes))

    # --- What it finds --------------------------------------------------------------------------

    def found(self) -> tuple[ShapeScene, Found]:
        """The held-out scene on show, and what is found in it so far."""
        one = scene_maps(FIRST_HELD_OUT + self.shown)
        return one.scene, found_by(self.learner, stacked([one]))[0]

    def measure(self) -> None:
        """Average precision and recall on held-out scenes, into `scores`."""
        found, truths = self._found_in(HELD_OUT)
        verdicts = verdicts_of(found, truths)
        (ap50,) = precisions_of(verdicts, truths, (0.5,))
        met = torch.cat([one.met for one in verdicts])
        self.scores.add(self.step, ap50, share_of(met), self._covered(found, truths))

    def precisions(self, scenes: int) -> list[float]:
        """Average precision at IoU 0.5 and 0.75 on the first held-out scenes."""
        found, truths = self._found_in(scenes)
        return precisions_of(verdicts_of(found, truths), truths, THRESHOLDS)

    def _found_in(self, count: int) -> tuple[list[Found], list[ShapeScene]]:
        """What is found in the first held-out scenes, and what there is."""
        scenes = [scene_maps(FIRST_HELD_OUT + number) for number in range(count)]
        return found_by(self.learner, stacked(scenes)), [one.scene for one in scenes]

    def _covered(self, found: list[Found], truths: list[ShapeScene]) -> float:
        """Share of the objects that a proposal overlaps by 0.5; NaN where there are none."""
        if self.settings.form != "two":
            return math.nan
        pairs = zip(found, truths, strict=True)
        overlaps = [pairwise_iou(scene.boxes, one.proposals) for one, scene in pairs]
        return share_of(torch.cat([(iou >= 0.5).any(dim=1) for iou in overlaps]))


def verdicts_of(found: list[Found], truths: list[ShapeScene]) -> list[Verdicts]:
    return [
        judged(one.detections, all_of(scene.boxes, scene.labels))
        for one, scene in zip(found, truths, strict=True)
    ]


def precisions_of(
    verdicts: list[Verdicts], truths: list[ShapeScene], thresholds: tuple[float, ...]
) -> list[float]:
    """Mean average precision over the classes at each IoU."""
    pooled = pool(verdicts)
    counts = torch.stack([torch.bincount(s.labels, minlength=CLASSES) for s in truths]).double()
    ones = torch.ones(1, len(truths)).double()
    return [float(mean_precision(pooled, iou, ones, counts, CLASSES)) for iou in thresholds]


def share_of(met: Tensor) -> float:
    return float(met.double().mean())


def sample_of_two(first: int, drawn: TrainedAnchors | None, sampled: Sampled | None) -> Sample:
    """The sample of a two-stage step; a part that is not trained has none."""
    sample = NO_SAMPLE._replace(scene=first)
    if drawn is not None:
        sample = sample._replace(anchors=states_of(drawn))
    if sampled is not None:
        sample = sample._replace(rois=sampled.boxes, roi_labels=sampled.labels)
    return sample
