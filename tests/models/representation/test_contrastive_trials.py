"""Trials are short trainings in a fixed order, each as if it had been alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from models.data.scenes import draw_scenes
from models.representation.augment import Policy
from models.representation.contrastive_training import Contrast, ContrastSettings
from models.representation.contrastive_trials import (
    ALONE,
    NOTHING,
    OPERATIONS,
    Trial,
    Trials,
    both,
    compositions,
    fewer,
    projectors,
)
from models.representation.encoder import embed
from models.representation.pictures import Pictures
from models.representation.probe import linear_probe
from models.representation.sizes import KINDS
from models.training import Lost

BASE = ContrastSettings(
    method="simclr", projector="mlp", policy=Policy(), batch_size=16, temperature=0.2,
    learning_rate=0.003, weight_decay=0.0001, momentum=0.9, queue=40, stop_gradient=True, seed=7,
)  # fmt: skip
X, Y = draw_scenes(104, 0)
PICTURES = Pictures(X[:64], Y[:64], X[64:], Y[64:], 8)


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_with_itself_is_that_operation_alone(name: str) -> None:
    assert both(name, name) == ALONE[name]
    on = {key for key, value in vars(ALONE[name]).items() if value}
    assert on == ({"color", "gray"} if name == "color" else {name})
    assert not any(vars(NOTHING).values())


def test_two_operations_are_both_on_whichever_comes_first_and_nothing_else() -> None:
    for a in OPERATIONS:
        for b in OPERATIONS:
            assert both(a, b) == both(b, a)
            for key, value in vars(both(a, b)).items():
                assert value in (vars(ALONE[a])[key], vars(ALONE[b])[key])
                assert value >= max(vars(ALONE[a])[key], vars(ALONE[b])[key])


def test_compositions_are_every_operation_alone_and_every_pair_once() -> None:
    trials = compositions(BASE)
    names = [trial.name for trial in trials]
    assert len({frozenset(name) for name in names}) == len(names) == 6 * 7 // 2
    for trial in trials:
        first, second = trial.name
        assert trial.settings == replace(BASE, policy=both(first, second))


def test_the_projectors_differ_in_the_projector_alone() -> None:
    trials = projectors(BASE)
    assert [trial.name for trial in trials] == [(kind,) for kind in KINDS]
    assert all(t.settings == replace(BASE, projector=t.name[0]) for t in trials)


def probed(network: nn.Module) -> float:
    return linear_probe(embed(network, X[:64]), Y[:64], embed(network, X[64:]), Y[64:], 8)


def test_all_trials_go_with_one_seed_then_with_the_next_and_then_nothing_goes() -> None:
    several = projectors(BASE)
    trials = Trials(several, 2, 2, PICTURES)
    assert (trials.total, trials.done) == (6, 0)
    assert np.isnan(trials.accuracy).all()
    assert np.isnan(trials.baseline).all()
    order = [(x, r) for r in range(2) for x in range(3)]
    for done, (x, r) in enumerate(order):
        assert np.isnan(trials.accuracy[x, r]).all()
        trials.run()
        assert trials.done == done + 1
        filled = np.isfinite(trials.accuracy).all(axis=2)
        assert {(int(a), int(b)) for a, b in np.argwhere(filled)} == set(order[: done + 1])
        assert np.isfinite(trials.baseline).tolist() == [True, r == 1]
    end = trials.accuracy.copy(), trials.baseline.copy()
    trials.run()
    assert trials.done == 6
    assert np.array_equal(trials.accuracy, end[0])
    assert np.array_equal(trials.baseline, end[1])


def test_every_trial_is_the_training_that_it_would_have_been_alone() -> None:
    several = projectors(BASE)
    trials = Trials(several, 2, 3, PICTURES)
    before = torch.get_rng_state()
    for _ in range(trials.total):
        trials.run()
    assert torch.equal(torch.get_rng_state(), before)
    for r in range(2):
        for x, trial in enumerate(several):
            alone = Contrast(replace(trial.settings, seed=7 + r), PICTURES.train)
            assert trials.baseline[r] == np.float32(probed(alone.untrained))
            alone.train(3)
            whole = nn.Sequential(alone.encoder, alone.projector)
            wanted = np.array([probed(alone.encoder), probed(whole)], np.float32)
            assert np.array_equal(trials.accuracy[x, r], wanted)


def test_without_a_projector_z_is_h() -> None:
    trials = Trials([Trial(("none",), replace(BASE, projector="none"))], 1, 2, PICTURES)
    trials.run()
    assert trials.accuracy[0, 0, 0] == trials.accuracy[0, 0, 1]


def test_a_lost_trial_says_so_and_leaves_its_cell_empty() -> None:
    trials = Trials([Trial(("wild",), replace(BASE, learning_rate=1e30))], 1, 20, PICTURES)
    with pytest.raises(Lost):
        trials.run()
    assert trials.done == 0
    assert np.isnan(trials.accuracy).all()


@pytest.mark.parametrize("count", [0, 10, 64, 1000])
def test_fewer_are_the_first_pictures_with_their_labels_and_the_same_test(count: int) -> None:
    few = fewer(PICTURES, count)
    assert torch.equal(few.train, X[: min(count, 64)])
    assert few.labels is not None
    assert torch.equal(few.labels, Y[: min(count, 64)])
    assert few.test is PICTURES.test
    assert few.test_labels is PICTURES.test_labels
    assert fewer(PICTURES._replace(labels=None), count).labels is None
