"""SimCLR's transformations: each equal to an oracle, each drawn for every picture of its own, and
what was drawn says where a view came from.
"""

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor
from torchvision.transforms import functional as vision

from models.representation.augment import (
    Drawn,
    Policy,
    apply,
    draw,
    occlude,
    recolor,
    rotate,
    views,
)

OFF = Policy(crop=0, flip=False, color=0, gray=0, blur=0, rotation=0, cutout=0, noise=0)
FULL = Policy(crop=1, flip=True, color=1, gray=0.5, blur=1, rotation=1, cutout=1, noise=1)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int, size: int = 32, seed: int = 9) -> Tensor:
    return torch.rand(n, 3, size, size, generator=seeded(seed))


def smooth(n: int, size: int = 32) -> Tensor:
    """Pictures of slopes, which a bilinear resampling reproduces exactly."""
    slopes = torch.rand(n, 3, 2, generator=seeded(2)) * 0.5
    at = (torch.arange(size) + 0.5) / size
    return slopes[:, :, :1, None] * at + slopes[:, :, 1:, None] * at[:, None]


def only(name: str, strength: float | bool = 1.0) -> Policy:
    return dataclasses.replace(OFF, **{name: strength})


def apply_alone(images: Tensor, **changes: Tensor) -> Tensor:
    drawn = draw(OFF, len(images), images.shape[-1], seeded())
    return apply(images, drawn._replace(**changes), seeded())


@pytest.mark.parametrize("size", [8, 31, 32, 64])
def test_with_everything_off_the_view_is_the_picture(size: int) -> None:
    x = pictures(3, size)
    view, drawn = views(x, OFF, seeded())
    torch.testing.assert_close(view, x, atol=1e-5, rtol=0)
    assert drawn.boxes.tolist() == [[0, 0, size, size]] * 3
    square = [[0, 0], [size, 0], [size, size], [0, size]]
    torch.testing.assert_close(drawn.corners, torch.tensor([square] * 3).float())


@given(st.integers(1, 9), st.sampled_from([8, 15, 32, 64]), st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_views_are_pictures_and_draws_are_in_range(n: int, size: int, seed: int) -> None:
    view, drawn = views(pictures(n, size), FULL, seeded(seed))
    assert view.shape == (n, 3, size, size)
    assert 0 <= view.min() <= view.max() <= 1
    x0, y0, x1, y1 = drawn.boxes.unbind(1)
    assert (drawn.boxes >= 0).all()
    assert (drawn.boxes <= size + 1e-4).all()
    assert ((x1 - x0) * (y1 - y0) >= 0.08 * 0.99 * 0.75 * size**2).all()
    assert (drawn.angle.abs() <= 90).all()
    for factor in (drawn.brightness, drawn.contrast, drawn.saturation):
        assert ((factor >= 0.2 - 1e-6) & (factor <= 1.8 + 1e-6)).all()
    assert (drawn.hue.abs() <= 0.2).all()
    assert ((drawn.blur == 0) | ((drawn.blur >= 0.1) & (drawn.blur <= size / 16 + 1e-6))).all()
    assert torch.equal(drawn.cutout, drawn.cutout.round())
    assert ((drawn.cutout >= 0) & (drawn.cutout <= size)).all()
    assert all(len(part) == n for part in drawn)


def test_every_picture_has_draws_of_its_own_in_the_shares_stated() -> None:
    drawn = draw(FULL, 4000, 32, seeded())
    for values in (drawn.boxes[:, 0], drawn.angle, drawn.noise, drawn.brightness, drawn.hue):
        assert len(values.unique()) > 3000
    shares = {
        "flip": (drawn.flip, 0.5),
        "gray": (drawn.gray, 0.5),
        "blur": (drawn.blur > 0, 0.5),
        "cutout": (drawn.cutout.any(dim=1), 0.5),
        "color": (drawn.brightness != 1, 0.8),
    }
    for name, (on, share) in shares.items():
        assert float(on.float().mean()) == pytest.approx(share, abs=0.04), name
    area = (drawn.boxes[:, 2] - drawn.boxes[:, 0]) * (drawn.boxes[:, 3] - drawn.boxes[:, 1]) / 1024
    assert float(area.mean()) == pytest.approx(0.54, abs=0.02)


def test_the_same_generator_gives_the_same_views_and_the_global_seed_is_left_alone() -> None:
    x, state = pictures(5), torch.random.get_rng_state()
    one, two = (views(x, FULL, seeded(3))[0] for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.allclose(one, views(x, FULL, seeded(4))[0], atol=0.1)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("name", [f.name for f in dataclasses.fields(Policy)])
def test_switching_one_operation_leaves_the_draws_of_the_others(name: str) -> None:
    one = draw(FULL, 50, 32, seeded())
    off = dataclasses.replace(FULL, **{name: False if name == "flip" else 0.0})
    two = draw(off, 50, 32, seeded())
    parts = {
        "crop": {"boxes", "corners"},
        "flip": {"flip", "corners"},
        "rotation": {"angle", "corners"},
        "color": {"brightness", "contrast", "saturation", "hue"},
    }.get(name, {name})
    for field in Drawn._fields:
        assert torch.equal(getattr(one, field), getattr(two, field)) == (field not in parts)


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan])
def test_a_strength_out_of_0_to_1_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="blur is a strength"):
        Policy(blur=bad)


def test_a_flip_is_torchs_and_a_quarter_turn_too() -> None:
    x = pictures(2)
    flipped = apply_alone(x, **_placed(32, flip=True))
    torch.testing.assert_close(flipped, x.flip(3), atol=1e-5, rtol=0)
    turned = apply_alone(x, **_placed(32, angle=90.0))
    torch.testing.assert_close(turned, torch.rot90(x, 1, (2, 3)), atol=1e-4, rtol=0)
    torch.testing.assert_close(rotate(x, 90), torch.rot90(x, 1, (2, 3)), atol=1e-4, rtol=0)
    torch.testing.assert_close(rotate(x, -90), torch.rot90(x, -1, (2, 3)), atol=1e-4, rtol=0)


def _placed(size: int, flip: bool = False, angle: float = 0.0) -> dict[str, Tensor]:
    return {"flip": torch.full((2,), flip), "angle": torch.full((2,), angle)}


def test_a_crop_is_pillows_bilinear_resize_of_its_box() -> None:
    x = smooth(6)
    drawn = draw(only("crop"), 6, 32, seeded(1))
    view = apply(x, drawn, seeded())
    for picture, box, found in zip(x, drawn.boxes, view, strict=True):
        for channel in range(3):
            image = Image.fromarray(picture[channel].numpy())
            theirs = image.resize((32, 32), Image.Resampling.BILINEAR, box=tuple(box.tolist()))
            inner = np.asarray(theirs)[3:-3, 3:-3]  # Pillow does not look beyond its box
            np.testing.assert_allclose(found[channel, 3:-3, 3:-3].numpy(), inner, atol=0.01)


@given(st.integers(0, 999), st.booleans())
@settings(deadline=None, max_examples=30)
def test_the_corners_say_where_a_views_pixels_come_from(seed: int, flip: bool) -> None:
    """Read the color of a slope at each view pixel's place between the corners."""
    policy = dataclasses.replace(OFF, crop=1, rotation=0.2, flip=flip)
    x = smooth(4, 16)
    drawn = draw(policy, 4, 16, seeded(seed))
    view = apply(x, drawn, seeded())
    slopes = (x[:, :, 0, -1] - x[:, :, 0, 0]) / 15, (x[:, :, -1, 0] - x[:, :, 0, 0]) / 15
    at = (torch.arange(16) + 0.5) / 16
    top_left, top_right, _, bottom_left = drawn.corners.unbind(1)
    for row in (4, 11):
        for column in (2, 8):
            place = top_left + at[column] * (top_right - top_left)
            place = place + at[row] * (bottom_left - top_left)
            inside = ((place > 0.5) & (place < 15.5)).all(dim=1)
            expected = slopes[0] * place[:, :1] + slopes[1] * place[:, 1:]
            torch.testing.assert_close(
                view[inside, :, row, column], expected[inside], atol=1e-3, rtol=0
            )


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("brightness", vision.adjust_brightness),
        ("contrast", vision.adjust_contrast),
        ("saturation", vision.adjust_saturation),
    ],
)
@pytest.mark.parametrize("factor", [0.0, 0.3, 1.0, 1.8])
def test_each_color_factor_is_torchvisions(name: str, theirs, factor: float) -> None:  # type: ignore[no-untyped-def]
    x = pictures(3)
    found = apply_alone(x, **{name: torch.full((3,), factor)})
    # torchvision's luma is rounded to 0.2989, 0.587, 0.114
    torch.testing.assert_close(found, theirs(x, factor), atol=5e-4, rtol=0)


def test_gray_views_have_three_equal_channels_of_the_luma() -> None:
    x = pictures(4)
    gray = torch.tensor([True, False, True, False])
    found = apply_alone(x, gray=gray, hue=torch.full((4,), 0.2))
    luma = vision.rgb_to_grayscale(x, num_output_channels=3)
    torch.testing.assert_close(found[gray], luma[gray], atol=1e-3, rtol=0)
    assert (found[~gray].std(dim=1) > 0.01).any()


def test_a_hue_turn_keeps_luma_and_saturation_and_turns_red_to_green_to_blue() -> None:
    x = 0.4 + 0.2 * pictures(3)  # far from the ends, so nothing is cut
    found = recolor(x, 0.17)
    weights = torch.tensor([0.299, 0.587, 0.114])
    torch.testing.assert_close(
        torch.einsum("nchw,c->nhw", found, weights), torch.einsum("nchw,c->nhw", x, weights)
    )
    assert (found - x).abs().max() > 0.02
    torch.testing.assert_close(recolor(found, 0.83), x, atol=1e-5, rtol=0)
    red = torch.tensor([0.6, 0.4, 0.4]).view(1, 3, 1, 1).expand(1, 3, 8, 8)
    assert [int(recolor(red, turn)[0, :, 0, 0].argmax()) for turn in (0, 1 / 3, 2 / 3)] == [0, 1, 2]


def test_gray_pictures_need_no_color_to_be_transformed() -> None:
    x = pictures(4)[:, :1].expand(4, 3, 32, 32)
    view, _ = views(x, dataclasses.replace(FULL, noise=0), seeded())
    torch.testing.assert_close(view[:, 0], view[:, 1], atol=1e-5, rtol=0)
    torch.testing.assert_close(view[:, 0], view[:, 2], atol=1e-5, rtol=0)
    torch.testing.assert_close(recolor(x, 0.4), x, atol=1e-5, rtol=0)


@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.0])
def test_a_blur_is_a_gaussian_and_each_pictures_own(sigma: float) -> None:
    x = torch.zeros(2, 3, 33, 33)
    x[:, :, 16, 16] = 1
    found = apply_alone(x, blur=torch.tensor([sigma, 0.0]))
    torch.testing.assert_close(found[1], x[1], atol=1e-5, rtol=0)
    at = [math.exp(-((i - 16) ** 2) / (2 * sigma**2)) for i in range(33)]
    row = torch.tensor(at) / sum(at)
    expected = row[:, None] * row
    torch.testing.assert_close(found[0, 1], expected, atol=2e-5, rtol=0)
    theirs = vision.gaussian_blur(x[0], [31, 31], [sigma, sigma])
    torch.testing.assert_close(found[0], theirs, atol=2e-5, rtol=0)
    flat = apply_alone(torch.full((2, 3, 8, 8), 0.6), blur=torch.tensor([sigma, 0.0]))
    torch.testing.assert_close(flat, torch.full((2, 3, 8, 8), 0.6))


def test_a_cutout_grays_exactly_its_box_and_noise_has_its_deviation() -> None:
    x = pictures(40, seed=1)
    view, drawn = views(x, only("cutout", 0.6), seeded())
    for before, after, box in zip(x, view, drawn.cutout.int().tolist(), strict=True):
        expected = before.clone()
        expected[:, box[1] : box[3], box[0] : box[2]] = 0.5
        torch.testing.assert_close(after, expected, atol=1e-5, rtol=0)
        assert box == [0] * 4 or box[2] - box[0] == box[3] - box[1] == 10
    sigma = torch.tensor([0.0, 0.05, 0.1])
    gray = torch.full((3, 3, 64, 64), 0.5)
    torch.testing.assert_close(
        apply_alone(gray, noise=sigma).flatten(1).std(dim=1), sigma, atol=0.003, rtol=0
    )


@pytest.mark.parametrize("size", [8, 9, 32])
def test_a_known_change_of_nothing_is_the_picture_itself(size: int) -> None:
    x = pictures(3, size)
    for unchanged in (occlude(x, 0), rotate(x, 0), rotate(x, 360), recolor(x, 0), recolor(x, 1)):
        assert torch.equal(unchanged, x)
        assert unchanged.data_ptr() != x.data_ptr()


@given(st.floats(0, 1), st.sampled_from([8, 9, 32]))
@settings(deadline=None, max_examples=40)
def test_an_occlusion_covers_its_share_of_the_area_in_the_middle(share: float, size: int) -> None:
    black = torch.zeros(2, 3, size, size)
    found = occlude(black, share)
    assert float(found.mean()) == pytest.approx(0.5 * share, abs=1e-5)
    torch.testing.assert_close(found, found.flip(2).flip(3), atol=1e-5, rtol=0)
    assert occlude(black, 1.0).min() == 0.5


def test_a_rotation_is_torchvisions_inside_the_circle_that_stays_in_view() -> None:
    x = smooth(2)
    theirs = vision.rotate(x, 30, vision.InterpolationMode.BILINEAR)
    at = torch.arange(32) - 15.5
    inner = torch.hypot(at[:, None], at) < 14
    torch.testing.assert_close(rotate(x, 30)[..., inner], theirs[..., inner], atol=2e-3, rtol=0)
