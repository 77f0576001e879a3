"""Files that come as multipart fields `file`: how they are described, and read up to a limit.

They are read by hand, into the server's own folder: starlette would keep the first MiB of each in
memory, write the rest to wherever the system keeps temporary files, and say nothing useful when
that is full.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.doors.bodies import expect_body
from app.errors import BadForm, DomainError, InvalidInput
from app.i18n import N_
from app.pictures.private_folder import (
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
MAX_FILE_NAME = 255  # characters of a file's name that are kept
JPEG = b"\xff\xd8\xff"
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


@dataclass(frozen=True)
class Allowed:
    """What a request may bring: so many files of so many bytes together, and what to say to more.
    A first file that is a JPEG by its bytes may be larger where `jpeg_bytes` says so.
    """

    files: int
    bytes: int
    too_large: DomainError
    too_many: DomainError
    jpeg_bytes: int = 0

    @property
    def most_bytes(self) -> int:
        return max(self.bytes, self.jpeg_bytes)

    def check(self, form: "Form") -> None:
        """Raises `too_large`, or `too_many`."""
        jpeg = form.head.startswith(JPEG)
        if form.size > (self.most_bytes if jpeg else self.bytes):
            raise self.too_large
        if form.files > self.files:
            raise self.too_many


class Uploaded(NamedTuple):
    """The files 0, 1, 2 … in `folder`, and the names that they came with."""

    folder: Path
    names: list[str]


@asynccontextmanager
async def uploaded(
    request: Request, store: PrivateFolder, allowed: Allowed
) -> AsyncIterator[Uploaded]:
    """The files of a request, at least one, in a folder in `store` that goes when the block ends.
    Raises what `allowed` says, `InvalidInput` for a missing or a foreign field, `BadForm`,
    `StorageFull` or `StorageGone`, and `ClientDisconnect`.
    """
    expect_body(request, allowed.most_bytes + ENVELOPE, allowed.too_large)
    folder = await made_in_thread(store.new_folder, remove_folder)
    try:
        form = Form(boundary_of(request))
        async for chunk in request.stream():
            form.feed(chunk)
            allowed.check(form)
            if form.waiting() > AT_ONCE:
                await in_thread(append, folder, form.taken())
        form.finish()
        await in_thread(append, folder, form.taken())
        check_fields(form)
        yield Uploaded(folder, form.names)
    finally:
        THREADS.submit(remove_folder, folder)  # nobody's answer waits for that


def boundary_of(request: Request) -> bytes:
    """What parts the fields of a multipart body. Raises `InvalidInput` for any other body, which
    has no file, or one in another encoding, and `BadForm` where the boundary is missing.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise missing_file()
    boundary = options.get(b"boundary")
    if not boundary:
        raise bad_form()
    if options.get(b"charset", b"").lower() not in CHARSETS:
        raise InvalidInput(N_("A form must be in UTF-8."))
    return boundary


def bad_form() -> BadForm:
    return BadForm(N_("This form is broken: it does not follow the rules of multipart/form-data."))


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

    def __init__(self, boundary: bytes) -> None:
        self.names: list[str] = []  # of the files
        self.size = 0  # bytes of files
        self.head = b""  # the first bytes of the first file
        self.foreign: list[str] = []
        self.pending: dict[int, bytearray] = {}  # by the number of the file
        self._fields = 0
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
            raise bad_form() from None

    @property
    def files(self) -> int:
        """How many there are by now."""
        return len(self.names)

    def feed(self, data: bytes) -> None:
        """Raises `BadForm` for what is not multipart, `InvalidInput` for too many fields."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise bad_form() from None

    def finish(self) -> None:
        """The same where the last part is not complete."""
        try:
            self._parser.finalize()
        except FormParserError:
            raise bad_form() from None

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
            self.names.append(last_part(options[b"filename"]))
            return
        self._fields += 1
        if name != "file":
            self.foreign.append(name)
        if self._fields > MAX_FIELDS:
            message = N_("A form may have at most {limit} fields beside its files.")
            raise InvalidInput(message, limit=MAX_FIELDS)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            if self.files == 1 and len(self.head) < len(JPEG):
                self.head += data[start : min(end, start + len(JPEG))]
            self.pending.setdefault(self.files - 1, bytearray()).extend(data[start:end])
            self.size += end - start


def last_part(path: bytes) -> str:
    """A file's name without the folders that some programs send with it."""
    name = path.decode(errors="replace").replace("\\", "/").rpartition("/")[2]
    return name[:MAX_FILE_NAME]


def append(folder: Path, pieces: dict[int, bytearray]) -> None:
    """Write pieces of files behind what is there. Raises `StorageFull` or `StorageGone`."""
    with storing():
        for number, data in pieces.items():
            with (folder / str(number)).open("ab") as file:
                file.write(data)
