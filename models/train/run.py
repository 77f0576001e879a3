"""A training that can be stopped and resumed at any time, and ended when one wants.

The learning rate warms up and stays; a moving average of the weights is what counts, so there is a
useful network at any time. When the time for the end has come, the rate falls linearly to 0.
"""

import argparse
import copy
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from models.train.averaging import average_into

WARMUP = 200  # steps
CLIP = 5.0  # the largest norm of a step's gradient
SMOOTHING = 0.98  # of the losses that are printed

Network = TypeVar("Network", bound=nn.Module)


class Report(NamedTuple):
    """What the average is worth at a step: in words, and the numbers that the run keeps."""

    text: str
    scores: dict[str, Any]


Fall = tuple[int, int]  # first and last step


def rate_factor(step: int, fall: Fall | None) -> float:
    """Share of the peak rate: warm up, stay, and over a fall's steps go linearly to 0."""
    warm = min(1.0, (step + 1) / WARMUP)
    if fall is None:
        return warm
    first, last = fall
    return warm * min(1.0, max(0.0, (last - step) / (last - first)))


class Run(Generic[Network]):
    """Network, moving average, optimizer, and how far they have come.

    Each of the optimizer's groups has its peak rate as "peak". What `checkpoint` holds is loaded.
    """

    def __init__(
        self, model: Network, optimizer: torch.optim.Optimizer, checkpoint: Path, fall: int | None
    ) -> None:
        self.model, self.optimizer, self.checkpoint = model, optimizer, checkpoint
        self.average = copy.deepcopy(model)
        self.step, self.seconds = 0, 0.0
        self.course: dict[str, dict[str, Any]] = {}  # by step, what was reported then
        self.fall: Fall | None = None
        if checkpoint.exists():
            device = next(model.parameters()).device
            self._load(torch.load(checkpoint, map_location=device, weights_only=True))
        if fall and self.fall is None:
            self.fall = (self.step, self.step + fall)

    def _load(self, saved: dict[str, Any]) -> None:
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.seconds, self.fall = saved["step"], saved["seconds"], saved["fall"]
        self.course = saved.get("course", {})

    def save(self) -> None:
        """Write the checkpoint beside, then move it: a crash leaves the old one whole."""
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        beside = self.checkpoint.with_suffix(".part")
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "fall": self.fall,
            "course": self.course,
        }
        torch.save(state, beside)
        beside.replace(self.checkpoint)

    def report(self, evaluate: Callable[[Network], Report]) -> str:
        """What the average is worth now; asked once at a step, and kept."""
        found = evaluate(self.average.eval())
        self.course[str(self.step)] = found.scores
        return f"step {self.step}: {found.text}"

    def learn(self, losses: list[Tensor]) -> Tensor:
        """One step down the sum of the losses; returns them."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate_factor(self.step, self.fall)
        stacked = torch.stack(losses)
        self.optimizer.zero_grad(set_to_none=True)
        stacked.sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        average_into(self.average, self.model, self.step)
        self.step += 1
        return stacked.detach().cpu()


def catch_stop() -> list[int]:
    """A list that SIGTERM and SIGINT fill, so that the loop can end in order."""
    caught: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        caught.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
    return caught


Item = TypeVar("Item")


def train(
    run: Run[Network],
    batches: Iterable[Item],
    losses_of: Callable[[Network, Item, torch.Generator], list[Tensor]],
    evaluate: Callable[[Network], Report],
    args: argparse.Namespace,
) -> None:
    """Learn from all batches, or until somebody stops it; print losses and scores meanwhile, and
    keep the scores with the checkpoint.

    `args` has `seed`, `save_every` in seconds and `evaluate_every` in steps.
    """
    stopped = catch_stop()
    bar = tqdm(batches, initial=run.step, unit="step", mininterval=60)
    start, saved, before = time.monotonic(), time.monotonic(), run.seconds
    running: Tensor | None = None
    for batch in bar:
        generator = torch.Generator().manual_seed(args.seed * 1_000_003 + run.step)
        losses = run.learn(losses_of(run.model.train(), batch, generator))
        running = losses if running is None else running.lerp(losses, 1 - SMOOTHING)
        run.seconds = before + time.monotonic() - start
        if run.step % 50 == 0:
            values = " ".join(f"{value:.3f}" for value in running.tolist())
            bar.write(f"step {run.step} {run.seconds:.0f} s losses {values}")
        if time.monotonic() - saved > args.save_every or stopped:
            run.save()
            saved = time.monotonic()
        if run.step % args.evaluate_every == 0:
            bar.write(run.report(evaluate))
        if stopped:
            bar.write(f"stopped at step {run.step}; the same command goes on from there")
            return
    if str(run.step) not in run.course:
        bar.write(run.report(evaluate))
    run.save()


def course_of(run: Run[Network], args: argparse.Namespace) -> dict[str, Any]:
    """What the run's reports said along its training, with what the training was."""
    fall = run.fall[1] - run.fall[0] if run.fall else 0
    facts = {"steps": run.step, "batch": args.batch, "fall": fall, "seed": args.seed}
    return {**facts, "course": run.course}


def last_step(run: Run[Network], args: argparse.Namespace) -> int:
    """Where a training ends: after its fall, or after `args.steps`."""
    steps: int = args.steps
    return min(steps, run.fall[1]) if run.fall else steps


def facts_of(run: Run[Network], args: argparse.Namespace, seen: str) -> dict[str, str]:
    """What a shipped file tells of its training; `seen` names the pictures of a batch."""
    return {
        "steps": str(run.step),
        seen: str(run.step * args.batch),
        "seconds": str(round(run.seconds)),
        "seed": str(args.seed),
    }


def add_arguments(parser: argparse.ArgumentParser, checkpoint: str) -> None:
    """The options that every such training has."""
    parser.add_argument("--checkpoint", default=checkpoint, help="(%(default)s)")
    parser.add_argument("--fall", type=int, metavar="N", help="let the rate fall over N steps")
    parser.add_argument("--steps", type=int, default=1_000_000, help="stop there at the latest")
    parser.add_argument("--batch", type=int, default=16, help="pictures a step; also when shipping")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="torch's threads (0: its choice)")
    parser.add_argument("--workers", type=int, default=0, help="processes that make pictures")
    parser.add_argument("--mixed", action="store_true", help="bfloat16 where it is fast enough")
    parser.add_argument("--evaluate-every", type=int, default=1000, metavar="STEPS")
    parser.add_argument("--save-every", type=float, default=180, metavar="SECONDS")
