"""The head at one place: a window times filters and a vector times rows are its convolutions."""

import pytest
import torch

from models.detection.place import head_at
from models.detection.rpn import RPNHead

HEIGHT, WIDTH, CHANNELS = 4, 5, 6


@pytest.fixture(scope="module")
def head() -> RPNHead:
    torch.manual_seed(3)
    head = RPNHead(CHANNELS, 9)
    for value in head.parameters():
        torch.nn.init.normal_(value, std=0.5)
    return head.double()


@pytest.fixture(scope="module")
def features() -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(CHANNELS, HEIGHT, WIDTH, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("row", range(HEIGHT))
@pytest.mark.parametrize("column", range(WIDTH))
def test_multiplied_by_hand_every_place_also_at_the_border_gives_the_convolutions(
    head: RPNHead, features: torch.Tensor, row: int, column: int
) -> None:
    with torch.no_grad():
        found = head_at(head, features, row, column)
        for unit in (0, 100, 255):
            products = found.window * head.conv.weight[unit]
            assert products.sum() + found.biases[unit] == pytest.approx(found.convolved[unit])
        hidden = found.convolved.clamp(min=0)
        torch.testing.assert_close(found.rows @ hidden + found.row_biases, found.outputs)
        logits, deltas = head(features[None])
    whole = torch.cat([logits[0, :, row, column], deltas[0, :, row, column]])
    torch.testing.assert_close(found.outputs, whole)
    assert found.rows.shape == (6 * 9, 256)


@pytest.mark.parametrize("place", [(-1, 0), (HEIGHT, 0), (0, WIDTH), (0, -1)])
def test_a_place_beyond_the_map_is_refused(
    head: RPNHead, features: torch.Tensor, place: tuple[int, int]
) -> None:
    with pytest.raises(IndexError):
        head_at(head, features, *place)
