"""What steps of the `pretext` lesson say that no training of seconds decides, checked against the
shipped networks and the tasks themselves.
"""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app import ROOT
from app.lab import wire
from app.labs.pretext import LAB
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.queries import puzzles_frame
from models.representation.pretext import TASKS

Told = tuple[dict[str, Any], dict[str, NDArray[Any]]]


def told(**values: Any) -> Told:
    return wire.decode(puzzles_frame(PretextConfig(**values), None))


def answer_of(**values: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the shipped network painted, and the pictures themselves, in [0, 1]: [N, 3, S, S]."""
    header, arrays = told(**values)
    assert header["shipped"]
    painted = arrays["painted"].astype(np.float64) / 255
    return painted, arrays["originals"][: len(painted)].astype(np.float64) / 255


def saturation(pictures: NDArray[np.float64]) -> float:
    """The mean distance between the strongest and the weakest of a pixel's three colors."""
    return float((pictures.max(axis=1) - pictures.min(axis=1)).mean())


def test_the_lesson_has_the_steps_that_are_checked_here() -> None:
    titles = {str(step.title) for step in LAB.lesson}
    assert {
        "A label that nobody wrote", "Hide a quarter, hide nine tenths", "Drab or bold",
        "Backwards is no other order", "More pictures, larger encoders",
    } <= titles  # fmt: skip


def test_a_turned_disc_is_a_disc_so_turned_scenes_have_a_ceiling() -> None:
    header, _ = told(task="rotation", data="scenes")
    assert header["ceiling"] < 1


@pytest.mark.parametrize("ratio", [0.25, 0.9])
def test_what_is_filled_in_is_less_varied_than_what_was_hidden(ratio: float) -> None:
    painted, pictures = answer_of(task="masked", data="objects", ratio=ratio)
    assert painted.std(axis=(2, 3)).mean() < pictures.std(axis=(2, 3)).mean()


def test_squared_error_paints_drabber_than_classes_of_color_do() -> None:
    drab, pictures = answer_of(task="regression", data="objects")
    bold, _ = answer_of(task="color", data="objects")
    assert saturation(drab) < saturation(bold)
    assert saturation(drab) < saturation(pictures)


def test_four_frames_have_twelve_classes_because_backwards_is_no_other_order() -> None:
    assert TASKS["sort"].chance == pytest.approx(1 / 12)


def sizes_that_gain(question: str, labels: str) -> int:
    """In how many sizes of encoder the worst seed with the most pictures is above the best seed
    with the fewest.
    """
    entry = json.loads((ROOT / "models/weights/scores.json").read_text())["pretext_scale"]

    def values(cells: dict[str, Any]) -> list[float]:
        return [cell["asked"][question][labels] for cell in cells.values()]

    few, many = str(entry["counts"][0]), str(entry["counts"][-1])
    return sum(min(values(row[many])) > max(values(row[few])) for row in entry["cells"].values())


def test_more_pictures_help_the_class_in_every_size_and_the_place_with_ten_labels_in_none() -> None:
    assert sizes_that_gain("class", "100") == 3
    assert sizes_that_gain("place", "10") == 0
