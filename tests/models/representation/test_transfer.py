"""What a representation is worth: few labels, votes, known attributes, fine-tuning."""

import math
import statistics

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from models.data.scenes import draw_scenes
from models.representation.accuracy import (
    ALL,
    DRAWS,
    Labeled,
    attributes,
    draws_of,
    middle,
    neighbors_vote,
    probed,
    turned,
)
from models.representation.augment import Policy
from models.representation.contrastive_training import Contrast, ContrastSettings
from models.representation.encoder import embed, quick_encoder
from models.representation.pictures import Pictures
from models.representation.probe import linear_probe
from models.representation.supervised import LearnerSettings
from models.representation.transfer import KNOWN, Frozen, Transfer

MILD = Policy(crop=0, flip=True, color=0, gray=0, blur=0, rotation=0)


pytestmark = pytest.mark.usefixtures("one_thread")


def features(count: int, seed: int = 0) -> Labeled:
    """Three overlapping clouds."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.arange(count) % 3
    middles = torch.tensor([[2.0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]])
    return Labeled(middles[y] + torch.randn(count, 4, generator=generator), y)


def test_few_labels_are_drawn_several_times_and_all_labels_once() -> None:
    labels = torch.tensor([0, 1, 2] * 10)
    few = list(draws_of(labels, 2, DRAWS, 0))
    assert len({tuple(chosen.tolist()) for chosen in few}) == DRAWS
    assert all(labels[chosen].bincount().tolist() == [2, 2, 2] for chosen in few)
    for everything in (10, 11, ALL):
        (chosen,) = draws_of(labels, everything, DRAWS, 0)
        assert chosen.tolist() == list(range(30))


def test_while_one_class_has_more_than_are_taken_which_ones_is_drawn_several_times() -> None:
    labels = torch.tensor([0] * 3 + [1] * 50 + [3] * 5)  # and class 2 has none
    several = list(draws_of(labels, 5, DRAWS, 0))
    assert len({tuple(chosen.tolist()) for chosen in several}) == DRAWS
    assert all(labels[chosen].bincount().tolist() == [3, 5, 0, 5] for chosen in several)


def test_draws_depend_on_the_seed_alone_and_seeds_share_none() -> None:
    labels = torch.arange(200) % 4

    def drawn(seed: int) -> list[list[int]]:
        return [chosen.tolist() for chosen in draws_of(labels, 5, DRAWS, seed)]

    assert drawn(0) == drawn(0)
    assert all(chosen not in drawn(1) for chosen in drawn(0))


def test_a_probe_with_few_labels_is_fitted_to_those_alone() -> None:
    train, test = features(60), features(90, seed=1)
    wanted = [
        linear_probe(train.x[chosen], train.y[chosen], test.x, test.y, 3)
        for chosen in draws_of(train.y, 2, DRAWS, 4)
    ]
    assert probed(train, test, 3, 2, seed=4) == wanted
    assert len(set(wanted)) > 1, "which ones matters"
    (every,) = probed(train, test, 3, ALL)
    assert every == linear_probe(train.x, train.y, test.x, test.y, 3)
    assert every > statistics.mean(wanted)


def test_neighbors_vote_as_a_loop_over_all_pairs_would() -> None:
    train, test = features(45), features(30, seed=1)
    hits = 0
    for x, y in zip(test.x, test.y, strict=True):
        cosines = [float(x @ t / (x.norm() * t.norm())) for t in train.x]
        order = sorted(range(45), key=lambda i: -cosines[i])[:20]
        votes = [0.0] * 3
        for i in order:
            votes[int(train.y[i])] += math.exp(cosines[i] / 0.1)
        hits += votes.index(max(votes)) == int(y)
    assert neighbors_vote(train, test) == pytest.approx(hits / 30)


def test_fewer_labeled_pictures_than_neighbors_vote_all() -> None:
    train, test = features(45), features(30, seed=1)
    assert 0 <= neighbors_vote(train, test, per_class=1) <= 1
    assert neighbors_vote(Labeled(train.x[:1], train.y[:1]), test) == pytest.approx(1 / 3)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_the_middle_is_the_mean_with_one_standard_deviation_within_0_and_1(
    values: list[float],
) -> None:
    low, mean, high = middle(values)
    deviation = statistics.stdev(values)
    assert mean == pytest.approx(statistics.mean(values), abs=1e-12)
    assert low == pytest.approx(max(0, mean - deviation), abs=1e-9)
    assert high == pytest.approx(min(1, mean + deviation), abs=1e-9)


def test_of_a_single_value_the_middle_has_no_spread() -> None:
    assert middle([0.25]) == (0.25, 0.25, 0.25)


def plain(*colors: tuple[int, int, int]) -> Tensor:
    return torch.tensor(colors, dtype=torch.uint8)[:, :, None, None].expand(-1, 3, 4, 4)


def test_attributes_are_the_quarter_by_brightness_and_the_strongest_channel() -> None:
    pictures = plain((9, 0, 0), (0, 240, 3), (3, 4, 90), (0, 30, 0), (255, 250, 1), (1, 0, 2),
                     (60, 1, 1), (0, 0, 150))  # fmt: skip
    asked = attributes(pictures)
    assert asked["color"].tolist() == [0, 1, 2, 1, 0, 2, 0, 2]
    sums = pictures.long().sum(dim=(1, 2, 3)).tolist()
    order = sorted(range(8), key=lambda i: sums[i])
    assert [int(asked["brightness"][i]) for i in order] == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
def test_brightness_has_four_classes_however_few_pictures_and_however_alike(count: int) -> None:
    asked = attributes(plain(*[(5, 5, 5)] * count))
    assert sorted(asked["brightness"].tolist()) == [i * 4 // count for i in range(count)]
    assert asked["color"].tolist() == [0] * count


def test_each_picture_is_turned_as_often_as_its_number_says() -> None:
    pictures = draw_scenes(9, 0, size=8).images
    parts, times = turned(pictures)
    assert times.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    for picture, part, k in zip(pictures, parts, times.tolist(), strict=True):
        for _ in range(k):  # a quarter counterclockwise: the right column becomes the top row
            picture = picture.transpose(1, 2).flip(1)
        assert torch.equal(part, picture)


@pytest.mark.parametrize("upright", [True, False])
def test_turns_are_asked_of_upright_pictures_only(upright: bool) -> None:
    drawn = draw_scenes(48, 0, size=16)
    x, y = drawn.images, drawn.labels
    pictures = Pictures(x[:32], y[:32], x[32:], y[32:], 8, upright=upright)
    transfer = Transfer(pictures, LearnerSettings(Policy(), 8, 0.003, 0.0, 0))
    frozen = {"random": Frozen(quick_encoder(torch.Generator().manual_seed(0)), 0)}
    transfer.probe(lambda: frozen)
    while transfer.probing.done < transfer.probing.all:
        transfer.probe(lambda: frozen)
    asked = dict(zip(KNOWN, np.isfinite(transfer.known[0]).tolist(), strict=True))
    assert asked == {"class": True, "brightness": True, "color": True, "turn": upright}


@pytest.mark.claims
def test_a_short_training_makes_h_worth_clearly_more_than_at_random() -> None:
    """Eight epochs without a label; the benchmark trains for a minute, with three seeds."""
    torch.set_num_threads(2)
    count = 2000
    drawn = draw_scenes(count + 500, 0)
    x, y = drawn.images, drawn.labels
    settings = ContrastSettings(
        method="simclr", projector="mlp", policy=Policy(), batch_size=128, temperature=0.2,
        learning_rate=0.003, weight_decay=0.0001, momentum=0.9, queue=64, stop_gradient=True,
        seed=0,
    )  # fmt: skip
    contrast = Contrast(settings, x[:count])

    def worth(encoder: nn.Module) -> float:
        h, test = embed(encoder, x[:count]), embed(encoder, x[count:])
        return linear_probe(h, y[:count], test, y[count:], 8)

    before = worth(contrast.untrained)
    contrast.train(8 * 15)
    assert worth(contrast.encoder) > before + 0.08
