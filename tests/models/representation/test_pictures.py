"""Pairs of views, batch after batch: of which pictures, and drawn anew each time."""

from itertools import islice

import pytest
import torch
from torch import Tensor

from models.data.scenes import draw_scenes
from models.representation.augment import Policy
from models.representation.pictures import as_input, view_stream

PICTURES = draw_scenes(64, 0).images

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize(("count", "size", "epoch"), [(40, 16, 2), (32, 16, 2), (5, 2, 2)])
def test_every_batch_is_full_and_an_epoch_has_no_picture_twice(
    count: int, size: int, epoch: int
) -> None:
    batches = list(islice(view_stream(PICTURES[:count], Policy(), size, 1), 6 * epoch))
    orders = set()
    for start in range(0, len(batches), epoch):
        seen = torch.cat([b.pictures for b in batches[start : start + epoch]]).tolist()
        assert len(seen) == len(set(seen)) == size * epoch
        orders.add(tuple(seen))
    assert len(orders) == 6
    assert {len(part) for batch in batches for part in batch} == {size}
    assert {i for order in orders for i in order} == set(range(count)), "left out now, in later"


def test_both_views_are_views_of_the_named_pictures_drawn_anew_each_time() -> None:
    still = Policy(crop=0, flip=False, color=0, gray=0, blur=0, rotation=0)
    batch = next(view_stream(PICTURES, still, 16, 0))
    torch.testing.assert_close(batch.first, as_input(PICTURES[batch.pictures]), atol=1e-5, rtol=0)
    torch.testing.assert_close(batch.second, batch.first)

    stream = view_stream(PICTURES[:3], Policy(), 3, 0)
    seen: list[Tensor] = []
    for batch in islice(stream, 4):
        for made in (batch.first, batch.second):
            assert -1e-6 <= made.min() < made.max() <= 1 + 1e-6
            seen += [made[batch.pictures == 1][0]]
    seen.append(as_input(PICTURES[1]))
    assert all(not torch.equal(a, b) for i, a in enumerate(seen) for b in seen[:i])
