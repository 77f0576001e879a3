"""Files that come as multipart fields `file`: how they are described, and read up to a limit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.types import Message

from app.errors import DomainError, InvalidInput
from app.i18n import N_

ENVELOPE = 64 * 1024  # bytes of a multipart body beside the files
BINARY: dict[str, Any] = {"type": "string", "format": "binary"}


def upload_body(file: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The OpenAPI description of a body whose one field is `file`, with that schema. By hand,
    because the body is read by hand: FastAPI would read all of it first.
    """
    schema = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": file},
    }
    content = {"multipart/form-data": {"schema": schema, **more}}
    return {"requestBody": {"required": True, "content": content}}


@asynccontextmanager
async def uploaded(
    request: Request, limit: int, too_large: DomainError, max_files: int
) -> AsyncIterator[list[UploadFile]]:
    """The files of a request, at least one. Raises `too_large` above `limit` bytes, and
    `InvalidInput` for a missing or a foreign field.
    """
    limited = Request(request.scope, at_most(limit + ENVELOPE, request, too_large))
    form = limited.form(max_files=max_files, max_fields=8, max_part_size=ENVELOPE)
    async with form as fields:
        files = [file for file in fields.getlist("file") if isinstance(file, UploadFile)]
        if not files:
            raise InvalidInput(N_("“{name}” is missing."), "file", name="file")
        for name in fields:
            if name != "file":
                raise InvalidInput(
                    N_("“{name}” has a value that is not allowed here."), name, name=name
                )
        yield files


def at_most(limit: int, request: Request, error: DomainError) -> Callable[[], Awaitable[Message]]:
    """The request's body, which raises `error` as soon as more than `limit` bytes have come."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise error
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise error
        return message

    return receive
