"""The training of the `detectors` lab: its frames, its scenes, what it counts and refuses."""

import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.testclient import TestClient

from app.errors import Diverged
from app.lab.contract import Ask
from app.labs.detectors import LAB, config
from app.labs.detectors.config import DetectorsConfig
from app.labs.detectors.frames import DetectorsFrame
from app.labs.detectors.run import HELD_OUT, PARAMETERS, followed, run
from models.data.shape_scenes import FIRST_HELD_OUT, draw_shape_scene
from models.detection import learning
from models.detection.learner import Form, Learner


def frames(steps: int, **settings: Any) -> list[DetectorsFrame]:
    """The start, and the frame after so many steps."""
    chosen = DetectorsConfig(**{"taught": 8, **settings})
    generator = run(chosen)
    return [next(generator), generator.send(Ask(chosen, steps))]


@pytest.mark.parametrize("form", ["two", "ssd", "yolo"])
def test_what_a_form_trains_is_counted(form: Form) -> None:
    assert PARAMETERS[form] == sum(p.numel() for p in Learner(form).parameters())
    assert LAB.parameters(DetectorsConfig(form=form)) == PARAMETERS[form]


def test_the_first_frame_shows_a_scene_and_that_nothing_is_learned_yet() -> None:
    start, _ = frames(1)
    assert (start.step, start.sampled) == (0, False)
    assert len(start.truth) > 0
    assert len(start.positive) == len(start.negative) == len(start.rois) == 0
    assert start.held_out == FIRST_HELD_OUT + 6
    assert start.tested == HELD_OUT == learning.HELD_OUT
    start.to_bytes()


def test_a_frame_shows_the_anchors_and_regions_of_its_step_and_another_seed_shows_others() -> None:
    shown, again, other = (frames(3, seed=seed)[1] for seed in (0, 0, 1))
    assert len(shown.positive) + len(shown.negative) == 256
    total = len(shown.positive) + len(shown.negative) + len(shown.ignored) + shown.left
    assert total == 12 * 12 * 9
    assert len(shown.rois) == len(shown.roi_labels) == 32
    np.testing.assert_array_equal(shown.negative, again.negative)
    np.testing.assert_array_equal(shown.rois, again.rois)
    assert not np.array_equal(shown.negative, other.negative)
    assert not np.array_equal(shown.rois, other.rois)
    assert shown.scene // 1000 == 0
    assert other.scene // 1000 == 1
    drawn = draw_shape_scene(shown.scene)
    np.testing.assert_array_equal(shown.truth, drawn.boxes.numpy())


def test_the_held_out_scenes_are_those_of_the_models() -> None:
    assert config.FIRST_HELD_OUT == FIRST_HELD_OUT


def test_easy_background_is_told_of_ssd_alone() -> None:
    assert frames(1, form="two")[1].easy == frames(1, form="yolo")[1].easy == -1
    shown = frames(2, form="ssd", negatives="all")[1]
    assert 0 <= shown.easy <= 1296
    assert 0 <= shown.easy_focal <= shown.easy_plain <= 1


def test_gamma_is_followed_where_there_is_focal_loss_alone() -> None:
    always = {"learning_rate", "held_out"}
    assert followed(DetectorsConfig(form="ssd", negatives="all")) == {*always, "gamma"}
    for other in ({"form": "ssd"}, {"form": "two", "negatives": "all"}, {"form": "yolo"}):
        assert followed(DetectorsConfig(**other)) == always


def test_another_held_out_scene_is_shown_at_once_and_changes_no_number() -> None:
    chosen = DetectorsConfig(taught=8)
    moved = chosen.model_copy(update={"held_out": 41})
    generator, other = run(chosen), run(chosen)
    for one in (generator, other):
        next(one)
        one.send(Ask(chosen, 2))
    shown = generator.send(Ask(moved, 0))
    scene = draw_shape_scene(FIRST_HELD_OUT + 41)
    assert (shown.step, shown.held_out) == (2, FIRST_HELD_OUT + 41)
    np.testing.assert_array_equal(shown.held_out_truth, scene.boxes.numpy())
    after, unmoved = generator.send(Ask(moved, 2)), other.send(Ask(chosen, 2))
    np.testing.assert_array_equal(after.history, unmoved.history)
    np.testing.assert_array_equal(after.scores, unmoved.scores)


def test_a_run_whose_weights_left_every_bound_ends_in_words() -> None:
    chosen = DetectorsConfig(taught=4)
    generator = run(chosen)
    next(generator)
    learner = generator.gi_frame.f_locals["learning"].learner  # type: ignore[attr-defined]
    with torch.no_grad():
        next(learner.parameters()).fill_(float("inf"))
    with pytest.raises(Diverged, match="smaller learning rate"):
        generator.send(Ask(chosen, 2))


def test_a_scene_of_a_run_is_served_pixel_by_pixel(client: TestClient) -> None:
    for seed in (1003, FIRST_HELD_OUT + 6):
        answer = client.get(f"/api/detectors/drawn/{seed}")
        assert answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"]
        pixels = np.asarray(Image.open(io.BytesIO(answer.content)))
        np.testing.assert_array_equal(pixels, draw_shape_scene(seed).image.permute(1, 2, 0))


@pytest.mark.parametrize("seed", [10_000_000, FIRST_HELD_OUT - 1, FIRST_HELD_OUT + 200, 10**30])
def test_a_scene_that_no_run_has_is_not_there(client: TestClient, seed: int) -> None:
    answer = client.get(f"/api/detectors/drawn/{seed}")
    assert answer.status_code == 404
    assert "no drawn scene" in answer.json()["error"]["message"]


@pytest.mark.parametrize("seed", ["-1", "a", "1.5"])
def test_what_is_no_number_of_a_scene_is_refused(client: TestClient, seed: str) -> None:
    assert client.get(f"/api/detectors/drawn/{seed}").status_code == 422
