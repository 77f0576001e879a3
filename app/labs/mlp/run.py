"""The `mlp` lab: from Rosenblatt's perceptron to the multilayer perceptron."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.errors import Diverged, InvalidInput
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.labs.mlp.config import MlpConfig, SetWeight
from app.labs.mlp.data import SURFACES, classes_of, data_of, points_of, settings_of
from app.labs.mlp.frames import MlpFrame
from app.labs.mlp.perceptron import learn_by_mistakes

if TYPE_CHECKING:
    from models.replicas.classify import Classify

MAP, SMALL = 57, 19  # nodes along a side of the large map, and of a unit's


def run(config: MlpConfig) -> Generator[Frame, Ask[MlpConfig], None]:
    if config.model == "perceptron":
        if config.data in SURFACES:
            message = N_("The perceptron tells two classes apart; it predicts no heights.")
            raise InvalidInput(message, "data")
        yield from learn_by_mistakes(points_of(config), config.eta)
    else:
        yield from learn_by_gradient(config)


def learn_by_gradient(config: MlpConfig) -> Generator[MlpFrame, Ask[MlpConfig], None]:
    from models.replicas.classify import Classify
    from models.training import Lost

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
            "At step {step} the loss of {lost} of {all} networks diverged. "
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
    scores.append(float(networks.penalty()[shown]))
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
