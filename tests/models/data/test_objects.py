"""Claims about drawn upright pictures and clips: what is told about them is so."""

import numpy as np
import pytest
import torch

from models.data.clips import BOUNCE, FRAMES, GRAVITY, draw_clips, throw
from models.data.objects import CLASSES, MOST, draw_objects
from models.representation.probe import linear_probe

OBJECTS = draw_objects(1200, 3)


def test_the_same_seed_gives_the_same_pictures_and_a_longer_set_begins_with_the_shorter() -> None:
    few, many = draw_objects(5, 7), draw_objects(9, 7)
    for a, b in zip(few, many, strict=True):
        assert torch.equal(a, b[:5])
    assert not torch.equal(few.images, draw_objects(5, 8).images)


def test_all_answers_occur_and_none_is_so_frequent_that_guessing_it_is_a_good_answer() -> None:
    for answers, count in (
        (OBJECTS.classes, len(CLASSES)),
        (OBJECTS.places, 3),
        (OBJECTS.sizes, 3),
        (OBJECTS.counts, MOST),
    ):
        shares = answers.bincount(minlength=count) / len(answers)
        assert shares.min() > 0.5 / count
        assert shares.max() < 1.6 / count


def test_the_class_is_not_to_be_read_from_the_mean_color() -> None:
    """Else every task would seem useless beside a network that only sees color."""
    means = OBJECTS.images.float().mean(dim=(2, 3))
    found = linear_probe(
        means[:900], OBJECTS.classes[:900], means[900:], OBJECTS.classes[900:], len(CLASSES)
    )
    assert found < 1 / len(CLASSES) + 0.06


def test_larger_things_cover_more_cells_and_hardly_any_picture_is_empty() -> None:
    covered = OBJECTS.cells.float().mean(dim=(1, 2))
    assert (OBJECTS.cells.flatten(1).any(dim=1)).float().mean() > 0.95  # of small ones perhaps none
    larger = covered[OBJECTS.sizes == 2].mean()
    assert larger > 1.3 * covered[OBJECTS.sizes == 0].mean()  # of which there are more


def test_an_impossible_set_is_refused() -> None:
    with pytest.raises(ValueError, match="no such set"):
        draw_objects(1, 0, size=30)
    with pytest.raises(ValueError, match="no such set"):
        draw_clips(1, 0, frames=0)


def test_a_free_flight_is_the_parabola_of_the_one_gravity() -> None:
    import random

    free = 0
    for seed in range(50):
        path = throw(FRAMES, 0.2, 0.2, random.Random(seed))
        bend = np.diff(path[:, 1], n=2)
        inside = (path[2:, 1] < 0.85) & (path[:-2, 1] < 0.85) & (path[:-2, 1] > 0.12)
        flying = inside & (np.abs(bend - GRAVITY) < 1e-4)
        free += flying.sum()
        # What is no free flight is a bounce, or a wall above.
        assert ((bend[~flying] < 0) | (path[1:-1, 1][~flying] < 0.12) | ~inside[~flying]).all()
    assert free > 200
    assert 0 < BOUNCE < 1


def test_a_thing_stays_inside_its_clip() -> None:
    clips = draw_clips(40, 1)
    assert clips.frames.shape == (40, FRAMES, 3, 32, 32)
    assert clips.paths.min() > 0
    assert clips.paths.max() < 1
    moved = (clips.paths[:, 1:] - clips.paths[:, :-1]).abs().sum(dim=(1, 2))
    assert moved.min() > 0.1  # no clip of a thing at rest, of which no order could be told
