"""What the dialogs for a visitor's own table ask: the text in a file, and how a table is read."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app.answers.computed import JSON_TYPE, answer_to, computed
from app.answers.single_flight import until_gone
from app.doors.bodies import expect_body, json_body, parse_json
from app.errors import BAD_BODY, BodyTooLarge, InvalidInput, can_fail
from app.i18n import N_
from app.settings import MEBIBYTE
from app.tables.cells import MAX_CHARACTERS
from app.tables.charset import CODECS, decoded
from app.tables.numbers import to_number
from app.tables.reading import MAX_CLASSES, Table, read_table

MAX_FILE = 8 * MEBIBYTE  # two bytes for each of the characters that a text may have
MAX_BODY = 4 * MAX_CHARACTERS  # JSON writes some of them as six
SHOWN_ROWS, SHOWN_CELL = 4, 40

router = APIRouter(prefix="/api/tables", tags=["tables"])
CANNOT_READ = can_fail({**BAD_BODY, 413: "too many bytes", 503: "too many others wait"})


class TextAnswer(BaseModel):
    text: str
    encoding: str
    sure: bool = Field(description="the bytes say so; else it is the likeliest, or was chosen")
    others: list[str] = Field(description="encodings that the bytes fit, too")


class TableText(BaseModel):
    """A table, and what its reader has said about it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(description="rows of a table, as a spreadsheet or program writes them")
    decimal: Literal[".", ","] | None = Field(
        None, description="the mark that begins the decimals of columns whose cells do not tell it"
    )
    header: bool | None = Field(None, description="whether the first row names the columns")

    def read(self) -> Table:
        """Raises `InvalidInput`."""
        return read_table(self.text, self.decimal, self.header)


class ColumnAnswer(BaseModel):
    name: str
    kind: Literal["number", "index", "text"] = Field(description="an index counts the rows")
    distinct: int = Field(description="how many different cells that are no gap")


class TwoReadings(BaseModel):
    """A cell that is a number in two ways."""

    cell: str
    point: float
    comma: float


class TableReading(BaseModel):
    columns: list[ColumnAnswer]
    head: list[list[str]] = Field(description="the first rows; numbers as they are understood")
    rows: int
    separator: str = Field(description="empty where there is one column")
    decimal: Literal[".", ","]
    header: bool
    doubtful: bool = Field(description="the first row may be names or not: it is read as `header`")
    undecided: TwoReadings | None = Field(description="set `decimal` where this is not null")
    passed_over: list[int] = Field(description="lines that are titles or comments")
    label: int | None = Field(description="the column that is the likeliest label, from 0")


class PointsAnswer(BaseModel):
    """A table's rows as points of a lab; each lab adds what it calls them."""

    points: str = Field(description="for the setting `points`")
    rows: int
    left_out: int = Field(description="rows with a gap")
    of: int = Field(description="rows without a gap; more than `rows` where a sample was drawn")
    units: list[list[float]] = Field(
        description="offset and scale of both coordinates: what it was is offset + scale * point"
    )
    reading: str = Field(description="for the setting `reading`")


@router.post(
    "/text",
    responses=CANNOT_READ,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
    },
)
async def text(
    request: Request,
    encoding: Annotated[Literal[*CODECS] | None, Query()] = None,  # type: ignore[valid-type]
) -> TextAnswer:
    """The text in a file, in the encoding that was chosen or else told by its bytes."""
    message = N_("The file may have at most {megabytes} MB.")
    too_large = BodyTooLarge(message, megabytes=f"{MAX_FILE / MEBIBYTE:g}")
    expect_body(request, MAX_FILE, too_large)
    data = await request.body()
    if not data:
        raise InvalidInput(N_("This file is empty."), "file")
    found = await until_gone(request, computed(request, decoded, data, encoding))
    return TextAnswer(**vars(found))


@router.post(
    "",
    response_class=Response,
    responses={**CANNOT_READ, 200: {"model": TableReading}},
    openapi_extra=json_body(TableText),
)
async def reading(request: Request) -> Response:
    """How a table is read: columns, first rows, and whether its numbers have two readings."""
    return await answer_to(request, MAX_BODY, JSON_TYPE, described)


def described(body: bytes) -> bytes:
    """The answer to a `TableText`, both as JSON."""
    table = parse_json(TableText, body).read()
    cells, undecided = table.cells, table.undecided
    return (
        TableReading(
            columns=[
                ColumnAnswer(name=column.name, kind=column.kind, distinct=column.distinct)
                for column in table.columns
            ],
            head=[
                [understood(table, i, row[i]) for i in range(len(row))]
                for row in cells.rows[:SHOWN_ROWS]
            ],
            rows=len(cells.rows),
            separator=cells.separator,
            decimal=table.mark,
            header=cells.header,
            doubtful=cells.doubtful,
            undecided=undecided and TwoReadings(**vars(undecided)),
            passed_over=cells.passed_over,
            label=table.label(MAX_CLASSES),
        )
        .model_dump_json()
        .encode()
    )


def understood(table: Table, i: int, cell: str) -> str:
    """A cell as a number where its column holds numbers, else as it was written."""
    value = to_number(cell, table.columns[i].mark) if table.columns[i].kind != "text" else None
    return f"{value:.15g}" if value is not None else cell[:SHOWN_CELL]
