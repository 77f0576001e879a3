"""More and more pictures without labels: one size of encoder, trained with each number of them."""

from __future__ import annotations

import math
from collections.abc import Generator

from app.errors import Diverged
from app.i18n import N_
from app.lab.contract import Ask
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.frames import ScaleFrame

MOST_OF_SCALE = 3200  # pictures, of the last training
RUN_BYTES = 300 * 2**20


def run_scale(config: PretextConfig) -> Generator[ScaleFrame, Ask[PretextConfig], None]:
    from models.representation.pretext_scale import COUNTS, STEPS, TESTED, Column
    from models.training import Lost

    column = Column(float(config.width), config.seed)
    try:
        while True:
            ask = yield ScaleFrame(
                step=column.step,
                counts=list(COUNTS),
                accuracy=column.accuracy.copy(),
                width=config.width,
                loss=column.loss if math.isfinite(column.loss) else None,
                done=column.at,
                each=STEPS,
                tested=TESTED,
            )
            for _ in ask.turns():
                if column.done:
                    break
                column.train()
    except Lost:
        message = N_("A short training diverged. Try another seed.")
        raise Diverged(message) from None
