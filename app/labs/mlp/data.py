"""What the `mlp` lab learns from, by its settings."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from app.errors import InvalidInput
from app.i18n import N_
from app.lab.controls import live_names
from app.labs.mlp.config import MAX_LAYERS, MAX_UNITS, MlpConfig

if TYPE_CHECKING:
    from models.data.points import Points
    from models.replicas.classify import ClassifySettings


SURFACES = ("slope", "hill", "saddle")


def layers_of(config: MlpConfig) -> tuple[int, ...]:
    """Hidden layers from "6,4". Raises `InvalidInput`."""
    parts = config.layers.split(",") if config.layers else []
    hidden = tuple(int(part) for part in parts if part.isascii() and part.isdecimal())
    if (
        len(hidden) != len(parts)
        or len(hidden) > MAX_LAYERS
        or not all(1 <= units <= MAX_UNITS for units in hidden)
    ):
        message = N_("There may be up to {layers} hidden layers of 1 to {units} units.")
        raise InvalidInput(message, "layers", layers=MAX_LAYERS, units=MAX_UNITS)
    return hidden


def classes_of(config: MlpConfig) -> int | None:
    if config.data in SURFACES:
        return None
    if config.data == "own":
        return max(2, int(points_of(config).y.max()) + 1)
    return config.classes if config.data in ("gaussians", "spiral") else 2


def data_of(config: MlpConfig) -> tuple[object, ...]:
    """The settings that the points depend on."""
    if config.data == "own":
        return (config.points,)
    kept = (config.samples, config.noise, config.test_share, config.data_seed)
    return (config.data, config.classes, *kept)


def points_of(config: MlpConfig) -> Points:
    """Raises `InvalidInput` for own points that are none."""
    from models.data.planes import sample_plane, sample_surface
    from models.data.points import decode_plane

    test = round(config.samples * config.test_share)
    train, noise, seed = config.samples - test, config.noise, config.data_seed
    if config.data == "slope" or config.data == "hill" or config.data == "saddle":
        return sample_surface(config.data, train=train, test=test, noise=noise, seed=seed)
    if config.data != "own":
        classes = classes_of(config) or 2
        return sample_plane(
            config.data, train=train, test=test, noise=noise, seed=seed, classes=classes
        )
    try:
        points = decode_plane(config.points)
    except ValueError:
        raise InvalidInput(N_("The points in this address cannot be read."), "points") from None
    if int((points.role == 0).sum()) < 2:
        raise InvalidInput(N_("There must be at least two training points."), "points")
    return points


def settings_of(config: MlpConfig) -> ClassifySettings:
    from models.replicas.classify import ClassifySettings

    names = set(ClassifySettings.__dataclass_fields__) - {"hidden", "loss"}
    loss = "squared" if config.data in SURFACES else config.loss
    same = {name: getattr(config, name) for name in names}
    return ClassifySettings(hidden=layers_of(config), loss=loss, **same)


def parameters(config: MlpConfig) -> int:
    """Trained numbers of all networks together. Raises `InvalidInput` for layers that are none."""
    if config.model == "perceptron":
        return 3
    shape = (2, *layers_of(config), 4)
    one = sum((a + 1) * b for a, b in pairwise(shape))
    return config.replicas * (one + 2 * sum(shape[1:-1]) * (config.batchnorm != "none"))


def followed(config: MlpConfig) -> set[str]:
    """The live fields that a run follows: drawn points have their settings, own points themselves.
    The perceptron's rule has none.
    """
    if config.model == "perceptron":
        return set()
    idle = {"samples", "noise", "test_share", "data_seed"} if config.data == "own" else {"points"}
    return {*live_names(MlpConfig)} - idle
