"""What the `batchnorm` page asks for beside its runs: axes of normalizations, two weights' loss."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.errors import can_fail
from app.lab.controls import same_query
from app.labs.batchnorm.config import BatchnormConfig

if TYPE_CHECKING:
    from torch import Tensor

    from models.batchnorm import Surface

POINTS, STEPS = 60, 60
NOISE = 0.3
WEIGHTS = (1.0, 0.6)  # that made the target, of the normalized inputs
FAR = 1e4  # times the first loss: from there on the path is of no interest

BAD_VALUE = {422: "a value out of its range; names the field"}
router = APIRouter(tags=["batchnorm"])


class NormalizationRow(BaseModel):
    """One way of normalizing; lists run over all values, sample by sample."""

    kind: str
    x_hat: list[float]
    mean: list[float]
    var: list[float]
    statistic: list[int] = Field(description="values with the same number share mean and variance")
    statistics: int


class NormalizationsAnswer(BaseModel):
    shape: list[int] = Field(description="samples, channels, rows, columns")
    x: list[float]
    kinds: list[NormalizationRow]
    eps: float


class SurfaceAnswer(BaseModel):
    """The loss is least + 1/2 (w - best)' hessian (w - best)."""

    hessian: list[list[float]]
    best: list[float]
    least: float
    path: list[list[float]] = Field(description="of gradient descent, until it is far away")
    losses: list[float]
    condition: float = Field(description="the greatest curvature by the least")
    limit: float = Field(description="gradient descent diverges with learning rates above it")
    within: int | None = Field(description="steps until the loss is 1 % of the way from the least")


class SurfacesAnswer(BaseModel):
    raw: SurfaceAnswer
    normalized: SurfaceAnswer
    means: list[float] = Field(description="of the raw inputs")
    deviations: list[float]
    points: int


@router.get("/api/batchnorm/normalizations", responses=can_fail(BAD_VALUE))
def normalizations(
    groups: Literal["1", "2", "4"] = same_query(BatchnormConfig, "groups"),
) -> NormalizationsAnswer:
    """Four maps of three pictures, normalized in four ways."""
    return normalized_maps(int(groups))


@lru_cache(maxsize=3)
def normalized_maps(groups: int) -> NormalizationsAnswer:
    from models.batchnorm import AXES, EPS, normalized_by, small_maps

    maps = small_maps()
    rows = []
    for kind in AXES:
        found = normalized_by(kind, maps, groups)
        x_hat, mean, var, statistic = (part.flatten().tolist() for part in found)
        rows.append(
            NormalizationRow(
                kind=kind, x_hat=x_hat, mean=mean, var=var, statistic=statistic,
                statistics=max(statistic) + 1,
            )
        )  # fmt: skip
    return NormalizationsAnswer(
        shape=list(maps.shape), x=maps.flatten().tolist(), kinds=rows, eps=EPS
    )


@router.get("/api/batchnorm/surface", responses=can_fail(BAD_VALUE))
def surface(
    share: float = same_query(BatchnormConfig, "descent"),
    offset: float = same_query(BatchnormConfig, "offset"),
    spread: float = same_query(BatchnormConfig, "spread"),
) -> SurfacesAnswer:
    """Gradient descent on two weights, with raw and with normalized inputs, each by that share of
    the greatest learning rate that it can bear.
    """
    return descended(share, offset, spread)


@lru_cache(maxsize=64)
def descended(share: float, offset: float, spread: float) -> SurfacesAnswer:
    """x_1 has mean `offset` and deviation 1, x_2 mean 0 and deviation `spread`. There is no bias:
    with normalized inputs the target is centered, too, so that both can fit it equally well.
    """
    import torch

    from models.batchnorm import descend, normalize

    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(POINTS, 3, generator=generator, dtype=torch.float64)
    even = normalize(drawn[:, :2], [0], eps=0)[2]
    raw = even * torch.tensor([1.0, spread]) + torch.tensor([offset, 0.0])
    weights = torch.tensor([WEIGHTS[0], WEIGHTS[1] / spread], dtype=torch.float64)
    y = raw @ weights + NOISE * drawn[:, 2]
    start = torch.zeros(2, dtype=torch.float64)
    surfaces = []
    for x, target in ((raw, y), (normalize(raw, [0])[2], y - y.mean())):
        limit = 2 / float(torch.linalg.eigvalsh(2 * x.T @ x / len(x))[-1])
        surfaces.append(answer_of(descend(x, target, share * limit, STEPS, start), limit))
    return SurfacesAnswer(
        raw=surfaces[0],
        normalized=surfaces[1],
        means=raw.mean(dim=0).tolist(),
        deviations=raw.std(dim=0, correction=0).tolist(),
        points=POINTS,
    )


def answer_of(found: Surface, limit: float) -> SurfaceAnswer:
    kept = first(found.losses > FAR * found.losses[0])
    arrived = first(found.losses - found.least < 0.01 * (found.losses[0] - found.least))
    return SurfaceAnswer(
        hessian=found.hessian.tolist(),
        best=found.best.tolist(),
        least=found.least,
        path=found.path[: kept and kept + 1].tolist(),
        losses=found.losses[: kept and kept + 1].tolist(),
        condition=found.condition,
        limit=limit,
        within=arrived,
    )


def first(where: Tensor) -> int | None:
    """The index of the first that is true."""
    found = where.nonzero()
    return int(found[0]) if len(found) else None
