"""Masked words: hide some words of a sentence, and predict them from the others (Devlin et al.,
2019), beside a model that knows only how frequent each word is.

The network is one layer of a transformer (Vaswani et al., 2017) that reads a sentence from both
sides, because its attention is not masked.

Shape letters: N sentences, L words of a row, V words, D features, E hidden words.
"""

import math
from typing import ClassVar, NamedTuple, get_args

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from models.data.captions import HIDDEN_WORD, MOST_WORDS, NO_WORD, WORDS, Corpus
from models.measures import WordsMeasure
from models.representation.encoder import built, optimizer_of
from models.training import Lost, Training

WIDE = 48  # features of a word
HEADS = 4  # of the attention
INNER = 96  # hidden units
SHARE = 0.15  # of the words that are hidden, at least one of each sentence


class Hidden(NamedTuple):
    """Sentences int64 [N, L] with gaps, and bool [N, L] where they are; the words themselves."""

    seen: Tensor
    gaps: Tensor
    words: Tensor


def hide_words(sentences: Tensor, generator: Generator, share: float = SHARE) -> Hidden:
    """Hide each word of sentences [N, L] with probability `share`, and one at least of each."""
    there = sentences != NO_WORD
    drawn = torch.rand(sentences.shape, generator=generator).masked_fill(~there, 2.0)
    gaps = (drawn < share) | (drawn == drawn.min(dim=1, keepdim=True).values)
    return Hidden(sentences.masked_fill(gaps, HIDDEN_WORD), gaps, sentences)


def each_hidden(sentences: Tensor) -> Hidden:
    """Every word of sentences [N, L] hidden once, by itself: a row for each of them [E, L]."""
    sentence, place = (sentences != NO_WORD).nonzero(as_tuple=True)
    words = sentences[sentence]
    gaps = F.one_hot(place, sentences.shape[1]).bool()
    return Hidden(words.masked_fill(gaps, HIDDEN_WORD), gaps, words)


class TextEncoder(nn.Module):
    """Rows of words int64 [N, L] -> features [N, L, D]: what a word is, where it stands, and, by
    one layer of attention, what stands around it. Weights from `generator` alone.
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.words = nn.Parameter(torch.randn(len(WORDS) + 2, WIDE, generator=generator) * 0.1)
        self.places = nn.Parameter(torch.randn(MOST_WORDS, WIDE, generator=generator) * 0.1)
        self.asks = built(lambda: nn.Linear(WIDE, 3 * WIDE), generator)
        self.gives = built(lambda: nn.Linear(WIDE, WIDE), generator)
        self.inner = built(lambda: nn.Linear(WIDE, INNER), generator)
        self.outer = built(lambda: nn.Linear(INNER, WIDE), generator)
        self.before, self.between, self.after = (nn.LayerNorm(WIDE) for _ in range(3))

    def forward(self, rows: Tensor) -> Tensor:
        there = (rows != NO_WORD)[:, None, None, :]
        # Not by indexing: with several threads its gradient adds up in any order.
        x = F.embedding(rows, self.words) + self.places[: rows.shape[1]]
        parts = self.asks(self.before(x)).unflatten(2, (3, HEADS, WIDE // HEADS))
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=there)
        x = x + self.gives(found.transpose(1, 2).flatten(2))
        x = x + self.outer(self.inner(self.between(x)).relu())
        out: Tensor = self.after(x)
        return out


class WordNetwork(nn.Module):
    """A score for each word at each place: rows int64 [N, L] -> [N, L, V]. A word scores by how
    well the features there fit its own embedding.
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.encoder = TextEncoder(generator)
        self.bias = nn.Parameter(torch.zeros(len(WORDS)))

    def forward(self, rows: Tensor) -> Tensor:
        scores: Tensor = self.encoder(rows) @ self.encoder.words[: len(WORDS)].T + self.bias
        return scores


def unigram(sentences: Tensor) -> Tensor:
    """Share [V] of each word among the words of sentences [N, L], each counted once more than it
    occurs, so that none is impossible.
    """
    counts = sentences[sentences != NO_WORD].bincount(minlength=len(WORDS)).float() + 1
    return counts / counts.sum()


def by_grammar(seen: Tensor, every: Tensor) -> Tensor:
    """How probable the grammar makes each word [L, V] at the places of one sentence with gaps seen
    [L]: of all captions `every` [S, L] that agree with its words, and are as long, the share that
    has the word there. All 0 where none agrees.
    """
    fits = ((every == seen) | (seen == HIDDEN_WORD) & (every != NO_WORD)).all(dim=1)
    agreeing = every[fits]
    chosen = F.one_hot(agreeing.clamp(max=len(WORDS)), len(WORDS) + 1)[..., : len(WORDS)].float()
    return chosen.sum(dim=0) / max(1, len(agreeing))


class Judged(NamedTuple):
    """Share of hidden words that are right, 0..1, and their mean cross-entropy in nats."""

    accuracy: float
    loss: float


def judge(probabilities: Tensor, words: Tensor) -> Judged:
    """Of probabilities [E, V] for hidden words int64 [E]."""
    right = probabilities.argmax(dim=1) == words
    told = probabilities.gather(1, words[:, None]).clamp(min=1e-9)
    return Judged(float(right.float().mean()), float(-told.log().mean()))


class MaskedWords(Training):
    """A network that learns to fill gaps, and two models beside it on the same held-out gaps: each
    word of each sentence once. Raises `Lost` from `train` when the loss is not finite.
    """

    EVERY: ClassVar[int] = 10

    def __init__(self, corpus: Corpus, batch_size: int, learning_rate: float, seed: int) -> None:
        super().__init__(get_args(WordsMeasure), len(corpus.train), batch_size, seed)
        self.corpus = corpus
        self.network = WordNetwork(torch.Generator().manual_seed(seed))
        self.shares = unigram(corpus.train)
        self._draw = torch.Generator().manual_seed(seed + 1)
        self.held_out = each_hidden(corpus.test)
        answers = self.held_out.words[self.held_out.gaps]
        self.by_frequency = judge(self.shares.expand(len(answers), -1), answers)
        self.by_grammar = judge(self._told_by_grammar(), answers)
        parameters = list(self.network.parameters())
        self._optimizer = optimizer_of(parameters, learning_rate, 1e-4)
        self._measure()

    @property
    def margin(self) -> float:
        """How many more of the held-out gaps it fills rightly than the frequent word, -1 to 1."""
        return float(self.history.row("accuracy")[-1]) - self.by_frequency.accuracy

    def _told_by_grammar(self) -> Tensor:
        """[E, V] at the held-out gaps."""
        rows = [by_grammar(seen, self.corpus.every) for seen in self.held_out.seen]
        return torch.stack(rows)[self.held_out.gaps]

    def change(self, learning_rate: float) -> None:
        """Go on with another learning rate."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate

    def _learn(self, chosen: Tensor) -> None:
        hidden = hide_words(self.corpus.train[chosen], self._draw)
        scores = self.network(hidden.seen)[hidden.gaps]
        loss = F.cross_entropy(scores, hidden.words[hidden.gaps])
        if not math.isfinite(float(loss.detach())):
            raise Lost(self.step)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def told(self, seen: Tensor) -> Tensor:
        """Probabilities [N, L, V] at all places of rows [N, L] with gaps."""
        with torch.no_grad():
            scores: Tensor = self.network(seen)
        return scores.softmax(dim=2)

    def _measure(self) -> None:
        gaps, words = self.held_out.gaps, self.held_out.words
        found = judge(self.told(self.held_out.seen)[gaps], words[gaps])
        self.history.add(self.step, found.loss, found.accuracy)
