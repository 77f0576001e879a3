"""What a representation is worth: linear probe, nearest neighbors, and a plane to look at it.

Features come in as they are; nothing here changes or remembers an encoder, and nothing is random
but `few_labels`, which is given its generator.

Shape letters: N pictures (of a bank or of training), T test pictures, Q queries, d features,
C classes, k neighbors.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.representation.contrastive import normalize

L2 = 1e-3  # scikit-learn's C is 1 / (N l2)


class Plane(NamedTuple):
    """A fit of `pca2`: coordinates [N, 2] of what it was fitted to; share [2] of the variance along
    each axis, 0..1; mean [d]; axes [2, d], orthonormal (an axis that does not exist is 0).
    """

    coordinates: Tensor
    share: Tensor
    mean: Tensor
    axes: Tensor


class Linear(NamedTuple):
    """A fit of `fit_linear`: weight [C, d] and bias [C] on standardized features; mean, scale [d]
    that standardize; objective, the least value found: mean cross-entropy in nats + penalty.
    """

    weight: Tensor
    bias: Tensor
    mean: Tensor
    scale: Tensor
    objective: float


class Neighbors(NamedTuple):
    """rows int64 [Q, k] of the bank and similarity [Q, k] (cosine), most similar first."""

    rows: Tensor
    similarity: Tensor


def pca2(x: Tensor) -> Plane:
    """The first two principal axes of x [N, d] (Pearson, 1901). An axis's sign is such that its
    largest entry by size is positive, so the same features give the same picture. One picture, one
    feature or identical rows give coordinates and shares of 0 where there is no variance.

    Raises ValueError for N or d of 0.
    """
    if not x.numel():
        raise ValueError("no features to look at")
    x = x.detach().double()
    mean = x.mean(dim=0)
    away = x - mean
    values, vectors = torch.linalg.eigh(away.T @ away)
    axes = vectors.T.flip(0)[:2]
    values = values.flip(0)[:2].clamp(min=0)
    largest = axes.gather(1, axes.abs().argmax(dim=1, keepdim=True))
    axes = axes * largest.sign()
    axes = functional.pad(axes, (0, 0, 0, 2 - len(axes)))
    total = away.square().sum()
    share = functional.pad(values, (0, 2 - len(values))) / total.clamp(min=1e-300)
    if total < 1e-20 * x.square().sum():  # all rows alike but for rounding
        share = torch.zeros_like(share)
        axes = torch.zeros_like(axes)
    return Plane((away @ axes.T).float(), share.float(), mean.float(), axes.float())


def fit_linear(x: Tensor, y: Tensor, classes: int, l2: float = L2) -> Linear:
    """Multinomial logistic regression of y int64 [N] in 0..classes-1 on standardized x [N, d]: the
    least mean cross-entropy + l2 / 2 |weight|^2 (the bias goes free), by full-batch L-BFGS in
    float64. A feature that does not vary is left out. Raises ValueError for N = 0 or l2 <= 0.
    """
    if not len(x) or l2 <= 0:
        raise ValueError(f"{len(x)} examples and l2 = {l2}: at least one, and above 0")
    mean, scale = _standard(x)
    wide = functional.pad((x.detach().double() - mean) / scale, (0, 1), value=1.0)
    target = functional.one_hot(y, classes).double()
    theta = torch.zeros(classes, wide.shape[1], dtype=torch.float64, requires_grad=True)
    penalized = torch.full((wide.shape[1],), l2, dtype=torch.float64)
    penalized[-1] = 0
    solver = torch.optim.LBFGS(
        [theta],
        max_iter=100,
        history_size=20,
        tolerance_grad=1e-6,
        tolerance_change=1e-9,
        line_search_fn="strong_wolfe",
    )

    def objective() -> Tensor:
        # The gradient in closed form: half the time of autograd's.
        weights = theta.detach()
        log_p = (wide @ weights.T).log_softmax(dim=1)
        theta.grad = (log_p.exp() - target).T @ wide / len(wide) + penalized * weights
        penalty = (penalized * weights.square()).sum() / 2
        return penalty - (log_p * target).sum() / len(wide)

    solver.step(objective)  # type: ignore[no-untyped-call]
    theta = theta.detach()
    return Linear(theta[:, :-1], theta[:, -1], mean, scale, float(objective()))


def _standard(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and scale [d] of x; infinite scale, which makes it 0, where a feature does not vary."""
    x = x.detach().double()
    mean, std = x.mean(dim=0), x.std(dim=0, correction=0)
    return mean, std.masked_fill(std <= 1e-9 * mean.abs().clamp(min=1e-3), torch.inf)


def predict(fit: Linear, x: Tensor) -> Tensor:
    """Classes int64 [T] of x [T, d] by a fit."""
    logits = ((x.detach().double() - fit.mean) / fit.scale) @ fit.weight.T + fit.bias
    return logits.argmax(dim=1)


def linear_probe(
    train_x: Tensor,
    train_y: Tensor,
    test_x: Tensor,
    test_y: Tensor,
    classes: int,
    l2: float = L2,
) -> float:
    """Share, 0..1, of test_x [T, d] whose class test_y [T] a linear classifier of the features
    finds, fitted to train_x [N, d], train_y [N]: the protocol of Chen et al., 2020, section 2.4,
    with the encoder held still. Raises ValueError for no examples.
    """
    if not len(test_x):
        raise ValueError("no test examples")
    found = predict(fit_linear(train_x, train_y, classes, l2), test_x)
    return float((found == test_y).double().mean())


def knn(
    train_x: Tensor,
    train_y: Tensor,
    test_x: Tensor,
    test_y: Tensor,
    k: int = 20,
    temperature: float = 0.1,
) -> float:
    """Share, 0..1, of test_x [T, d] whose class the k most similar of train_x [N, d] (k at most N)
    vote for, each with weight exp(cosine / temperature) (Wu et al., 2018, section 3.4). Ties in
    votes go to the lower class. Raises ValueError for no examples or k < 1.
    """
    if not len(test_x):
        raise ValueError("no test examples")
    rows, similarity = nearest(test_x, train_x, k)
    # Cosines are at most 1: taking 1 off changes no vote and keeps exp from overflowing.
    weight = ((similarity.double() - 1) / temperature).exp()
    votes = torch.zeros(len(test_x), int(train_y.max()) + 1, dtype=torch.float64)
    votes.scatter_add_(1, train_y[rows], weight)
    return float((votes.argmax(dim=1) == test_y).double().mean())


def few_labels(labels: Tensor, per_class: int, generator: torch.Generator) -> Tensor:
    """Index int64, sorted, of `per_class` of each class of labels [N], at random; of a class with
    fewer, all. A larger number from the same generator state holds the smaller one's choice.
    """
    order = torch.randperm(len(labels), generator=generator)
    chosen = [order[labels[order] == label][:per_class] for label in torch.unique(labels)]
    return torch.cat([order[:0], *chosen]).sort().values


def nearest(query: Tensor, bank: Tensor, k: int, but: Tensor | int | None = None) -> Neighbors:
    """The k rows of bank [N, d] most similar by cosine to query [Q, d], or [d], which counts as
    Q = 1; k at most N. `but` names the query's own row (one number, or int64 [Q]), never returned
    (k then at most N - 1). Of equals the lower row comes first.

    Raises ValueError for an empty bank or k < 1.
    """
    if k < 1 or not len(bank):
        raise ValueError(f"no {k} neighbors among {len(bank)}")
    query = query.detach().reshape(-1, bank.shape[1])
    similarity = normalize(query) @ normalize(bank.detach()).T
    if but is not None:
        own = torch.as_tensor(but).reshape(-1, 1).expand(len(query), 1)
        similarity = similarity.scatter(1, own, -torch.inf)
    k = min(k, len(bank) - (but is not None))
    ranked = similarity.sort(dim=1, descending=True, stable=True)
    return Neighbors(ranked.indices[:, :k], ranked.values[:, :k])
