"""What the forkserver imports before its first fork: torch, the labs, and a rehearsal of each."""

import gc

import app.runs.worker  # noqa: F401  torch, with one thread
from app.registry import LABS
from models.boxes import nms


def rehearse() -> None:
    """Draw every lab's first picture, so that all it imports and prepares comes with each fork:
    32 runs that began together would else spend seconds on it. No training: a process that has
    run autograd must not fork.
    """
    for lab in LABS:
        if lab.run:
            next(lab.run(lab.config())).to_bytes()
    nms.warm_up()  # numba takes half a second to load, and the compiled loops as long again
    gc.collect()
    gc.freeze()  # a collection would write to, and so copy, pages that all runs share


rehearse()
