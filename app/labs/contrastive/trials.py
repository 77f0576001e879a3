"""The two findings of Chen et al., 2020, frame by frame."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from app.errors import Diverged, InvalidInput
from app.i18n import N_
from app.lab.contract import Ask
from app.labs.contrastive.config import ContrastiveConfig
from app.labs.contrastive.data import REPETITIONS, TRIAL_BATCH, TRIAL_PICTURES, settings_of
from app.labs.contrastive.frames import TrialsFrame

if TYPE_CHECKING:
    from models.representation.contrastive_trials import Trials
    from models.representation.pictures import Pictures


def trials(
    config: ContrastiveConfig, pictures: Pictures
) -> Generator[TrialsFrame, Ask[ContrastiveConfig], None]:
    """One short training a step, until all are done with every seed."""
    from models.representation.contrastive_trials import Trials, compositions, fewer, projectors
    from models.training import Lost

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
        message = N_("A short training diverged. Try a smaller learning rate.")
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
