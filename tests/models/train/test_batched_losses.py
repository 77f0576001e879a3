"""Losses of a whole batch are those of its crops, one by one."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.boxes.boxes import pairwise_iou
from models.boxes.nms import nms
from models.detection.detectors import Detectors, DetectorsOutput
from models.detection.losses import POST_NMS
from models.detection.rpn import RPNOutput, propose
from models.detection.two_stage import Sampled
from models.train import batched_losses as batched
from models.train import detectors as command
from models.train import losses
from models.train.box_data import Batch, Crops, load_photos
from models.train.targets import make_targets

SEED = 3


@pytest.fixture(scope="module")
def model() -> Detectors:
    """A network whose scores are not all alike, so that an order of them means something."""
    torch.set_num_threads(1)
    model = command.make_detectors(0).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "cls_score" in name or "bbox_pred" in name:
                value.mul_(8)
    return model


@pytest.fixture(scope="module")
def examples(data: Path, model: Detectors) -> command.Examples:
    crops = Crops(load_photos(data, "train"), 0, command.SHARES)
    return command.Gather(model.anchors, 0)([crops[(draw, 96)] for draw in range(6)])


@pytest.fixture(scope="module")
def output(model: Detectors, examples: command.Examples) -> DetectorsOutput:
    with torch.no_grad():
        images = command.normalize(examples.batch.images)
        return model(images)  # type: ignore[no-any-return]


def of_classes(batch: Batch) -> tuple[list[Tensor], list[Tensor], list[float]]:
    known = [own >= 0 for own in batch.labels]
    truths = [boxes[mask] for boxes, mask in zip(batch.boxes, known, strict=True)]
    labels = [own[mask] for own, mask in zip(batch.labels, known, strict=True)]
    return truths, labels, [command.CLASS_NEGATIVE_WEIGHT[source] for source in batch.sources]


def test_the_crops_differ_in_their_boxes(examples: command.Examples) -> None:
    assert len({len(boxes) for boxes in examples.batch.boxes}) > 1 or any(
        (own < 0).any() for own in examples.batch.labels
    )
    assert len(examples.targets.named) > 0


def test_proposals_lose_the_same(
    model: Detectors, examples: command.Examples, output: DetectorsOutput
) -> None:
    batch = examples.batch
    generator = torch.Generator().manual_seed(SEED)
    targets = make_targets(batch, model.anchors, command.CLASS_NEGATIVE_WEIGHT, generator)
    generator.manual_seed(SEED)
    wanted = losses.rpn_losses(
        output.rpn, model.anchors, batch.boxes, batch.negative_weights, generator
    )
    torch.testing.assert_close(batched.rpn_losses(output.rpn, targets), wanted)


def test_one_stage_loses_the_same(
    model: Detectors, examples: command.Examples, output: DetectorsOutput
) -> None:
    wanted = losses.one_stage_losses(output, model.anchors, *of_classes(examples.batch))
    torch.testing.assert_close(batched.one_stage_losses(output, examples.targets), wanted)


def test_the_boxes_that_stay_are_those_of_nms() -> None:
    generator = torch.Generator().manual_seed(SEED)
    corners = torch.rand(5, 80, 2, generator=generator) * 60
    sides = 5 + torch.rand(5, 80, 2, generator=generator) * 40
    boxes = torch.cat([corners, corners + sides], dim=2)
    for threshold in (0.0, 0.3, 0.7, 1.0):
        overlaps = torch.stack([pairwise_iou(own, own) > threshold for own in boxes])
        for own, keep in zip(boxes, batched.greedy_keep(overlaps), strict=True):
            scores = torch.arange(80, 0, -1).float()
            assert keep.nonzero().flatten().tolist() == nms(own, scores, threshold).tolist()


def test_candidates_are_the_proposals_of_each_crop(
    model: Detectors, output: DetectorsOutput
) -> None:
    boxes, keep = batched.candidates(output.rpn, model.anchors)
    for n in range(len(boxes)):
        rpn = RPNOutput(*output.rpn)
        found = propose(rpn, model.anchors, batched.CANDIDATES, POST_NMS, image=n)
        wanted = found.candidates.clipped[found.kept]
        torch.testing.assert_close(boxes[n, keep[n]], wanted)


def test_the_second_stage_draws_few_foreground_and_loses_the_same(
    model: Detectors, examples: command.Examples, output: DetectorsOutput
) -> None:
    generator = torch.Generator().manual_seed(SEED)
    boxes, keep = batched.candidates(output.rpn, model.anchors)
    drawn = batched.draw_proposals(boxes, keep, examples.targets, generator)
    truths, labels, weights = of_classes(examples.batch)
    sampled = []
    for n, (truth, own) in enumerate(zip(truths, labels, strict=True)):
        mine = drawn.crops == n
        found = drawn.labels[mine]
        assert (found > 0).sum() <= batched.FOREGROUND
        assert len(found) <= batched.SECOND_LOOKS
        if len(truth):
            best, matched = pairwise_iou(drawn.boxes[mine], truth).max(dim=1)
            assert torch.equal(found, torch.where(best >= 0.5, own[matched] + 1, 0))
        else:
            assert not found.any()
        nothing = torch.zeros_like(found)
        sampled.append(Sampled(drawn.boxes[mine], found, nothing, drawn.goals[mine]))
    wanted = losses.losses_of_drawn(model, output, sampled, weights)
    generator.manual_seed(SEED)
    mine = batched.two_stage_losses(model, output, examples.targets, generator)
    torch.testing.assert_close(mine, wanted)


def test_a_crop_draws_the_same_anchors_whenever_it_is_made(
    data: Path, model: Detectors, examples: command.Examples
) -> None:
    crops = Crops(load_photos(data, "train"), 0, command.SHARES)
    again = command.Gather(model.anchors, 0)([crops[(draw, 96)] for draw in range(6)])
    other = command.Gather(model.anchors, 1)([crops[(draw, 96)] for draw in range(6)])
    assert torch.equal(again.targets.sampled, examples.targets.sampled)
    assert not torch.equal(other.targets.sampled, examples.targets.sampled)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_loses_what_the_processor_loses(model: Detectors, examples: command.Examples) -> None:
    generator = torch.Generator().manual_seed(SEED)
    here = torch.stack(command.losses_of_batch(model, examples, generator, False))
    there_model = command.make_detectors(0)
    there_model.load_state_dict(model.state_dict())
    there = command.losses_of_batch(there_model.eval().cuda(), examples, generator, False)
    # Other proposals are drawn for the second stage: the generators of the devices differ.
    torch.testing.assert_close(torch.stack(there)[:4].cpu(), here[:4], rtol=1e-3, atol=1e-4)
