"""What can go wrong, as a tree, and the one JSON shape in which it is told.

DomainError                     code, HTTP status, a sentence for the reader
├── InvalidInput        422     a field's value makes no sense; names the field
├── ImageError
│   ├── ImageTooLarge   413     too many bytes, or too many pixels
│   ├── ImageFormat     415     of a format that is not taken
│   ├── ImageDamaged    422     claims to be one, but cannot be read
│   └── ImageGone       404     no picture with that id, or no longer
├── AlbumError
│   ├── AlbumTooLarge   413     too many bytes, pictures or classes, or a bomb
│   ├── AlbumRefused    422     no pictures, locked, damaged, or names that point elsewhere
│   ├── AlbumKept       403     the server's own data set, which no visitor may delete
│   └── AlbumGone       404     no album with that id, or no longer
├── UploadError         503     what the server lacks; never the upload's fault
│   ├── StorageFull     507     no room on its disk
│   ├── StorageGone     503     no temporary folder, or one that it cannot write to
│   ├── DecoderKilled   503     the process that decodes was ended from outside
│   ├── DecoderStalled  503     … or had not finished long after it should have
│   └── DecodersBusy    503     the queue is full
├── NotFound            404
├── NotYours            403     pictures of another visitor, who alone may delete them
├── RequestError
│   ├── HostNotAllowed  421     asked for by a name that is not one of this server's
│   ├── ForeignPage     403     a write, or a socket, from a page of another site
│   ├── BadForm         400     not a form, or a broken one
│   ├── BodyTooLarge    413     more than the address takes
│   └── BodyTooSlow     408     not there in time
├── Busy                503     as much is waiting as may; says when to try again
│   └── StoreSilent     503     what the web processes of this address share does not answer
├── ModelNotInstalled   409     weights that this machine does not have; says the command
├── RoomError           409     what a room refuses
│   ├── RoomGone        404     no room with that code, or no longer
│   ├── TooManyCodes    429     wrong codes, of one visitor or of all together
│   ├── RoomsFull       503     as many rooms as the server may have
│   ├── RoomFull        503     as many guests as a room may have
│   └── NotPresenter    403     only whoever presents may do that
└── RunError            409     a training that is refused, or that has come to an end
    ├── RunsFull        503     as many runs as the server, or the visitor, may have
    ├── RunTooLarge     422     more parameters, steps or memory than a run may have
    ├── RunTimeout      409     past its seconds, or idle for too long
    ├── RunFinished     409     the lab's own end
    ├── RunReplaced     409     started anew by the same page; watchers go on with the new run
    ├── Diverged        409     NaN or infinity
    ├── RunKilled       409     its process was ended from outside
    ├── RunBroken       500     an exception in the lab
    └── RunGone         404     no run of that name, or no longer

Every error goes out as {"error": {"code": …, "message": …, "field": …}}, in the reader's language.
"""

from typing import Any, ClassVar

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.i18n import LANGUAGES, LazyText, Told

MAX_PATH = 200  # characters of a field's path that are repeated to the sender


class DomainError(Exception):
    """An error that a person should read. `message` is translated when it is told."""

    code = "error"
    status = 400
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, message: LazyText, field: str | None = None, **values: Any) -> None:
        super().__init__(message)
        self.message, self.field, self.values = message, field, values

    def told_in(self, language: str) -> dict[str, Any]:
        """The one error shape."""
        text = Told(self.message, self.values).in_language(language)
        return {"error": {"code": self.code, "message": text, "field": self.field}}

    def told_on_a_line(self, language: str) -> dict[str, Any]:
        """The same with its sentence in every language: a page may switch on an open line."""
        told = Told(self.message, self.values)
        return self.told_in(language) | {"sentences": {x: told.in_language(x) for x in LANGUAGES}}


class InvalidInput(DomainError):
    code, status = "invalid_input", 422


class ImageError(DomainError):
    pass


class ImageTooLarge(ImageError):
    code, status = "image_too_large", 413


class ImageFormat(ImageError):
    code, status = "image_format", 415


class ImageDamaged(ImageError):
    code, status = "image_damaged", 422


class ImageGone(ImageError):
    code, status = "image_gone", 404


class AlbumError(DomainError):
    pass


class AlbumTooLarge(AlbumError):
    code, status = "album_too_large", 413


class AlbumRefused(AlbumError):
    code, status = "album_refused", 422


class AlbumKept(AlbumError):
    code, status = "album_kept", 403


class AlbumGone(AlbumError):
    code, status = "album_gone", 404


class UploadError(DomainError):
    code, status = "upload_error", 503


class StorageFull(UploadError):
    code, status = "storage_full", 507


class StorageGone(UploadError):
    code = "storage_gone"


class DecoderKilled(UploadError):
    code = "decoder_killed"


class DecoderStalled(UploadError):
    code = "decoder_stalled"


class DecodersBusy(UploadError):
    code = "decoders_busy"


class NotFound(DomainError):
    code, status = "not_found", 404


class RequestError(DomainError):
    pass


class HostNotAllowed(RequestError):
    code, status = "host_not_allowed", 421


class ForeignPage(RequestError):
    code, status = "foreign_page", 403


class BadForm(RequestError):
    code, status = "bad_form", 400


class BodyTooLarge(RequestError):
    code, status = "body_too_large", 413


class BodyTooSlow(RequestError):
    code, status = "body_too_slow", 408
    headers: ClassVar[dict[str, str]] = {
        "Connection": "close"
    }  # the rest of the body may come later, or never


class Busy(DomainError):
    code, status = "busy", 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}  # seconds


class StoreSilent(Busy):
    code = "store_silent"


class ModelNotInstalled(DomainError):
    code, status = "model_not_installed", 409


class RoomError(DomainError):
    code, status = "room_error", 409


class RoomGone(RoomError):
    code, status = "room_gone", 404


class TooManyCodes(RoomError):
    code, status = "too_many_codes", 429


class RoomsFull(RoomError):
    code, status = "rooms_full", 503


class RoomFull(RoomError):
    code, status = "room_full", 503


class NotPresenter(RoomError):
    code, status = "not_presenter", 403


class NotYours(DomainError):
    code, status = "not_yours", 403


class RunError(DomainError):
    code, status = "run_ended", 409


class RunsFull(RunError):
    code, status = "runs_full", 503


class RunTooLarge(RunError):
    code, status = "run_too_large", 422


class RunTimeout(RunError):
    code = "run_timeout"


class RunFinished(RunError):
    code = "run_finished"


class RunReplaced(RunError):
    code = "run_replaced"


class Diverged(RunError):
    code = "diverged"


class RunKilled(RunError):
    code = "run_killed"


class RunBroken(RunError):
    code, status = "run_broken", 500


class RunGone(RunError):
    code, status = "run_gone", 404


class Refused(HTTPException):
    """A `DomainError` while a body is read: there FastAPI lets only HTTPExceptions through."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(error.status)
        self.error = error


class ErrorDetail(BaseModel):
    code: str
    message: str
    field: str | None


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    error: ErrorDetail


def can_fail(reasons: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI descriptions of the errors that an endpoint may answer with, from {status: why}."""
    return {s: {"model": ErrorAnswer, "description": why} for s, why in reasons.items()}


BAD_BODY = {
    400: "a body that is not text",
    413: "a body that is too large",
    422: "a value that makes no sense; names the field",
}


def error_response(error: DomainError, language: str) -> JSONResponse:
    return JSONResponse(error.told_in(language), error.status, error.headers)
