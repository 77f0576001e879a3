"""Fitting a curve with R networks at once, watched by validation and test points.

Shape letters: R replicas, N points, G places, T moments.
"""

from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.data.points import TEST, TRAIN, VALIDATION, Points
from models.measures import CurveFitMeasure
from models.replicas.early_stopping import EarlyStopping
from models.replicas.replicas import Activation, Optimizer, Options, Replicas
from models.replicas.verdict import Evidence
from models.training import Lost, Training

BOUND = 1e30  # an error beyond it, or NaN, is no error any more: the training has diverged
EARLY = 200  # training steps: before them no error has come to rest
FALLS = 0.9  # of the training error at half the steps: below it, the error still falls
EVERY = 10  # steps between two measurements; early stopping depends on nothing else


# Rows of the history. Low and high are the 10 % and 90 % quantiles over the replicas.
@dataclass(frozen=True)
class FitSettings:
    """What the training is done with; all but `depth`, `activation`, `replicas`, `optimizer` and
    `seed` may change on the way, `width` only to fewer units than at the start.
    """

    width: int
    depth: int
    activation: Activation
    replicas: int
    optimizer: Optimizer
    learning_rate: float
    batch_size: int
    seed: int
    l1: float
    l2: float
    dropout: float
    early_stopping: bool
    patience: int

    @property
    def options(self) -> list[Options]:
        """One a replica: they differ in their random start only."""
        return [
            Options(
                seed=1000 * self.seed + r,
                widths=(self.width,) * self.depth,
                learning_rate=self.learning_rate,
                l1=self.l1,
                l2=self.l2,
                dropout=self.dropout,
            )
            for r in range(self.replicas)
        ]

    @property
    def shape(self) -> tuple[int, ...]:
        return (1, *[self.width] * self.depth, 1)


class CurveFit(Training):
    """Networks in training on points (x [N, 1], y [N], role [N])."""

    EVERY = EVERY

    def __init__(self, settings: FitSettings, points: Points) -> None:
        self.settings, self.points = settings, points
        self._training = self.part(TRAIN)
        names = get_args(CurveFitMeasure)
        super().__init__(names, len(self._training[1]), settings.batch_size, settings.seed)
        self.networks = Replicas(
            settings.shape, settings.options, activation=settings.activation,
            optimizer=settings.optimizer, seed=settings.seed, dtype=torch.float64,
        )  # fmt: skip
        self.stopping = EarlyStopping(self.networks)
        self._widest = settings.width
        self._since = -1  # the step after which all moments were measured on these points
        self._measure()

    def takes(self, settings: FitSettings) -> bool:
        """Whether `change` can go there: to fewer units, but not to more than at the start."""
        return settings.width <= self._widest

    def change(self, settings: FitSettings, points: Points) -> None:
        """Go on with other settings and points; the weights stay."""
        if settings == self.settings and points is self.points:
            return
        anew = points is not self.points or settings.early_stopping != self.settings.early_stopping
        if points is not self.points:
            self._since = self.step
        self.settings, self.points = settings, points
        self._training = self.part(TRAIN)
        self.batches.resize(len(self._training[1]), settings.batch_size)
        if anew:
            self.stopping = EarlyStopping(self.networks)
        self._set_options()

    def _learn(self, chosen: Tensor) -> None:
        x, y = self._training
        self.networks.step(x[chosen], y[chosen])

    def part(self, role: int) -> tuple[Tensor, Tensor]:
        """The points of one role: x [N, 1], y [N]."""
        mine = self.points.role == role
        return self.points.x[mine], self.points.y[mine]

    def errors(self) -> NDArray[np.float64]:
        """[4, R] training, validation, test error (NaN without such points) and penalty, now.
        Raises `Lost`.
        """
        rows = [self._error(role) for role in (TRAIN, VALIDATION, TEST)]
        found = np.stack([*rows, self.networks.penalty().numpy()])
        lost = int((~(found[0] < BOUND)).sum())
        if lost:
            raise Lost(self.step, lost, found.shape[1])
        return found

    def curves(self, grid: Tensor) -> NDArray[np.float32]:
        """What each network says at the places grid [G], in eval mode: [R, G]."""
        return self.networks.predict(grid[:, None])[..., 0].float().numpy()

    def evidence(self, noise: float | None) -> Evidence:
        """What there is to judge the fit by; `noise` is the least possible error
        on new points, where it is known.
        """
        training, test = self.part(TRAIN), self.part(TEST)
        return Evidence(
            targets=training[1].numpy(),
            training=self._squares(*training),
            test=self._squares(*test),
            noise=noise,
            falling=self._falls,
        )

    @property
    def _falls(self) -> bool:
        """Whether the median training error has not come to rest on the points of now."""
        first = int(np.searchsorted(self.history.steps, self._since, side="right"))
        steps, errors = self.history.steps[first:], self.history.row("training")[first:]
        if self.step < EARLY or len(steps) < 3:
            return True
        half = int(np.searchsorted(steps, (steps[0] + steps[-1]) / 2))
        return bool(errors[-1] < FALLS * errors[half])

    def _squares(self, x: Tensor, y: Tensor) -> NDArray[np.float64]:
        """Each point's squared error [N], the median of the networks."""
        if not len(y):
            return np.zeros(0)
        squares: NDArray[np.float64] = (self.networks.predict(x)[..., 0] - y).square().numpy()
        return np.asarray(np.median(squares, axis=0))

    @property
    def stopped_at(self) -> NDArray[np.int32]:
        """The step that each stopped network went back to, -1 for one that still learns: [R]."""
        steps = torch.where(self.stopping.stopped, self.stopping.best_step, -1)
        return steps.numpy().astype(np.int32)

    @property
    def best_moment(self) -> int | None:
        """Where in the history the median validation error was least; without validation points,
        the median test error. Errors on other points than those of now do not count.
        """
        first = int(np.searchsorted(self.history.steps, self._since, side="right"))
        for name in ("validation", "test"):
            row = self.history.row(name)[first:]
            if np.isfinite(row).any():
                return first + int(np.nanargmin(row))
        return None

    def _error(self, role: int) -> NDArray[np.float64]:
        x, y = self.part(role)
        if not len(y):
            return np.full(len(self.networks.weights[0]), np.nan)
        return self.networks.evaluate(x, y).numpy()

    def _measure(self) -> None:
        """Write the errors into the history, and stop what no longer gets better."""
        training, validation, test, penalty = self.errors()
        bands = [np.quantile(row, (0.1, 0.5, 0.9)) for row in (training, test)]
        middle = float(np.median(validation)), float(np.median(penalty))
        self.history.add(self.step, *bands[0], middle[0], *bands[1], middle[1])
        if self.settings.early_stopping and np.isfinite(validation).all():
            found = torch.from_numpy(validation)
            if self.stopping.look(self.step, found, self.settings.patience):
                self._set_options()

    def _set_options(self) -> None:
        stopped = self.stopping.stopped.tolist()
        pairs = zip(self.settings.options, stopped, strict=True)
        self.networks.set_options([replace(o, learning_rate=0.0) if s else o for o, s in pairs])
