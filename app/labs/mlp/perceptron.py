"""The perceptron of the `mlp` lab: Rosenblatt's rule, one sample at a time."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from app.errors import InvalidInput
from app.i18n import N_
from app.lab.contract import Ask
from app.labs.mlp.config import MlpConfig
from app.labs.mlp.frames import PerceptronFrame

if TYPE_CHECKING:
    from models.data.points import Points
    from models.history import History
    from models.perceptron import Perceptron


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
