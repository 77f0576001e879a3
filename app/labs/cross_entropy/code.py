"""The `cross-entropy` lab's training as a script of its own."""

from __future__ import annotations

from app.code.script import write
from app.labs.cross_entropy.config import CrossEntropyConfig
from app.labs.cross_entropy.data import TEST
from app.pictures.digits import WHITE


def code(config: CrossEntropyConfig, steps: int) -> str:
    """Both trainings, one network after another, written plainly."""
    return write("cross_entropy", c=config, steps=steps, test=TEST, white=WHITE)
