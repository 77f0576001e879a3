"""The `batchnorm` lab's training as a script of its own."""

from __future__ import annotations

from app.code.script import write
from app.labs.batchnorm.config import BatchnormConfig
from app.labs.batchnorm.data import PLACES, points_of, settings_of


def code(config: BatchnormConfig, steps: int) -> str:
    """All networks at once: in another order of sums the numbers would drift apart."""
    settings, points = settings_of(config), points_of(config)
    return write(
        "batchnorm",
        c=config,
        target=round(config.target, 2),
        steps=steps,
        shape=[2, *[settings.width] * settings.depth, 1],
        seeds=[1000 * settings.seed + s for s in range(settings.seeds)],
        places=list(PLACES),
        activation=f"torch.{config.activation}",
        train=[part[points.role == 0] for part in (points.x, points.y.double())],
        test=[part[points.role == 2] for part in (points.x, points.y.double())],
    )
