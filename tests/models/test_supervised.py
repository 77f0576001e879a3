"""The encoder that learns with labels, beside the contrastive one."""

import copy
from itertools import islice

import pytest
import torch
import torch.nn.functional as F

from models.contrastive_training import Contrast, Supervised, view_stream
from tests.models.test_contrastive_training import PICTURES, SCENES, SIMCLR, weights

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
