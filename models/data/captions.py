"""Sentences that say what a drawn picture shows: every one that the grammar has, and their words.

A picture of `models.data.objects` is told by its class, its number of things, and place and size of
the largest; a caption says them in one of three forms. Of several things only the largest has a
place, and no size is told.

Shape letters: S sentences, L words of the longest, V words.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Generator, Tensor

# One of them, several, and what one does, and several do, where they are.
NOUNS = {
    "car": ("car", "cars", "drives", "drive"),
    "bus": ("bus", "buses", "drives", "drive"),
    "person": ("person", "people", "walks", "walk"),
    "cup": ("cup", "cups", "stands", "stand"),
    "bottle": ("bottle", "bottles", "stands", "stand"),
    "book": ("book", "books", "lies", "lie"),
    "vase": ("vase", "vases", "stands", "stand"),
    "balloon": ("balloon", "balloons", "floats", "float"),
}
SIZES = ("small", "", "large")
PLACES = ("on the left", "in the middle", "on the right")
NUMBERS = ("a", "two", "three")
FORMS = 3
MOST_WORDS = 12  # of a sentence that a network reads


class Facts(NamedTuple):
    """What a caption says: a class of `NOUNS` by its place there, the others as in `Objects`."""

    thing: int
    place: int
    size: int
    number: int


def caption(facts: Facts, form: int) -> str:
    """The sentence that says these facts in that form, 0 to 2."""
    one, several, does, do = list(NOUNS.values())[facts.thing]
    place, number = PLACES[facts.place], NUMBERS[facts.number]
    if facts.number == 0:
        named = " ".join(filter(None, (number, SIZES[facts.size], one)))
        forms = (f"{named} {does} {place}", f"{place} {does} {named}", f"there is {named} {place}")
    else:
        forms = (
            f"{number} {several} {do} with the largest {place}",
            f"the largest of {number} {several} {does} {place}",
            f"there are {number} {several} with the largest {place}",
        )
    return forms[form]


def every_caption() -> Iterator[str]:
    """A caption for all facts in all forms, each as likely as every other; some come thrice, for
    the sizes that they do not tell.
    """
    for count in range(len(NUMBERS)):
        for thing in range(len(NOUNS)):
            for place in range(len(PLACES)):
                for size in range(len(SIZES)):
                    for form in range(FORMS):
                        yield caption(Facts(thing, place, size, count), form)


WORDS: tuple[str, ...] = tuple(sorted({word for one in every_caption() for word in one.split()}))
HIDDEN_WORD = len(WORDS)  # the number of a gap
NO_WORD = HIDDEN_WORD + 1  # and of what fills a row up


def words_of(text: str) -> list[str]:
    """The words of what somebody typed: small letters, no punctuation, `MOST_WORDS` at most."""
    kept = "".join(letter if letter.isalnum() else " " for letter in text.lower())
    return kept.split()[:MOST_WORDS]


def numbers_of(words: list[str]) -> Tensor:
    """int64 [L]: the words by their places in `WORDS`, a gap for one that is not there."""
    known = {word: i for i, word in enumerate(WORDS)}
    row = [known.get(word, HIDDEN_WORD) for word in words[:MOST_WORDS]]
    return torch.tensor(row + [NO_WORD] * (MOST_WORDS - len(row)))


def as_numbers(sentences: list[str]) -> Tensor:
    """int64 [S, L] of sentences."""
    return torch.stack([numbers_of(sentence.split()) for sentence in sentences])


class Corpus(NamedTuple):
    """int64 [S, L]: sentences to learn from, as often as they were drawn, and others, none of which
    is among them; `every` caption of the grammar, as often as it is said.
    """

    train: Tensor
    test: Tensor
    every: Tensor


def draw_corpus(sentences: int, seed: int, held_out: float = 0.2) -> Corpus:
    """A corpus in which the share `held_out` of the grammar's sentences is never said."""
    generator: Generator = torch.Generator().manual_seed(seed)
    said = list(every_caption())
    kinds = sorted(set(said))
    order = torch.randperm(len(kinds), generator=generator).tolist()
    away = {kinds[i] for i in order[: round(held_out * len(kinds))]}
    every = as_numbers(said)
    is_away = torch.tensor([sentence in away for sentence in said])
    learned = every[~is_away]
    drawn = torch.randint(len(learned), (sentences,), generator=generator)
    return Corpus(learned[drawn], as_numbers(sorted(away)), every)
