"""The scenes: balanced, seeded, independent of the count, their class in the shape alone."""

import math

import pytest
import torch

from models.data.scenes import SHAPES, distance, draw_scenes


def test_scenes_are_colored_bytes_with_a_class_each() -> None:
    scenes = draw_scenes(50, seed=1, size=24)
    assert scenes.images.shape == (50, 3, 24, 24)
    assert scenes.images.dtype == torch.uint8
    assert scenes.labels.dtype == torch.int64
    assert 0 <= scenes.labels.min() <= scenes.labels.max() < len(SHAPES)
    spread = scenes.images.float().flatten(2).std(dim=2)
    assert (spread.amax(dim=1) > 8).all()  # something is to be seen on each of them
    assert (scenes.images[:, 0] != scenes.images[:, 1]).any()


@pytest.mark.parametrize("count", [1, 7, 8, 100, 803])
def test_classes_differ_by_one_picture_at_most(count: int) -> None:
    counts = draw_scenes(count, seed=3).labels.bincount(minlength=len(SHAPES))
    assert counts.sum() == count
    assert counts.max() - counts.min() <= 1


def test_the_order_of_the_classes_is_random_and_the_seeds() -> None:
    first, second = (draw_scenes(80, seed).labels for seed in (0, 1))
    assert first[:8].tolist() != list(range(8))
    assert not torch.equal(first[:8], first[8:16])
    assert not torch.equal(first, second)


def test_the_same_seed_gives_the_same_pictures_and_leaves_the_global_one_alone() -> None:
    state = torch.random.get_rng_state()
    one = draw_scenes(40, seed=5)
    torch.rand(3)
    two = draw_scenes(40, seed=5)
    assert torch.equal(one.images, two.images)
    assert torch.equal(one.labels, two.labels)
    assert not torch.equal(one.images, draw_scenes(40, seed=6).images)
    torch.random.set_rng_state(state)
    draw_scenes(9, seed=5)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("count", [1, 13, 256, 300])
def test_a_picture_does_not_depend_on_how_many_follow(count: int) -> None:
    few, many = draw_scenes(count, seed=2, size=16), draw_scenes(600, seed=2, size=16)
    assert torch.equal(few.images, many.images[:count])
    assert torch.equal(few.labels, many.labels[:count])


def test_no_scenes_are_an_empty_batch_and_impossible_ones_are_refused() -> None:
    assert draw_scenes(0, seed=0).images.shape == (0, 3, 32, 32)
    for count, size in ((-1, 32), (3, 7), (3, 257)):
        with pytest.raises(ValueError, match=r"no -?[0-9]+ scenes"):
            draw_scenes(count, 0, size)


def grid(points: int = 201) -> tuple[torch.Tensor, torch.Tensor]:
    axis = torch.linspace(-1.2, 1.2, points, dtype=torch.float64)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return x, y


# Areas of the shapes in the plane they are defined in, by elementary geometry.
NOTCH = 0.42 * math.sin(math.pi / 5)
APART, BIG, SMALL = 0.42, 0.92, 0.72
ALPHA = math.acos((APART**2 + BIG**2 - SMALL**2) / (2 * APART * BIG))
BETA = math.acos((APART**2 + SMALL**2 - BIG**2) / (2 * APART * SMALL))
LENS = BIG**2 * (ALPHA - math.sin(2 * ALPHA) / 2) + SMALL**2 * (BETA - math.sin(2 * BETA) / 2)
AREAS = {
    "disc": math.pi * 0.85**2,
    "ring": math.pi * (0.9**2 - 0.46**2),
    "square": 1.4**2,
    "triangle": 3 * math.sqrt(3) / 4,
    "star": 5 * NOTCH,
    "cross": 4 * 0.92 * 0.54 - 0.54**2,
    "crescent": math.pi * BIG**2 - LENS,
    "heart": 2 * 0.62**2 + math.pi * 0.62**2 / 2,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_has_its_area_and_lies_inside_the_unit_circle(shape: str) -> None:
    x, y = grid(1201)
    inside = distance(shape, x, y) < 0
    area = float(inside.double().mean()) * 2.4**2
    assert area == pytest.approx(AREAS[shape], rel=0.01)
    assert torch.hypot(x, y)[inside].max() <= 1.01


@pytest.mark.parametrize("shape", SHAPES)
def test_a_distance_is_never_more_than_the_way_to_the_outline(shape: str) -> None:
    x, y = grid()
    inside = distance(shape, x, y) < 0
    # Outline points by brute force: cells whose right or lower neighbor is on the other side.
    edge = (inside[:-1, :-1] != inside[1:, :-1]) | (inside[:-1, :-1] != inside[:-1, 1:])
    outline = torch.stack([x[:-1, :-1][edge], y[:-1, :-1][edge]], dim=1)
    points = torch.stack([x[::7, ::7].flatten(), y[::7, ::7].flatten()], dim=1)
    true = torch.cdist(points, outline).amin(dim=1)
    claimed = distance(shape, *points.unbind(1))
    assert (claimed.abs() <= true + 0.02).all()
    near = true < 0.05
    assert (claimed.abs()[near] > true[near] / 2 - 0.02).all()


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(KeyError):
        distance("squircle", *grid(3))


def test_nothing_but_the_shape_tells_the_class() -> None:
    """Means and spreads of color, what a learner without shapes would use, are the same for all
    classes but for what the shape's area does: no class's mean color is 5 standard errors off.
    """
    scenes = draw_scenes(4000, seed=9, size=16)
    color = scenes.images.float().mean(dim=(2, 3))
    error = color.std(dim=0) / math.sqrt(4000 / len(SHAPES))
    for label in range(len(SHAPES)):
        away = color[scenes.labels == label].mean(dim=0) - color.mean(dim=0)
        assert (away.abs() < 5 * error).all()
