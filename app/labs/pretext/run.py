"""The `pretext` lab: one task, learned step by step, and what its features are worth."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from app.errors import Diverged, InvalidInput
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.data import (
    HELD_OUT,
    LONG,
    TEST,
    check_classes,
    material_of,
    objects,
    settings_of,
)
from app.labs.pretext.frames import PretextFrame
from app.labs.pretext.pairs import run_pairs
from app.labs.pretext.scale import run_scale
from app.labs.pretext.sentences import run_words
from app.pictures.albums.album import Album

if TYPE_CHECKING:
    from models.representation.pretext_study import PretextStudy


def run(
    config: PretextConfig, album: Album | None = None
) -> Generator[Frame, Ask[PretextConfig], None]:
    if config.mode == "words":
        yield from run_words(config)
    elif config.mode == "pairs":
        test = objects(TEST, HELD_OUT + config.seed)
        yield from run_pairs(config, objects(config.count, config.seed), test)
    elif config.mode == "scale":
        yield from run_scale(config)
    else:
        yield from run_pictures(config, album)


def run_pictures(
    config: PretextConfig, album: Album | None
) -> Generator[PretextFrame, Ask[PretextConfig], None]:
    from models.training import Lost

    watched = begun(config, album)
    try:
        while True:
            ask = yield frame_of(watched, config)
            if ask.config.learning_rate != config.learning_rate:
                watched.training.change(ask.config.learning_rate)
            config = ask.config
            if ask.action and ask.action.do == "tune":
                watched.tune(ask.action.question)
            elif ask.action:
                watched.ask()
            for _ in ask.turns():
                watched.train(1)
    except Lost:
        message = N_("At step {step} the loss left every bound. Try a smaller learning rate.")
        raise Diverged(message, step=watched.step) from None


def begun(config: PretextConfig, album: Album | None) -> PretextStudy:
    """Raises `InvalidInput` for a task that needs labels where there are none, or weights."""
    from models.representation.pretext_study import PretextStudy
    from models.representation.shipped import shipped_tasks

    material, downstream = material_of(config, album)
    check_classes(config, material)
    if config.start == "photos" and config.task not in shipped_tasks():
        raise InvalidInput(N_("No weights are shipped for this task. Begin at random."), "start")
    if config.start == "photos" and config.task == "speed" and config.length == LONG:
        message = N_("The shipped weights know no speed of 8×. Begin at random, or take 13 frames.")
        raise InvalidInput(message, "start")
    shipped = config.start == "photos"
    return PretextStudy(settings_of(config), material, downstream, shipped, config.probe_labels)


def frame_of(watched: PretextStudy, config: PretextConfig) -> PretextFrame:
    from models.detection import imagenet

    training = watched.training
    learned_from = len(training.material.train)
    batch = min(config.batch_size, learned_from)
    scores, painted = watched.answers()
    return PretextFrame(
        step=watched.step,
        task=config.task,
        start=config.start,
        steps=training.history.steps,
        history=training.history.table,
        probe_steps=watched.probes.steps,
        probes=watched.probes.table,
        scores=np.ascontiguousarray(scores.numpy()),
        painted=(painted * 255).round().byte().numpy(),
        confusion=training.confusion.numpy().astype(np.int32),
        neighbors=watched.neighbors.numpy().astype(np.uint8),
        neighbors_before=watched.neighbors_before.numpy().astype(np.uint8),
        asked=watched.asked.copy(),
        guessing=watched.guessing.copy(),
        depth=watched.depth.copy(),
        asked_at=watched.asked_at,
        asked_parts=(watched.asking.done, watched.asking.all),
        tuned=watched.tuned.copy(),
        tuned_at=watched.tuned_at.copy(),
        tuned_parts=(watched.tuning.done, watched.tuning.all),
        imagenet=imagenet.installed(),
        labeled=bool(watched.downstream.asked),
        epoch=max(1, learned_from // batch),
        batch=batch,
        learned_from=learned_from,
        tested=len(watched.downstream.test),
    )
