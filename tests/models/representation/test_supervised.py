"""The encoder that learns with labels, beside the contrastive one."""

import copy
from dataclasses import replace
from itertools import islice

import pytest
import torch
import torch.nn.functional as F

from models.representation.contrastive_training import Contrast
from models.representation.encoder import quick_encoder
from models.representation.pictures import view_stream
from models.representation.supervised import Supervised
from tests.models.representation.test_contrastive_training import PICTURES, SCENES, SIMCLR, weights

pytestmark = pytest.mark.usefixtures("one_thread")


def test_the_supervised_twin_begins_as_the_contrastive_encoder_and_learns_labels() -> None:
    twin = Supervised(SIMCLR, PICTURES, SCENES.labels, 8)
    contrast = Contrast(SIMCLR, PICTURES)
    start = weights(twin.encoder, twin.head)
    assert torch.equal(weights(twin.encoder), weights(contrast.encoder))
    plain, head = copy.deepcopy(twin.encoder), copy.deepcopy(twin.head)
    solver = torch.optim.AdamW(
        [*plain.parameters(), *head.parameters()], SIMCLR.learning_rate,
        weight_decay=SIMCLR.weight_decay,
    )  # fmt: skip
    for batch in islice(view_stream(PICTURES, SIMCLR.policy, 16, SIMCLR.seed), 3):
        y = SCENES.labels[batch.pictures]
        out1, out2 = head(plain(torch.cat([batch.first, batch.second]))).chunk(2)
        loss = (F.cross_entropy(out1, y) + F.cross_entropy(out2, y)) / 2
        solver.zero_grad()
        loss.backward()
        solver.step()
    twin.train(3)
    moved = (weights(twin.encoder, twin.head) - start).norm()
    assert (weights(twin.encoder, twin.head) - weights(plain, head)).norm() < 0.02 * moved
    assert twin.step == 3


def test_fine_tuning_goes_on_from_a_copy_and_leaves_the_encoder_that_it_was_given() -> None:
    given = quick_encoder(torch.Generator().manual_seed(5)).requires_grad_(False)
    before = copy.deepcopy(given.state_dict())
    tuned = Supervised(SIMCLR, PICTURES, SCENES.labels, 8, given)
    assert torch.equal(weights(tuned.encoder), weights(given))
    tuned.train(2)
    assert all(torch.equal(v, before[k]) for k, v in given.state_dict().items())
    moved = [
        not torch.equal(a, b)
        for a, b in zip(tuned.encoder.parameters(), given.parameters(), strict=True)
    ]
    assert all(moved), "the whole encoder is trained, not the head alone"


def test_it_learns_its_labels_and_judging_changes_nothing() -> None:
    one, other = (Supervised(SIMCLR, PICTURES[:16], SCENES.labels[:16], 8) for _ in range(2))
    start = one.accuracy(PICTURES[:16], SCENES.labels[:16])
    for twin in (one, other):
        twin.train(30)
    one.accuracy(PICTURES, SCENES.labels)
    assert all(m.training for m in one.encoder.modules())
    for twin in (one, other):
        twin.train(30)
    assert torch.equal(weights(one.encoder), weights(other.encoder))
    assert one.accuracy(PICTURES[:16], SCENES.labels[:16]) > max(start, 0.7)


def test_one_labeled_picture_is_enough() -> None:
    alone = Supervised(replace(SIMCLR, batch_size=1), PICTURES[:1], SCENES.labels[:1], 8)
    alone.train(2)
    assert 0 <= alone.accuracy(PICTURES, SCENES.labels) <= 1
