"""Small pictures to learn from, and pairs of views of them.

Shape letters: M pictures, N of a batch, S rows and columns.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from models.representation.augment import Policy, views
from models.training import Batches


class Pictures(NamedTuple):
    """uint8 [M, 3, S, S]; classes int64 [M] or None where nobody knows them."""

    train: Tensor
    labels: Tensor | None
    test: Tensor
    test_labels: Tensor | None
    classes: int
    held_out: bool = True  # else `test` is the same as `train`: there are too few
    upright: bool = True  # else they are turned at random, and no turn can be told from a picture


def as_input(pictures: Tensor) -> Tensor:
    """uint8 [N, 3, S, S] as float in 0 to 1, where it is not that yet."""
    return pictures if pictures.is_floating_point() else pictures.float() / 255


def quick(images: Tensor) -> Tensor:
    """The same values with channels innermost in memory: a step takes a third less time so."""
    return images.contiguous(memory_format=torch.channels_last)


class Views(NamedTuple):
    """Two views of each picture of a batch, [N, 3, S, S] in 0 to 1, and the pictures' numbers."""

    pictures: Tensor
    first: Tensor
    second: Tensor


def view_stream(pictures: Tensor, policy: Policy, batch_size: int, seed: int) -> Iterator[Views]:
    """Batch after batch of pairs: both views are drawn anew from T, neither is the original.

    Each epoch is a permutation of the pictures; its last, short batch is left out, because the
    number of negatives, and so the loss at chance, depends on the batch.
    """
    batches = Batches(len(pictures), batch_size, seed)
    generator = torch.Generator().manual_seed(seed)
    while True:
        chosen = batches.next()
        if len(chosen) < min(batch_size, len(pictures)):
            continue
        images = as_input(pictures[chosen])
        both, _ = views(torch.cat([images, images]), policy, generator)
        first, second = quick(both).chunk(2)
        yield Views(chosen, first, second)
