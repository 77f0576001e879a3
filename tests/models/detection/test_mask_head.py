"""Claims about masks: a box's mask goes to 28 x 28 and comes back to where it was."""

import pytest
import torch
import torch.nn.functional as F

from models.detection.mask_head import MASK_SIDE, MaskHead, mask_loss, mask_targets, paste_masks


def disc(side: int, x: float, y: float, radius: float) -> torch.Tensor:
    at = torch.arange(side) + 0.5
    return torch.hypot(at - x, at[:, None] - y) <= radius


def test_the_head_gives_a_mask_for_each_class() -> None:
    head = MaskHead(16, classes=8)
    assert head(torch.zeros(3, 16, 14, 14)).shape == (3, 8, MASK_SIDE, MASK_SIDE)
    assert head(torch.zeros(0, 16, 14, 14)).shape == (0, 8, MASK_SIDE, MASK_SIDE)


@pytest.mark.parametrize("box", [(20, 10, 80, 70), (0, 0, 96, 96), (45, 33, 60, 90)])
def test_a_mask_comes_back_to_where_it_was(box: tuple[int, int, int, int]) -> None:
    mask = disc(96, 50, 40, 28)
    boxes = torch.tensor([box]).float()
    back = paste_masks(mask_targets(mask[None], boxes), boxes, (96, 96))[0]
    inside = torch.zeros(96, 96, dtype=torch.bool)
    inside[box[1] : box[3], box[0] : box[2]] = True
    both, either = (back & mask & inside).sum(), (back | (mask & inside)).sum()
    assert both / either > 0.93
    assert not (back & ~inside).any()


def test_a_full_mask_fills_its_box_and_nothing_else_even_over_the_border() -> None:
    ones = torch.ones(2, MASK_SIDE, MASK_SIDE)
    boxes = torch.tensor([[4.0, 6, 9, 20], [-10.0, -10, 5, 5]])
    pasted = paste_masks(ones, boxes, (24, 16))
    assert [int(p.sum()) for p in pasted] == [5 * 14, 25]
    flat = torch.tensor([[4.0, 6, 4, 20]])
    assert not paste_masks(ones[:1], flat, (24, 16)).any()
    assert paste_masks(ones[:0], boxes[:0], (24, 16)).shape == (0, 24, 16)


def test_only_the_own_classs_mask_is_asked() -> None:
    logits = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    targets = torch.ones(2, 4, 4)
    labels = torch.tensor([2, 0])
    loss = mask_loss(logits, labels, targets)
    own = torch.stack([logits[0, 2], logits[1, 0]])
    assert loss == F.softplus(-own).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    touched = logits.grad.abs().sum((2, 3)) > 0
    assert touched.tolist() == [[False, False, True], [True, False, False]]


def test_no_regions_lose_nothing() -> None:
    none = torch.zeros(0, dtype=torch.int64)
    assert mask_loss(torch.zeros(0, 3, 28, 28), none, torch.zeros(0, 28, 28)) == 0
    assert mask_targets(torch.zeros(0, 9, 9), torch.zeros(0, 4)).shape == (0, 28, 28)
