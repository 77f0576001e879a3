"""A study looks and judges as often as it likes and the training goes on as if it had not."""

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from models.data.scenes import draw_scenes
from models.representation.accuracy import ALL, BUDGETS, draws_of
from models.representation.augment import Policy
from models.representation.contrastive import info_nce
from models.representation.contrastive_study import (
    BINS,
    CHANGED,
    CHANGES,
    CHANGES_EVERY,
    LOOKED_AT,
    NEIGHBORS,
    Study,
)
from models.representation.contrastive_training import ContrastSettings
from models.representation.encoder import embed
from models.representation.pictures import Pictures, as_input
from models.representation.probe import linear_probe
from models.representation.supervised import Supervised
from models.representation.transfer import FEATURES, KNOWN, LABEL_BATCH, Parts
from models.training import Lost

pytestmark = pytest.mark.thorough

SETTINGS = ContrastSettings(
    method="simclr", projector="mlp", policy=Policy(), batch_size=16, temperature=0.2,
    learning_rate=0.003, weight_decay=0.0001, momentum=0.9, queue=40, stop_gradient=True, seed=0,
)  # fmt: skip
MOCO = replace(SETTINGS, method="moco")
X, Y = draw_scenes(104, 0)
SCENES = Pictures(X[:64], Y[:64], X[64:], Y[64:], 8)
FEW = Pictures(X[:32], Y[:32], X[64:80], Y[64:80], 8)  # judged in less time
UNLABELED = Pictures(X[:64], None, X[64:], None, 0)
ONE_CLASS = Pictures(X[:64], torch.zeros(64).long(), X[64:], torch.zeros(40).long(), 1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, one_thread: None) -> None:
    """Trainings with labels of a few steps."""
    monkeypatch.setattr("models.representation.transfer.LABEL_STEPS", 4)
    monkeypatch.setattr("models.representation.transfer.SLICE", 2)


def probe(study: Study) -> None:
    """All parts of a probe."""
    complete(study.probe, study.transfer.probing)


def judge(study: Study) -> None:
    """All parts of a training from scratch with labels."""
    complete(study.supervise, study.transfer.supervising)


def fine_tune(study: Study) -> None:
    complete(study.fine_tune, study.transfer.tuning)


def complete(act: Callable[[], None], parts: Parts) -> None:
    act()
    while parts.done < parts.all:  # as the page does
        act()


@pytest.mark.parametrize("method", ["simclr", "moco", "simsiam"])
def test_looking_and_judging_leave_the_training_exactly_as_it_was(method: str) -> None:
    settings = replace(MOCO if method == "moco" else SETTINGS, method=method)
    left_alone, looked = Study(settings, FEW), Study(settings, FEW)
    for study in (left_alone, looked):
        study.train(2)
    before = torch.get_rng_state()
    looked.look("h")
    looked.look("z")
    looked.histograms()
    looked.row(5)
    probe(looked)
    judge(looked)
    fine_tune(looked)
    assert torch.equal(torch.get_rng_state(), before)
    one, other = left_alone.contrast, looked.contrast
    parts = (other.encoder, other.projector, other.key_encoder, other.key_projector)
    assert all(m.training for part in parts for m in part.modules())
    assert all(p.requires_grad for p in other.encoder.parameters())
    for study in (left_alone, looked):
        study.train(CHANGES_EVERY)
    assert one.history.table.tobytes() == other.history.table.tobytes()
    for a, b in ((one.encoder, other.encoder), (one.key_encoder, other.key_encoder)):
        for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True):
            assert torch.equal(x, y)


def test_before_the_first_step_h_looks_like_before_and_afterwards_it_does_not() -> None:
    study = Study(SETTINGS, SCENES)
    first = study.look("h")
    for a, b in zip(first, study.before, strict=True):
        assert torch.equal(a, b)
    kept = [part.clone() for part in study.before]
    study.train(3)
    assert not torch.allclose(study.look("h").similarities, first.similarities)
    assert all(torch.equal(a, b) for a, b in zip(kept, study.before, strict=True))


def test_a_look_is_cosines_of_the_same_views_and_neighbors_that_are_others() -> None:
    study = Study(SETTINGS, SCENES)
    study.train(2)
    look = study.look("z")
    z = F.normalize(embed(nn.Sequential(*study.networks()), study.looked_at), dim=1)
    torch.testing.assert_close(look.similarities, z @ z.T)
    assert look.similarities.shape == (2 * LOOKED_AT, 2 * LOOKED_AT)
    m = F.normalize(embed(study.networks()[0], SCENES.test), dim=1)  # whatever the space
    for i in range(40):
        others = sorted((float(m[i] @ m[j]) for j in range(40) if j != i), reverse=True)
        assert look.near[i].tolist() == pytest.approx(others[:NEIGHBORS], abs=1e-5)
        assert i not in look.neighbors[i]


def test_mocos_row_gives_the_loss_that_its_query_has_against_the_queue() -> None:
    study = Study(MOCO, SCENES)
    assert len(study.row(3).keys) == 0
    study.train(4)  # 64 keys for 40 places
    contrast = study.contrast
    for view, partner in ((3, 3 + LOOKED_AT), (3 + LOOKED_AT, 3)):
        row = study.row(view)
        q = embed(nn.Sequential(*study.networks()), study.looked_at[[view]])
        key_network = nn.Sequential(contrast.key_encoder, contrast.key_projector)
        k = embed(key_network, study.looked_at[[partner]])
        wanted = float(info_nce(q, k, contrast.queue.keys, 0.2).loss)
        logits = torch.cat([torch.tensor([row.positive]), row.keys]) / 0.2
        assert float(-logits.log_softmax(dim=0)[0]) == pytest.approx(wanted, abs=1e-4)
        newest = F.normalize(q, dim=1)[0] @ contrast.queue.keys[contrast.queue.at - 1]
        assert float(row.keys[0]) == pytest.approx(float(newest), abs=1e-5)


def test_simsiams_row_is_both_halves_of_its_loss_and_simclrs_row_is_all_in_the_matrix() -> None:
    study = Study(replace(SETTINGS, method="simsiam"), SCENES)
    study.train(1)
    contrast = study.contrast
    z = embed(nn.Sequential(*study.networks()), study.looked_at)
    p = embed(contrast.predictor, z)
    row = study.row(2)
    partner = 2 + LOOKED_AT
    wanted = [
        float(F.cosine_similarity(p[i], z[j], dim=0)) for i, j in ((2, partner), (partner, 2))
    ]
    assert row.predicted.tolist() == pytest.approx(wanted, abs=1e-5)
    assert np.isnan(row.positive)
    plain = Study(SETTINGS, SCENES).row(0)
    assert np.isnan(plain.positive)
    assert len(plain.keys) == 0
    assert torch.isnan(plain.predicted).all()


def test_the_map_is_never_mirrored_from_one_look_to_the_next_nor_by_how_often_one_looks() -> None:
    study, seldom = Study(SETTINGS, SCENES), Study(SETTINGS, SCENES)
    places = study.look("h").places
    for _ in range(6):
        study.train(1)
        now = study.look("h").places
        assert ((now * places).sum(dim=0) >= 0).all()
        places = now
    seldom.train(6)
    assert torch.equal(seldom.look("h").places, places)


@pytest.mark.parametrize("count", [1, 2])
def test_few_held_out_pictures_are_looked_at_all_the_same(count: int) -> None:
    study = Study(SETTINGS, FEW._replace(test=X[64 : 64 + count], test_labels=Y[64 : 64 + count]))
    study.train(1)
    look = study.look("h")
    assert look.similarities.shape == (2 * count, 2 * count)
    assert look.neighbors.shape == (count, min(NEIGHBORS, count - 1))
    assert torch.isfinite(study.changes.similarities).all()
    probe(study)
    assert np.isfinite(study.transfer.accuracies[:3]).all()


def test_nothing_changed_is_exactly_as_similar_as_can_be_and_the_rest_is_a_mean_of_cosines() -> (
    None
):
    study = Study(SETTINGS, SCENES)
    study.train(CHANGES_EVERY)
    assert study.changes_step == CHANGES_EVERY
    encoder = study.contrast.encoder
    images = as_input(SCENES.test[:CHANGED])
    plain = embed(encoder, images)
    for row, (change, amounts) in enumerate(CHANGES.values()):
        assert amounts[0] == 0
        for column, amount in enumerate(amounts):
            cosines = F.cosine_similarity(plain, embed(encoder, change(images, amount)), dim=1)
            got = float(study.changes.similarities[row, column])
            assert got == pytest.approx(float(cosines.mean()), abs=1e-5)
        assert float(study.changes.similarities[row, 0]) == pytest.approx(1, abs=1e-6)
    pairs = [
        float(F.cosine_similarity(plain[i], plain[j], dim=0))
        for i in range(CHANGED) for j in range(CHANGED) if i != j
    ]  # fmt: skip
    assert study.changes.apart == pytest.approx(sum(pairs) / len(pairs), abs=1e-5)


def test_changes_are_measured_every_so_many_steps_and_those_before_stay() -> None:
    study = Study(SETTINGS, SCENES)
    before = study.changes_before.similarities.clone()
    assert study.changes is study.changes_before
    study.train(CHANGES_EVERY - 1)
    assert (study.changes_step, study.changes) == (0, study.changes_before)
    study.train(2)
    assert study.changes_step == CHANGES_EVERY
    assert torch.equal(study.changes_before.similarities, before)
    assert not torch.equal(study.changes.similarities, before)


def test_histograms_are_shares_of_the_last_steps_similarities() -> None:
    study = Study(SETTINGS, SCENES)
    assert np.isnan(study.histograms()).all()
    study.train(2)
    shares = study.histograms()
    assert shares.sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-6)
    for row, values in enumerate(study.contrast.similarities()):
        wanted = np.zeros(BINS)
        for value in values.tolist():
            wanted[min(int((value + 1) / 2 * BINS), BINS - 1)] += 1 / len(values)
        assert shares[row] == pytest.approx(wanted, abs=1.5 / len(values))


def test_similarity_1_is_in_the_last_bin_and_mocos_first_step_has_no_negatives() -> None:
    still = Policy(crop=0, flip=False, color=0, gray=0, blur=0, rotation=0)
    study = Study(replace(SETTINGS, policy=still), UNLABELED)
    study.train(1)
    assert study.histograms()[0, -1] == 1
    moco = Study(MOCO, SCENES)
    moco.train(1)
    assert moco.histograms().sum(axis=1).tolist() == pytest.approx([1, 0])
    moco.train(1)
    assert moco.histograms().sum(axis=1).tolist() == pytest.approx([1, 1])


def test_a_probe_judges_untrained_h_once_and_h_and_z_as_they_are_now() -> None:
    study = Study(SETTINGS, SCENES)
    study.train(2)
    probe(study)
    assert study.transfer.measured_at.tolist() == [0, 2, 2, -1, -1]
    random = study.transfer.accuracies[0].copy()
    for row, features in enumerate((
        lambda x: embed(study.contrast.untrained, x),
        lambda x: study.contrast.embed(x, "h"),
        lambda x: study.contrast.embed(x, "z"),
    )):  # fmt: skip
        wanted = linear_probe(features(SCENES.train), Y[:64], features(SCENES.test), Y[64:], 8)
        assert study.transfer.accuracies[row, -1].tolist() == pytest.approx([wanted] * 3)
        assert study.transfer.known[row, 0] == pytest.approx(wanted)
    assert (study.transfer.accuracies[:3, :, 0] <= study.transfer.accuracies[:3, :, 1]).all()
    assert (study.transfer.accuracies[:3, :, 1] <= study.transfer.accuracies[:3, :, 2]).all()
    assert np.isnan(study.transfer.accuracies[3:]).all()
    assert ((study.transfer.known >= 0) & (study.transfer.known <= 1)).all()
    study.contrast.untrained.layers[0].weight.zero_()  # would show, were it judged again
    study.train(2)
    probe(study)
    assert study.transfer.measured_at.tolist() == [0, 4, 4, -1, -1]
    assert np.array_equal(study.transfer.accuracies[0], random)


def test_a_probe_goes_on_part_by_part_with_the_encoder_that_it_began_with() -> None:
    at_once, in_parts = Study(SETTINGS, FEW), Study(SETTINGS, FEW)
    for study in (at_once, in_parts):
        study.train(2)
    probe(at_once)
    parts = at_once.transfer.probing.all
    for part in range(parts):
        in_parts.probe()
        assert (in_parts.transfer.probing.done, in_parts.transfer.probing.all) == (part + 1, parts)
        in_parts.train(1)
    assert np.array_equal(in_parts.transfer.accuracies, at_once.transfer.accuracies, equal_nan=True)
    assert np.array_equal(in_parts.transfer.known, at_once.transfer.known)
    assert (
        in_parts.transfer.measured_at.tolist()
        == at_once.transfer.measured_at.tolist()
        == [0, 2, 2, -1, -1]
    )
    probe(in_parts)
    assert in_parts.transfer.probing.done == 2 * parts // 3  # the untrained h was judged already
    assert in_parts.transfer.measured_at.tolist() == [0, 2 + parts, 2 + parts, -1, -1]


def test_gray_pictures_are_not_asked_for_their_strongest_color() -> None:
    gray = FEW._replace(
        train=FEW.train[:, :1].expand(-1, 3, -1, -1), test=FEW.test[:, :1].expand(-1, 3, -1, -1)
    )
    study = Study(SETTINGS, gray)
    probe(study)
    color = KNOWN.index("color")
    assert np.isnan(study.transfer.known[:, color]).all()
    assert np.isfinite(np.delete(study.transfer.known, color, axis=1)).all()


@pytest.mark.parametrize("pictures", [UNLABELED, ONE_CLASS])
def test_without_classes_only_what_needs_none_is_measured(pictures: Pictures) -> None:
    study = Study(SETTINGS, pictures)
    study.train(1)
    probe(study)
    study.supervise()
    study.fine_tune()
    assert not study.transfer.labeled
    assert np.isnan(study.transfer.accuracies).all()
    assert np.isnan(study.transfer.votes).all()
    assert study.transfer.supervising.all == study.transfer.tuning.all == 0
    assert np.isnan(study.transfer.known[:, KNOWN.index("class")]).all()
    assert np.isfinite(study.transfer.known[:, 1:]).all()


@pytest.mark.parametrize("what", ["supervised", "fine-tuned"])
def test_trainings_with_labels_go_in_parts_and_are_what_one_gets_without_parts(what: str) -> None:
    study = Study(SETTINGS, SCENES)
    study.train(3)
    start = copy.deepcopy(study.contrast.encoder) if what == "fine-tuned" else None
    act, parts = {
        "supervised": (study.supervise, study.transfer.supervising),
        "fine-tuned": (study.fine_tune, study.transfer.tuning),
    }[what]
    row, each = FEATURES.index(what), 3  # two slices of two steps, and what they came to
    for part in range(each * (len(BUDGETS) + 1)):
        act()
        study.train(1)  # the training that is judged may go on meanwhile
        assert (parts.done, parts.all) == (part + 1, each * (len(BUDGETS) + 1))
        filled = np.isfinite(study.transfer.accuracies[row]).all(axis=1)
        assert filled.tolist() == [b < (part + 1) // each for b in range(len(BUDGETS) + 1)]
    assert study.transfer.measured_at[row] == 3
    assert np.isnan(np.delete(study.transfer.accuracies, row, axis=0)).all()
    assert SCENES.labels is not None
    assert SCENES.test_labels is not None
    for b, per_class in enumerate((*BUDGETS, ALL)):
        (chosen,) = draws_of(SCENES.labels, per_class, 1, SETTINGS.seed)
        settings = replace(SETTINGS, batch_size=min(LABEL_BATCH, len(chosen)))
        alone = Supervised(settings, SCENES.train[chosen], SCENES.labels[chosen], 8, start)
        alone.train(4)
        wanted = np.float32(alone.accuracy(SCENES.test, SCENES.test_labels))
        assert (study.transfer.accuracies[row, b] == wanted).all()


def test_scratch_and_fine_tuning_differ_only_in_their_start() -> None:
    study = Study(SETTINGS, SCENES)
    judge(study)
    fine_tune(study)  # from an encoder that has not learned yet
    assert np.array_equal(study.transfer.accuracies[3], study.transfer.accuracies[4])
    assert study.transfer.votes[3] == study.transfer.votes[4]


def told(study: Study) -> bytes:
    study.train(4)
    probe(study)
    judge(study)
    fine_tune(study)
    transfer = study.transfer
    values = (study.contrast.history.table, study.histograms(), transfer.accuracies, transfer.votes,
              transfer.known, study.look("z").places.numpy())  # fmt: skip
    return b"".join(value.tobytes() for value in values)


def test_the_same_seed_tells_the_same_and_another_seed_something_else() -> None:
    first = told(Study(SETTINGS, FEW))
    assert told(Study(SETTINGS, FEW)) == first
    assert told(Study(replace(SETTINGS, seed=1), FEW)) != first


def test_a_change_reaches_the_training_and_a_lost_one_says_so() -> None:
    study = Study(SETTINGS, SCENES)
    study.change(replace(SETTINGS, learning_rate=1e30))
    with pytest.raises(Lost):
        study.train(20)


@pytest.mark.parametrize("do", [probe, judge, fine_tune])
def test_a_class_that_is_only_held_out_or_only_learned_breaks_nothing(
    do: Callable[[Study], None],
) -> None:
    train, test = Y[:64] != 3, Y[64:] != 5
    study = Study(
        SETTINGS,
        Pictures(SCENES.train[train], Y[:64][train], SCENES.test[test], Y[64:][test], 8),
    )
    study.train(1)
    do(study)
    values = study.transfer.accuracies[np.isfinite(study.transfer.accuracies)]
    assert len(values)
    assert ((values >= 0) & (values <= 1)).all()
