"""The script that repeats a pretext training: the lab's own functions, and a plain loop."""

from __future__ import annotations

from app.code.quotes import Library, without_idle_imports
from app.code.script import write
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.data import CLIPS, HELD_OUT, TEST, VIDEO, settings_of
from app.labs.pretext.scale import MOST_OF_SCALE
from app.pictures import sources
from app.pictures.digits import WHITE

LIBRARY = Library(
    {
        "models.measures": "The tasks' names",
        "models.data.box_scenes": "Things",
        "models.data.objects": "The pictures",
        "models.data.clips": "The clips",
        "models.data.pans": "Pans over photos",
        "models.data.scenes": "The turned shapes",
        "models.representation.augment": "Crops, flips and colors",
        "models.training": "Batches",
        "models.representation.pictures": "Pictures as inputs",
        "models.representation.sizes": "Widths",
        "models.representation.contrastive": "The loss of pairs",
        "models.representation.encoder": "The encoder",
        "models.representation.pretext": "The pretext tasks",
        "models.representation.pretext_network": "The heads and the losses",
        "models.representation.pretext_training": "Puzzles",
    }
)
WORDS_LIBRARY = Library(
    {
        "models.data.captions": "The sentences",
        "models.training": "Batches",
        "models.representation.encoder": "Weights and optimizer",
        "models.representation.masked_words": "Gaps, and the network that fills them",
    }
)
PAIRS_LIBRARY = Library(
    {
        "models.data.box_scenes": "Things",
        "models.data.objects": "The pictures",
        "models.data.captions": "The captions",
        "models.training": "Batches",
        "models.representation.pictures": "Pictures as inputs",
        "models.representation.sizes": "Widths",
        "models.representation.contrastive": "Unit length",
        "models.representation.encoder": "The picture encoder",
        "models.representation.masked_words": "The text encoder",
        "models.representation.clip": "Pairs",
    }
)
OF_PAIRS = {
    "PairNetwork", "symmetric", "captions_of", "zero_shot", "draw_objects", "as_numbers", "FORMS",
    "PROMPTS", "HELD_PAIRS", "Batches", "optimizer_of",
}  # fmt: skip
ALWAYS = {
    "PretextNetwork", "loss_of", "Puzzles", "PretextSettings", "Options", "optimizer_of",
    "rebalanced", "color_shares", "Batches",
}  # fmt: skip
OF_WORDS = {
    "WordNetwork", "hide_words", "each_hidden", "draw_corpus", "words_of", "numbers_of", "unigram",
    "judge", "Batches", "optimizer_of",
}  # fmt: skip
# Of the trainings with more and more pictures the last one.
LAST_OF_SCALE = {"task": "rotation", "data": "objects", "start": "random", "count": MOST_OF_SCALE}
DRAWN = {"objects": "draw_objects", "scenes": "draw_scenes"}


def code(config: PretextConfig, steps: int) -> str:
    """The training of these settings, for so many steps."""
    if config.mode == "words":
        return words_code(config, steps)
    if config.mode == "pairs":
        return pairs_code(config, steps)
    if config.mode == "scale":
        config = config.model_copy(update=LAST_OF_SCALE)
    video = config.task in VIDEO
    drawn = {DRAWN[config.data]} if config.data in DRAWN else set()
    moving = {"pan_clips", "parts_of"} if config.clips == "pans" else {"draw_clips"}
    wanted = moving | {"answers_in"} if video else drawn
    script = write(
        "pretext",
        c=config,
        s=settings_of(config),
        steps=steps,
        sections=LIBRARY.quoted(ALWAYS | wanted),
        video=video,
        clips=CLIPS,
        white=WHITE,
        held=(sources.TEST, sources.SHARE, sources.LEAST),
    )
    return without_idle_imports(script.lstrip())


def words_code(config: PretextConfig, steps: int) -> str:
    typed = any(letter.isalnum() for letter in config.sentence)
    script = write(
        "pretext_words",
        c=config,
        steps=steps,
        sections=WORDS_LIBRARY.quoted(OF_WORDS),
        sentence=repr(config.sentence) if typed else "",
    )
    return without_idle_imports(script.lstrip())


def pairs_code(config: PretextConfig, steps: int) -> str:
    sections = PAIRS_LIBRARY.quoted(OF_PAIRS)
    held = (TEST, HELD_OUT)
    script = write("pretext_pairs", c=config, steps=steps, sections=sections, held=held)
    return without_idle_imports(script.lstrip())
