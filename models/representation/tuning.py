"""Fine-tuning: encoder and linear head learn a downstream question together, from an encoder that
has learned already or from random weights, with few labels and with many.

Shape letters: M pictures, N of a batch, G cells a side, C answers, R draws of the labels.
"""

import copy
from collections.abc import Callable, Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from models.representation.downstream import DRAWS, Asked, Downstream, drawn_labels
from models.representation.encoder import AT_ONCE, Encoder, head_of, optimizer_of
from models.representation.pictures import as_input, quick
from models.training import Batches

STEPS, BATCH, RATE, DECAY = 100, 32, 0.001, 0.0001  # of every training, whatever it starts from
SLICE = 25  # steps at a time


class Tuned:
    """A copy of an encoder with a new linear head, trained on the answers at the places `chosen`
    of all answers int64 [M], or [M, G, G] where each cell is asked, in a row. Pictures stay as they
    are: flipped or cut, they would have other places and sizes.
    """

    def __init__(
        self, start: Encoder, pictures: Tensor, answers: Tensor, chosen: Tensor, classes: int,
        seed: int,
    ) -> None:  # fmt: skip
        generator = torch.Generator().manual_seed(seed)
        self.encoder, self.head = copy.deepcopy(start), head_of(classes, generator)
        known = torch.zeros(answers.numel(), dtype=torch.bool)
        known[chosen] = True
        known = known.view_as(answers)
        used = known.flatten(1).any(dim=1) if known.dim() > 1 else known
        self._pictures, self._answers, self._known = pictures[used], answers[used], known[used]
        self._batches = Batches(len(self._pictures), min(BATCH, len(self._pictures)), seed)
        parameters = [*self.encoder.parameters(), *self.head.parameters()]
        self._optimizer = optimizer_of(parameters, RATE, DECAY)
        self.encoder.train()

    def scores(self, pictures: Tensor) -> Tensor:
        """[N, C] of pictures uint8 [N, 3, S, S], or [N, G, G, C] where each cell is asked."""
        maps = self.encoder.maps(quick(as_input(pictures)))
        cells = self._answers.dim() > 1
        found: Tensor = self.head(maps.permute(0, 2, 3, 1) if cells else maps.mean(dim=(2, 3)))
        return found

    def train(self, steps: int) -> None:
        for _ in range(steps):
            batch = self._batches.next()
            known = self._known[batch]
            loss = F.cross_entropy(
                self.scores(self._pictures[batch])[known], self._answers[batch][known]
            )
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()

    def accuracy(self, pictures: Tensor, answers: Tensor) -> float:
        """Share of all answers that are right, in eval mode."""
        self.encoder.eval()
        with torch.no_grad():
            found = [self.scores(part).argmax(dim=-1) for part in torch.split(pictures, AT_ONCE)]
        self.encoder.train()
        return float((torch.cat(found) == answers).double().mean())


def tuned(
    start: Encoder, downstream: Downstream, asked: Asked, per_answer: int, draws: int = DRAWS
) -> list[float]:
    """Test accuracy of an encoder fine-tuned with that many labels per answer, for each draw of the
    labels, which are those of `downstream.answered`.
    """
    found = []
    for seed, chosen in enumerate(drawn_labels(asked, per_answer, draws)):
        learner = Tuned(start, downstream.train, asked.train, chosen, asked.answers, seed)
        learner.train(STEPS)
        found.append(learner.accuracy(downstream.test, asked.test))
    return found


class Later:
    """A training that is begun with its first part, and kept no longer than its last."""

    def __init__(self, make: Callable[[], Tuned]) -> None:
        self._make = make
        self._learner: Tuned | None = None

    def train(self) -> None:
        self._learner = self._learner or self._make()
        self._learner.train(SLICE)

    def end(self, test: Tensor, answers: Tensor, accuracies: list[float]) -> None:
        assert self._learner
        accuracies.append(self._learner.accuracy(test, answers))
        self._learner = None


def tuned_parts(
    start: Encoder,
    downstream: Downstream,
    asked: Asked,
    per_answer: int,
    tell: Callable[[list[float]], None],
) -> Iterator[Callable[[], None]]:
    """A training for each draw of so many labels, in parts; the last tells the test accuracies, one
    a draw. The labels are those of `downstream.answered`.
    """
    accuracies: list[float] = []
    draws = drawn_labels(asked, per_answer, DRAWS)
    if len(draws) == 1:  # all labels: what differs is the head's start and the batches
        draws *= DRAWS
    for seed, chosen in enumerate(draws):
        of = (start, downstream.train, asked.train, chosen, asked.answers, seed)
        learner = Later(partial(Tuned, *of))
        yield from [learner.train] * (STEPS // SLICE)
        yield partial(learner.end, downstream.test, asked.test, accuracies)
    yield lambda: tell(accuracies)
