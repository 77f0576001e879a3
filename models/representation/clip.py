"""Pictures and texts: two encoders whose features of a pair are to agree (CLIP; Radford et al.,
2021). Nobody names a class: the text that came with a picture is all that is told of it.

Shape letters: N pairs, L words of a row, D_Z = 64 features, P prompts, M pictures.
"""

import math
from typing import ClassVar, NamedTuple, get_args

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from models.data.captions import FORMS, NO_WORD, NOUNS, Facts, as_numbers, caption
from models.data.objects import Objects
from models.measures import PairsMeasure
from models.representation.contrastive import normalize
from models.representation.encoder import built, optimizer_of, quick_encoder
from models.representation.masked_words import WIDE, TextEncoder
from models.representation.pictures import as_input, quick
from models.representation.sizes import D_H, D_Z
from models.training import Lost, Training

FIRST_SCALE = 1 / 0.07  # similarities are multiplied by it before the softmax; it is learned
MOST_SCALE = 100.0
HELD_PAIRS = 64  # pairs of the held-out measure: its loss and its matches depend on the number
PROMPTS = tuple(f"a {noun}" for noun in NOUNS)


class PairNetwork(nn.Module):
    """An encoder for pictures, one for texts, a linear layer on each into D_Z features, and the
    scale of their similarities. Weights from `generator` alone.
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.pictures = quick_encoder(generator)
        self.texts = TextEncoder(generator)
        self.from_picture = built(lambda: nn.Linear(D_H, D_Z, bias=False), generator)
        self.from_text = built(lambda: nn.Linear(WIDE, D_Z, bias=False), generator)
        self.log_scale = nn.Parameter(torch.tensor(math.log(FIRST_SCALE)))

    @property
    def scale(self) -> Tensor:
        return self.log_scale.exp().clamp(max=MOST_SCALE)

    def of_pictures(self, pictures: Tensor) -> Tensor:
        """Unit features [N, D_Z] of pictures uint8 [N, 3, S, S]."""
        features: Tensor = self.from_picture(self.pictures(quick(as_input(pictures))))
        return normalize(features)

    def of_texts(self, rows: Tensor) -> Tensor:
        """Unit features [N, D_Z] of rows of words int64 [N, L]: the mean over the words."""
        there = (rows != NO_WORD).float()[..., None]
        mean = (self.texts(rows) * there).sum(dim=1) / there.sum(dim=1).clamp(min=1)
        features: Tensor = self.from_text(mean)
        return normalize(features)


class Symmetric(NamedTuple):
    """similarities [N, N] cosines, a row for each picture, a column for each text; loss: the mean
    of the cross-entropy over rows (which text?) and over columns (which picture?), in nats;
    matched: the share of pictures whose own text is the most similar, 0..1.
    """

    similarities: Tensor
    loss: Tensor
    matched: float


def symmetric(pictures: Tensor, texts: Tensor, scale: Tensor) -> Symmetric:
    """Of unit features [N, D_Z] of pairs (Radford et al., 2021, figure 3). Two pairs with the same
    text count as each other's negatives, as they do there.
    """
    similarities = pictures @ texts.T
    own = torch.arange(len(pictures))
    logits = scale * similarities
    loss = (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2
    best = similarities.detach().argmax(dim=1)
    # Of several with the same text any is a match: the text is the answer, not its place.
    same = (texts.detach()[best] * texts.detach()).sum(dim=1) > 1 - 1e-6
    return Symmetric(similarities, loss, float(same.float().mean()))


def facts_of(objects: Objects) -> list[Facts]:
    told = (objects.classes, objects.places, objects.sizes, objects.counts)
    return [Facts(*row) for row in torch.stack(told, dim=1).tolist()]


def captions_of(objects: Objects, generator: Generator) -> list[str]:
    """A caption of each picture, in a form drawn at random."""
    forms = torch.randint(FORMS, (len(objects.images),), generator=generator).tolist()
    return [caption(one, form) for one, form in zip(facts_of(objects), forms, strict=True)]


def zero_shot(pictures: Tensor, prompts: Tensor) -> Tensor:
    """Which of the prompts [P, D_Z] is the most similar to each picture [M, D_Z]: int64 [M]."""
    return (pictures @ prompts.T).argmax(dim=1)


class Pairs(Training):
    """Encoders that learn from pictures and captions, and what they do with held-out pictures:
    loss and matches of `HELD_PAIRS` pairs, and zero-shot accuracy with `PROMPTS`. Raises `Lost`
    from `train` when the loss is not finite.
    """

    EVERY: ClassVar[int] = 20

    def __init__(
        self, train: Objects, test: Objects, batch_size: int, learning_rate: float, seed: int
    ) -> None:
        super().__init__(get_args(PairsMeasure), len(train.images), batch_size, seed)
        self.train_on, self.test = train, test
        self.network = PairNetwork(torch.Generator().manual_seed(seed))
        draw = torch.Generator().manual_seed(seed + 1)
        self._texts = torch.stack([as_numbers(captions_of(train, draw)) for _ in range(FORMS)])
        self._draw = draw
        self.captions = captions_of(test, torch.Generator().manual_seed(10_000 + seed))
        self.rows = as_numbers(self.captions)
        self.prompts = as_numbers(list(PROMPTS))
        parameters = list(self.network.parameters())
        self._optimizer = optimizer_of(parameters, learning_rate, 1e-4)
        self._measure()

    def change(self, learning_rate: float) -> None:
        """Go on with another learning rate."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate

    def _learn(self, chosen: Tensor) -> None:
        form = torch.randint(FORMS, (len(chosen),), generator=self._draw)
        pictures = self.network.of_pictures(self.train_on.images[chosen])
        texts = self.network.of_texts(self._texts[form, chosen])
        loss = symmetric(pictures, texts, self.network.scale).loss
        if not math.isfinite(float(loss.detach())):
            raise Lost(self.step)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def embedded(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Features of the held-out pictures [M, D_Z], in eval mode, and of rows of words [P, L]."""
        self.network.eval()
        with torch.no_grad():
            pictures = [self.network.of_pictures(p) for p in torch.split(self.test.images, 100)]
            texts = self.network.of_texts(rows)
        self.network.train()
        return torch.cat(pictures), texts

    def _measure(self) -> None:
        every = torch.cat([self.rows[:HELD_PAIRS], self.prompts])
        pictures, texts = self.embedded(every)
        own = len(every) - len(self.prompts)
        with torch.no_grad():
            found = symmetric(pictures[:own], texts[:own], self.network.scale)
        right = zero_shot(pictures, texts[own:]) == self.test.classes
        self.history.add(self.step, float(found.loss), found.matched, float(right.float().mean()))
