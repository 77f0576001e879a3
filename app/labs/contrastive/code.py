"""The script that repeats a contrastive training: the lab's own functions, and a plain loop."""

from __future__ import annotations

from app.code.quotes import Library, without_idle_imports
from app.code.script import write
from app.labs.contrastive.config import ContrastiveConfig
from app.labs.contrastive.data import REPETITIONS, TRIAL_BATCH, TRIAL_PICTURES, settings_of
from app.pictures.digits import WHITE
from app.pictures.sources import LEAST, SHARE, TEST

LIBRARY = Library(
    {
        "models.data.scenes": "The pictures",
        "models.representation.augment": "T: the family of augmentations",
        "models.training": "Batches",
        "models.representation.pictures": "Pairs of views",
        "models.representation.sizes": "Widths",
        "models.representation.encoder": "The encoder f and the projector g",
        "models.representation.contrastive": "The loss",
        "models.representation.probe": "The linear classifier that judges",
        "models.representation.contrastive_trials": "The operations, alone and in pairs",
    }
)
WANTED = {
    "simclr": {"nt_xent"},
    "moco": {"info_nce", "Queue", "momentum_update"},
    "simsiam": {"sim_siam", "Predictor"},
}
ALWAYS = {"Policy", "Encoder", "Projector", "view_stream", "optimizer_of", "normalize"}
ALWAYS |= {"quick_encoder", "settle"}
TRIALS = {
    "train": set[str](),
    "composition": {"linear_probe", "embed", "both", "OPERATIONS"},
    "projector": {"linear_probe", "embed", "KINDS"},
}


def code(config: ContrastiveConfig, steps: int) -> str:
    """The training of these settings; in an experiment of many, as many trainings as `steps`
    says, all of them for 0.
    """
    wanted = ALWAYS | WANTED[config.method] | TRIALS[config.mode]
    if config.data == "scenes":
        wanted |= {"draw_scenes"}
    script = write(
        "contrastive",
        c=config,
        s=settings_of(config),
        steps=steps,
        sections=LIBRARY.quoted(wanted),
        white=WHITE,
        held=(TEST, SHARE, LEAST),
        batch=config.batch_size if config.mode == "train" else min(config.batch_size, TRIAL_BATCH),
        count=config.count if config.mode == "train" else min(config.count, TRIAL_PICTURES),
        repetitions=REPETITIONS,
    )
    return without_idle_imports(script.lstrip())
