"""Drawn scenes whose objects are known: the pictures of which right and wrong can be told."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from app.answers.computed import computed
from app.answers.shared import shared_answers_of
from app.answers.single_flight import until_gone
from app.errors import NotFound, can_fail
from app.i18n import N_
from app.labs.detectors.answers import SceneAnswer
from app.labs.detectors.config import FIRST_HELD_OUT, SCENES
from app.pictures.images import answer, images_of
from app.pictures.samples import encoded_pixels
from app.pictures.uploads import CANNOT_UPLOAD
from app.texts import FOR_GOOD

router = APIRouter()


def drawn(number: int) -> dict[str, Any]:
    """Scene `number` of those that no training has seen. For a process of its own."""
    from models.data.scenes import SHAPES
    from models.data.shape_scenes import draw_shape_scene

    scene = draw_shape_scene(FIRST_HELD_OUT + number)
    return {
        "data": encoded_pixels(scene.image.permute(1, 2, 0).numpy()),
        "side": scene.image.shape[-1],
        "boxes": scene.boxes.tolist(),
        "classes": [SHAPES[label] for label in scene.labels.tolist()],
    }


@router.post(
    "/api/detectors/scenes/{number}",
    status_code=201,
    responses=can_fail({422: "not a number of a scene", **CANNOT_UPLOAD}),
)
async def scene(
    request: Request,
    number: Annotated[int, PathParameter(ge=0, lt=SCENES, description="which scene")],
) -> SceneAnswer:
    """Draw a scene that the detectors never learned from; answers like an upload, with its boxes
    and classes.
    """
    return await until_gone(request, stored(request, number))


async def stored(request: Request, number: int) -> SceneAnswer:
    make = partial(computed, request, drawn, number)
    shared = shared_answers_of(request)
    made = await shared.get(("shape scene", number), make, lambda made: len(made["data"]))
    picture = await images_of(request).offer(f"shape-scene-{number}", made["data"])
    scale = picture.width / made["side"]
    return SceneAnswer(
        **answer(picture).model_dump(),
        scene=number,
        boxes=[[value * scale for value in box] for box in made["boxes"]],
        classes=made["classes"],
    )


LAST_TAUGHT = 10_000_000  # seeds of scenes that runs learn from are below


@router.get(
    "/api/detectors/drawn/{seed}",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "the scene, pixel by pixel"},
        **can_fail({404: "no such scene", 422: "not a number", 503: "too many others wait"}),
    },
)
async def picture(
    request: Request,
    seed: Annotated[int, PathParameter(ge=0, description="what the scene is drawn from")],
) -> Response:
    """A drawn scene that a run learns from, or is measured on, as a picture."""
    if seed >= LAST_TAUGHT and not FIRST_HELD_OUT <= seed < FIRST_HELD_OUT + SCENES:
        raise NotFound(N_("There is no drawn scene of that number."))
    make = partial(computed, request, pixels, seed)
    data = await until_gone(request, shared_answers_of(request).get(("drawn", seed), make, len))
    return Response(data, media_type="image/png", headers=FOR_GOOD)


def pixels(seed: int) -> bytes:
    """The scene as a PNG; for a process of its own."""
    from models.data.shape_scenes import draw_shape_scene

    return encoded_pixels(draw_shape_scene(seed).image.permute(1, 2, 0).numpy())
