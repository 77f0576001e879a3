"""The endpoints of single pictures: upload, show, forget."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app.answers.single_flight import until_gone
from app.errors import ImageTooLarge, InvalidInput, RoomError, can_fail
from app.i18n import N_
from app.pictures.owners import owners_of
from app.pictures.private_folder import in_thread, made_in_thread
from app.pictures.store import HOUR, Picture
from app.pictures.store import ImageStore as ImageStore
from app.pictures.stored_file import StoredFile
from app.pictures.uploads import BINARY, CANNOT_UPLOAD, Allowed, upload_body, uploaded
from app.settings import MEBIBYTE, Settings


def allowed(settings: Settings) -> Allowed:
    """One file, a JPEG larger than others: a phone's photo, which is decoded reduced."""
    large = N_(
        "This file is too large: a JPEG may have at most {jpeg} MB, a picture of another format "
        "{other} MB."
    )
    return Allowed(
        files=1,
        bytes=settings.max_upload_bytes,
        jpeg_bytes=settings.max_jpeg_bytes,
        too_large=ImageTooLarge(
            large,
            "file",
            jpeg=f"{settings.max_jpeg_bytes / MEBIBYTE:.3g}",
            other=f"{settings.max_upload_bytes / MEBIBYTE:.3g}",
        ),
        too_many=InvalidInput(N_("This address takes one picture at a time."), "file"),
    )


class ImageAnswer(BaseModel):
    """A picture as the page uses it: boxes are in these pixels."""

    id: str
    width: int
    height: int
    url: str
    incomplete: bool = Field(description="a JPEG that breaks off: the rest of it is gray")


def answer(picture: Picture) -> ImageAnswer:
    return ImageAnswer(
        id=picture.id,
        width=picture.width,
        height=picture.height,
        url=f"/api/images/{picture.id}",
        incomplete=picture.content.incomplete,
    )


router = APIRouter(prefix="/api/images", tags=["images"])
ImageId = Annotated[str, PathParameter(description="an id that an upload returned")]
NO_IMAGE = can_fail({404: "no picture with that id, or no longer", 422: "not an id"})
CANNOT_TAKE = can_fail(
    {
        400: "not a well-formed multipart body",
        413: "too many bytes or pixels",
        415: "not a PNG, JPEG, WebP, GIF or AVIF (HEIC: where the server has pi-heif)",
        422: "no file, two, or a damaged one",
        **CANNOT_UPLOAD,
    }
)
MEDIA_TYPES = ("image/png", "image/jpeg")
IMAGE_BYTES: dict[str, Any] = {media_type: {"schema": BINARY} for media_type in MEDIA_TYPES}
UPLOAD_BODY = upload_body(
    BINARY,
    encoding={"file": {"contentType": "image/png, image/jpeg, image/webp, image/gif, image/avif"}},
)
HEADERS = {
    "Cache-Control": f"private, max-age={6 * HOUR}, immutable",
    "X-Content-Type-Options": "nosniff",
}


def images_of(request: Request) -> ImageStore:
    store: ImageStore = request.app.state.images
    return store


@router.post("", status_code=201, responses=CANNOT_TAKE, openapi_extra=UPLOAD_BODY)
async def upload(request: Request) -> ImageAnswer:
    """Take a picture: multipart field `file`; PNG, JPEG, WebP, GIF or AVIF, told by its content."""
    store = images_of(request)
    async with uploaded(request, store.folder, allowed(store.settings)) as upload:
        picture = await until_gone(request, store.put(upload.folder / "0"))
    await owners_of(request).brought(request, "photo", picture.id)
    return answer(picture)


@router.get(
    "/{image_id}",
    response_class=Response,
    responses={200: {"content": IMAGE_BYTES, "description": "the cleaned picture"}, **NO_IMAGE},
)
async def show(request: Request, image_id: ImageId) -> Response:
    """The picture that the networks see: upright, RGB, without metadata."""
    picture, file = await made_in_thread(
        lambda: images_of(request).opened(image_id), lambda opened: opened[1].close()
    )
    content = picture.content
    return StoredFile(file, content.size, content.media_type, HEADERS)


@router.delete(
    "/{image_id}",
    status_code=204,
    responses={**NO_IMAGE, **can_fail({403: "another's", 409: "it is on show in a room"})},
)
async def forget(request: Request, image_id: ImageId) -> None:
    """Forget a picture at once, and whatever was found out about it."""
    await in_thread(images_of(request).get, image_id)
    await owners_of(request).check(request, image_id)
    if await request.app.state.rooms.shows(image_id):  # a guest knows its name
        raise RoomError(
            N_("This photo is on show in a room. It can be deleted when that has ended.")
        )
    await in_thread(images_of(request).delete, image_id)
