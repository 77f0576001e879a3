"""The benchmark's rows of sweeps: 16 values of λ trained at once, against one."""

from collections.abc import Iterator
from typing import Protocol

import torch

from models.regularization import Regressions, lambda_grid
from models.regularization_mlp import Networks
from tests.bench_rows import Row, row, seconds

COUNT, ROUNDS = 16, 7


class Training(Protocol):
    def __call__(self, lambdas: int) -> None: ...


def sweep_rows() -> Iterator[tuple[str, Row]]:
    """How many times as long a step of 16 values takes, both sides in each round."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in a run's process
    rows = {"lambdas_16": of_regressions(), "lambdas_16_mlp": of_networks()}
    for name, train in rows.items():
        train(COUNT)
        ratios = [
            seconds(lambda t=train: t(COUNT)) / seconds(lambda t=train: t(1)) for _ in range(ROUNDS)
        ]
        yield name, row(ratios, "times one", "one λ alone; wanted at most 2")
    torch.set_num_threads(threads)


def data() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """30 points of 16 features in one group."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(30, 16, generator=generator, dtype=torch.float64)
    y = torch.randn(30, generator=generator, dtype=torch.float64)
    return x, y, torch.ones(1, 30, dtype=torch.bool)


def of_regressions() -> Training:
    x, y, group = data()
    made = {k: Regressions(x, y, lambda_grid(0.01, 8, k), group) for k in (1, COUNT)}
    return lambda lambdas: made[lambdas].train(1000, 1.0, "proximal", 0.2)


def of_networks() -> Training:
    x, y, group = data()
    groups = group.expand(2, -1)  # all points, and one fold
    made = {k: Networks(x, y, lambda_grid(0.01, 8, k), groups, 8, 0) for k in (1, COUNT)}
    return lambda lambdas: made[lambdas].train(200, 1.0, "proximal", 0.2)
