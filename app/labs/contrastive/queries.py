"""What the `contrastive` page asks for beside its run: pairs of views, and the pictures on show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numpy as np
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app.answers.computed import computed
from app.answers.shared import shared_answers_of
from app.answers.single_flight import until_gone
from app.errors import BAD_BODY, can_fail
from app.lab import wire
from app.labs.contrastive.config import ContrastiveConfig
from app.labs.contrastive.data import Shown, album_of, settings_of, shown_of
from app.pictures.albums.album import Album, labeled
from app.pictures.albums.endpoints import albums_of
from app.pictures.decoding.album_limits import UNLABELED
from app.pictures.sources import DIGITS

PAIRS = 6  # of one picture, at most at a time
DRAWN = ("angle", "brightness", "contrast", "saturation", "hue", "blur", "noise")

BINARY = {
    200: {"content": {wire.MEDIA_TYPE: {}}, "description": "a frame, see app/lab/wire.py"},
    **can_fail(
        {
            **BAD_BODY,
            404: "an album, or a data set, that is not here",
            413: "too large a body, or a data set on the server's disk with too many classes",
            503: "too many others wait for an answer",
        }
    ),
}
router = APIRouter(tags=["contrastive"])


class SpecimensQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    config: ContrastiveConfig = ContrastiveConfig()


class ViewsQuery(SpecimensQuery):
    picture: int = Field(0, ge=0, description="one of those held out")
    number: int = Field(0, ge=0, le=1_000_000, description="the first draw's number")
    pairs: int = Field(1, ge=1, le=PAIRS)


Query = TypeVar("Query", bound=SpecimensQuery)


@router.post("/api/contrastive/specimens", responses=BINARY, response_class=Response)
async def specimens(request: Request, query: SpecimensQuery) -> Response:
    """The views that a run is watched by, the pictures on its map, and their classes."""
    return await until_gone(request, answered(request, query, specimens_frame))


@router.post("/api/contrastive/views", responses=BINARY, response_class=Response)
async def views(request: Request, query: ViewsQuery) -> Response:
    """Pairs of views of one picture, and what was drawn for each: first all t₁, then all t₂."""
    return await until_gone(request, answered(request, query, views_frame))


async def answered(
    request: Request, query: Query, frame: Callable[[Query, Shown, Album | None], bytes]
) -> Response:
    """A frame made of the configuration's pictures, which are drawn or read once for all who ask.

    Raises `AlbumGone`, or `InvalidInput` where no album was chosen.
    """
    config, shared = query.config, shared_answers_of(request)
    name = album_of(config)
    album = await albums_of(request).find(name) if name else None
    key = ("shown", config.data, config.classes, config.count, config.seed, name)
    make = partial(computed, request, shown_of, config, album)
    shown = await shared.get(key, make, lambda shown: shown.size, about=name)
    data = await to_thread.run_sync(frame, query, shown, album)
    return Response(data, media_type=wire.MEDIA_TYPE)


def specimens_frame(query: SpecimensQuery, shown: Shown, album: Album | None) -> bytes:
    import torch

    from models.representation.contrastive_study import CHANGES, LOOKED_AT, MAPPED, look_at
    from models.representation.pictures import Pictures

    settings = settings_of(query.config)
    test = torch.from_numpy(shown.test)
    looked_at = look_at(Pictures(test, None, test, None, 0), settings.policy, settings.seed)
    mapped = shown.test[:MAPPED]
    header = {
        "looked_at": min(LOOKED_AT, len(mapped)),
        "learned_from": shown.learned_from,
        "held_out": shown.held_out,
        "left_out": left_out(query.config, album),
        "patches": bool(album and album.patches),
        "names": names_of(query.config, album),
        "amounts": {name: list(amounts) for name, (_, amounts) in CHANGES.items()},
    }
    no_labels = np.zeros(0, np.uint8)
    arrays = {
        "views": as_bytes(looked_at),
        "mapped": mapped,
        "labels": no_labels if shown.labels is None else shown.labels[:MAPPED].astype(np.uint8),
    }
    return wire.encode(header, arrays)


def views_frame(query: ViewsQuery, shown: Shown, album: Album | None) -> bytes:
    import torch

    from models.representation import augment

    number = query.picture % len(shown.test)
    picture = torch.from_numpy(shown.test[number])
    alone = picture.float()[None] / 255
    policy = settings_of(query.config).policy
    drawn, made = [], []
    for which in range(2):
        for number_drawn in range(query.number, query.number + query.pairs):
            seed = (query.config.seed * 1_000_003 + number_drawn) * 2 + which
            view, how = augment.views(alone, policy, torch.Generator().manual_seed(seed))
            made.append(view)
            drawn.append(how)
    every = augment.Drawn(*(torch.cat(parts) for parts in zip(*drawn, strict=True)))
    header: dict[str, Any] = {"picture": number, "pairs": query.pairs}
    arrays = {
        "original": picture.numpy(),
        "views": as_bytes(torch.cat(made)),
        "corners": every.corners.numpy(),
        "cutout": every.cutout.numpy(),
        "flip": every.flip.numpy().astype(np.uint8),
        "gray": every.gray.numpy().astype(np.uint8),
        **{name: getattr(every, name).numpy() for name in DRAWN},
    }
    return wire.encode(header, arrays)


def left_out(config: ContrastiveConfig, album: Album | None) -> int:
    """Files that are not among the pictures by the rule that tells their classes."""
    if album is None:
        return 0
    found = labeled(album, config.classes)
    return sum(album.reasons.values()) + (found.labels.count(UNLABELED) if found.names else 0)


def names_of(config: ContrastiveConfig, album: Album | None) -> list[str]:
    """What the classes are called; shapes in English, which the page translates."""
    if album:
        return list(labeled(album, config.classes).names)
    from models.data.scenes import SHAPES

    return list(DIGITS if config.data == "digits" else SHAPES)


def as_bytes(images: Any) -> Any:
    """Floats in 0 to 1 as uint8."""
    return (images * 255).round().byte().numpy()
