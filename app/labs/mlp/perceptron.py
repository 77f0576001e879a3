"""The perceptron of the `mlp` lab: Rosenblatt's rule, one sample at a time."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.errors import InvalidInput
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.labs.mlp.config import MlpConfig

if TYPE_CHECKING:
    from models.data.toy import Points
    from models.history import History
    from models.perceptron import Perceptron


@dataclass(frozen=True, kw_only=True)
class PerceptronFrame(Frame):
    """The line w.x = 0 before and after one look at one sample. N points, T moments."""

    model: str
    x: NDArray[np.float32]  # [N, 2]
    y: NDArray[np.float32]  # [N] 0 or 1
    role: NDArray[np.uint8]
    number: int  # the sample looked at, -1 before the first
    wrong: bool
    before: list[float]  # w: two weights and the bias
    update: list[float]
    after: list[float]
    margin_before: float
    margin_after: float
    mistakes: int
    epochs: int
    bound: float | None  # Novikoff's, None where no line separates the points
    gamma: float
    radius: float
    cycle: int | None  # mistakes in one round of the cycle
    converged: bool
    steps: NDArray[np.float64]  # [T] samples looked at
    history: NDArray[np.float32]  # [1, T] mistakes so far
    accuracy: float


def learn_by_mistakes(
    points: Points, eta: float
) -> Generator[PerceptronFrame, Ask[MlpConfig], None]:
    """A step is a look at one sample. Raises `InvalidInput` for more than two classes."""
    from models.history import History
    from models.perceptron import Perceptron, augmented, novikoff_bound, separation

    mine = points.role == 0
    x, labels = points.x[mine], points.y[mine]
    if bool((labels > 1).any()):
        raise InvalidInput(N_("The perceptron tells two classes apart. Choose two."), "classes")
    y = 2.0 * labels.double() - 1
    perceptron = Perceptron(x, y, eta)
    bound, gamma = novikoff_bound(x, y), separation(x, y).gamma
    radius = float(augmented(x).norm(dim=1).max())
    history = History(["mistakes"])
    history.add(0, 0)
    while True:
        ask = yield perceptron_frame(perceptron, points, bound, gamma, radius, history)
        for _ in ask.turns():
            if perceptron.converged:
                break
            perceptron.look()
            history.add(perceptron.looks, perceptron.mistakes)


def perceptron_frame(
    perceptron: Perceptron,
    points: Points,
    bound: float | None,
    gamma: float,
    radius: float,
    history: History,
) -> PerceptronFrame:
    last = perceptron.last
    nothing = [0.0, 0.0, 0.0]
    right = (perceptron.x @ perceptron.w) * perceptron.y > 0
    return PerceptronFrame(
        step=perceptron.looks,
        model="perceptron",
        x=points.x.float().numpy(),
        y=points.y.float().numpy(),
        role=points.role.numpy(),
        number=last.number if last else -1,
        wrong=last.wrong if last else False,
        before=last.before.tolist() if last else nothing,
        update=last.update.tolist() if last else nothing,
        after=last.after.tolist() if last else nothing,
        margin_before=last.margin_before if last else 0.0,
        margin_after=last.margin_after if last else 0.0,
        mistakes=perceptron.mistakes,
        epochs=perceptron.epochs,
        bound=bound,
        gamma=gamma,
        radius=radius,
        cycle=perceptron.cycle,
        converged=perceptron.converged,
        steps=history.steps,
        history=history.table,
        accuracy=float(right.double().mean()),
    )
