"""Claims about the way from a photo to the network's input."""

import pytest
import torch

from models.detection.preprocess import INPUT_SIZE, input_shape, normalize, prepare


@pytest.mark.parametrize(
    ("photo", "shape"),
    [
        ((480, 640), (240, 320)),
        ((640, 480), (320, 240)),
        ((333, 500), (208, 320)),
        ((100, 100), (320, 320)),
        ((1, 1), (320, 320)),
        ((1, 20_000), (32, 320)),
        ((20_000, 1), (320, 32)),
    ],
)
def test_the_longer_side_is_the_inputs_and_both_are_multiples_of_16(
    photo: tuple[int, int], shape: tuple[int, int]
) -> None:
    assert input_shape(*photo, size=320) == shape
    assert max(input_shape(*photo)) == INPUT_SIZE


@pytest.mark.parametrize("photo", [(480, 640), (91, 67), (16, 900)])
def test_boxes_map_back_to_the_displayed_photo(photo: tuple[int, int]) -> None:
    image = torch.zeros(3, *photo, dtype=torch.uint8)
    inputs, scaling = prepare(image)
    height, width = inputs.shape[-2:]
    whole = torch.tensor([[0.0, 0, width, height]])
    expected = torch.tensor([[0.0, 0, photo[1], photo[0]]])
    torch.testing.assert_close(scaling.to_displayed(whole), expected)
    torch.testing.assert_close(scaling.to_resized(expected), whole)


def test_a_bright_square_is_where_the_scaling_says() -> None:
    image = torch.zeros(3, 300, 500, dtype=torch.uint8)
    image[:, 60:120, 200:350] = 255
    inputs, scaling = prepare(image)
    x1, y1, x2, y2 = scaling.to_resized(torch.tensor([[200.0, 60, 350, 120]]))[0].tolist()
    bright = inputs[0, 0] > inputs[0, 0].mean()
    rows, columns = bright.any(1).nonzero().flatten(), bright.any(0).nonzero().flatten()
    assert abs(columns[0].item() - x1) <= 1
    assert abs(columns[-1].item() + 1 - x2) <= 1
    assert abs(rows[0].item() - y1) <= 1
    assert abs(rows[-1].item() + 1 - y2) <= 1


def test_inputs_lie_between_minus_one_and_one_whatever_their_type() -> None:
    values = torch.tensor([0, 127, 255], dtype=torch.uint8).view(1, 3, 1, 1)
    assert normalize(values).flatten().tolist() == [-127 / 128, 0, 1]
    torch.testing.assert_close(normalize(values.float()), normalize(values))


def test_a_photo_of_the_inputs_size_is_not_resampled() -> None:
    image = torch.randint(0, 256, (3, INPUT_SIZE, INPUT_SIZE), dtype=torch.uint8)
    inputs, scaling = prepare(image)
    torch.testing.assert_close(inputs, normalize(image[None]))
    assert scaling == (1.0, 1.0)
