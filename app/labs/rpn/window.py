"""The head at one place, for whoever wants to multiply it by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.answers.computed import pack, packed_response
from app.answers.single_flight import until_gone
from app.detection.inference import go_on, network, open_photo
from app.detection.on_photo import answer_on_photo
from app.errors import BAD_BODY, InvalidInput, can_fail
from app.i18n import N_
from app.lab import wire
from app.lab.controls import same_field
from app.labs.rpn.config import RpnConfig
from app.pictures.images import images_of
from app.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OurNetwork = Literal["vitrine", "untrained"]
UNITS = 256  # of the 3 x 3 convolution


def no_truth_value(value: Any) -> Any:
    """Raises ValueError for true and false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("a truth value is no number")
    return value


Whole = Annotated[int, BeforeValidator(no_truth_value)]

router = APIRouter()


class HeadQuery(BaseModel):
    """Whose head."""

    model_config = ConfigDict(extra="forbid")

    model: OurNetwork = Field("vitrine", description="one whose head has the paper's form")


class PlaceQuery(HeadQuery):
    """Which place of which photo's map."""

    image_id: str = Field(description="id of an uploaded picture", max_length=64)
    input_size: int = same_field(RpnConfig, "input_size")
    row: Whole = Field(ge=0, le=4000, description="of the feature map, from 0")
    column: Whole = Field(ge=0, le=4000)


class FilterQuery(HeadQuery):
    """Which of the 3 x 3 convolution's filters."""

    unit: Whole = Field(ge=0, lt=UNITS)


class PlaceAnswer(BaseModel):
    row: int
    column: int


class FilterAnswer(BaseModel):
    unit: int


CAN_FAIL = can_fail(
    {
        **BAD_BODY,
        404: "no such picture",
        409: "weights not installed",
        503: "too many others wait for an answer",
    }
)


@router.post(
    "/api/rpn/place",
    response_class=Response,
    responses={**CAN_FAIL, 200: wire.described(PlaceAnswer, "a frame")},
)
async def place(request: Request, query: Annotated[PlaceQuery, Body()]) -> Response:
    """The window of the feature map at a place, what the head's layers make of it, and the weights
    of the two 1 x 1 convolutions. One binary frame (`app/lab/wire.py`); the arrays are those of
    `models.detection.place.HeadAtPlace`.
    """
    key = ("place", query.model, query.input_size, query.row, query.column)
    evaluate = partial(evaluated, query, images_of(request).settings)
    answer = answer_on_photo(request, query.image_id, key, evaluate)
    return await packed_response(request, await until_gone(request, answer), wire.MEDIA_TYPE)


@router.post(
    "/api/rpn/filter",
    response_class=Response,
    responses={**CAN_FAIL, 200: wire.described(FilterAnswer, "a frame")},
)
async def filter_of(request: Request, query: Annotated[FilterQuery, Body()]) -> Response:
    """One filter of the 3 x 3 convolution, `filter` [C, 3, 3], the same at every place."""
    config = images_of(request).settings
    answer = request.app.state.networks.in_turn(partial(filtered, query, config))
    return await packed_response(request, await until_gone(request, answer), wire.MEDIA_TYPE)


def head_of(model: OurNetwork, config: Settings) -> Any:
    return network(model, config).head


def evaluated(query: PlaceQuery, config: Settings, image: NDArray[np.uint8]) -> bytes:
    """The frame, gzipped; for the networks' thread."""
    import torch

    from models.detection.place import head_at

    opened = open_photo(query.model, image, config, size=query.input_size)
    go_on()
    with torch.inference_mode():
        try:
            found = head_at(
                head_of(query.model, config), opened.features[0], query.row, query.column
            )
        except IndexError as error:
            level = opened.levels[0]
            message = N_("The feature map has {height} rows and {width} columns.")
            raise InvalidInput(message, "row", height=level.height, width=level.width) from error
    arrays = {name: x.detach().contiguous().numpy() for name, x in found._asdict().items()}
    return pack(wire.encode({"row": query.row, "column": query.column}, arrays))


def filtered(query: FilterQuery, config: Settings) -> bytes:
    weights = head_of(query.model, config).conv.weight[query.unit].detach().cpu().contiguous()
    return pack(wire.encode({"unit": query.unit}, {"filter": weights.numpy()}))
