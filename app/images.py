"""Uploads: bytes -> safe RGB picture -> id. The only file that decodes pictures.

The decoding itself happens in `decoder.py`, a process with limits. Measured with 20 million
pixels in every format and mode: that process peaks at 250 MB and 1 s, the server stays as it was;
two uploads at once wait for each other, so the peak is never doubled.
"""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import IO, TYPE_CHECKING, Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response
from pydantic import BaseModel

from app.child import told_by
from app.errors import (
    ImageDamaged,
    ImageError,
    ImageFormat,
    ImageGone,
    ImageTooLarge,
    can_fail,
)
from app.i18n import N_
from app.private_folder import PrivateFolder
from app.settings import MEBIBYTE, Settings
from app.uploads import BINARY, upload_body, uploaded

if TYPE_CHECKING:  # the home page is served before numpy is loaded
    import numpy as np
    from numpy.typing import NDArray

DECODER = Path(__file__).with_name("decoder.py")
DECODE_SECONDS = 4.5  # for starting the process, too; a visitor waits at most 5
HOUR = 3600


@dataclass
class Picture:
    """A cleaned picture in the store; `used` is the monotonic time of its last use."""

    id: str
    path: Path
    width: int
    height: int
    media_type: str
    size: int
    used: float


class ImageStore:
    """Pictures in a private temporary folder, each until it was unused for too long.

    Whoever knows an id may see and delete its picture; an id is 128 random bits, and there is no
    list. Safe under threads.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._folder = PrivateFolder("vitrine-")
        self._pictures: dict[str, Picture] = {}  # the longest unused first
        self._lock = threading.Lock()
        self._turn = CapacityLimiter(1)

    def close(self) -> None:
        """Forget all pictures; the store may be used again."""
        with self._lock:
            self._pictures.clear()
            self._folder.clear()

    async def put(self, file: IO[bytes]) -> Picture:
        """Take a picture from an open file of the disk, when its turn comes.

        Raises ImageTooLarge, ImageFormat or ImageDamaged.
        """
        return await to_thread.run_sync(self.add, file, limiter=self._turn)

    def add(self, file: IO[bytes]) -> Picture:
        """`put`, for a caller that may block."""
        target = self._folder.new_file()
        facts = run_decoder(file, target, self.settings)
        if "refused" in facts:
            target.unlink(missing_ok=True)
            raise refusal(facts["refused"], self.settings)
        picture = Picture(
            token_hex(16), target, size=target.stat().st_size, used=time.monotonic(), **facts
        )
        with self._lock:
            self._pictures[picture.id] = picture
            self._make_room()
        return picture

    def get(self, image_id: str) -> Picture:
        """What is known of a picture, which counts as a use of it. Raises ImageGone."""
        with self._lock:
            self._make_room()
            picture = self._pictures.pop(image_id, None)
            if picture is None:
                raise self._gone()
            picture.used = time.monotonic()
            self._pictures[image_id] = picture
        return picture

    def read(self, image_id: str) -> tuple[bytes, str]:
        """(the file's bytes, its media type). Raises ImageGone."""
        picture = self.get(image_id)
        try:
            return picture.path.read_bytes(), picture.media_type
        except FileNotFoundError:  # thrown out since
            raise self._gone() from None

    def load(self, image_id: str) -> "NDArray[np.uint8]":
        """The pixels as uint8 [H, W, 3], RGB: those the browser shows. Raises ImageGone."""
        import numpy as np
        from PIL import Image

        picture = self.get(image_id)
        try:
            with Image.open(picture.path, formats=["PNG", "JPEG"]) as opened:
                return np.array(opened.convert("RGB"))
        except FileNotFoundError:
            raise self._gone() from None

    def delete(self, image_id: str) -> None:
        """Forget a picture. Raises ImageGone."""
        with self._lock:
            if image_id not in self._pictures:
                raise self._gone()
            self._remove(image_id)

    def _gone(self) -> ImageGone:
        return ImageGone(
            N_(
                "This picture is no longer here: unused pictures are kept for {hours} hours. "
                "Please choose it again."
            ),
            hours=f"{self.settings.image_hours:g}",
        )

    def _remove(self, image_id: str) -> None:
        self._pictures.pop(image_id).path.unlink(missing_ok=True)

    def _make_room(self) -> None:
        oldest_use = time.monotonic() - self.settings.image_hours * HOUR
        room = self.settings.image_store_bytes
        total = sum(picture.size for picture in self._pictures.values())
        for picture in list(self._pictures.values()):
            crowded = total > room and len(self._pictures) > 1
            if picture.used >= oldest_use and not crowded:
                return
            total -= picture.size
            self._remove(picture.id)


def run_decoder(file: IO[bytes], target: Path, settings: Settings) -> dict[str, Any]:
    """What `decoder.py` says about a file: width, height and media_type, or why refused."""
    file.flush()
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    limits = (settings.max_pixels, settings.max_side)
    return told_by(DECODER, target, *limits, stdin=file.fileno(), seconds=DECODE_SECONDS)


def too_many_bytes(settings: Settings) -> ImageTooLarge:
    return ImageTooLarge(
        N_("This file is too large: a picture may have at most {megabytes} MB."),
        field="file",
        megabytes=f"{settings.max_upload_bytes / MEBIBYTE:.3g}",
    )


def refusal(reason: str, settings: Settings) -> ImageError:
    """The error for the decoder's word."""
    if reason == "format":
        return ImageFormat(N_("This file is not a PNG, JPEG, WebP or GIF picture."), field="file")
    if reason == "pixels":
        return ImageTooLarge(
            N_("This picture has too many pixels: at most {millions} million can be read."),
            field="file",
            millions=f"{settings.max_pixels / 1e6:.3g}",
        )
    if reason == "heavy":
        return ImageTooLarge(
            N_(
                "Opening this picture takes too much time or memory. "
                "Save it again as JPEG or PNG, or choose another one."
            ),
            field="file",
        )
    return ImageDamaged(N_("This picture is damaged and cannot be read."), field="file")


class ImageAnswer(BaseModel):
    """A picture as the page uses it: boxes are in these pixels."""

    id: str
    width: int
    height: int
    url: str


def answer(picture: Picture) -> ImageAnswer:
    return ImageAnswer(
        id=picture.id,
        width=picture.width,
        height=picture.height,
        url=f"/api/images/{picture.id}",
    )


router = APIRouter(prefix="/api/images", tags=["images"])
ImageId = Annotated[str, PathParameter(description="an id that an upload returned")]
NO_IMAGE = can_fail({404: "no picture with that id, or no longer", 422: "not an id"})
CANNOT_TAKE = can_fail(
    {
        400: "not a well-formed multipart body",
        413: "too many bytes or pixels",
        415: "not a PNG, JPEG, WebP or GIF",
        422: "no file, or a damaged one",
    }
)
MEDIA_TYPES = ("image/png", "image/jpeg")
IMAGE_BYTES: dict[str, Any] = {media_type: {"schema": BINARY} for media_type in MEDIA_TYPES}
UPLOAD_BODY = upload_body(
    BINARY, encoding={"file": {"contentType": "image/png, image/jpeg, image/webp, image/gif"}}
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
    """Take a picture: multipart field `file`; PNG, JPEG, WebP or GIF, told by its content."""
    store = images_of(request)
    limit, too_large = store.settings.max_upload_bytes, too_many_bytes(store.settings)
    async with uploaded(request, limit, too_large, max_files=1) as files:
        if (files[0].size or 0) > limit:
            raise too_large
        return answer(await store.put(files[0].file))


@router.get(
    "/{image_id}",
    response_class=Response,
    responses={200: {"content": IMAGE_BYTES, "description": "the cleaned picture"}, **NO_IMAGE},
)
def show(request: Request, image_id: ImageId) -> Response:
    """The picture that the networks see: upright, RGB, without metadata."""
    data, media_type = images_of(request).read(image_id)
    return Response(data, media_type=media_type, headers=HEADERS)


@router.delete("/{image_id}", status_code=204, responses=NO_IMAGE)
def forget(request: Request, image_id: ImageId) -> None:
    """Forget a picture at once."""
    images_of(request).delete(image_id)
