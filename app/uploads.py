"""Files that come as multipart fields `file`: how they are described, and read up to a limit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile

from app.bodies import expect_body
from app.errors import DomainError, InvalidInput
from app.i18n import N_

ENVELOPE = 64 * 1024  # bytes of a multipart body beside the files
# Python knows encodings that make half characters of a field's name, or fail on it.
CHARSETS = {b"", b"utf-8", b"us-ascii"}
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
    """The files of a request, at least one. Above `limit` bytes it is refused as `too_large`.
    Raises `InvalidInput` for a missing or a foreign field.
    """
    charset = parse_options_header(request.headers.get("content-type"))[1].get(b"charset", b"")
    if charset.lower() not in CHARSETS:
        raise InvalidInput(N_("A form must be in UTF-8."))
    expect_body(request, limit + ENVELOPE, too_large)
    form = request.form(max_files=max_files, max_fields=8, max_part_size=ENVELOPE)
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
