"""A visitor's own labeled rows for the `mlp` lab."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from app.answers.computed import JSON_TYPE, answer_to
from app.doors.bodies import json_body, parse_json
from app.errors import InvalidInput
from app.i18n import N_
from app.tables.queries import CANNOT_READ, MAX_BODY, PointsAnswer, TableText
from app.tables.reading import (
    MAX_CLASSES,
    Rows,
    Table,
    enough,
    not_a_number,
    rows_of,
    scaled,
    told,
    units_of,
)

SIDES = (-1.2, 1.2)  # own columns are moved into this range
OWN_TEST = 0.3  # share of a visitor's own rows that test

router = APIRouter(tags=["mlp"])
Place = Annotated[int, Field(strict=True)]


class TableQuery(TableText):
    columns: list[Place] | Literal["pca"] | None = Field(
        None, description="the two columns to use, from 0, or pca; the first two if left out"
    )
    label: Place | None = Field(
        None, description="the column of the label; the likeliest if left out"
    )


class TableAnswer(PointsAnswer):
    labels: list[str] = Field(description="the classes' names")
    label: str = Field(description="the name of the label's column")
    names: list[str] = Field(description="all columns of numbers but the label's")
    axes: list[str] = Field(description="what the two coordinates are")
    shares: list[float] | None = Field(description="of the variance, where it is pca")


@router.post(
    "/api/mlp/table",
    response_class=Response,
    responses={**CANNOT_READ, 200: {"model": TableAnswer}},
    openapi_extra=json_body(TableQuery),
)
async def table(request: Request) -> Response:
    """Labeled rows as points of up to four classes; two columns of them, or their PCA."""
    return await answer_to(request, MAX_BODY, JSON_TYPE, points_in)


def points_in(body: bytes) -> bytes:
    """The answer to a `TableQuery`, both as JSON. Raises `InvalidInput`."""
    import torch

    from models.data.points import encode_rows

    query = parse_json(TableQuery, body)
    read = query.read()
    label = label_of(query, read)
    numeric = [i for i in read.numeric if i != label]
    rows = rows_of(read, chosen(query, read, label), label, MAX_CLASSES)
    enough(rows)
    a, b, axes, shares = coordinates(query, rows)
    count = len(rows.labels)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    role = torch.zeros(count, dtype=torch.int64)
    role[order[: round(count * OWN_TEST)]] = 2
    moved = [scaled(values, *SIDES) for values in (a, b)]
    x, y = (torch.tensor(values) for values, _, _ in moved)
    answer = TableAnswer(
        points=encode_rows(x, y, torch.tensor(rows.labels), role),
        rows=count,
        left_out=rows.left_out,
        of=rows.of,
        labels=rows.classes,
        label=read.names[label],
        names=[read.names[i] for i in numeric],
        axes=axes,
        units=[units_of(least, greatest, SIDES) for _, least, greatest in moved],
        shares=shares,
        reading=told(read, rows),
    )
    return answer.model_dump_json().encode()


def label_of(query: TableQuery, read: Table) -> int:
    """The column of the label. Raises `InvalidInput` where none can be one."""
    if query.label is not None:
        return query.label
    label = read.label(MAX_CLASSES)
    if label is None:
        message = N_("No column holds 2 to {most} different labels, so none can be the class.")
        raise InvalidInput(message, "text", most=MAX_CLASSES)
    return label


def chosen(query: TableQuery, read: Table, label: int) -> list[int]:
    """The columns that the coordinates come from. Raises `InvalidInput`."""
    if query.columns == "pca" or query.columns is None:
        numeric = [i for i in read.numeric if i != label]
        if len(numeric) < 2:
            raise too_few(read, label, len(numeric))
        return numeric if query.columns else numeric[:2]
    if len(query.columns) != 2 or not all(0 <= c < len(read.names) for c in query.columns):
        raise InvalidInput(N_("Choose two of the columns."), "columns")
    if label in query.columns:
        message = N_("“{name}” is the label: choose other columns for x₁ and x₂.")
        raise InvalidInput(message, "columns", name=read.names[label])
    return query.columns


def too_few(read: Table, label: int, count: int) -> InvalidInput:
    """The error for a table of fewer than two columns of numbers beside the label."""
    message = N_("A plane needs two columns of numbers beside the label; this table has {count}.")
    if why := not_a_number(read, label):
        message = N_(
            "A plane needs two columns of numbers beside the label; this table has {count}. In "
            "column “{name}” stands “{cell}”, which is not a number."
        )
    return InvalidInput(message, "text", count=count, **why)


def coordinates(
    query: TableQuery, rows: Rows
) -> tuple[list[float], list[float], list[str], list[float] | None]:
    """Both coordinates, what they are called, and their shares of the variance if it is PCA."""
    from models.replicas.classify import principal_components

    if query.columns != "pca":
        return rows.columns[0], rows.columns[1], rows.names, None
    found, shares = principal_components(list(zip(*rows.columns, strict=True)))
    second = found[:, 1] if found.shape[1] > 1 else found[:, 0]
    return found[:, 0].tolist(), second.tolist(), ["PCA 1", "PCA 2"], shares
