"""The pretext lab's runs on pairs: the matrix, and the visitor's prompts."""

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
from app.labs.pretext.pairs import class_of, prompts_of
from app.labs.pretext.queries import puzzles_frame
from app.labs.pretext.run import run
from models.representation.clip import PairNetwork
from tests.app.labs import scripts


def config_of(**values: Any) -> PretextConfig:
    return PretextConfig(mode="pairs", count=100, batch_size=8, **values)


def frame_of(config: PretextConfig, steps: int = 0) -> Any:
    going = run(config)
    first = next(going)
    return going.send(Ask(config, steps)) if steps else first


def test_a_frame_has_a_row_for_each_picture_and_its_prompts_add_up() -> None:
    frame = frame_of(config_of(), 1)
    assert frame.similarities.shape == (10, len(frame.captions)) == (10, 10)
    assert np.abs(frame.similarities).max() <= 1.0001
    np.testing.assert_allclose(frame.prompted.sum(axis=1), 1, atol=1e-5)
    assert (frame.prompts_classes, frame.prompts_tested) == (8, 400)
    header, arrays = wire.decode(frame.to_bytes())
    assert len(header["prompts"]) == arrays["prompted"].shape[1] == 8


@pytest.mark.parametrize("typed", ["a car, a bus", "a car，a bus", "a car、a bus", "a car；a bus"])
def test_prompts_stand_between_commas_of_either_language(typed: str) -> None:
    assert prompts_of(typed) == ["a car", "a bus"]


def test_other_prompts_need_no_step() -> None:
    config = config_of()
    going = run(config)
    next(going)
    frame: Any = going.send(Ask(config.model_copy(update={"prompts": "cup, a photo of a CAR!"}), 0))
    assert (frame.step, frame.prompts) == (0, ["cup", "a photo of a car"])
    assert frame.unknown == ["photo"]
    assert frame.prompts_classes == 2
    assert 0 < frame.prompts_tested < 400


@pytest.mark.parametrize("typed", ["", ",,,", "on the left, on the right", "a cup", "cup car, bus"])
def test_prompts_that_do_not_each_name_a_thing_are_answered_and_no_test(typed: str) -> None:
    frame = frame_of(config_of(prompts=typed))
    assert (frame.prompts_right, frame.prompts_classes) == (-1, 0)
    frame.to_bytes()


def test_a_prompt_names_the_class_whose_word_it_has() -> None:
    assert class_of("two people walk") == class_of("a person") == 2
    assert class_of("on the left") == class_of("a cup and a car") == -1
    assert len(prompts_of("cup, " * 30)) == 12


def test_parameters_are_counted_as_the_network_has_them() -> None:
    network = PairNetwork(torch.Generator())
    assert LAB.parameters(config_of()) == sum(p.numel() for p in network.parameters())


@pytest.mark.thorough
def test_the_script_prints_the_losses_that_are_shown(tmp_path: Path) -> None:
    config = config_of()
    said = scripts.run(LAB.code(config, 20), tmp_path)  # type: ignore[misc]
    found = re.search(r"^step 20: loss (\S+),", said, re.MULTILINE)
    assert found, said
    np.testing.assert_allclose(float(found[1]), frame_of(config, 20).history[0, -1], atol=2e-3)


def test_the_text_beside_a_puzzle_is_the_caption_that_clip_is_given() -> None:
    config = PretextConfig(count=64, batch_size=4)
    header, _ = wire.decode(puzzles_frame(config, None))
    going = run(config.model_copy(update={"mode": "pairs"}))
    captions = next(going).captions
    going.close()
    assert header["captions"][: len(captions)] == captions
    assert len(header["captions"]) == 16
    for none in ({"task": "sort"}, {"data": "digits"}):
        assert wire.decode(puzzles_frame(config.model_copy(update=none), None))[0]["captions"] == []
