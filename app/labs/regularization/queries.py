"""What the `regularization` page asks for beside its run: a plane of two weights, weight decay."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app.answers.computed import remembered
from app.errors import can_fail
from app.lab.controls import same_query
from app.labs.regularization.config import LAMBDAS, LOW, PER_DECADE, RegularizationConfig

FINER = 4  # as many λ in the plane as are trained: its paths seem smooth
POINTS, NOISE = 20, 1.0
STEPS, EVERY, ADAM_RATE = 400, 8, 0.05
DECAY_POINTS, DECAY_FEATURES, DECAY_USEFUL, DECAY_NOISE = 30, 12, 4, 0.6

CAN_FAIL = {
    422: "a value out of its range; names the field",
    503: "too many others wait for an answer",
}
router = APIRouter(tags=["regularization"])


class GeometryAnswer(BaseModel):
    """The data loss is least + 1/2 (θ - best)' hessian (θ - best)."""

    lambdas: list[float] = Field(description="M values")
    trained: list[int] = Field(description="numbers, from 0, of those that a run trains, too")
    hessian: list[list[float]]
    best: list[float]
    least: float
    l1: list[list[float]] = Field(description="M pairs of weights that make J least under L1")
    l2: list[list[float]] = Field(description="the same under L2")
    elastic: list[list[float]] = Field(description="the same under the elastic net")
    points: int


class DecaySettings(BaseModel):
    """What nobody can change about the comparison."""

    points: int
    features: int
    batch_size: int
    steps: int
    sgd_rate: float = Field(description="the less, the greater λ")
    adam_rate: float = Field(description="of Adam and AdamW")


class DecayAnswer(BaseModel):
    """Four optimizers on one ridge regression, whose least J is known in closed form."""

    names: list[str]
    settings: DecaySettings
    steps: list[int] = Field(description="T moments")
    distance: list[list[float]] = Field(
        description="of each optimizer and moment: ‖θ − θ*‖, where θ* makes J least"
    )
    size: list[list[float]] = Field(description="and the sum of their squares")
    minimum_size: float = Field(description="the sum of squares at the least J")
    minimum_largest: float = Field(description="the largest absolute weight there")
    largest: list[float] = Field(description="the largest absolute weight of each at the end")
    sgd_difference: float = Field(
        description="the greatest difference between weights of the two SGD, at any moment"
    )
    adam_difference: float = Field(description="between Adam and AdamW, at the end")


@router.get(
    "/api/regularization/geometry", response_model=GeometryAnswer, responses=can_fail(CAN_FAIL)
)
async def geometry(
    request: Request,
    correlation: float = same_query(RegularizationConfig, "between"),
    mix: float = same_query(RegularizationConfig, "mix"),
) -> Response:
    """A regression of two features: its loss surface, and the solutions over λ."""
    return await remembered(request, solved, correlation, mix)


def solved(correlation: float, mix: float) -> GeometryAnswer:
    from models.regularization.linear import lambda_grid
    from models.regularization.plane import loss_surface, two_features

    lambdas = lambda_grid(LOW, FINER * PER_DECADE, FINER * (LAMBDAS - 1) + 1)
    found = loss_surface(*two_features(POINTS, correlation, NOISE, 0), lambdas, (1.0, 0.0, mix))
    l1, l2, elastic = found.solutions.tolist()
    return GeometryAnswer(
        lambdas=lambdas.tolist(),
        trained=list(range(0, len(lambdas), FINER)),
        hessian=found.hessian.tolist(),
        best=found.best.tolist(),
        least=found.least,
        l1=l1,
        l2=l2,
        elastic=elastic,
        points=POINTS,
    )


@router.get("/api/regularization/decay", response_model=DecayAnswer, responses=can_fail(CAN_FAIL))
async def decay(
    request: Request, lam: float = same_query(RegularizationConfig, "decay")
) -> Response:
    """SGD and Adam, each with L2 in the loss and with weight decay, on one regression."""
    return await remembered(request, compared, lam)


def compared(lam: float) -> DecayAnswer:
    from models.regularization.data import with_useless_features
    from models.regularization.decay import BATCH, NAMES, compare

    data = with_useless_features(DECAY_POINTS, DECAY_FEATURES, DECAY_USEFUL, 0.0, DECAY_NOISE, 0)
    found = compare(data.x, data.y, lam, steps=STEPS, every=EVERY, adam_rate=ADAM_RATE, seed=0)
    paths = found.paths
    return DecayAnswer(
        names=list(NAMES),
        settings=DecaySettings(
            points=DECAY_POINTS,
            features=DECAY_FEATURES,
            batch_size=BATCH,
            steps=STEPS,
            sgd_rate=found.sgd_rate,
            adam_rate=ADAM_RATE,
        ),
        steps=found.steps.tolist(),
        distance=(paths - found.minimum).norm(dim=2).tolist(),
        size=paths.square().sum(dim=2).tolist(),
        minimum_size=float(found.minimum.square().sum()),
        minimum_largest=float(found.minimum.abs().max()),
        largest=paths[:, -1].abs().amax(dim=1).tolist(),
        sgd_difference=float((paths[0] - paths[1]).abs().max()),
        adam_difference=float((paths[2, -1] - paths[3, -1]).abs().max()),
    )
