"""A small CLIP: pictures and captions that learn to agree, and prompts that the visitor types."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TYPE_CHECKING, NamedTuple

from app.lab.contract import Ask
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.following import followed_by
from app.labs.pretext.frames import PairsFrame

if TYPE_CHECKING:
    from torch import Tensor

    from models.data.objects import Objects
    from models.representation.clip import Pairs

SHOWN, MOST_PROMPTS = 10, 12
PARAMETERS = 130_465
RUN_BYTES, BYTES_PER_PAIR = 140 * 2**20, 2**19


def run_pairs(
    config: PretextConfig, train: Objects, test: Objects
) -> Generator[PairsFrame, Ask[PretextConfig], None]:
    from models.representation.clip import Pairs

    learning = Pairs(train, test, config.batch_size, config.learning_rate, config.seed)
    yield from followed_by(learning, pairs_frame, config)


SEPARATORS = re.compile("[,，、;；\n]")  # as keyboards of both languages have them


def prompts_of(typed: str) -> list[str]:
    """What stands between the commas, in the words that are read; what has none is no prompt."""
    from models.data.captions import words_of

    found = [" ".join(words_of(part)) for part in SEPARATORS.split(typed)]
    return [one for one in found if one][:MOST_PROMPTS]


def pairs_frame(learning: Pairs, config: PretextConfig) -> PairsFrame:
    import torch

    from models.data.captions import NOUNS, WORDS, numbers_of
    from models.representation.clip import HELD_PAIRS

    prompts = prompts_of(config.prompts)
    rows = [numbers_of(one.split()) for one in prompts]
    pictures, texts = learning.embedded(torch.stack([*learning.rows[:SHOWN], *rows]))
    scale = float(learning.network.scale.detach())
    prompted = scale * pictures[:SHOWN] @ texts[SHOWN:].T
    test = judged(prompts, pictures, texts[SHOWN:], learning.test.classes)
    return PairsFrame(
        step=learning.step,
        steps=learning.history.steps,
        history=learning.history.table,
        similarities=(pictures[:SHOWN] @ texts[:SHOWN].T).numpy(),
        scale=scale,
        pictures=learning.test.images[:SHOWN].numpy(),
        captions=learning.captions[:SHOWN],
        prompts=prompts,
        unknown=sorted({w for one in prompts for w in one.split() if w not in WORDS}),
        prompted=prompted.softmax(dim=1).numpy(),
        prompts_right=test.right,
        prompts_classes=test.classes,
        prompts_tested=test.pictures,
        chance=1 / len(NOUNS),
        batch=HELD_PAIRS,
        learned_from=len(learning.train_on.images),
        tested=len(learning.test.images),
    )


class Test(NamedTuple):
    """The share of pictures that the prompts name rightly, -1 where they are no test; how many
    classes they name, and of how many pictures.
    """

    right: float = -1.0
    classes: int = 0
    pictures: int = 0


def class_of(prompt: str) -> int:
    """The only class that a prompt names; -1 where it names none, or several."""
    from models.data.captions import NOUNS

    words = set(prompt.split())
    named = [i for i, forms in enumerate(NOUNS.values()) if words & set(forms[:2])]
    return named[0] if len(named) == 1 else -1


def judged(prompts: list[str], pictures: Tensor, texts: Tensor, classes: Tensor) -> Test:
    """Zero-shot accuracy of prompts of which each names a class, with texts [P, D_Z], on those of
    the pictures [M, D_Z] whose class [M] is named.
    """
    import torch

    from models.representation.clip import zero_shot

    named = torch.tensor([class_of(one) for one in prompts], dtype=torch.int64)
    if len(set(named.tolist())) < 2 or int(named.min()) < 0:
        return Test()
    asked = torch.isin(classes, named)
    right = named[zero_shot(pictures[asked], texts)] == classes[asked]
    return Test(float(right.float().mean()), len(set(named.tolist())), int(asked.sum()))
