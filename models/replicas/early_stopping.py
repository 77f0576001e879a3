"""Early stopping (Prechelt, 1998): go back to where the validation error was least.

Shape letters: R replicas.
"""

import torch
from torch import Tensor

from models.replicas.replicas import Replicas


class EarlyStopping:
    """Remembers each replica's best state, and takes a replica back to it when it has not been
    bettered for `patience` steps. A replica that has stopped must not be trained on: give it a
    learning rate of 0.
    """

    def __init__(self, networks: Replicas) -> None:
        count = len(networks.weights[0])
        self.best = torch.full((count,), float("inf"), dtype=torch.float64)  # least error [R]
        self.best_step = torch.zeros(count, dtype=torch.int64)  # when it was seen [R]
        self.stopped = torch.zeros(count, dtype=torch.bool)  # [R]
        self._networks = networks
        self._state = [tensor.detach().clone() for tensor in state_of(networks)]

    def look(self, step: int, validation: Tensor, patience: int) -> bool:
        """Take note of the validation errors [R] at a step; whether any replica just stopped."""
        better = (validation.double() < self.best) & ~self.stopped
        self.best[better] = validation.double()[better]
        self.best_step[better] = step
        for kept, tensor in zip(self._state, state_of(self._networks), strict=True):
            kept[better] = tensor.detach()[better]
        tired = (step - self.best_step >= patience) & ~self.stopped
        with torch.no_grad():
            for kept, tensor in zip(self._state, state_of(self._networks), strict=True):
                tensor[tired] = kept[tired]
        self.stopped |= tired
        return bool(tired.any())


def state_of(networks: Replicas) -> list[Tensor]:
    """Every tensor of the networks that training changes, replicas first."""
    learned = [*networks.weights, *networks.biases, *networks.gamma, *networks.beta]
    return [*learned, *networks.running_mean, *networks.running_var]
