"""A visitor's own rows for the `fitting` lab."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from app.answers.computed import JSON_TYPE, answer_to
from app.doors.bodies import json_body, parse_json
from app.errors import InvalidInput
from app.i18n import N_
from app.tables.queries import CANNOT_READ, MAX_BODY, PointsAnswer, TableText
from app.tables.reading import Table, enough, not_a_number, rows_of, scaled, told, units_of

SHARES = (0.5, 0.25)  # of a visitor's own rows: training, validation; the rest are for testing
OWN_X, OWN_Y = (-1.0, 1.0), (-1.2, 1.2)  # where own rows are moved to

router = APIRouter(tags=["fitting"])
Place = Annotated[int, Field(strict=True)]


class TableQuery(TableText):
    x: Place | None = Field(None, description="column, from 0; the first with numbers if left out")
    y: Place | None = Field(None, description="the next one with numbers if left out")


class TableAnswer(PointsAnswer):
    names: list[str]
    ranges: list[list[float]] = Field(description="least and greatest x, then y, as they were")


@router.post(
    "/api/fitting/table",
    response_class=Response,
    responses={**CANNOT_READ, 200: {"model": TableAnswer}},
    openapi_extra=json_body(TableQuery),
)
async def table(request: Request) -> Response:
    """Two columns of numbers as points to fit: scaled, and split at random."""
    return await answer_to(request, MAX_BODY, JSON_TYPE, points_in)


def points_in(body: bytes) -> bytes:
    """The answer to a `TableQuery`, both as JSON. Raises `InvalidInput`."""
    import torch

    from models.data.points import encode_rows

    query = parse_json(TableQuery, body)
    read = query.read()
    rows = rows_of(read, columns_of(query, read))
    enough(rows)
    xs, least_x, greatest_x = scaled(rows.columns[0], *OWN_X)
    ys, least_y, greatest_y = scaled(rows.columns[1], *OWN_Y)
    count = len(xs)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    role = torch.full((count,), 2)
    train, validation = (max(2, round(count * SHARES[0])), round(count * SHARES[1]))
    role[order[:train]] = 0
    role[order[train : train + validation]] = 1
    zeros = torch.zeros(count, dtype=torch.int64)
    answer = TableAnswer(
        points=encode_rows(torch.tensor(xs), torch.tensor(ys), zeros, role),
        rows=count,
        left_out=rows.left_out,
        of=rows.of,
        names=rows.names,
        ranges=[[least_x, greatest_x], [least_y, greatest_y]],
        units=[units_of(least_x, greatest_x, OWN_X), units_of(least_y, greatest_y, OWN_Y)],
        reading=told(read, rows),
    )
    return answer.model_dump_json().encode()


def columns_of(query: TableQuery, read: Table) -> list[int]:
    """x and y: those that were named, or the first columns of numbers. Raises `InvalidInput`."""
    left = [i for i in read.numeric if i not in (query.x, query.y)]
    x = left.pop(0) if query.x is None and left else query.x
    y = left.pop(0) if query.y is None and left else query.y
    if x is None or y is None:
        message = N_("A curve needs two columns of numbers; this text has {count}.")
        if why := not_a_number(read):
            message = N_(
                "A curve needs two columns of numbers; this text has {count}. In column “{name}” "
                "stands “{cell}”, which is not a number."
            )
        raise InvalidInput(message, "text", count=len(read.numeric), **why)
    return [x, y]
