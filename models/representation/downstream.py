"""Downstream questions: what the frozen features of one encoder tell about a picture.

The same features are asked for the class, where the largest thing is, how large it is, how many
there are, and (cell by cell of the last map) whether a thing is there. Each answer comes from a
linear classifier, with few labels and with many (Kolesnikov et al., 2019).

Shape letters: M pictures, D features, C answers.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from models.data.objects import CLASSES, MOST, PLACES, SIZES, Objects
from models.measures import Question
from models.representation.accuracy import ALL, BUDGETS, Labeled, draws_of, probed
from models.representation.encoder import AT_ONCE, Encoder
from models.representation.pictures import as_input, quick
from models.representation.probe import linear_probe

LABELS = (*BUDGETS, ALL)  # per answer
FEW = 10
MOST_LABELS = 1000  # "all" of them: more change little, and a probe takes long
DRAWS = 3


class Asked(NamedTuple):
    """A question: the answers int64 of pictures to learn from and of those to test on, [M], or
    [M, G, G] where each cell is asked; and how many answers there are.
    """

    train: Tensor
    test: Tensor
    answers: int


class Downstream(NamedTuple):
    """Pictures uint8 [M, 3, S, S], those to test on, and what is asked about them."""

    train: Tensor
    test: Tensor
    asked: dict[Question, Asked]


def of_objects(train: Objects, test: Objects) -> Downstream:
    """All five questions, of drawn pictures; at most `MOST_LABELS` to learn from."""
    train = Objects(*(part[:MOST_LABELS] for part in train))
    asked: dict[Question, Asked] = {
        "class": Asked(train.classes, test.classes, len(CLASSES)),
        "place": Asked(train.places, test.places, len(PLACES)),
        "size": Asked(train.sizes, test.sizes, len(SIZES)),
        "count": Asked(train.counts, test.counts, MOST),
        "cells": Asked(train.cells.long(), test.cells.long(), 2),
    }
    return Downstream(train.images, test.images, asked)


def of_classes(
    train: Tensor, labels: Tensor | None, test: Tensor, test_labels: Tensor | None, classes: int
) -> Downstream:
    """The class alone, of pictures of which nothing else is known; nothing where that is not."""
    kept = train[:MOST_LABELS]
    if labels is None or test_labels is None or classes < 2:
        return Downstream(kept, test, {})
    return Downstream(kept, test, {"class": Asked(labels[:MOST_LABELS], test_labels, classes)})


def maps_of(encoder: Encoder, pictures: Tensor) -> Tensor:
    """The last layer's maps [M, D, G, G] in eval mode; the encoder's mode stays."""
    training = encoder.training
    encoder.eval()
    with torch.no_grad():
        parts = [encoder.maps(quick(as_input(p))) for p in torch.split(pictures, AT_ONCE)]
    encoder.train(training)
    return torch.cat(parts).float()


class Features(NamedTuple):
    """Maps [M, D, G, G] of the pictures to learn from and of those to test on."""

    train: Tensor
    test: Tensor


def features_of(encoder: Encoder, downstream: Downstream) -> Features:
    return Features(maps_of(encoder, downstream.train), maps_of(encoder, downstream.test))


def rows_of(maps: Tensor, answers: Tensor) -> Labeled:
    """Features [M, D] and answers [M]: of a picture the mean over its map; where each cell is
    asked, of each cell.
    """
    if answers.dim() == 1:
        return Labeled(maps.mean(dim=(2, 3)), answers)
    return Labeled(maps.permute(0, 2, 3, 1).flatten(0, 2), answers.flatten())


def drawn_labels(asked: Asked, per_answer: int, draws: int = DRAWS, seed: int = 0) -> list[Tensor]:
    """Places of so many labels per answer among all answers in a row, for each draw; of a
    picture's cells that are asked one by one, out of an even part, which is enough.
    """
    answers = asked.train.flatten()
    many = asked.train.dim() > 1 and len(answers) > 2 * MOST_LABELS
    kept = torch.arange(0, len(answers), 1 + len(answers) // (2 * MOST_LABELS) if many else 1)
    return [kept[drawn] for drawn in draws_of(answers[kept], per_answer, draws, seed)]


def answered(
    features: Features, asked: Asked, per_answer: int, draws: int = DRAWS, seed: int = 0
) -> list[float]:
    """Test accuracy of a linear classifier with that many labels per answer, for each draw of the
    labels.
    """
    train, test = rows_of(features.train, asked.train), rows_of(features.test, asked.test)
    return [
        linear_probe(train.x[chosen], train.y[chosen], test.x, test.y, asked.answers)
        for chosen in drawn_labels(asked, per_answer, draws, seed)
    ]


def guessed(asked: Asked) -> float:
    """Accuracy of always giving the answer that is most frequent among the labels."""
    most = asked.train.flatten().bincount().argmax()
    return float((asked.test == most).float().mean())


def by_depth(encoder: Encoder, pictures: Tensor) -> list[Tensor]:
    """Features [M, D] after the stem, each block and the last layer, in eval mode: the means over
    their maps, as h is of the last one's. The encoder's mode stays.
    """
    stem, first, second, last = (
        encoder.layers[:3], encoder.layers[3], encoder.layers[4], encoder.layers[5:],
    )  # fmt: skip
    training = encoder.training
    encoder.eval()
    found: list[list[Tensor]] = []
    with torch.no_grad():
        for part in torch.split(pictures, AT_ONCE):
            maps = encoder.centered(quick(as_input(part)))
            found.append([])
            for layers in (stem, first, second, last):
                maps = layers(maps)
                found[-1].append(maps.mean(dim=(2, 3)).float())
    encoder.train(training)
    return [torch.cat(parts) for parts in zip(*found, strict=True)]


def answered_by_depth(
    encoder: Encoder, downstream: Downstream, question: Question, per_answer: int
) -> list[float]:
    """Test accuracy of a linear classifier of the features at each depth, with the same labels."""
    asked = downstream.asked[question]
    train, test = by_depth(encoder, downstream.train), by_depth(encoder, downstream.test)
    return [
        probed(Labeled(x, asked.train), Labeled(y, asked.test), asked.answers, per_answer, 1, 0)[0]
        for x, y in zip(train, test, strict=True)
    ]
