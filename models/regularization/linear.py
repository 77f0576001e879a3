"""Linear regression under L1 and L2 penalties, for every λ and every fold at once.

    J(θ, b) = 1/2 Σ (x θ + b - y)² + λ (ρ |θ|₁ + (1 - ρ) |θ|₂²)

A sum over the points, not their mean. ρ = 1 is the lasso (Tibshirani, 1996), ρ = 0 ridge
regression (Hoerl and Kennard, 1970), between them lies the elastic net (Zou and Hastie, 2005).
The intercept b costs no penalty: another zero of the thermometer should not change the weights.

Shape letters: N points, D features, K values of λ, F folds, G = 1 + F groups of points (all of
them, then all but one fold's).
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

Method = Literal["proximal", "accelerated", "subgradient"]
HARDLY = 1e-3  # of the greatest singular value


def soft_threshold(values: Tensor, by: Tensor | float) -> Tensor:
    """Every value moved towards 0 by `by`, which is not negative, and no further than to 0."""
    return values.sign() * (values.abs() - by).clamp(min=0)


def penalty(weights: Tensor, lambdas: Tensor, l1_share: float) -> Tensor:
    """λ (ρ |θ|₁ + (1 - ρ) |θ|₂²) of weights [K, D] and λ [K]: [K]."""
    mixed = l1_share * weights.abs() + (1 - l1_share) * weights.square()
    return lambdas * mixed.sum(dim=-1)


def lambda_grid(low: float, per_decade: int, count: int) -> Tensor:
    """`count` values from `low` on, so many to each power of ten: float64 [K]."""
    return low * 10 ** (torch.arange(count, dtype=torch.float64) / per_decade)


def groups_of(points: int, folds: int, seed: int) -> Tensor:
    """Who trains: bool [1 + F, N]. Row 0 has all points, row f all but those of fold f, which are
    drawn at random and as large as each other, to within one point.
    """
    if not 2 <= folds <= points:
        raise ValueError("there are at least two folds, and a point for each")
    order = torch.randperm(points, generator=torch.Generator().manual_seed(seed))
    fold = torch.empty(points, dtype=torch.int64)
    fold[order] = torch.arange(points) % folds
    return torch.arange(-1, folds)[:, None] != fold + 0 * torch.arange(-1, folds)[:, None]


class Validated(NamedTuple):
    """Mean squared error on points that were left out, by folds: its mean and the standard error
    of that mean, each [K]; the λ of the least mean, and the greatest λ within one standard error
    of it (Breiman et al., 1984): indices.
    """

    mean: Tensor
    error: Tensor
    best: int
    one_error: int


def validated(by_fold: Tensor) -> Validated:
    """From the left-out errors of every fold and λ, [F, K]; λ grows with its index."""
    mean = by_fold.mean(dim=0)
    error = by_fold.std(dim=0) / len(by_fold) ** 0.5
    best = int(mean.argmin())
    within = (mean <= mean[best] + error[best]).nonzero()[:, 0]
    return Validated(mean, error, best, int(within.max()))


class Regressions:
    """θ and b for each group of points and each λ, in training together.

    They begin at least squares, where no penalty pulls; of several, at the smallest. All depend
    on the points by X'X and X'y only, which are made once. `state` is [G, K, 1 + D], b first.
    J is a sum over the points, so a group with fewer of them is fitted with that share of λ: what
    cross-validation finds best is then the λ of all points.
    Raises ValueError for λ below 0.
    """

    def __init__(self, x: Tensor, y: Tensor, lambdas: Tensor, groups: Tensor) -> None:
        if (lambdas < 0).any():
            raise ValueError("a penalty is not negative")
        self.x, self.y, self.lambdas, self.groups = x, y, lambdas, groups
        rows = torch.cat([torch.ones_like(x[:, :1]), x], dim=1)
        part = groups.to(x.dtype)[:, :, None] * rows
        self._gram, self._moment = part.mT @ rows, part.mT @ y
        # How fast the slope can change; fewer points have no steeper one.
        self.curvature = float(torch.linalg.eigvalsh(self._gram[0])[-1])
        share = groups.to(lambdas.dtype).mean(dim=1, keepdim=True)
        self._scaled = share * lambdas  # λ of each group [G, K]
        starts = [least_squares(rows[mine], y[mine]) for mine in groups]
        self.state = torch.stack(starts)[:, None].repeat(1, len(lambdas), 1)
        self._ahead, self._pace = self.state.clone(), torch.ones(*self.state.shape[:2], 1)
        self._pace = self._pace.to(x.dtype)
        self._method: Method = "proximal"
        self.moved = torch.zeros(len(lambdas), dtype=x.dtype)  # of any number, at the last step

    @property
    def weights(self) -> Tensor:
        """Fitted to all points: [K, D]."""
        return self.state[0, :, 1:]

    @property
    def penalized(self) -> Tensor:
        """All numbers that cost a penalty: [K, D]."""
        return self.weights

    def step_sizes(self, l1_share: float, rate: float) -> Tensor:
        """η of each λ, [K]: `rate` times one over the greatest curvature of J's smooth part."""
        return rate / (self.curvature + 2 * (1 - l1_share) * self.lambdas)

    def train(self, steps: int, l1_share: float, method: Method, rate: float) -> None:
        """L2 has a slope everywhere and joins the gradient. L1 has a corner at 0:

        proximal     after the step, the soft threshold (ISTA: Daubechies et al., 2004)
        accelerated  the same from a point ahead (FISTA: Beck and Teboulle, 2009), which falls
                     back where it overshoots (O'Donoghue and Candès, 2015)
        subgradient  sign(θ) in place of the slope

        `rate` in (0, 1].
        """
        if method != self._method:
            self._method = method
            self._ahead = self.state.clone()
            self._pace.fill_(1)
        costs = torch.ones(self.state.shape[2], dtype=self.x.dtype)
        costs[0] = 0  # the intercept's
        eta = self.step_sizes(l1_share, rate)[:, None]
        l1 = l1_share * self._scaled[..., None] * costs
        l2 = (1 - l1_share) * self._scaled[..., None] * costs
        for _ in range(steps):
            before = self.state
            at = self._ahead if method == "accelerated" else before
            gradient = at @ self._gram - self._moment[:, None] + 2 * l2 * at
            if method == "subgradient":
                self.state = at - eta * (gradient + l1 * at.sign())
            else:
                self.state = soft_threshold(at - eta * gradient, eta * l1)
            if method == "accelerated":
                self._look_ahead(at, before)
            self.moved = (self.state - before)[0].abs().amax(dim=1)

    def _look_ahead(self, at: Tensor, before: Tensor) -> None:
        step = self.state - before
        back = ((at - self.state) * step).sum(dim=2, keepdim=True) > 0
        pace = torch.where(back, 1.0, self._pace)
        self._pace = (1 + (1 + 4 * pace.square()).sqrt()) / 2
        self._ahead = self.state + (pace - 1) / self._pace * step

    def predict(self, x: Tensor) -> Tensor:
        """x θ + b at x [N, D] of those fitted to all points: [K, N]."""
        return self._predict(x)[0]

    def errors(self, x: Tensor, y: Tensor) -> Tensor:
        """Mean squared error of those fitted to all points: [K]."""
        return (self.predict(x) - y).square().mean(dim=1)

    def left_out_errors(self) -> Tensor:
        """Mean squared error of each fold's own fit on the points it was not fitted to: [F, K]."""
        squares = (self._predict(self.x) - self.y).square()[1:]
        out = ~self.groups[1:, None]
        return (squares * out).sum(dim=2) / out.sum(dim=2)

    def _predict(self, x: Tensor) -> Tensor:
        return self.state[:, :, 1:] @ x.T + self.state[:, :, :1]


def least_squares(rows: Tensor, y: Tensor) -> Tensor:
    """Coefficients [D] of rows [N, D]; of several the one with the least sum of squares.
    Directions in which the rows hardly reach count as such in which they do not.
    """
    found: Tensor = torch.linalg.lstsq(rows, y[:, None], rcond=HARDLY, driver="gelsd").solution[
        :, 0
    ]
    return found
