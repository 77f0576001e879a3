"""Masked words: gaps, a grammar that is enumerated, and a network that learns to fill them."""

import pytest
import torch

from models.data.captions import (
    HIDDEN_WORD,
    MOST_WORDS,
    NO_WORD,
    WORDS,
    as_numbers,
    draw_corpus,
    every_caption,
    numbers_of,
    words_of,
)
from models.representation.masked_words import (
    MaskedWords,
    WordNetwork,
    by_grammar,
    each_hidden,
    hide_words,
    judge,
    unigram,
)


def test_no_sentence_that_is_held_out_is_learned_from() -> None:
    corpus = draw_corpus(5000, 0)
    learned = {tuple(row) for row in corpus.train.tolist()}
    held_out = {tuple(row) for row in corpus.test.tolist()}
    assert not learned & held_out
    assert learned | held_out == {tuple(row) for row in corpus.every.tolist()}


def test_a_caption_fits_a_row_and_has_no_word_but_those_of_the_list() -> None:
    for sentence in set(every_caption()):
        words = sentence.split()
        assert len(words) <= MOST_WORDS
        assert [WORDS[i] for i in numbers_of(words).tolist() if i < len(WORDS)] == words


def test_a_subject_agrees_with_its_verb_also_where_another_noun_stands_nearer() -> None:
    said = set(every_caption())
    assert "the largest of two cups stands on the left" in said
    assert "two cups stand with the largest on the left" in said
    assert "the largest of two cups stand on the left" not in said


def test_what_is_typed_is_read_whatever_its_case_and_punctuation() -> None:
    assert words_of("A small cup, stands!") == ["a", "small", "cup", "stands"]
    assert len(words_of("word " * 99)) == MOST_WORDS
    assert words_of(" ,. ") == []
    assert numbers_of(["zebra"])[0] == HIDDEN_WORD


@pytest.mark.parametrize("share", [0.0, 0.15, 1.0])
def test_of_each_sentence_a_word_is_hidden_and_none_beside_it(share: float) -> None:
    rows = draw_corpus(200, 1).train
    hidden = hide_words(rows, torch.Generator().manual_seed(0), share)
    assert (hidden.gaps.sum(dim=1) >= 1).all()
    assert not hidden.gaps[rows == NO_WORD].any()
    assert (hidden.seen[hidden.gaps] == HIDDEN_WORD).all()
    assert torch.equal(hidden.seen[~hidden.gaps], rows[~hidden.gaps])
    if share == 1:
        assert torch.equal(hidden.gaps, rows != NO_WORD)


def test_each_word_is_hidden_once_by_itself() -> None:
    rows = as_numbers(["a cup stands in the middle", "a car drives on the left"])
    hidden = each_hidden(rows)
    assert len(hidden.seen) == 12
    assert (hidden.gaps.sum(dim=1) == 1).all()
    assert hidden.words[hidden.gaps].tolist() == rows[rows != NO_WORD].tolist()


def test_the_grammar_names_what_fits_a_gap_and_nothing_for_what_it_never_says() -> None:
    every = draw_corpus(10, 0).every
    row = numbers_of(["a", "small", "cup", "floats", "on", "the", "left"])
    assert by_grammar(row, every).sum() == 0
    row[2] = HIDDEN_WORD
    assert by_grammar(row, every)[2, WORDS.index("balloon")] == 1
    row = numbers_of(["a", "small", "cup", "stands", "on", "the", "left"])
    row[2] = HIDDEN_WORD
    shares = by_grammar(row, every)[2]
    for word in ("cup", "bottle", "vase"):
        assert shares[WORDS.index(word)] == pytest.approx(1 / 3)


def test_the_unigram_model_is_the_share_of_each_word() -> None:
    shares = unigram(as_numbers(["a cup stands in the middle"] * 100))
    assert shares.sum() == pytest.approx(1)
    assert shares[WORDS.index("cup")] == pytest.approx(101 / (600 + len(WORDS)))
    found = judge(shares.expand(2, -1), torch.tensor([int(shares.argmax()), 0]))
    assert found.accuracy == pytest.approx(0.5, abs=0.5)


def test_what_stands_behind_the_sentence_changes_no_answer() -> None:
    network = WordNetwork(torch.Generator().manual_seed(0))
    row = numbers_of(["a", "cup", "stands", "in", "the", "middle"])
    long, short = network(row[None])[0, :6], network(row[None, :6])[0]
    torch.testing.assert_close(long, short)


def test_training_fills_more_gaps_than_frequency_and_no_more_than_the_grammar_lets() -> None:
    learning = MaskedWords(draw_corpus(1000, 0), 64, 0.005, 0)
    learning.train(100)
    assert learning.margin > 0.3
    assert learning.history.row("loss")[-1] > learning.by_grammar.loss


@pytest.mark.claims
@pytest.mark.parametrize("seed", range(3))
def test_with_the_pages_settings_the_margin_over_the_unigram_model_is_half_of_all_gaps(
    seed: int,
) -> None:
    learning = MaskedWords(draw_corpus(1000, seed), 64, 0.002, seed)
    learning.train(500)
    assert learning.margin > 0.5
