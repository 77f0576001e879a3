"""A training that follows the page: how runs of words and of captions go, frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol, TypeVar

from app.errors import Diverged
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.labs.pretext.config import PretextConfig


class Learning(Protocol):
    """What learns; its `train` raises `Lost` where the loss leaves every bound."""

    step: int

    def change(self, learning_rate: float) -> None: ...
    def train(self, steps: int) -> None: ...


L = TypeVar("L", bound=Learning)
F = TypeVar("F", bound=Frame)


def followed_by(
    learning: L, frame_of: Callable[[L, PretextConfig], F], config: PretextConfig
) -> Generator[F, Ask[PretextConfig], None]:
    from models.training import Lost

    try:
        while True:
            ask = yield frame_of(learning, config)
            if ask.config.learning_rate != config.learning_rate:
                learning.change(ask.config.learning_rate)
            config = ask.config
            for _ in ask.turns():
                learning.train(1)
    except Lost:
        message = N_("At step {step} the loss left every bound. Try a smaller learning rate.")
        raise Diverged(message, step=learning.step) from None
