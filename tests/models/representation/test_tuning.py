"""Claims about fine-tuning: what it starts from stays, what it learns from is what was chosen."""

import contextlib
import copy

import pytest
import torch

from models.data.objects import draw_objects
from models.representation import downstream, tuning
from models.representation.accuracy import Labeled, draws_of
from models.representation.downstream import DRAWS, Asked, of_objects
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


def test_the_labels_are_those_of_the_linear_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of cells, of which the probe learns from an even part."""
    seen: dict[str, list[torch.Tensor]] = {"probe": [], "tuned": []}

    def probed(train: Labeled, *_: object) -> list[float]:
        seen["probe"] += [train.y[drawn] for drawn in draws_of(train.y, 5, DRAWS, 0)]
        return []

    def made(
        start: object, pictures: object, answers: torch.Tensor, chosen: torch.Tensor, *_: int
    ) -> None:
        seen["tuned"].append(answers.flatten()[chosen])
        raise StopIteration

    monkeypatch.setattr(downstream, "probed", probed)
    monkeypatch.setattr(tuning, "Tuned", made)
    asked = DRAWN.asked["cells"]
    assert len(downstream.learned_from(asked)) < asked.train.numel()
    downstream.answered(downstream.features_of(encoder(), DRAWN), asked, 5)
    for part in tuned_parts(encoder(), DRAWN, asked, 5, lambda _: None):
        with contextlib.suppress(StopIteration, AssertionError):
            part()
    assert all(any(torch.equal(one, other) for other in seen["tuned"]) for one in seen["probe"])
