"""A visitor's own labeled rows for the `mlp` lab."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.errors import BAD_BODY, InvalidInput, can_fail
from app.i18n import N_

OWN_SIDE = 1.2  # own columns are moved into [-OWN_SIDE, OWN_SIDE]
OWN_TEST = 0.3  # share of a visitor's own rows that test

router = APIRouter(tags=["mlp"])


class TableQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(description="columns of numbers and a last column of labels")
    columns: list[Annotated[int, Field(strict=True)]] | Literal["pca"] | None = Field(
        None, description="the two columns to use, from 0, or pca; the first two if left out"
    )


class TableAnswer(BaseModel):
    points: str = Field(description="for the setting `points`")
    rows: int
    labels: list[str] = Field(description="the classes' names")
    names: list[str] = Field(description="all columns but the label")
    axes: list[str] = Field(description="what the two coordinates are")
    shares: list[float] | None = Field(description="of the variance, where it is pca")


@router.post("/api/mlp/table", responses=can_fail(BAD_BODY))
def table(query: TableQuery) -> TableAnswer:
    """Labeled rows as points of up to four classes; two columns of them, or their PCA."""
    import torch

    from app.tables import read_labeled, scaled
    from models.classify import principal_components
    from models.toy import encode_rows

    read = read_labeled(query.text, 4)
    count = len(read.labels)
    shares = None
    if query.columns == "pca":
        found, shares = principal_components(list(zip(*read.columns, strict=True)))
        a, b = found[:, 0].tolist(), (found[:, 1] if found.shape[1] > 1 else found[:, 0]).tolist()
        axes = ["PCA 1", "PCA 2"]
    else:
        chosen = query.columns or [0, 1]
        if len(chosen) != 2 or not all(0 <= c < len(read.columns) for c in chosen):
            raise InvalidInput(N_("Choose two of the columns."), "columns")
        a, b = (read.columns[c] for c in chosen)
        axes = [read.names[c] for c in chosen]
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    role = torch.zeros(count, dtype=torch.int64)
    role[order[: round(count * OWN_TEST)]] = 2
    x, y = (torch.tensor(scaled(values, -OWN_SIDE, OWN_SIDE)[0]) for values in (a, b))
    return TableAnswer(
        points=encode_rows(x, y, torch.tensor(read.labels), role),
        rows=count,
        labels=read.classes,
        names=read.names,
        axes=axes,
        shares=shares,
    )
