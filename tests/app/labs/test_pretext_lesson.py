"""What steps of the `pretext` lesson say that no training of seconds decides, checked against the
shipped networks and the tasks themselves.
"""

import json
from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from app import ROOT
from app.lab import wire
from app.lab.contract import Ask
from app.lab.lessons import measured
from app.labs.pretext import LAB
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.frames import PretextFrame
from app.labs.pretext.queries import puzzles_frame
from app.labs.pretext.run import run
from models.measures import Question

pytestmark = pytest.mark.usefixtures("one_thread")  # as in a run’s process
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


@pytest.mark.lesson("pretext", "A label that nobody wrote")
def test_a_turned_disc_is_a_disc_so_turned_scenes_have_a_ceiling() -> None:
    header, _ = told(task="rotation", data="scenes")
    assert header["ceiling"] < 1


@pytest.mark.parametrize("ratio", [0.25, 0.9])
@pytest.mark.lesson("pretext", "Hide a quarter, hide nine tenths")
def test_what_is_filled_in_is_less_varied_than_what_was_hidden(ratio: float) -> None:
    painted, pictures = answer_of(task="masked", data="objects", ratio=ratio)
    assert painted.std(axis=(2, 3)).mean() < pictures.std(axis=(2, 3)).mean()


@pytest.mark.lesson("pretext", "Drab or bold")
def test_squared_error_paints_drabber_than_classes_of_color_do() -> None:
    drab, pictures = answer_of(task="regression", data="objects")
    bold, _ = answer_of(task="color", data="objects")
    assert saturation(drab) < saturation(bold)
    assert saturation(drab) < saturation(pictures)


@pytest.mark.claims
def test_without_a_gap_the_task_is_easier_with_every_seed_and_teaches_less_on_average() -> None:
    step = next(step for step in LAB.lesson if step.title == "A shortcut through the gap")
    assert step.stop is not None
    state = {name: x for name, x in step.state.items() if name in PretextConfig.model_fields}
    levers = {name: PretextConfig.model_fields[name].default for name in step.levers}
    losses, probes = np.zeros((2, 3)), np.zeros((2, 3))
    for i, settings in enumerate((state, {**state, **levers})):
        for seed in range(3):
            frame = trained(PretextConfig(**{**settings, "seed": seed}), step.stop)
            losses[i, seed] = np.nanmean(measured(frame, "history", "loss")[-20:])
            probes[i, seed] = measured(frame, "probes", "many")[-1]
    assert (losses[0] < losses[1]).all()
    assert probes[0].mean() < probes[1].mean()


def trained(config: PretextConfig, steps: int) -> PretextFrame:
    generator = run(config)
    frame = next(generator)
    while frame.step < steps:
        frame = generator.send(Ask(config, steps - frame.step))
    return frame


@pytest.mark.lesson("pretext", "Which pretraining for which question?")
def test_no_pretext_task_is_the_best_for_every_question(one_client: TestClient) -> None:
    tasks = one_client.get("/api/pretext/recorded").json()["compared"]["tasks"]
    pretext = [name for name in tasks if name not in ("supervised", "untrained")]

    def accuracies(task: str, question: str) -> list[float]:
        """With 100 labels of each class, one for each seed."""
        return [run["asked"][question]["100"] for run in tasks[task].values()]

    best = {
        question: max(pretext, key=lambda task: np.mean(accuracies(task, question)))
        for question in get_args(Question)
    }
    assert len(set(best.values())) > 1, best
    # Not by chance: the best for the class is worse than another for the number, and the reverse.
    for question, better, worse in (("class", "rotation", "speed"), ("cells", "speed", "rotation")):
        assert min(accuracies(better, question)) > max(accuracies(worse, question))


def sizes_that_gain(question: str, labels: str) -> int:
    """In how many sizes of encoder the worst seed with the most pictures is above the best seed
    with the fewest.
    """
    entry = json.loads((ROOT / "models/weights/scores.json").read_text())["pretext_scale"]

    def values(cells: dict[str, Any]) -> list[float]:
        return [cell["asked"][question][labels] for cell in cells.values()]

    few, many = str(entry["counts"][0]), str(entry["counts"][-1])
    return sum(min(values(row[many])) > max(values(row[few])) for row in entry["cells"].values())


@pytest.mark.lesson("pretext", "More pictures, larger encoders")
def test_more_pictures_help_the_class_in_every_size_and_the_place_with_ten_labels_in_none() -> None:
    assert sizes_that_gain("class", "100") == 3
    assert sizes_that_gain("place", "10") == 0
