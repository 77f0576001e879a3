"""An encoder trained with labels: from a random start, or from an encoder that learned without.

Shape letters: M pictures, S rows and columns of a picture, C classes.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.representation.augment import Policy
from models.representation.encoder import (
    Encoder,
    embed,
    head_of,
    optimizer_of,
    quick_encoder,
    settle,
)
from models.representation.pictures import view_stream


@dataclass(frozen=True)
class LearnerSettings:
    """What every training of an encoder is given."""

    policy: Policy
    batch_size: int
    learning_rate: float
    weight_decay: float
    seed: int


class Supervised:
    """An encoder with a linear layer, trained with labels on augmented views: from a random start
    (the same for the same seed), or from an encoder that has learned already (a copy of it).
    """

    def __init__(
        self,
        settings: LearnerSettings,
        pictures: Tensor,
        labels: Tensor,
        classes: int,
        start: Encoder | None = None,
    ) -> None:
        self.step, self._labels = 0, labels
        generator = torch.Generator().manual_seed(settings.seed)
        self.encoder, self.head = quick_encoder(generator), head_of(classes, generator)
        if start is not None:
            self.encoder.load_state_dict(start.state_dict())
        settle(self.encoder, pictures)
        self._stream = view_stream(pictures, settings.policy, settings.batch_size, settings.seed)
        parameters = [*self.encoder.parameters(), *self.head.parameters()]
        self._optimizer = optimizer_of(parameters, settings.learning_rate, settings.weight_decay)

    def train(self, steps: int) -> None:
        for _ in range(steps):
            batch = next(self._stream)
            output = self.head(self.encoder(torch.cat([batch.first, batch.second])))
            loss = F.cross_entropy(output, self._labels[batch.pictures].repeat(2))
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
            self.step += 1

    def accuracy(self, pictures: Tensor, labels: Tensor) -> float:
        output = embed(nn.Sequential(self.encoder, self.head), pictures)
        return float((output.argmax(dim=1) == labels).double().mean())
