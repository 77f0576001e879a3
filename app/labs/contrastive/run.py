"""The `contrastive` lab: SimCLR, MoCo and SimSiam, from augmented pairs to a linear probe."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import Diverged
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.labs.contrastive.config import ContrastiveAction, ContrastiveConfig
from app.labs.contrastive.data import pictures_of, settings_of
from app.labs.contrastive.frames import ContrastiveFrame
from app.labs.contrastive.trials import trials
from app.pictures.albums.album import Album

if TYPE_CHECKING:
    from torch import Tensor

    from models.representation.contrastive_study import Study
    from models.representation.pictures import Pictures

STRIP = 48  # of the queue's pictures that are shown
HARDEST = 6
KEY_SIDE = 16


def run(
    config: ContrastiveConfig, album: Album | None = None
) -> Generator[Frame, Ask[ContrastiveConfig], None]:
    pictures = pictures_of(config, album)
    if config.mode == "train":
        yield from study(config, pictures)
    else:
        yield from trials(config, pictures)


def study(
    config: ContrastiveConfig, pictures: Pictures
) -> Generator[ContrastiveFrame, Ask[ContrastiveConfig], None]:
    from models.representation.contrastive_study import Study
    from models.training import Lost

    watched = Study(settings_of(config), pictures)
    mapped = Mapped(np.zeros((0, 2), np.float32), -1, config.space)
    try:
        while True:
            ask = yield frame_of(watched, config, mapped)
            if ask.config != config:
                config = ask.config
                watched.change(settings_of(config))
            if ask.action and ask.action.do == "map":
                mapped = tsne(watched, config)
            elif ask.action:
                do(watched, ask.action)
            for _ in ask.turns():
                watched.train(1)
    except Lost:
        message = N_(
            "At step {step} the loss diverged. Try a smaller learning rate or a higher temperature."
        )
        raise Diverged(message, step=watched.step) from None


def do(watched: Study, action: ContrastiveAction) -> None:
    if action.do == "probe":
        watched.probe()
    elif action.do == "supervise":
        watched.supervise()
    else:
        watched.fine_tune()


class Mapped(NamedTuple):
    """Places [P, 2] by t-SNE; none where there are too few pictures, or before it was asked for."""

    places: NDArray[np.float32]
    step: int
    space: str


def tsne(watched: Study, config: ContrastiveConfig) -> Mapped:
    """A map by t-SNE (van der Maaten and Hinton, 2008), as scikit-learn computes it."""
    from sklearn.manifold import TSNE

    from models.representation.contrastive import normalize
    from models.representation.contrastive_study import MAPPED

    features = normalize(watched.contrast.embed(watched.pictures.test[:MAPPED], config.space))
    if len(features) < 4:
        return Mapped(np.zeros((0, 2), np.float32), watched.step, config.space)
    perplexity = min(30.0, (len(features) - 1) / 3)
    found = TSNE(perplexity=perplexity, random_state=config.seed, init="pca")
    places = found.fit_transform(features.numpy())
    scaled = np.ascontiguousarray(places / np.abs(places).max(), np.float32)
    return Mapped(scaled, watched.step, config.space)


def frame_of(watched: Study, config: ContrastiveConfig, mapped: Mapped) -> ContrastiveFrame:
    from models.representation.transfer import LABEL_STEPS

    contrast, look, before = watched.contrast, watched.look(config.space), watched.before
    chosen = config.row % len(watched.looked_at)
    row, transfer = watched.row(chosen), watched.transfer
    hardest = row.keys.topk(min(HARDEST, len(row.keys))).indices
    order = contrast.queue.order()
    batch = min(config.batch_size, len(watched.pictures.train))
    return ContrastiveFrame(
        step=watched.step,
        steps=contrast.history.steps,
        history=contrast.history.table,
        space=config.space,
        similarities=look.similarities.numpy(),
        places=look.places.numpy(),
        shares=look.shares.tolist(),
        neighbors=look.neighbors.numpy().astype(np.uint8),
        near=look.near.numpy(),
        places_before=before.places.numpy(),
        neighbors_before=before.neighbors.numpy().astype(np.uint8),
        near_before=before.near.numpy(),
        histograms=watched.histograms(),
        row=chosen,
        positive_key=None if math.isnan(row.positive) else row.positive,
        keys=row.keys.numpy(),
        queue=key_pictures(watched, order[:STRIP]),
        hardest=hardest.numpy().astype(np.int32),
        hardest_pictures=key_pictures(watched, order[hardest]),
        repeated=contrast.repeated,
        predicted=row.predicted.numpy(),
        changes=watched.changes.similarities.numpy(),
        changes_before=watched.changes_before.similarities.numpy(),
        apart=np.array([watched.changes.apart, watched.changes_before.apart], np.float32),
        changes_step=watched.changes_step,
        accuracies=transfer.accuracies.copy(),
        votes=transfer.votes.copy(),
        measured_at=transfer.measured_at.copy(),
        known=transfer.known.copy(),
        guessing=transfer.guessing.copy(),
        tested=len(watched.pictures.test),
        probed_parts=(transfer.probing.done, transfer.probing.all),
        supervised_parts=(transfer.supervising.done, transfer.supervising.all),
        tuned_parts=(transfer.tuning.done, transfer.tuning.all),
        label_steps=LABEL_STEPS,
        held_out=watched.pictures.held_out,
        map=mapped.places,
        map_step=mapped.step,
        map_space=mapped.space,
        method=config.method,
        batch=batch,
        width=contrast.projector.width,
        chance=chance_of(watched, batch),
        epoch=max(1, len(watched.pictures.train) // batch),
        labeled=transfer.labeled,
    )


def chance_of(watched: Study, batch: int) -> float | None:
    """The loss where all views are alike; SimSiam has no negatives, so none."""
    if watched.settings.method == "simsiam":
        return None
    moco = watched.settings.method == "moco"
    return math.log(1 + len(watched.contrast.against) if moco else 2 * batch - 1)


def key_pictures(watched: Study, slots: Tensor) -> NDArray[np.uint8]:
    """Small pictures [n, 3, 16, 16] of the keys in `slots` [n] of the queue."""
    import torch.nn.functional as F

    pictures = watched.pictures.train[watched.contrast.queue.pictures[slots]]
    small: Tensor = F.adaptive_avg_pool2d(pictures.float(), KEY_SIDE).round().byte()
    return small.numpy()
