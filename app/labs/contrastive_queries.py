"""What the `contrastive` page asks for beside its run: pairs of views, and the pictures on show."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app import wire
from app.albums import Album, albums_of
from app.errors import BAD_BODY, can_fail
from app.labs.contrastive_config import ContrastiveConfig
from app.labs.contrastive_data import DIGITS, album_of, pictures_of, settings_of

PAIRS = 6  # of one picture, at most at a time
DRAWN = ("angle", "brightness", "contrast", "saturation", "hue", "blur", "noise")

BINARY = {
    200: {"content": {wire.MEDIA_TYPE: {}}, "description": "a frame, see app/wire.py"},
    **can_fail(
        {
            **BAD_BODY,
            404: "an album, or a data set, that is not here",
            413: "a data set on the server's disk with too many classes",
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


@router.post("/api/contrastive/specimens", responses=BINARY, response_class=Response)
def specimens(request: Request, query: SpecimensQuery) -> Response:
    """The views that a run is watched by, the pictures on its map, and their classes."""
    from models.contrastive_study import CHANGES, LOOKED_AT, MAPPED, look_at

    album = album_for(request, query.config)
    pictures = pictures_of(query.config, album)
    settings = settings_of(query.config)
    looked_at = look_at(pictures, settings.policy, settings.seed)
    mapped = pictures.test[:MAPPED]
    labels = pictures.test_labels
    header = {
        "looked_at": min(LOOKED_AT, len(mapped)),
        "learned_from": len(pictures.train),
        "held_out": len(pictures.test) if pictures.held_out else 0,
        "left_out": album.left_out if album else 0,
        "patches": bool(album and album.patches),
        "names": names_of(query.config, album),
        "amounts": {name: list(amounts) for name, (_, amounts) in CHANGES.items()},
    }
    arrays = {
        "views": as_bytes(looked_at),
        "mapped": mapped.numpy(),
        "labels": np.zeros(0, np.uint8) if labels is None else
        labels[:MAPPED].numpy().astype(np.uint8),
    }  # fmt: skip
    return Response(wire.encode(header, arrays), media_type=wire.MEDIA_TYPE)


@router.post("/api/contrastive/views", responses=BINARY, response_class=Response)
def views(request: Request, query: ViewsQuery) -> Response:
    """Pairs of views of one picture, and what was drawn for each: first all t₁, then all t₂."""
    import torch

    from models import augment

    pictures = pictures_of(query.config, album_for(request, query.config))
    picture = pictures.test[query.picture % len(pictures.test)]
    alone = picture.float()[None] / 255
    policy = settings_of(query.config).policy
    drawn, made = [], []
    for which in range(2):
        for number in range(query.number, query.number + query.pairs):
            seed = (query.config.seed * 1_000_003 + number) * 2 + which
            view, how = augment.views(alone, policy, torch.Generator().manual_seed(seed))
            made.append(view)
            drawn.append(how)
    every = augment.Drawn(*(torch.cat(parts) for parts in zip(*drawn, strict=True)))
    header: dict[str, Any] = {"picture": query.picture % len(pictures.test), "pairs": query.pairs}
    arrays = {
        "original": picture.numpy(),
        "views": as_bytes(torch.cat(made)),
        "corners": every.corners.numpy(),
        "cutout": every.cutout.numpy(),
        "flip": every.flip.numpy().astype(np.uint8),
        "gray": every.gray.numpy().astype(np.uint8),
        **{name: getattr(every, name).numpy() for name in DRAWN},
    }
    return Response(wire.encode(header, arrays), media_type=wire.MEDIA_TYPE)


def album_for(request: Request, config: ContrastiveConfig) -> Album | None:
    """Raises `AlbumGone`, or `InvalidInput` where none was chosen."""
    name = album_of(config)
    return albums_of(request).get(name) if name else None


def names_of(config: ContrastiveConfig, album: Album | None) -> list[str]:
    """What the classes are called; shapes in English, which the page translates."""
    if album:
        return list(album.classes)
    from models.scenes import SHAPES

    return list(DIGITS if config.data == "digits" else SHAPES)


def as_bytes(images: Any) -> Any:
    """Floats in 0 to 1 as uint8."""
    return (images * 255).round().byte().numpy()
