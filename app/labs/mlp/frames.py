"""What the `mlp` page draws: one frame of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from app.lab.contract import Frame
from app.labs.mlp.config import MAX_LAYERS, MAX_UNITS

if TYPE_CHECKING:
    from models.replicas.classify import Health


@dataclass(frozen=True, kw_only=True)
class MlpFrame(Frame):
    """N points, K classes (1 map for two, or for heights), G nodes a side, U units, T moments."""

    model: str
    layers: list[int]  # units from the input to the output
    classes: int | None  # None for heights
    map: NDArray[np.uint8]  # [K, G * G] the network on show: 255 is probability 1
    map_all: NDArray[np.uint8]  # [K, G * G] mean over all networks
    responses: NDArray[np.uint8]  # [U, g * g] 128 is zero
    tops: NDArray[np.float32]  # [U] the absolute value that is 127 away from it
    weights: NDArray[np.float32]  # layer by layer, [inputs, outputs] each, flat
    biases: NDArray[np.float32]
    gradients: NDArray[np.float32]  # like the weights
    norms: NDArray[np.float32]  # [L]
    health: Health
    dead: float
    x: NDArray[np.float32]  # [N, 2]
    y: NDArray[np.float32]  # [N] classes or heights
    role: NDArray[np.uint8]  # [N]
    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [9, T], see models.replicas.classify.NAMES
    confusion: NDArray[np.int32]  # [K, K]
    scores: NDArray[np.float32]  # [4] of the network on show: training loss, accuracy, test …
    parameters: int
    batch: int


class SetWeight(BaseModel):
    """A weight from one unit to another, or with `source` null the bias of `target`."""

    model_config = ConfigDict(extra="forbid")

    layer: Annotated[int, Field(ge=0, le=MAX_LAYERS)]
    source: Annotated[int, Field(ge=0, le=MAX_UNITS)] | None = None
    target: Annotated[int, Field(ge=0, le=MAX_UNITS)]
    value: Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
