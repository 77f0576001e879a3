"""Masked words: a small network that learns to fill gaps, and the visitor's own sentence."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from app.lab.contract import Ask
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.following import followed_by
from app.labs.pretext.frames import WordsFrame

if TYPE_CHECKING:
    from torch import Tensor

    from models.representation.masked_words import MaskedWords

TOP, EXAMPLES = 5, 3
PARAMETERS = 21_835
RUN_BYTES = 60 * 2**20


def run_words(config: PretextConfig) -> Generator[WordsFrame, Ask[PretextConfig], None]:
    from models.data.captions import draw_corpus
    from models.representation.masked_words import MaskedWords

    corpus = draw_corpus(config.sentences, config.seed)
    learning = MaskedWords(corpus, config.batch_size, config.learning_rate, config.seed)
    yield from followed_by(learning, words_frame, config)


def words_frame(learning: MaskedWords, config: PretextConfig) -> WordsFrame:
    from models.data.captions import HIDDEN_WORD, WORDS, numbers_of, words_of
    from models.representation.masked_words import by_grammar

    words = words_of(config.sentence)
    gap = min(config.hidden_word, len(words) - 1)
    seen = numbers_of(words)
    known = [word in WORDS for word in words]
    if words:
        seen[gap] = HIDDEN_WORD
        told, grammar = learning.told(seen[None])[0, gap], by_grammar(seen, learning.corpus.every)
    names, probabilities = best(told) if words else ([], np.zeros(0, np.float32))
    frequent, frequencies = best(learning.shares)
    return WordsFrame(
        step=learning.step,
        steps=learning.history.steps,
        history=learning.history.table,
        frequent_right=learning.by_frequency.accuracy,
        frequent_loss=learning.by_frequency.loss,
        grammar_right=learning.by_grammar.accuracy,
        grammar_loss=learning.by_grammar.loss,
        words=words,
        known=known,
        gap=gap,
        top=names,
        probabilities=probabilities,
        by_grammar=np.array([float(grammar[gap, WORDS.index(n)]) for n in names], np.float32),
        frequent=frequent,
        frequencies=frequencies,
        examples=examples_of(learning),
        learned_from=len(learning.corpus.train),
        tested=len(learning.held_out.words),
    )


def best(probabilities: Tensor) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.float32]]]:
    """The most probable of the words [V], and how probable they are."""
    from models.data.captions import WORDS

    found = probabilities.topk(TOP)
    return [WORDS[i] for i in found.indices.tolist()], found.values.numpy()


def examples_of(learning: MaskedWords) -> list[str]:
    """Some of the sentences that are held out, in words."""
    from models.data.captions import NO_WORD, WORDS

    rows = learning.corpus.test
    chosen = rows[:: max(1, len(rows) // EXAMPLES)][:EXAMPLES].tolist()
    return [" ".join(WORDS[i] for i in row if i != NO_WORD) for row in chosen]
