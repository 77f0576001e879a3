"""Bodies of requests on their way in: how large and how slow they may be, and that they are text.

`Doors` puts an `Incoming` between the server and every endpoint. FastAPI's own `max_body_size` is
not used: it answers in plain text, and a limit that a setting decides cannot be told to it.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope

from app.errors import BodyTooLarge, BodyTooSlow, DomainError, InvalidInput, Refused
from app.i18n import N_
from app.problems import first_problem
from app.settings import MEBIBYTE

Model = TypeVar("Model", bound=BaseModel)
LIMIT = MEBIBYTE  # of every body; an endpoint that needs more says so by `expect_body`
PAUSE_SECONDS = 30.0  # that the sender of a body may be silent
WHOLE_SECONDS = 600.0  # that a whole body may take: 64 MB of photos over a poor network
INCOMING = "vitrine.incoming"  # its key in the scope
# Escapes of UTF-16's surrogates in JSON, and what they would be as bytes.
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
SURROGATES = re.compile("[\ud800-\udfff]")


class Incoming:
    """One request's body, refused when it is too large or too slow.

    Where its length is declared, before any of it is read; else as soon as more has come.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        pause: float = PAUSE_SECONDS,
        whole: float = WHOLE_SECONDS,
    ) -> None:
        self.limit = LIMIT
        self.too_large: DomainError | None = None  # an endpoint's own words for it
        self._receive, self._pause, self._whole = receive, pause, whole
        declared = Headers(scope=scope).get("content-length", "")
        # Twenty digits are more than any limit, and int() of thousands would take its time.
        self._declared = int(declared[:20]) if declared.isdecimal() else 0
        self._seen = 0
        self._complete = False
        self._until: float | None = None

    async def receive(self) -> Message:
        """The next part of the body. Raises `Refused`."""
        if self._complete:  # what comes now is that the client leaves, whenever that may be
            return await self._receive()
        self._check(self._declared)
        message = await self._in_time()
        self._complete = not message.get("more_body", False)
        self._seen += len(message.get("body", b""))
        self._check(self._seen)
        return message

    def _check(self, size: int) -> None:
        if size > self.limit:
            message = N_("A request to this address may have at most {megabytes} MB.")
            told = BodyTooLarge(message, megabytes=f"{self.limit / MEBIBYTE:.3g}")
            raise Refused(self.too_large or told)

    async def _in_time(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._until = self._until or now + self._whole
        try:
            async with asyncio.timeout_at(min(self._until, now + self._pause)):
                return await self._receive()
        except TimeoutError:
            message = N_("The request came too slowly, so the server stopped waiting. Try again.")
            raise Refused(BodyTooSlow(message)) from None


def expect_body(request: Request, limit: int, too_large: DomainError | None = None) -> None:
    """Let a request's body have up to `limit` bytes, and say so in these words where it has more;
    for endpoints that read it by themselves, before they do.
    """
    incoming: Incoming = request.scope[INCOMING]
    incoming.limit, incoming.too_large = limit, too_large


async def read_json(request: Request, limit: int) -> bytes:
    """The bytes of a JSON body up to `limit`, not parsed. Raises `InvalidInput` where the request
    says that it is something else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not re.fullmatch(r"application/[\w.-]+\+json", kind):
        raise InvalidInput(N_("The request is not valid JSON."))
    expect_body(request, limit)
    return await request.body()


def parse_json(model: type[Model], body: bytes) -> Model:
    """A JSON body as FastAPI would give it to an endpoint. Raises `InvalidInput`."""
    check_text(body)
    try:
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        raise first_problem(error.errors(include_url=False, include_input=False)) from None
    except (ValueError, RecursionError):
        raise InvalidInput(N_("The request is not valid JSON.")) from None


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI description of a JSON body that is read by hand."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


async def refuse_surrogates(connection: HTTPConnection) -> None:
    """A dependency of every endpoint, sockets too. Raises `InvalidInput` where a JSON body that
    FastAPI has parsed contains half a character, which no answer, file or log could write.
    """
    parsed = getattr(connection.scope.get("route"), "body_field", None)
    if parsed and isinstance(connection, Request):
        check_text(await connection.body())


def check_text(body: bytes) -> None:
    """Raises `InvalidInput` for JSON with a lone surrogate (as in `"\\ud800"`) in any string, also
    nested and in keys.
    """
    # UTF-16 and UTF-32 are JSON, too, where each byte has zeros beside it.
    if json.detect_encoding(body).startswith("utf-8") and not SURROGATE.search(body):
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return  # whoever parses it will say what is wrong
    if any(SURROGATES.search(text) for text in strings(value)):
        raise InvalidInput(N_("The request contains half of a character, which is not text."))


def strings(value: Any) -> Iterator[str]:
    """Every string in parsed JSON."""
    rest = [value]
    while rest:
        part = rest.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            yield from part
            rest.extend(part.values())
        elif isinstance(part, list):
            rest.extend(part)
