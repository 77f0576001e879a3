"""The `cross-entropy` lab's training as a script of its own."""

from __future__ import annotations

from app.code.script import environment
from app.labs.cross_entropy.config import CrossEntropyConfig
from app.labs.cross_entropy.data import TEST
from app.pictures.digits import WHITE


def code(config: CrossEntropyConfig, steps: int) -> str:
    """Both trainings, one network after another, written plainly."""
    template = environment().get_template("cross_entropy.py.jinja")
    return template.render(c=config, steps=steps, test=TEST, white=WHITE)
