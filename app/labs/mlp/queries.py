"""What the `mlp` page asks for beside its runs: the biases of a layer added in two shapes."""

from typing import Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.errors import can_fail
from app.labs.mlp.config import MAX_UNITS
from app.labs.mlp.table import router as table

BAD_VALUE = {422: "a value out of its range; names the field"}
MAX_SAMPLES = 1000  # a batch's, as in config.py
router = APIRouter(tags=["mlp"])
router.include_router(table)


class BiasesAnswer(BaseModel):
    """What became of N x C_2 plus the biases."""

    output: list[int] | None = Field(description="the shape of the sum; null where there is none")
    error: str | None = Field(description="torch's own words, where it refuses")
    each_its_own: bool = Field(description="whether output j of every sample got bias j")


@router.get("/api/mlp/biases", responses=can_fail(BAD_VALUE))
def biases(
    samples: int = Query(ge=1, le=MAX_SAMPLES, description="N"),
    outputs: int = Query(ge=1, le=MAX_UNITS, description="C_2"),
    shape: Literal["row", "column"] = Query(description="of the biases: 1 x C_2, or C_2 x 1"),
) -> BiasesAnswer:
    """Add the biases to what input times weights gave, by torch's rules of broadcasting."""
    import torch

    of_outputs = torch.arange(1, outputs + 1)
    product = torch.zeros(samples, outputs, dtype=of_outputs.dtype)
    try:
        total = product + (of_outputs[None, :] if shape == "row" else of_outputs[:, None])
    except RuntimeError as error:
        return BiasesAnswer(output=None, error=str(error), each_its_own=False)
    right = product + of_outputs
    return BiasesAnswer(
        output=list(total.shape), error=None, each_its_own=torch.equal(total, right)
    )
