"""Files that come as multipart fields `file`: how they are described, and read up to a limit.

They are read by hand, into the server's own folder: starlette would keep the first MiB of each in
memory, write the rest to wherever the system keeps temporary files, and say nothing useful when
that is full.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.bodies import expect_body
from app.errors import DomainError, InvalidInput
from app.i18n import N_
from app.private_folder import (
    THREADS,
    PrivateFolder,
    in_thread,
    made_in_thread,
    remove_folder,
    storing,
)

ENVELOPE = 64 * 1024  # bytes of a multipart body beside the files
CHARSETS = {b"", b"utf-8", b"us-ascii"}
MAX_FIELDS = 8  # beside the files
MAX_NAME = 100  # characters of a field's name that are repeated to the sender
AT_ONCE = 256 * 1024  # bytes that are gathered before they are written
CANNOT_UPLOAD = {503: "no process, or no folder, to open it in", 507: "the server's disk is full"}
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
    request: Request, store: PrivateFolder, limit: int, too_large: DomainError, max_files: int
) -> AsyncIterator[Path]:
    """A folder in `store` with the files of a request, at least one, as 0, 1, 2 …; it goes when the
    block ends. Raises `too_large` above `limit` bytes of files, `InvalidInput` for a missing or a
    foreign field, `StorageFull` or `StorageGone`, and `ClientDisconnect`.
    """
    expect_body(request, limit + ENVELOPE, too_large)
    folder = await made_in_thread(store.new_folder, remove_folder)
    try:
        form = Form(boundary_of(request), max_files)
        async for chunk in request.stream():
            form.feed(chunk)
            if form.size > limit:
                raise too_large
            if form.waiting() > AT_ONCE:
                await in_thread(append, folder, form.taken())
        form.finish()
        await in_thread(append, folder, form.taken())
        check_fields(form)
        yield folder
    finally:
        THREADS.submit(remove_folder, folder)  # nobody's answer waits for that


def boundary_of(request: Request) -> bytes:
    """What parts the fields of a multipart body. Raises `InvalidInput` for any other body, which
    has no file, or one in another encoding, and `HTTPException` 400 where the boundary is missing.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise missing_file()
    boundary = options.get(b"boundary")
    if not boundary:
        raise HTTPException(400)
    if options.get(b"charset", b"").lower() not in CHARSETS:
        raise InvalidInput(N_("A form must be in UTF-8."))
    return boundary


def missing_file() -> InvalidInput:
    return InvalidInput(N_("“{name}” is missing."), "file", name="file")


def check_fields(form: "Form") -> None:
    """Raises `InvalidInput` where there is no file, or a field of another name."""
    if not form.files:
        raise missing_file()
    if form.foreign:
        name = form.foreign[0]
        raise InvalidInput(N_("“{name}” has a value that is not allowed here."), name, name=name)


class Form:
    """The multipart body as it comes: bytes of files that wait to be written, and field names."""

    def __init__(self, boundary: bytes, max_files: int) -> None:
        self.files = 0
        self.size = 0  # bytes of files
        self.foreign: list[str] = []
        self.pending: dict[int, bytearray] = {}  # by the number of the file
        self._max_files, self._fields = max_files, 0
        self._name, self._value, self._disposition = b"", b"", b""
        self._in_file = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                },
            )
        except FormParserError:  # a boundary that is too long
            raise HTTPException(400) from None

    def feed(self, data: bytes) -> None:
        """Raises `HTTPException` 400 for what is not multipart, or has too many parts."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise HTTPException(400) from None

    def finish(self) -> None:
        """The same where the last part is not complete."""
        try:
            self._parser.finalize()
        except FormParserError:
            raise HTTPException(400) from None

    def waiting(self) -> int:
        """How many bytes wait to be written."""
        return sum(map(len, self.pending.values()))

    def taken(self) -> dict[int, bytearray]:
        """What waits to be written, to be written by the caller."""
        pending, self.pending = self.pending, {}
        return pending

    def _begin(self) -> None:
        self._disposition, self._in_file = b"", False

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name, self._value = b"", b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise FormParserError("a part without a name")
        name = options[b"name"].decode(errors="replace")[:MAX_NAME]
        self._in_file = b"filename" in options and name == "file"
        if self._in_file:
            self.pending[self.files] = bytearray()
            self.files += 1
        else:
            self._fields += 1
            if name != "file":
                self.foreign.append(name)
        if self.files > self._max_files or self._fields > MAX_FIELDS:
            raise FormParserError("too many parts")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self.pending.setdefault(self.files - 1, bytearray()).extend(data[start:end])
            self.size += end - start


def append(folder: Path, pieces: dict[int, bytearray]) -> None:
    """Write pieces of files behind what is there. Raises `StorageFull` or `StorageGone`."""
    with storing():
        for number, data in pieces.items():
            with (folder / str(number)).open("ab") as file:
                file.write(data)
