"""What pages ask beside their runs and takes long: computed in a process of its own, while there is
room, for as long as somebody waits for it.
"""

import gzip
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from app.answers.shared import shared_answers_of
from app.answers.single_flight import until_gone
from app.doors.bodies import read_json
from app.errors import Busy
from app.i18n import N_


class Queue:
    """How many questions may be in work or wait for it at the same time."""

    def __init__(self, places: int) -> None:
        self._free = places

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places. Raises `Busy` where all are taken."""
        if not self._free:
            raise Busy(N_("Too many questions are waiting for an answer here. Try again soon."))
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


JSON_TYPE = "application/json"
LEVEL = 4  # of gzip, as everywhere here
PLACES = 64  # each may hold a body of some megabytes
_queue = Queue(PLACES)


async def computed(
    connection: HTTPConnection, function: Callable[..., Any], *arguments: Any
) -> Any:
    """What a function of a module returns, from a process forked for it: a thread would hold the
    interpreter, and with it every page, for as long as it parses or draws.

    Raises what the function raises, and `Busy` where too many wait, or no process can be had.
    """
    with _queue.place():
        try:
            return await connection.app.state.runs.engine.compute(function, *arguments)
        except OSError:
            message = N_("The server has no room for this right now. Try again soon.")
            raise Busy(message) from None


async def remembered(
    request: Request, function: Callable[..., BaseModel], *arguments: Hashable
) -> Response:
    """The JSON of the model that a function of a module returns, computed once in a process of its
    own for all who ask with the same arguments.
    """
    key = (function.__module__, function.__qualname__, *arguments)
    make = partial(computed, request, as_json, function, *arguments)
    data = await until_gone(request, shared_answers_of(request).get(key, make, len))
    return Response(data, media_type=JSON_TYPE)


def as_json(function: Callable[..., BaseModel], *arguments: Any) -> bytes:
    return function(*arguments).model_dump_json().encode()


def pack(data: bytes) -> bytes:
    """An answer as it is remembered and sent: so the second who asks costs nearly nothing."""
    return gzip.compress(data, LEVEL)


# Up to here an answer takes a few milliseconds; a process takes 30.
SMALL_BODY = 4096


async def answer_to(
    request: Request,
    limit: int,
    media_type: str,
    function: Callable[..., bytes],
    *more: Any,
) -> Response:
    """What a function of a module makes of a JSON body of up to `limit` bytes: of a small one here,
    of a large one in a process of its own, packed.
    """
    body = await read_json(request, limit)
    if len(body) <= SMALL_BODY:
        data = await to_thread.run_sync(function, body, *more)
        return Response(data, media_type=media_type)
    packed = await until_gone(request, computed(request, packed_of, function, body, *more))
    return await packed_response(request, packed, media_type)


def packed_of(function: Callable[..., bytes], *arguments: Any) -> bytes:
    return pack(function(*arguments))


async def packed_response(connection: HTTPConnection, packed: bytes, media_type: str) -> Response:
    """What `pack` made, unpacked for the few who do not read gzip."""
    if "gzip" in connection.headers.get("accept-encoding", ""):
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(packed, media_type=media_type, headers=headers)
    return Response(await to_thread.run_sync(gzip.decompress, packed), media_type=media_type)
