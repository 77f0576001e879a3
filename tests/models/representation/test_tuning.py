"""Claims about fine-tuning: what it starts from stays, what it learns from is what was chosen."""

import copy

import pytest
import torch

from models.data.objects import draw_objects
from models.representation import tuning
from models.representation.accuracy import ALL, draws_of
from models.representation.downstream import DRAWS, Asked, drawn_labels, of_objects
from models.representation.encoder import Encoder, quick_encoder
from models.representation.tuning import BATCH, Tuned, tuned_parts

DRAWN = of_objects(draw_objects(160, 1), draw_objects(60, 2))


def encoder() -> Encoder:
    return quick_encoder(torch.Generator().manual_seed(0))


@pytest.mark.parametrize("question", ["place", "cells"])
def test_a_question_is_learned_from_its_labels_and_the_start_stays(question: str) -> None:
    start = encoder()
    before = copy.deepcopy(start.state_dict())
    asked = DRAWN.asked[question]  # type: ignore[index]
    chosen = torch.arange(asked.train.numel())
    learner = Tuned(start, DRAWN.train, asked.train, chosen, asked.answers, 0)
    first = learner.accuracy(DRAWN.train, asked.train)
    learner.train(40)
    assert learner.accuracy(DRAWN.train, asked.train) > first + 0.1
    assert all(torch.equal(before[name], now) for name, now in start.state_dict().items())
    moved = learner.encoder.state_dict()
    assert not torch.equal(moved["layers.0.weight"], before["layers.0.weight"])  # not a probe


def test_answers_that_were_not_chosen_change_nothing() -> None:
    asked = DRAWN.asked["cells"]
    (chosen,) = draws_of(asked.train.flatten(), 5, 1, 0)
    lied = 1 - asked.train
    lied.view(-1)[chosen] = asked.train.view(-1)[chosen]
    weights = []
    for answers in (asked.train, lied):
        learner = Tuned(encoder(), DRAWN.train, answers, chosen, 2, 0)
        learner.train(5)
        weights.append(learner.head.weight.detach().clone())
    assert torch.equal(*weights)


@pytest.mark.parametrize("labels", [1, 100_000])
def test_every_number_of_labels_is_told_with_a_spread(
    labels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "STEPS", 50)
    full = DRAWN.asked["place"]
    few = Asked(full.train[:BATCH], full.test, full.answers)
    told: list[float] = []
    fewer = DRAWN._replace(train=DRAWN.train[:BATCH])
    for part in tuned_parts(encoder(), fewer, few, labels, told.extend):
        assert not told
        part()
    assert len(told) == DRAWS
    assert len(set(told)) > 1
    assert all(0 <= share <= 1 for share in told)


@pytest.mark.parametrize("question", ["place", "cells"])
def test_labels_are_drawn_so_many_of_each_answer_and_otherwise_each_time(question: str) -> None:
    """The linear probe and fine-tuning learn from these, and from no others; also of cells, out of
    an even part of which they are drawn.
    """
    asked = DRAWN.asked[question]  # type: ignore[index]
    draws = drawn_labels(asked, 5)
    assert len(draws) == DRAWS
    for places in draws:
        counts = asked.train.flatten()[places].bincount(minlength=asked.answers)
        assert counts.tolist() == [5] * asked.answers
        assert len(places.unique()) == len(places)
    assert not torch.equal(draws[0], draws[1])
    (every,) = drawn_labels(asked, ALL)
    steps = every.sort().values.diff().unique()
    assert len(steps) == 1  # evenly
    assert (int(steps) > 1) == (question == "cells")
