"""Pictures to begin with: two photos that scikit-learn carries, and scenes drawn by Vitrine.

A sample goes through the same door as an upload, at its first use; then each phone gets an id of
its own at once.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app.answers.computed import computed
from app.answers.single_flight import Flights, until_gone
from app.errors import NotFound, can_fail
from app.i18n import N_, LazyText, language_of, translate
from app.pictures.images import (
    HEADERS,
    IMAGE_BYTES,
    ImageAnswer,
    answer,
    images_of,
)
from app.pictures.owners import owners_of
from app.pictures.store import Picture
from app.pictures.uploads import CANNOT_UPLOAD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

THUMBNAIL = 320  # pixels, the longer side
Box = list[float]  # x1, y1, x2, y2
DRAWN = N_("drawn by Vitrine; every box is known")


@dataclass(frozen=True)
class Photo:
    """A photo in scikit-learn's package; both are CC BY 2.0."""

    file: str
    title: LazyText
    credit: LazyText


@dataclass(frozen=True)
class Drawing:
    """Arguments of `models.data.box_scenes.draw_scene`."""

    theme: Literal["street", "table", "market"]
    seed: int
    title: LazyText
    credit: LazyText = DRAWN


SAMPLES: dict[str, Photo | Drawing] = {
    "street": Drawing("street", 2, N_("A street")),
    "china": Photo("china.jpg", N_("Temple in China"), N_("Photo: danielbuechele, CC BY 2.0")),
    "flower": Photo("flower.jpg", N_("A flower"), N_("Photo: vultilion, CC BY 2.0")),
    "table": Drawing("table", 1, N_("Things on a table")),
    "market": Drawing("market", 1, N_("A crowded market stall")),
}
# What the scenes' generator calls its objects.
LABELS: dict[str, LazyText] = {
    "apple": N_("apple"),
    "balloon": N_("balloon"),
    "book": N_("book"),
    "bottle": N_("bottle"),
    "bus": N_("bus"),
    "car": N_("car"),
    "cup": N_("cup"),
    "house": N_("house"),
    "orange": N_("orange"),
    "pear": N_("pear"),
    "person": N_("person"),
    "plum": N_("plum"),
    "tree": N_("tree"),
    "vase": N_("vase"),
}


@dataclass(frozen=True)
class Specimen:
    """A sample as a file; `boxes` in its pixels, known only for drawn scenes."""

    data: bytes
    media_type: str
    thumbnail: bytes
    width: int
    height: int
    boxes: list[Box] | None
    labels: list[str] | None


def specimen(name: str) -> Specimen:
    """Draw or read the sample of that name, which must be in SAMPLES: up to a second's work."""
    from PIL import Image  # here, not at the top: nothing may delay the first page

    sample = SAMPLES[name]
    boxes: list[Box] | None = None
    labels: list[str] | None = None
    if isinstance(sample, Photo):
        data, media_type = photo_file(sample.file).read_bytes(), "image/jpeg"
        picture = Image.open(BytesIO(data), formats=["JPEG"]).convert("RGB")
    else:
        from models.data.box_scenes import draw_scene

        scene = draw_scene(sample.seed, theme=sample.theme)
        picture = Image.fromarray(scene.image)
        data, media_type = encoded(picture, "PNG"), "image/png"
        boxes = scene.boxes.tolist()
        labels = scene.labels
    width, height = picture.size
    picture.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    small = encoded(picture, "JPEG", quality=88)
    return Specimen(data, media_type, small, width, height, boxes, labels)


def encoded(picture: "Image", name: str, **options: int) -> bytes:
    """The picture as a file in memory."""
    buffer = BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()


def encoded_pixels(pixels: "NDArray[np.uint8]") -> bytes:
    """Pixels uint8 [H, W, 3], RGB, as a PNG in memory: every one as it is."""
    from PIL import Image

    return encoded(Image.fromarray(pixels), "PNG")


def photo_file(name: str) -> Path:
    """A photo's path in scikit-learn's package, which is found but not imported (2 s)."""
    spec = find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("scikit-learn is not installed")
    return Path(spec.submodule_search_locations[0]) / "datasets" / "images" / name


def photo_pixels() -> "list[NDArray[np.uint8]]":
    """The photos among the samples, uint8 [H, W, 3] each."""
    import numpy as np
    from PIL import Image

    files = [photo_file(sample.file) for sample in SAMPLES.values() if isinstance(sample, Photo)]
    return [np.asarray(Image.open(file).convert("RGB")) for file in files]


_specimens: dict[str, Specimen] = {}  # those drawn or read since the server started, 0.6 MB in all
_drawing = Flights()


async def sample_named(request: Request, name: str) -> Specimen:
    """The sample of that name, drawn at its first use: who asks meanwhile waits for it, and holds
    nothing. Raises `NotFound`, and `Busy` where there is no room to draw it.
    """
    if name not in SAMPLES:
        raise NotFound(N_("There is no sample picture of that name."), "name")
    if name not in _specimens:
        make = partial(computed, request, specimen, name)
        _specimens[name] = await _drawing.share(name, make)
    return _specimens[name]


class SampleAnswer(BaseModel):
    """A sample that may be chosen; POST to its `url` to use it."""

    name: str
    title: str
    kind: Literal["photo", "scene"]
    credit: str
    width: int
    height: int
    url: str
    thumbnail: str
    boxes: list[Box] | None
    labels: list[str] | None


class ChosenSample(ImageAnswer):
    """A sample in the store; `boxes` (scenes only) in the stored picture's pixels."""

    name: str
    boxes: list[Box] | None
    labels: list[str] | None
    classes: list[str] | None = Field(description="the labels by their names in the code")


router = APIRouter(prefix="/api/samples", tags=["images"])
SampleName = Annotated[str, PathParameter(description="a name from GET /api/samples")]
NO_ROOM = {503: "no room to draw it right now"}
NO_SAMPLE = can_fail({404: "no sample of that name", 422: "not a name", **NO_ROOM})


def labels_in(language: str, labels: list[str] | None) -> list[str] | None:
    return labels and [translate(LABELS[label], language) for label in labels]


@router.get("", responses=can_fail(NO_ROOM))
async def samples(request: Request) -> list[SampleAnswer]:
    """Every sample picture, with what is known about it."""
    names = list(SAMPLES)
    known = await until_gone(
        request, asyncio.gather(*(sample_named(request, name) for name in names))
    )
    language = language_of(request)
    return [sample_answer(name, found, language) for name, found in zip(names, known, strict=True)]


def sample_answer(name: str, known: Specimen, language: str) -> SampleAnswer:
    sample = SAMPLES[name]
    return SampleAnswer(
        name=name,
        title=translate(sample.title, language),
        kind="photo" if isinstance(sample, Photo) else "scene",
        credit=translate(sample.credit, language),
        width=known.width,
        height=known.height,
        url=f"/api/samples/{name}",
        thumbnail=f"/api/samples/{name}/thumbnail",
        boxes=known.boxes,
        labels=labels_in(language, known.labels),
    )


@router.post("/{name}", status_code=201, responses={**NO_SAMPLE, **can_fail(CANNOT_UPLOAD)})
async def choose(request: Request, name: SampleName) -> ChosenSample:
    """Use a sample: answers like an upload, and with its known boxes."""
    known, picture = await until_gone(request, chosen(request, name))
    await owners_of(request).brought(request, "sample", picture.id)
    scale = picture.width / known.width, picture.height / known.height
    boxes = known.boxes and [
        [x1 * scale[0], y1 * scale[1], x2 * scale[0], y2 * scale[1]]
        for x1, y1, x2, y2 in known.boxes
    ]
    return ChosenSample(
        **answer(picture).model_dump(),
        name=name,
        boxes=boxes,
        labels=labels_in(language_of(request), known.labels),
        classes=known.labels,
    )


async def chosen(request: Request, name: str) -> tuple[Specimen, Picture]:
    """A sample, and the picture that it is in the store."""
    known = await sample_named(request, name)
    return known, await images_of(request).offer(name, known.data)


@router.get(
    "/{name}",
    response_class=Response,
    responses={200: {"content": IMAGE_BYTES, "description": "the picture"}, **NO_SAMPLE},
)
async def show_sample(request: Request, name: SampleName) -> Response:
    """The sample picture itself."""
    known = await sample_named(request, name)
    return Response(known.data, media_type=known.media_type, headers=HEADERS)


@router.get(
    "/{name}/thumbnail",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": IMAGE_BYTES["image/jpeg"]}, "description": "small"},
        **NO_SAMPLE,
    },
)
async def show_thumbnail(request: Request, name: SampleName) -> Response:
    """The sample picture, at most 320 pixels wide and high."""
    known = await sample_named(request, name)
    return Response(known.thumbnail, media_type="image/jpeg", headers=HEADERS)
