"""The `mlp` lab's training as a script of its own."""

from __future__ import annotations

from app.code.script import write
from app.code.training_script import TrainingScript, text_of
from app.labs.mlp.config import MlpConfig
from app.labs.mlp.data import classes_of, points_of, settings_of
from app.tables.notes import notes_on


def code(config: MlpConfig, steps: int) -> str:
    """The multilayer perceptrons, or Rosenblatt's rule for so many looks, as a script."""
    from models.replicas.classify import Classify

    notes = notes_on(config.axes, config.labels, config.reading) if config.data == "own" else []
    if config.model == "perceptron":
        points = points_of(config)
        mine = points.role == 0
        x, y = points.x[mine], 2 * points.y[mine] - 1  # classes as -1 and +1
        return write("perceptron", x=x, y=y, eta=config.eta, looks=steps, notes=notes)
    session = Classify(settings_of(config), points_of(config), classes_of(config))
    settings = session.settings
    return text_of(
        TrainingScript(
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
