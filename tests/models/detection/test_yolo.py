"""YOLO's grid: who is responsible for what, and what an answer costs."""

import torch

from models.boxes.boxes import pairwise_iou
from models.detection.yolo import (
    BOXES,
    COORDINATE,
    NO_OBJECT,
    YoloHead,
    read_grid,
    responsible_cells,
    yolo_candidates,
    yolo_losses,
)

CELLS, CLASSES, STRIDE = 12, 8, 16
TRUTH = torch.tensor([[10.0, 20.0, 50.0, 44.0], [100.0, 100.0, 180.0, 190.0]])
LABELS = torch.tensor([3, 7])


def answers(seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(5 * BOXES + CLASSES, CELLS, CELLS, generator=generator)


def perfect() -> torch.Tensor:
    """Answers that put the second box of each responsible cell on its object."""
    told = torch.full((5 * BOXES + CLASSES, CELLS, CELLS), -12.0)
    for box, label in zip(TRUTH, LABELS.tolist(), strict=True):
        center, sides = (box[:2] + box[2:]) / 2 / STRIDE, (box[2:] - box[:2]) / (STRIDE * CELLS)
        column, row = (int(v) for v in center)
        share = torch.cat([center - center.floor(), sides.sqrt()])
        told[5:9, row, column] = share.clamp(1e-4, 1 - 1e-4).logit()
        told[9, row, column] = 12.0
        told[5 * BOXES + label, row, column] = 12.0
    return told


def test_the_head_gives_5b_plus_c_numbers_for_each_cell():
    head = YoloHead(64, CLASSES)
    assert head(torch.zeros(2, 64, CELLS, CELLS)).shape == (2, 5 * 2 + 8, 12, 12)


def test_the_cell_of_an_objects_center_is_responsible_with_its_best_box():
    grid = read_grid(answers(), STRIDE)
    found = responsible_cells(grid, TRUTH, STRIDE)
    assert found.cell.tolist() == [2 * CELLS + 1, 9 * CELLS + 8]  # centers (30, 32), (140, 145)
    for i, cell in enumerate(found.cell.tolist()):
        iou = pairwise_iou(grid.boxes[cell], TRUTH[i : i + 1])[:, 0]
        assert found.iou[i] == iou.max()
        assert found.box[i] == iou.argmax()


def test_a_cell_answers_for_one_object_only_and_an_empty_scene_has_no_responsible_cell():
    grid = read_grid(answers(), STRIDE)
    twice = torch.stack([TRUTH[0], TRUTH[0] + 1])
    assert responsible_cells(grid, twice, STRIDE).object.tolist() == [0]
    nobody = responsible_cells(grid, torch.zeros(0, 4), STRIDE)
    assert len(nobody.cell) == 0
    losses = yolo_losses(grid, torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64), nobody, STRIDE)
    assert losses.box == losses.object == losses.classes == 0
    assert torch.isclose(losses.nothing, NO_OBJECT * grid.confidence.square().sum())


def test_a_center_on_the_far_border_lies_in_the_last_cell():
    edge = torch.tensor([[190.0, 190.0, 194.0, 194.0]])  # its center is the corner (192, 192)
    found = responsible_cells(read_grid(answers(), STRIDE), edge, STRIDE)
    assert found.cell.tolist() == [CELLS * CELLS - 1]


def test_a_perfect_answer_costs_nothing_and_is_found():
    grid = read_grid(perfect(), STRIDE)
    responsible = responsible_cells(grid, TRUTH, STRIDE)
    assert responsible.box.tolist() == [1, 1]
    losses = yolo_losses(grid, TRUTH, LABELS, responsible, STRIDE)
    assert max(float(loss) for loss in losses) < 1e-3
    boxes, probabilities = yolo_candidates(grid, (192, 192))
    best = probabilities[:, 1:].max(dim=1).values.topk(2).indices
    found = boxes[best][boxes[best][:, 0].argsort()]
    assert torch.allclose(found, TRUTH, atol=0.05)


def test_the_losses_are_those_of_equation_3_summed_by_hand():
    grid = read_grid(answers(1), STRIDE)
    responsible = responsible_cells(grid, TRUTH, STRIDE)
    losses = yolo_losses(grid, TRUTH, LABELS, responsible, STRIDE)
    box = obj = cls = 0.0
    nothing = float(grid.confidence.square().sum())
    for i, (cell, b) in enumerate(zip(responsible.cell, responsible.box, strict=True)):
        x1, y1, x2, y2 = TRUTH[i].tolist()
        goal = ((x1 + x2) / 2 / 16 % 1, (y1 + y2) / 2 / 16 % 1)
        roots = (((x2 - x1) / 192) ** 0.5, ((y2 - y1) / 192) ** 0.5)
        box += sum((float(p) - g) ** 2 for p, g in zip(grid.center[cell, b], goal, strict=True))
        box += sum(
            (float(p) - g) ** 2 for p, g in zip(grid.root_sides[cell, b], roots, strict=True)
        )
        obj += float(grid.confidence[cell, b] - responsible.iou[i]) ** 2
        nothing -= float(grid.confidence[cell, b]) ** 2
        cls += sum(
            (float(p) - (c == int(LABELS[i]))) ** 2 for c, p in enumerate(grid.classes[cell])
        )
    wanted = (COORDINATE * box, obj, NO_OBJECT * nothing, cls)
    for loss, value in zip(losses, wanted, strict=True):
        assert abs(float(loss) - value) < 1e-4


def test_a_cells_boxes_share_its_classes_and_the_background_has_what_confidence_leaves():
    grid = read_grid(answers(), STRIDE)
    boxes, probabilities = yolo_candidates(grid, (192, 192))
    assert boxes.shape == (CELLS * CELLS * BOXES, 4)
    assert boxes.min() >= 0
    assert boxes.max() <= 192
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(len(boxes)), atol=1e-5)
    assert torch.allclose(1 - probabilities[:, 0], grid.confidence.flatten())
