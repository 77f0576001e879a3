"""Sharing what one sees: a short address for a page with its settings, and its QR code.

The long address holds everything and needs no server's memory. The short one is for the room: a
code that phones read from the back row has few modules, so its address must be short. It lives
as long as the server does; where several share a store, for a month (app/shared/addresses.py).
"""

import io
import secrets
import threading
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

import segno
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from app.doors.proxies import prefix_of
from app.errors import BAD_BODY, InvalidInput, NotFound, can_fail
from app.i18n import N_
from app.lan import (
    EVERYWHERE,
    Machine,
    bracketed,
    in_container,
    is_local,
    listened_at,
    this_machine,
)
from app.settings import MEBIBYTE, Settings
from app.shelf import Shelf

ROOM = 8 * MEBIBYTE  # for all short addresses together
OVERHEAD = 256  # bytes that one takes beside its path; measured 184
MAX_PATH = 20_000  # characters; 2,000 of a visitor's own points take 13,334

router = APIRouter(tags=["share"])

PICTURE = {
    200: {"content": {"image/svg+xml": {}}, "description": "the code, black on white"},
    **can_fail({404: "no such address", 422: "no such address"}),
}


class ShareQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: str = Field(max_length=MAX_PATH, examples=["/labs/nms?iou_threshold=0.3"])


class Address(BaseModel):
    url: str = Field(description="a short address, valid while this server runs")
    qr: str = Field(description="where its QR code is on this server, an SVG")


class Shared(Address):
    reachable: bool = Field(description="whether other machines can reach it")
    container: bool = Field(
        description="nobody else can, because the server is in a container and knows no address"
    )
    others: list[Address] = Field(
        description="the same by the machine's other addresses, the likeliest first"
    )


class ShortAddresses:
    """code -> path, as many as there is room for. Safe under threads.

    When there is no room, the longest unused goes: of those that nobody has followed yet while
    there are any, for one visitor can ask for as many as they like. Paths are held as bytes: as
    text, one emoji makes every letter beside it take four bytes.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._taken = room, 0
        self._new: Shelf[str, bytes] = Shelf()
        self._followed: Shelf[str, bytes] = Shelf()
        self._codes: dict[bytes, str] = {}
        self._lock = threading.Lock()

    def code_of(self, path: str) -> str:
        """The code of a path, a new one where it has none."""
        data = path.encode()
        with self._lock:
            code = self._codes.get(data)
            if code is None:
                code = secrets.token_urlsafe(5)
                self._new.put(code, data)
                self._codes[data] = code
                self._taken += size_of(data)
                self._make_room()
            self._use(code)
            return code

    def use(self, code: str) -> None:
        """Count a code as used. Raises `NotFound`."""
        with self._lock:
            self._use(code)

    def follow(self, code: str) -> str:
        """The path of a code that somebody follows. Raises `NotFound`."""
        with self._lock:
            path = self._use(code)
            if self._new.pop(code):
                self._followed.put(code, path)
            return path.decode()

    def _use(self, code: str) -> bytes:
        path = self._new.use(code) or self._followed.use(code)
        if path is None:
            raise unknown_address()
        return path

    def _make_room(self) -> None:
        """Throw out others than the newest code: whoever asked for it is about to show it."""

        def crowded() -> bool:
            return self._taken > self._room and len(self._new) + len(self._followed) > 1

        for paths, least in ((self._new, 1), (self._followed, 0)):
            for _, data in paths.leaving(crowded, least=least):
                del self._codes[data]
                self._taken -= size_of(data)


def unknown_address() -> NotFound:
    return NotFound(N_("This short address is not known here, or no longer."))


def size_of(data: bytes) -> int:
    """Memory of one short address, roughly."""
    return len(data) + OVERHEAD


@router.post("/api/share", responses=can_fail(BAD_BODY))
def share(request: Request, query: ShareQuery) -> Shared:
    """A short address for a page of this server, and the QR code that leads to it."""
    if not is_ours(query.path):
        raise InvalidInput(N_("Only pages of this server can be shared."), "path")
    # Kept as it is here: others may come by another way, with another prefix or none.
    path = query.path.removeprefix(prefix_of(request)) or "/"
    code = request.app.state.addresses.code_of(path if is_ours(path) else query.path)
    bases = addresses_for_others(request)
    reachable = bases or [base_of(request)]
    first, *others = [
        Address(url=f"{base}/s/{code}", qr=f"/api/share/{code}.svg?at={at}")
        for at, base in enumerate(reachable)
    ]
    closed = not bases and request.app.state.settings.host in EVERYWHERE and in_container()
    return Shared(
        url=first.url, qr=first.qr, reachable=bool(bases), container=closed, others=others
    )


@router.get(
    "/api/share/{code}.svg",
    response_class=Response,
    responses=PICTURE,
)
def qr(request: Request, code: str, at: Annotated[int, Query(ge=0, le=99)] = 0) -> Response:
    """The QR code of a short address, as a picture; `at` chooses among the server's addresses."""
    request.app.state.addresses.use(code)
    bases = addresses_for_others(request) or [base_of(request)]
    if at >= len(bases):
        raise unknown_address()
    return picture_of(f"{bases[at]}/s/{code}")


def picture_of(address: str) -> Response:
    """The QR code of an address, black on white."""
    file = io.BytesIO()
    made = segno.make(address, micro=False, error="m")
    made.save(file, kind="svg", scale=8, border=3, light="#fff")
    return Response(file.getvalue(), media_type="image/svg+xml")


@lru_cache(maxsize=512)
def code_of(address: str) -> Markup:
    """The QR code of an address as a part of a page."""
    return Markup(
        segno.make(address, micro=False, error="m").svg_inline(
            border=2, omitsize=True, light="#fff"
        )
    )


@router.get("/s/{code}", include_in_schema=False)
def follow(request: Request, code: str) -> RedirectResponse:
    return RedirectResponse(prefix_of(request) + request.app.state.addresses.follow(code))


def is_ours(path: str) -> bool:
    """Whether it is a path of this server: no scheme, no host, no way around that."""
    parts = urlsplit(path)
    plain = not (parts.scheme or parts.netloc) and path.isprintable() and "\\" not in path
    return plain and path.startswith("/") and not path.startswith("//")


def addresses_for_others(request: Request) -> list[str]:
    """Scheme, host and prefix as other machines may reach this server, the likeliest first."""
    settings: Settings = request.app.state.settings
    return reachable_by(base_of(request), prefix_of(request), settings, this_machine())


def base_of(request: Request) -> str:
    """Scheme, host and prefix as this request came."""
    url = request.base_url
    return f"{url.scheme}://{url.netloc}{prefix_of(request)}"


def reachable_by(base: str, prefix: str, settings: Settings, machine: Machine) -> list[str]:
    """The address that the settings tell; else the one that was asked for, `base`, where it means
    the same to others, and the machine's own.
    """
    if settings.public_url:
        public = urlsplit(settings.public_url)
        return [f"{public.scheme}://{public.netloc}{prefix}"]
    url = urlsplit(base)
    host = url.hostname or ""
    closed = is_local(host) or (machine.container and host in machine.own)
    asked = [] if closed else [base]
    port = f":{url.port}" if url.port else ""
    hosts = listened_at(settings.host, machine)
    own = [f"{url.scheme}://{bracketed(host)}{port}{prefix}" for host in hosts]
    return list(dict.fromkeys(asked + own))
