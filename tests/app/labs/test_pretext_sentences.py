"""The pretext lab's runs on sentences: the visitor's gap, and what is told beside it."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.lab import wire
from app.lab.contract import Ask
from app.labs.pretext import LAB
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.run import run
from models.representation.masked_words import WordNetwork
from tests.app.labs import scripts


def config_of(**values: Any) -> PretextConfig:
    return PretextConfig(mode="words", sentences=200, **values)


def frame_of(config: PretextConfig, steps: int = 0) -> Any:
    going = run(config)
    first = next(going)
    return going.send(Ask(config, steps)) if steps else first


def test_a_frame_tells_five_words_for_the_gap_and_goes_on_the_wire() -> None:
    frame = frame_of(config_of(), 20)
    assert frame.words[frame.gap] == "cup"
    assert len(frame.top) == len(frame.frequent) == 5
    assert list(frame.probabilities) == sorted(frame.probabilities, reverse=True)
    header, arrays = wire.decode(frame.to_bytes())
    assert header["tested"] == frame.tested
    assert arrays["history"].shape == (2, 3)


def test_another_gap_needs_no_step() -> None:
    config = config_of()
    going = run(config)
    next(going)
    moved = config.model_copy(update={"hidden_word": 3})
    frame = going.send(Ask(moved, 0))
    assert (frame.step, frame.words[frame.gap]) == (0, "stands")


@pytest.mark.parametrize(
    ("typed", "known", "gap"),
    [
        ("", [], -1),
        ("?!", [], -1),
        ("cup", [True], 0),
        ("a zebra stands", [True, False, True], 2),
        ("wörter " * 22, [False] * 12, 2),
    ],
)
def test_whatever_is_typed_is_answered(typed: str, known: list[bool], gap: int) -> None:
    frame = frame_of(config_of(sentence=typed))
    assert (frame.known, frame.gap) == (known, gap)
    assert len(frame.top) == (5 if known else 0)
    frame.to_bytes()


def test_parameters_are_counted_as_the_network_has_them() -> None:
    network = WordNetwork(torch.Generator())
    assert LAB.parameters(config_of()) == sum(p.numel() for p in network.parameters())


def test_sentences_need_no_album() -> None:
    assert LAB.album(config_of(data="own")) == ""


@pytest.mark.thorough
@pytest.mark.parametrize("typed", ["a small cup stands on the left", "", 'say "x"\\'])
def test_the_script_prints_the_losses_that_are_shown(typed: str, tmp_path: Path) -> None:
    config = config_of(sentence=typed)
    said = scripts.run(LAB.code(config, 20), tmp_path)  # type: ignore[misc]
    found = re.search(r"^step 20: loss (\S+),", said, re.MULTILINE)
    assert found, said
    np.testing.assert_allclose(float(found[1]), frame_of(config, 20).history[0, -1], atol=1e-4)
