"""Labs that do what real ones must not, for the tests of the engine. Runs live in processes of
their own, which import this file.
"""

import os
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from fastapi import APIRouter
from numpy.typing import NDArray
from pydantic import BaseModel

from app.errors import Diverged, InvalidInput
from app.lab.contract import Ask, Frame, Lab, View
from app.lab.controls import LabConfig, Look, control


class OddConfig(LabConfig):
    deed: str = control("count", "deed", "", Look("all"), max_length=20)
    rate: float = control(1.0, "rate", "", Look("all", live=True), ge=0, le=10)
    size: int = control(10, "size", "", Look("all"), ge=0, le=10**9)
    seed: int = control(0, "seed", "", Look("all"), ge=0, le=10**6)


class OddAction(BaseModel):
    add: float


@dataclass(frozen=True, kw_only=True)
class OddFrame(Frame):
    total: float
    rate: float
    draws: NDArray[np.float32]


def run(config: OddConfig) -> Generator[OddFrame, Ask, None]:
    """Adds `rate` at each step; at the first ask beyond step 0 it does its deed."""
    generator = torch.Generator().manual_seed(config.seed)
    step, total, rate = 0, 0.0, config.rate
    while True:
        draws = torch.rand(4, generator=generator).numpy()
        ask = yield OddFrame(step=step, total=total, rate=rate, draws=draws)
        rate = ask.config.rate
        total += ask.action.add if ask.action else 0
        if ask.steps:
            total += do(config.deed, config.size)
        for _ in ask.turns():
            step, total = step + 1, total + rate
            if config.deed == "slow":
                time.sleep(0.02)
        if config.deed == "end":
            return


def do(deed: str, size: int) -> float:
    if deed == "raise":
        raise RuntimeError("secret internals at /home/lab")
    if deed == "diverge":
        raise Diverged("The loss diverged at step {step}.", step=7)
    if deed == "nan":
        return float("nan")
    if deed == "exit":
        sys.exit(3)
    if deed == "interrupt":
        raise KeyboardInterrupt
    if deed == "unpicklable":
        raise Diverged("It diverged: {why}.", why=lambda: None)
    if deed == "sleep":
        time.sleep(30)
    if deed == "work":
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass
    if deed == "memory":
        return float(torch.ones(size).sum())
    return 0.0


def asked_too_much(count: int) -> None:
    raise InvalidInput("{count} is too much.", "count", count=count)


def nap(told: str) -> None:
    """Write this process's number into a file, and do nothing for long."""
    part = Path(f"{told}.part")
    part.write_text(str(os.getpid()))
    part.rename(told)
    time.sleep(300)


LAB = Lab(
    slug="odd",
    chapter="fundamentals",
    title="Odd",
    summary="",
    papers=(),
    config=OddConfig,
    lesson=(),
    views=(View("all", ""),),
    router=APIRouter(),
    run=run,
    action=OddAction,
    parameters=lambda config: config.size,
)
