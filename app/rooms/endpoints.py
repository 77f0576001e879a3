"""Opening a room, the page by which one enters, and the QR code that leads there."""

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from app.errors import NotFound, RoomError, can_fail
from app.i18n import N_
from app.lan import in_container
from app.pages import render
from app.rooms.rooms import Rooms
from app.runs.sockets import counted_as
from app.settings import Settings
from app.share import addresses_for_others, base_of
from app.texts import COMMON

router = APIRouter(tags=["rooms"])
Code = Annotated[str, Path(description="six digits", max_length=20, examples=["123456"])]
PICTURE = {
    200: {"content": {"image/svg+xml": {}}, "description": "the code, black on white"},
    **can_fail({404: "no such address", 422: "no such address"}),
}


class OpenedRoom(BaseModel):
    code: str = Field(description="six digits")
    secret: str = Field(description="who knows it presents in this room")
    urls: list[str] = Field(description="addresses that lead into the room, the likeliest first")
    reachable: bool = Field(description="whether other machines can reach it")
    container: bool = Field(
        description="nobody else can, because the server is in a container and knows no address"
    )


NO_MORE = {409: "as many as one visitor may open", 503: "as many as may be open here"}


@router.post("/api/rooms", status_code=201, responses=can_fail(NO_MORE))
async def open_room(request: Request) -> OpenedRoom:
    """Open a room, which whoever has the secret presents in."""
    rooms: Rooms = request.app.state.rooms
    room = await rooms.opened(counted_as(request))
    bases = addresses_for_others(request)
    settings: Settings = request.app.state.settings
    return OpenedRoom(
        code=room.code,
        secret=room.secret,
        urls=[f"{base}/room/{room.code}" for base in bases or [base_of(request)]],
        reachable=bool(bases),
        container=not bases and settings.host == "0.0.0.0" and in_container(),
    )


@router.get("/api/rooms/{code}.svg", response_class=Response, responses=PICTURE)
def code_picture(
    request: Request, code: Code, at: Annotated[int, Query(ge=0, le=99)] = 0
) -> Response:
    """The QR code of a room's address; `at` chooses among the server's. It tells nothing of
    whether there is such a room.
    """
    bases = addresses_for_others(request) or [base_of(request)]
    if at >= len(bases) or not is_code(code):
        raise NotFound(N_("There is nothing at this address."))
    file = io.BytesIO()
    made = segno.make(f"{bases[at]}/room/{code}", micro=False, error="m")
    made.save(file, kind="svg", scale=8, border=2, light="#fff")
    return Response(file.getvalue(), media_type="image/svg+xml")


@router.get("/room", include_in_schema=False)
async def entrance(request: Request, code: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Where a code is typed."""
    return await enter(request, code) if code else entrance_page(request)


@router.get("/room/{code}", include_in_schema=False)
async def enter(request: Request, code: Code) -> Response:
    """The page that leads a guest to what the room is shown."""
    digits = "".join(code.split())
    try:
        request.app.state.rooms.enter(digits, counted_as(request))
    except RoomError as error:
        return entrance_page(request, digits, error)
    return entrance_page(request, digits)


def entrance_page(request: Request, code: str = "", error: RoomError | None = None) -> HTMLResponse:
    response = render(request, "room.html", script=COMMON, code=code, error=error)
    if error:
        response.status_code = error.status
    response.headers["Cache-Control"] = "no-store"
    return response


def is_code(text: str) -> bool:
    return len(text) == 6 and text.isascii() and text.isdigit()
