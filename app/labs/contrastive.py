"""The `contrastive` lab: SimCLR, MoCo and SimSiam, from augmented pairs to a linear probe."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.album import Album
from app.errors import Diverged, InvalidInput
from app.i18n import N_
from app.lab import Ask, Frame, Lab, Paper, live_names
from app.labs.contrastive_code import code
from app.labs.contrastive_config import ContrastiveAction, ContrastiveConfig
from app.labs.contrastive_data import (
    REPETITIONS,
    TRIAL_BATCH,
    TRIAL_PICTURES,
    album_of,
    pictures_of,
    settings_of,
)
from app.labs.contrastive_lesson import LESSON
from app.labs.contrastive_queries import router

if TYPE_CHECKING:
    from torch import Tensor

    from models.contrastive_study import Pictures, Study
    from models.contrastive_trials import Trials

STRIP = 48  # of the queue's pictures that are shown
HARDEST = 6
KEY_SIDE = 16


@dataclass(frozen=True, kw_only=True)
class ContrastiveFrame(Frame):
    """L pictures looked at (2L views), P on the map, K neighbors, T moments, B bins, Q keys in the
    queue, S of them shown, R of the most similar, A amounts of a change, W kinds of features, U
    label budgets.
    """

    steps: NDArray[np.float64]  # [T]
    history: NDArray[np.float32]  # [8, T], see models.contrastive_training.MEASURES
    space: str  # of similarities and places: z or h
    similarities: NDArray[np.float32]  # [2L, 2L] cosines
    places: NDArray[np.float32]  # [P, 2]
    shares: list[float]  # 2, of the variance on either axis
    neighbors: NDArray[np.uint8]  # [P, K] by h
    near: NDArray[np.float32]  # [P, K] their similarities
    places_before: NDArray[np.float32]  # [P, 2], of the untrained encoder's h
    neighbors_before: NDArray[np.uint8]  # [P, K]
    near_before: NDArray[np.float32]  # [P, K]
    histograms: NDArray[np.float32]  # [2, B] of positives and negatives; NaN before the first step
    row: int  # the chosen view
    positive_key: float | None  # MoCo: the chosen view's similarity to its picture's other view
    keys: NDArray[np.float32]  # [Q] and to the keys in the queue, newest first
    queue: NDArray[np.uint8]  # [S, 3, 16, 16] pictures of the newest keys
    hardest: NDArray[np.int32]  # [R] the most similar of `keys`
    hardest_pictures: NDArray[np.uint8]  # [R, 3, 16, 16]
    repeated: int  # queries of the last step with an older key of their picture in the queue
    predicted: NDArray[np.float32]  # [2] SimSiam: cosine of a prediction and the other view's z
    changes: NDArray[np.float32]  # [3, A] similarity to the picture's occluded, turned, recolored
    changes_before: NDArray[np.float32]  # [3, A]
    apart: NDArray[np.float32]  # [2] similarity of different pictures, then and before
    changes_step: int
    worth: NDArray[np.float32]  # [W, U, 3] accuracy: low, mean, high over draws of the labels
    votes: NDArray[np.float32]  # [W] accuracy of the neighbors' vote
    worth_steps: NDArray[np.int32]  # [W] when it was measured; -1 for not yet
    known: NDArray[np.float32]  # [3, 4] accuracy of untrained h, h, z on class and what T changes
    guessing: NDArray[np.float32]  # [4] the share of the most frequent answer to each
    tested: int  # pictures
    probed_parts: tuple[int, int]  # done and all of the newest probe
    supervised_parts: tuple[int, int]
    tuned_parts: tuple[int, int]
    label_steps: int  # of each training with labels
    held_out: bool  # what is tested on
    map: NDArray[np.float32]  # [P, 2] t-SNE, where it was asked for; else empty
    map_step: int  # -1 before that
    map_space: str
    method: str
    batch: int  # N
    width: int  # of z
    chance: float | None  # the loss where nothing can be told apart
    epoch: int  # steps
    labeled: bool


@dataclass(frozen=True, kw_only=True)
class TrialsFrame(Frame):
    """X trials, R repetitions."""

    names: list[list[str]]  # X
    accuracy: NDArray[np.float32]  # [X, R, 2] linear probe on h, on z; NaN for not yet
    baseline: NDArray[np.float32]  # [R] of the untrained encoder
    done: int
    total: int
    trial_steps: int
    learned_from: int
    batch: int
    classes: int
    operations: dict[str, dict[str, float]]  # T of each operation alone, to draw it


def run(config: ContrastiveConfig, album: Album | None = None) -> Generator[Frame, Ask, None]:
    pictures = pictures_of(config, album)
    if config.mode == "train":
        yield from study(config, pictures)
    else:
        yield from trials(config, pictures)


def study(config: ContrastiveConfig, pictures: Pictures) -> Generator[ContrastiveFrame, Ask, None]:
    from models.contrastive_study import Study
    from models.contrastive_training import Lost

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
            "At step {step} the loss left every bound. Try a smaller learning rate or a higher "
            "temperature."
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

    from models.contrastive import normalize
    from models.contrastive_study import MAPPED

    features = normalize(watched.contrast.embed(watched.pictures.test[:MAPPED], config.space))
    if len(features) < 4:
        return Mapped(np.zeros((0, 2), np.float32), watched.step, config.space)
    perplexity = min(30.0, (len(features) - 1) / 3)
    found = TSNE(perplexity=perplexity, random_state=config.seed, init="pca")
    places = found.fit_transform(features.numpy())
    scaled = np.ascontiguousarray(places / np.abs(places).max(), np.float32)
    return Mapped(scaled, watched.step, config.space)


def frame_of(watched: Study, config: ContrastiveConfig, mapped: Mapped) -> ContrastiveFrame:
    from models.contrastive_study import LABEL_STEPS

    contrast, look, before = watched.contrast, watched.look(config.space), watched.before
    chosen = config.row % len(watched.looked_at)
    row = watched.row(chosen)
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
        worth=watched.worth.copy(),
        votes=watched.votes.copy(),
        worth_steps=watched.worth_steps.copy(),
        known=watched.known.copy(),
        guessing=watched.guessing.copy(),
        tested=len(watched.pictures.test),
        probed_parts=(watched.probing.done, watched.probing.all),
        supervised_parts=(watched.supervising.done, watched.supervising.all),
        tuned_parts=(watched.tuning.done, watched.tuning.all),
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
        labeled=watched.labeled,
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


def trials(config: ContrastiveConfig, pictures: Pictures) -> Generator[TrialsFrame, Ask, None]:
    """One short training a step, until all are done with every seed."""
    from models.contrastive_training import Lost
    from models.contrastive_trials import Trials, compositions, fewer, projectors

    if pictures.labels is None or pictures.classes < 2:
        message = N_(
            "These pictures have no classes, so nobody can say which training is better. "
            "Choose pictures with classes."
        )
        raise InvalidInput(message, "data")
    settings = settings_of(config)
    settings = replace(settings, batch_size=min(settings.batch_size, TRIAL_BATCH))
    several = compositions(settings) if config.mode == "composition" else projectors(settings)
    fewer_pictures = fewer(pictures, TRIAL_PICTURES)
    tried = Trials(several, REPETITIONS, config.trial_steps, fewer_pictures)
    try:
        while True:
            ask = yield trials_frame(tried)
            for _ in ask.turns():
                if tried.done == tried.total:
                    break
                tried.run()
    except Lost:
        message = N_("A short training left every bound. Try a smaller learning rate.")
        raise Diverged(message) from None


def trials_frame(tried: Trials) -> TrialsFrame:
    return TrialsFrame(
        step=tried.done,
        names=[list(trial.name) for trial in tried.trials],
        accuracy=tried.accuracy.copy(),
        baseline=tried.baseline.copy(),
        done=tried.done,
        total=tried.total,
        trial_steps=tried.steps,
        learned_from=len(tried.pictures.train),
        batch=min(tried.trials[0].settings.batch_size, len(tried.pictures.train)),
        classes=tried.pictures.classes,
        operations={
            trial.name[0]: vars(trial.settings.policy)
            for trial in tried.trials
            if trial.name[1:] == trial.name[:1]
        },
    )


# A run's memory follows from its batch: measured by `python -m tests.bench_memory`.
OWN_BYTES, BYTES_PER_PICTURE = 80 * 2**20, 2**19


def parameters(config: ContrastiveConfig) -> int:
    """Trained numbers: encoder and projector, and SimSiam's predictor. MoCo's key pair follows."""
    from models.encoder_sizes import ENCODER_PARAMETERS, PREDICTOR_PARAMETERS, PROJECTOR_PARAMETERS

    projector = "mlp" if config.method == "simsiam" else config.projector
    predictor = PREDICTOR_PARAMETERS if config.method == "simsiam" else 0
    return ENCODER_PARAMETERS + PROJECTOR_PARAMETERS[projector] + predictor


def followed(config: ContrastiveConfig) -> set[str]:
    """The live fields that a run follows: only MoCo has a momentum, and SimSiam no temperature."""
    if config.mode != "train":
        return set()
    idle = {"simclr": {"momentum"}, "moco": set(), "simsiam": {"momentum", "temperature"}}
    return {*live_names(ContrastiveConfig)} - idle[config.method]


LAB = Lab(
    slug="contrastive",
    title=N_("Contrastive learning"),
    summary=N_("Learn to see without labels: pairs of views, similarities, SimCLR and MoCo, live."),
    papers=(
        Paper("Chen, Kornblith, Norouzi, Hinton", 2020, "A simple framework for contrastive "
              "learning of visual representations"),
        Paper("He, Fan, Wu, Xie, Girshick", 2020, "Momentum contrast for unsupervised visual "
              "representation learning"),
        Paper("van den Oord, Li, Vinyals", 2018, "Representation learning with contrastive "
              "predictive coding"),
        Paper("Chen, He", 2021, "Exploring simple Siamese representation learning"),
        Paper("Wang, Isola", 2020, "Understanding contrastive representation learning through "
              "alignment and uniformity on the hypersphere"),
    ),
    config=ContrastiveConfig,
    lesson=LESSON,
    router=router,
    run=run,
    live_in=followed,
    action=ContrastiveAction,
    parameters=parameters,
    code=code,
    album=album_of,
    threads=2,
    memory=lambda config: OWN_BYTES + BYTES_PER_PICTURE * config.batch_size,
)  # fmt: skip
