"""The `mlp` lab: from Rosenblatt's perceptron to the multilayer perceptron."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from app.code import Script, write, write_perceptron
from app.errors import Diverged, InvalidInput
from app.i18n import N_
from app.lab import Ask, Frame, Lab, Paper, live_names
from app.labs.mlp_config import LESSON, MAX_LAYERS, MAX_UNITS, MlpConfig
from app.labs.mlp_perceptron import learn_by_mistakes
from app.labs.mlp_table import router
from app.tables.notes import notes_on

if TYPE_CHECKING:
    from models.classify import Classify, ClassifySettings, Health
    from models.toy import Points

SURFACES = ("slope", "hill", "saddle")
MAP, SMALL = 57, 19  # nodes along a side of the large map, and of a unit's


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
    history: NDArray[np.float32]  # [9, T], see models.classify.NAMES
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


def run(config: MlpConfig) -> Generator[Frame, Ask, None]:
    if config.model == "perceptron":
        if config.data in SURFACES:
            message = N_("The perceptron tells two classes apart; it predicts no heights.")
            raise InvalidInput(message, "data")
        yield from learn_by_mistakes(points_of(config), config.eta)
    else:
        yield from learn_by_gradient(config)


def learn_by_gradient(config: MlpConfig) -> Generator[MlpFrame, Ask, None]:
    from models.classify import Classify, Lost

    session = Classify(settings_of(config), points_of(config), classes_of(config))
    try:
        while True:
            ask = yield frame_of(session, config)
            if classes_of(ask.config) != session.classes:  # another output layer: a new network
                session = Classify(
                    settings_of(ask.config), points_of(ask.config), classes_of(ask.config)
                )
                config = ask.config
            elif ask.config != config:
                points = session.points
                if data_of(ask.config) != data_of(config):
                    points = points_of(ask.config)
                session.change(settings_of(ask.config), points)
                config = ask.config
            if ask.action:
                set_weight(session, config, ask.action)
            for _ in ask.turns():
                session.train(1)
    except Lost as lost:
        message = N_(
            "At step {step} the loss of {lost} of {all} networks left every bound. "
            "Most often the learning rate is too large."
        )
        raise Diverged(message, step=lost.step, lost=lost.lost, all=lost.all) from None


def set_weight(session: Classify, config: MlpConfig, wanted: SetWeight) -> None:
    """A weight that is not there changes nothing: the layers may have changed meanwhile."""
    shown = min(config.shown, config.replicas - 1)
    try:
        session.set_weight(shown, wanted.layer, wanted.source, wanted.target, wanted.value)
    except IndexError:
        return


def frame_of(session: Classify, config: MlpConfig) -> MlpFrame:
    shown = min(config.shown, config.replicas - 1)
    shares = session.shares(session.outputs_on_map(MAP))
    responses, tops = session.responses(shown, SMALL)
    networks = session.networks
    scores = [row[shown] for role in (0, 2) for row in session.scores(role)]
    confusion = np.zeros((0, 0), np.int32)
    if session.classes is not None:
        confusion = session.confusion(shown)
    return MlpFrame(
        step=session.step,
        model="mlp",
        layers=list(session.shape),
        classes=session.classes,
        map=as_pixels(shares[shown].T.numpy()),
        map_all=as_pixels(shares.mean(dim=0).T.numpy()),
        responses=responses,
        tops=tops,
        weights=flat([w[shown].detach().numpy() for w in networks.weights]),
        biases=flat([b[shown].detach().numpy() for b in networks.biases]),
        gradients=flat([g[shown].numpy() for g in networks.gradients]),
        norms=session.gradient_norms(),
        health=session.health(),
        dead=session.dead_share(),
        x=session.points.x.float().numpy(),
        y=session.points.y.float().numpy(),
        role=session.points.role.numpy(),
        steps=session.history.steps,
        history=session.history.table,
        confusion=confusion,
        scores=np.array(scores, np.float32),
        parameters=int(networks.parameters_each()[0]),
        batch=min(config.batch_size, int((session.points.role == 0).sum())),
    )


def as_pixels(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.ascontiguousarray((255 * shares).round().astype(np.uint8))


def flat(arrays: list[NDArray[np.float64]]) -> NDArray[np.float32]:
    return np.concatenate([a.ravel() for a in arrays]).astype(np.float32)


# --- From settings to data and networks -----------------------------------------------------------


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
    from models import toy

    test = round(config.samples * config.test_share)
    train, noise, seed = config.samples - test, config.noise, config.data_seed
    if config.data == "slope" or config.data == "hill" or config.data == "saddle":
        return toy.sample_surface(config.data, train=train, test=test, noise=noise, seed=seed)
    if config.data != "own":
        classes = classes_of(config) or 2
        return toy.sample_plane(
            config.data, train=train, test=test, noise=noise, seed=seed, classes=classes
        )
    try:
        points = toy.decode_plane(config.points)
    except ValueError:
        raise InvalidInput(N_("The points in this address cannot be read."), "points") from None
    if int((points.role == 0).sum()) < 2:
        raise InvalidInput(N_("There must be at least two training points."), "points")
    return points


def settings_of(config: MlpConfig) -> ClassifySettings:
    from models.classify import ClassifySettings

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


def code(config: MlpConfig, steps: int) -> str:
    """The multilayer perceptrons, or Rosenblatt's rule for so many looks, as a script."""
    from models.classify import Classify

    notes = notes_on(config.axes, config.labels, config.reading) if config.data == "own" else []
    if config.model == "perceptron":
        points = points_of(config)
        mine = points.role == 0
        return write_perceptron(points.x[mine], points.y[mine], config.eta, steps, notes)
    session = Classify(settings_of(config), points_of(config), classes_of(config))
    settings = session.settings
    return write(
        Script(
            title=f"A multilayer perceptron ({config.data})",
            lab="mlp",
            notes=notes,
            train=session.part(0),
            test=session.part(2),
            shape=session.shape,
            options=settings.options[0],
            seeds=[option.seed for option in settings.options],
            activation=settings.activation,
            loss=settings.loss,
            optimizer=settings.optimizer,
            batch_size=settings.batch_size,
            seed=settings.seed,
            steps=steps,
            accuracy=session.classes is not None,
        )
    )


def followed(config: MlpConfig) -> set[str]:
    """The live fields that a run follows: drawn points have their settings, own points themselves.
    The perceptron's rule has none.
    """
    if config.model == "perceptron":
        return set()
    idle = {"samples", "noise", "test_share", "data_seed"} if config.data == "own" else {"points"}
    return {*live_names(MlpConfig)} - idle


LAB = Lab(
    slug="mlp",
    title=N_("Perceptron and MLP"),
    summary=N_("From a line drawn by mistakes to layers that bend: every neuron's response, live."),
    papers=(
        Paper(
            "Rosenblatt",
            1958,
            "The perceptron: a probabilistic model for information storage and organization in "
            "the brain",
        ),
        Paper("Novikoff", 1962, "On convergence proofs for perceptrons"),
        Paper(
            "Rumelhart, Hinton, Williams",
            1986,
            "Learning representations by back-propagating errors",
        ),
    ),
    config=MlpConfig,
    lesson=LESSON,
    router=router,
    run=run,
    live_in=followed,
    action=SetWeight,
    parameters=parameters,
    code=code,
)  # fmt: skip
