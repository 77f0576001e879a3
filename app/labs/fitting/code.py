"""The `fitting` lab's training as a script of its own."""

from __future__ import annotations

from dataclasses import replace

from app.code.training_script import EarlyStop, TrainingScript, text_of
from app.labs.fitting.config import FittingConfig
from app.labs.fitting.data import points_of, settings_of
from app.tables.notes import notes_on


def code(config: FittingConfig, steps: int) -> str:
    """The networks of one size as a script."""

    from models.replicas.curve_fit import EVERY

    settings, points = settings_of(config), points_of(config)
    train, validation, test = (
        (points.x[points.role == role], points.y[points.role == role]) for role in range(3)
    )
    stop = EarlyStop(*validation, every=EVERY, patience=config.patience)
    return text_of(
        TrainingScript(
            title=f"Fitting a curve ({config.data})",
            lab="fitting",
            notes=notes_on(config.axes, reading=config.reading) if config.data == "own" else [],
            train=train,
            test=test,
            shape=settings.shape,
            options=replace(settings.options[0], widths=None),
            seeds=[option.seed for option in settings.options],
            activation=config.activation,
            loss="squared",
            optimizer=config.optimizer,
            batch_size=config.batch_size,
            seed=config.seed,
            steps=steps,
            early_stop=stop if config.early_stopping and len(validation[1]) else None,
        )
    )
