"""The endpoints of albums: take pictures to learn from, tell what they are, forget them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app.answers.single_flight import until_gone
from app.errors import AlbumTooLarge, InvalidInput, can_fail
from app.i18n import N_, language_of
from app.pictures.albums.album import Album, counts_by_rule, labeled, opened, pictures_of
from app.pictures.albums.classes import Rule
from app.pictures.albums.store import ON_DISK, AlbumStore
from app.pictures.albums.words import notes
from app.pictures.decoding.album_limits import UNLABELED
from app.pictures.owners import owners_of
from app.pictures.private_folder import in_thread, made_in_thread
from app.pictures.stored_file import StoredFile
from app.pictures.uploads import BINARY, CANNOT_UPLOAD, Allowed, upload_body, uploaded
from app.settings import MEBIBYTE, Settings

MAX_FILES = 200  # in one request; more come in several (`drafts.py`)


def allowed(settings: Settings) -> Allowed:
    """Zips and photos of one request, so many of so many bytes together."""
    many = N_("One request takes {limit} files at most: send more in several, as the page does.")
    large = N_("These files are too large: together they may have at most {megabytes} MB.")
    return Allowed(
        files=MAX_FILES,
        bytes=settings.max_album_bytes,
        too_large=AlbumTooLarge(
            large, "file", megabytes=f"{settings.max_album_bytes / MEBIBYTE:.3g}"
        ),
        too_many=InvalidInput(many, "file", limit=MAX_FILES),
    )


class ClassAnswer(BaseModel):
    name: str
    count: int


class AlbumAnswer(BaseModel):
    """An album as the page uses it: 32 x 32 pictures, their classes if they have any."""

    id: str
    count: int = Field(description="pictures by this rule")
    classes: list[ClassAnswer]
    rule: Rule = Field(description="what tells the classes")
    rules: dict[Rule, int] = Field(description="how many classes each rule tells")
    patches: bool = Field(description="overlapping parts of a few photos")
    left_out: int = Field(description="files that are pictures, or should be, and are not taken")
    reasons: dict[str, int] = Field(description="why: how many")
    others: int = Field(description="files that are no pictures")
    incomplete: int = Field(description="JPEGs that break off, taken as far as they go")
    notes: list[str] = Field(description="all of this in sentences, in the reader's language")


def answer(album: Album, settings: Settings, language: str, rule: Rule = "auto") -> AlbumAnswer:
    """What the page is told of an album by a rule. Reads its labels: for a thread. Raises
    `AlbumGone`, and `AlbumTooLarge` for too many classes.
    """
    found = labeled(album, rule)
    counts = [found.labels.count(label) for label in range(len(found.names))]
    aside = found.labels.count(UNLABELED) if found.names else 0
    reasons = {**album.reasons, **({"beside": aside} if aside else {})}
    told = notes(album, rule, found, reasons, settings.max_pixels)
    return AlbumAnswer(
        id=album.id,
        count=len(found.labels) - aside,
        classes=[ClassAnswer(name=n, count=c) for n, c in zip(found.names, counts, strict=True)],
        rule=rule,
        rules=counts_by_rule(album),
        patches=album.patches,
        left_out=sum(reasons.values()),
        reasons=reasons,
        others=album.others,
        incomplete=album.incomplete,
        notes=[text.in_language(language) for text in told],
    )


router = APIRouter(prefix="/api/albums", tags=["albums"])
AlbumRule = Annotated[Rule, Query(description="what tells the classes")]
AlbumId = Annotated[
    str, PathParameter(description="an id that an upload returned; or cifar10, folder")
]
NO_ALBUM = can_fail(
    {
        404: "no album with that id, or no longer; no such data set on this server",
        413: "too many classes by this rule, or in a data set on the server's disk",
        422: "not an id or a rule, or a data set of which nothing can be read",
        **CANNOT_UPLOAD,
    }
)
CANNOT_DELETE = can_fail(
    {
        403: "a data set of the server's own, or another's",
        404: "no album with that id, or no longer",
        422: "not an id",
    }
)
CANNOT_TAKE = can_fail(
    {
        400: "not a well-formed multipart body",
        413: "too many bytes, pictures or classes",
        422: "no file, too many, nothing that can be read, or a zip that is not opened",
        **CANNOT_UPLOAD,
    }
)
UPLOAD_BODY = upload_body({"type": "array", "items": BINARY})


def albums_of(request: Request) -> AlbumStore:
    store: AlbumStore = request.app.state.albums
    return store


async def told(request: Request, album: Album, rule: Rule = "auto") -> AlbumAnswer:
    """What the sender of a request is told of an album."""
    settings, language = albums_of(request).settings, language_of(request)
    return await in_thread(answer, album, settings, language, rule)


@router.post("", status_code=201, responses=CANNOT_TAKE, openapi_extra=UPLOAD_BODY)
async def upload(request: Request) -> AlbumAnswer:
    """Take zips of pictures, or photos: multipart fields `file`, told by their content."""
    store = albums_of(request)
    async with uploaded(request, store.folder, allowed(store.settings)) as brought:
        album = await until_gone(request, store.put(brought.folder, brought.names))
    await owners_of(request).brought(request, "album", album.id)
    return await told(request, album)


@router.post("/clips", status_code=201, responses=CANNOT_TAKE, openapi_extra=UPLOAD_BODY)
async def upload_clip(request: Request) -> AlbumAnswer:
    """Take a clip: an animated GIF, WebP or PNG in the multipart field `file`; or several pictures,
    its frames in the order of time. It becomes an album of frames, without classes.
    """
    store = albums_of(request)
    async with uploaded(request, store.folder, allowed(store.settings)) as brought:
        album = await until_gone(request, store.put_clip(brought.folder, brought.names))
    await owners_of(request).brought(request, "album", album.id)
    return await told(request, album)


@router.get("/{album_id}", responses=NO_ALBUM)
async def show(request: Request, album_id: AlbumId, classes: AlbumRule = "auto") -> AlbumAnswer:
    """How many pictures and which classes an album has, by a rule."""
    return await told(request, await albums_of(request).find(album_id), classes)


@router.get("/{album_id}/pictures", response_class=Response, responses=NO_ALBUM)
async def pictures(request: Request, album_id: AlbumId, classes: AlbumRule = "auto") -> Response:
    """The pictures as bytes [N, 3, 32, 32], then a byte for each one's class (255 for none): what
    the exported script reads.
    """
    album = await albums_of(request).find(album_id)
    kind = "application/octet-stream"
    if classes != "auto":
        return Response(await in_thread(bytes_by_rule, album, classes), media_type=kind)
    file = await made_in_thread(lambda: opened(album), lambda file: file.close())
    return StoredFile(file, album.size, kind)


def bytes_by_rule(album: Album, rule: Rule) -> bytes:
    """Pictures and classes by another rule than the album's file tells."""
    found = pictures_of(album, rule)
    count = len(found.pixels)
    labels = bytes([UNLABELED] * count if found.labels is None else found.labels.tolist())
    return found.pixels.tobytes() + labels


@router.delete("/{album_id}", status_code=204, responses=CANNOT_DELETE)
async def forget(request: Request, album_id: AlbumId) -> None:
    """Forget the pictures at once; a run that learns from them goes on."""
    store = albums_of(request)
    if album_id not in ON_DISK:  # which nobody brought
        await store.find(album_id)
        await owners_of(request).check(request, album_id)
    await in_thread(store.delete, album_id)
