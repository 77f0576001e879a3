"""The benchmark's rows of sweeps: 16 settings trained at once, against one."""

from collections.abc import Iterator
from typing import Protocol

import torch

from app.labs.batchnorm.data import SWEEP_SEEDS, VALUES
from models.data.planes import sample_plane
from models.regularization.linear import Regressions, lambda_grid
from models.regularization.networks import Networks
from models.replicas.batchnorm_comparison import BatchNormComparisonSettings, BatchNormSweep
from models.replicas.parts import BatchNorm
from tests.bench_rows import Row, row, seconds

COUNT, ROUNDS = 16, 7


class Training(Protocol):
    def __call__(self, settings: int) -> None: ...


def sweep_rows() -> Iterator[tuple[str, Row]]:
    """How many times as long a step of 16 settings takes, both sides in each round."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in a run's process
    rows = {
        "lambdas_16": (of_regressions(), "one λ alone; wanted at most 2"),
        "lambdas_16_mlp": (of_networks(), "one λ alone; wanted at most 2"),
        "batchnorm_16": (of_comparisons(), "one learning rate with BatchNorm; wanted at most 2"),
    }
    for name, (train, against) in rows.items():
        train(COUNT)
        ratios = [
            seconds(lambda t=train: t(COUNT)) / seconds(lambda t=train: t(1)) for _ in range(ROUNDS)
        ]
        yield name, row(ratios, "times one", against)
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
    return lambda settings: made[settings].train(1000, 1.0, "proximal", 0.2)


def of_networks() -> Training:
    x, y, group = data()
    groups = group.expand(2, -1)  # all points, and one fold
    made = {k: Networks(x, y, lambda_grid(0.01, 8, k), groups, 8, 0) for k in (1, COUNT)}
    return lambda settings: made[settings].train(200, 1.0, "proximal", 0.2)


def of_comparisons() -> Training:
    """Eight learning rates with and without BatchNorm, as the page trains them, or one with it."""
    settings = BatchNormComparisonSettings(
        depth=4, width=12, activation="tanh", learning_rate=0.1, init_scale=1.0, batch_size=32,
        seeds=SWEEP_SEEDS, seed=0, momentum=0.1,
    )  # fmt: skip
    points = sample_plane("moons", train=32, test=0, noise=0.1, seed=0)
    both: tuple[BatchNorm, ...] = ("none", "before")
    made = {
        1: BatchNormSweep(settings, "rate", (0.1,), points, both[1:]).networks,
        COUNT: BatchNormSweep(settings, "rate", VALUES["rate"], points, both).networks,
    }
    x, y = points.x.float(), points.y.float()

    def train(settings: int) -> None:
        for _ in range(100):
            made[settings].step(x, y)

    return train
