"""The pretext lab: its runs, its puzzles, and what is recorded."""

import re
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app import ROOT
from app.errors import Diverged, InvalidInput
from app.lab import wire
from app.lab.contract import Ask
from app.labs.pretext import LAB
from app.labs.pretext.config import PretextAction, PretextConfig
from app.labs.pretext.data import VIDEO, material_of, settings_of
from app.labs.pretext.queries import puzzles_frame
from app.labs.pretext.run import begun, run
from models.representation import tuning
from models.representation.pretext import TASKS
from models.representation.pretext_network import PretextNetwork
from models.representation.pretext_training import held_out_puzzles
from models.representation.shipped import FILE, SHIPPED, shipped_tasks
from tests.app.pictures.albums.test_endpoints import plain, zipped
from tests.app.uploaded import RED, client_with, noise

SMALL: dict[str, Any] = {"count": 64, "batch_size": 16}


def config_of(**values: Any) -> PretextConfig:
    return PretextConfig(**{**SMALL, **values})


def frames(config: PretextConfig, *asks: int | str) -> list[Any]:
    """The first frame, and one for each of the asks: steps, or what is to be done."""
    going = run(config)
    got = [next(going)]
    for ask in asks:
        steps, action = (ask, None) if isinstance(ask, int) else (0, PretextAction(do="ask"))
        got.append(going.send(Ask(config, steps, action)))
    going.close()
    return got


def test_the_same_settings_give_the_same_frames_whatever_the_pace() -> None:
    one, two = frames(config_of(), 4, 6)[-1], frames(config_of(), 10)[-1]
    assert np.array_equal(one.history, two.history, equal_nan=True)
    assert np.array_equal(one.scores, two.scores)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_trains_and_its_frame_goes_on_the_wire(task: str) -> None:
    config = config_of(task=task, batch_size=4)
    first, later = frames(config, 2)
    assert (first.step, later.step) == (0, 2)
    header, arrays = wire.decode(later.to_bytes())
    assert header["task"] == task
    if len(arrays["scores"].flatten()):
        np.testing.assert_allclose(arrays["scores"].sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("task", ["rotation", "patch", "masked", "sort", "simclr"])
def test_the_puzzles_on_show_are_those_that_the_run_is_watched_by(task: str) -> None:
    config = config_of(task=task)
    _, arrays = wire.decode(puzzles_frame(config, None))
    material, _ = material_of(config, None)
    puzzle = held_out_puzzles(settings_of(config), material)
    inputs = (puzzle.inputs[:8] * 255).round().byte().numpy()
    shown = arrays["inputs"].reshape(16, -1)[:8]
    assert np.array_equal(inputs.reshape(8, -1), shown[:, : inputs[0].size])
    if arrays["truth"].size:
        assert arrays["truth"].tolist() == puzzle.labels[:16].tolist()


@pytest.mark.thorough  # models/representation/test_downstream.py asks part by part
def test_asking_fills_all_five_questions_and_depths_and_trains_nothing() -> None:
    asked = frames(config_of(), 2, *["ask"] * 12)[-1]
    assert asked.asked_parts == (12, 12)
    assert asked.step == asked.asked_at == 2
    assert np.isfinite(asked.asked).all()
    assert np.isfinite(asked.guessing).all()
    assert np.isfinite(asked.depth).all()
    assert asked.depth[0, -1] == pytest.approx(asked.probes[0, 0])  # both of the untrained h


def test_pictures_without_an_upright_have_a_ceiling_and_those_with_one_none() -> None:
    header, _ = wire.decode(puzzles_frame(config_of(data="scenes"), None))
    assert header["ceiling"] == header["chance"] == 0.25
    header, _ = wire.decode(puzzles_frame(config_of(), None))
    assert header["ceiling"] is None


def test_the_function_on_the_page_is_the_one_that_runs() -> None:
    header, _ = wire.decode(puzzles_frame(config_of(task="speed"), None))
    assert header["source"].startswith("def speed(")


def test_parameters_are_counted_as_the_network_has_them() -> None:
    import torch

    for task in TASKS:
        network = PretextNetwork(task, torch.Generator().manual_seed(0), 10)
        count = sum(p.numel() for p in network.parameters())
        assert LAB.parameters(PretextConfig(task=task)) == count


def test_long_clips_have_a_fourth_speed_and_no_shipped_weights() -> None:
    config = config_of(task="speed", length="25", batch_size=4)
    header, arrays = wire.decode(puzzles_frame(config, None))
    assert (header["speeds"], header["chance"]) == ([1, 2, 4, 8], 0.25)
    assert arrays["clips"].shape[1] == 25
    assert not header["shipped"]
    short, _ = wire.decode(puzzles_frame(config_of(task="speed"), None))
    assert (short["speeds"], short["shipped"]) == ([1, 2, 4], True)
    watched = begun(config, None)
    network = watched.training.network
    assert LAB.parameters(config) == sum(p.numel() for p in network.parameters())
    assert frames(config, 2)[-1].scores.shape[1] == 4
    with pytest.raises(InvalidInput, match="8×"):
        begun(config.model_copy(update={"start": "photos"}), None)


def test_what_the_visitor_paints_is_hidden_and_answered() -> None:
    painted = "1" * 32 + "0" * 32
    config = config_of(task="masked", painted=painted)
    header, arrays = wire.decode(puzzles_frame(config, None))
    hidden = arrays["hidden"].reshape(-1, 32, 32)
    assert hidden[:, :16].all()
    assert not hidden[:, 16:].any()
    assert header["shipped"]
    assert len(arrays["painted"])
    for wrong in ("1" * 16, "2" * 64):
        with pytest.raises(InvalidInput, match="do not fit"):
            puzzles_frame(config.model_copy(update={"painted": wrong}), None)


def test_pans_are_over_photos_and_their_held_out_clips_are_others() -> None:
    config = config_of(task="sort", clips="pans", batch_size=4)
    header, arrays = wire.decode(puzzles_frame(config, None))
    assert header["clips"] == "pans"
    material, _ = material_of(config, None)
    assert material.train.shape[1:] == material.test.shape[1:] == (13, 3, 32, 32)
    np.testing.assert_array_equal(arrays["clips"], material.test[:8].numpy())
    thrown, _ = material_of(config_of(task="sort"), None)
    assert not np.array_equal(thrown.test[:8].numpy(), arrays["clips"])


def test_clips_are_drawn_whatever_pictures_are_chosen() -> None:
    for task in VIDEO:
        assert TASKS[task].video  # type: ignore[index]
    material, downstream = material_of(config_of(task="speed", data="digits"), None)
    assert material.train.dim() == 5
    assert list(downstream.asked) == ["class"]


def test_a_rate_that_is_too_high_ends_the_run_with_a_sentence() -> None:
    going = run(config_of(task="masked", batch_size=4))
    next(going)
    wild = config_of(task="masked", batch_size=4).model_copy(update={"learning_rate": 1e9})
    with pytest.raises(Diverged, match="loss left every bound"):
        going.send(Ask(wild, 100))


def test_pictures_of_an_album_need_an_album() -> None:
    with pytest.raises(InvalidInput):
        LAB.album(PretextConfig(data="own"))


def test_the_endpoints_answer_and_refuse_in_words() -> None:
    client: TestClient
    with client_with() as client:
        answer = client.post("/api/pretext/puzzles", json={"config": {"task": "rotation"}})
        assert answer.status_code == 200
        for wrong in ({"task": "none"}, {"ratio": 1}, {"block": 4}):
            refused = client.post("/api/pretext/puzzles", json={"config": wrong})
            assert refused.status_code == 422
        recorded = client.get("/api/pretext/recorded").json()
        assert set(recorded) == {"shipped", "compared", "scale"}


def test_a_task_without_shipped_weights_says_so() -> None:
    with pytest.raises(InvalidInput, match="No weights are shipped"):
        next(run(config_of(task="simclr", start="photos")))


def test_the_page_knows_which_weights_are_shipped() -> None:
    words = (ROOT / "static/js/labs/pretext/words.js").read_text()
    told = re.search(r"export const SHIPPED = \[(.*)\]", words)
    assert told
    assert tuple(re.findall(r'"(\w+)"', told[1])) == SHIPPED == shipped_tasks()[: len(SHIPPED)]
    assert FILE.stat().st_size < 3_000_000


@pytest.mark.parametrize("task", [task for task in SHIPPED if task != "regression"])
def test_a_shipped_network_solves_its_own_task_on_pictures_unlike_those_it_saw(task: str) -> None:
    """They learned from photos, these are drawn. Colors by squared error do not carry over: the
    colors of drawn things are shuffled, and the least squared error is that of gray.
    """
    config = config_of(task=task, start="photos")
    first = frames(config)[0]
    assert first.history[1, 0] > TASKS[task].chance + 0.02  # type: ignore[index]


def test_more_and_more_pictures_begin_with_the_fewest() -> None:
    config = PretextConfig(mode="scale", width="0.5")
    going = run(config)
    first, later = next(going), going.send(Ask(config, 2))
    assert (first.step, later.step, later.done) == (0, 2, 0)
    assert np.isnan(later.accuracy).all()
    later.to_bytes()


@pytest.mark.parametrize("width", ["0.5", "1", "2"])
def test_parameters_of_a_width_are_counted(width: str) -> None:
    import torch

    config = PretextConfig(mode="scale", width=width)  # type: ignore[arg-type]
    network = PretextNetwork("rotation", torch.Generator(), times=float(width))
    assert LAB.parameters(config) == sum(p.numel() for p in network.parameters())


def test_one_question_is_tuned_for_in_parts_from_both_starts_and_trains_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, few in {"STEPS": 2, "SLICE": 1, "DRAWS": 2}.items():
        monkeypatch.setattr(tuning, name, few)
    config = config_of(batch_size=4)
    going = run(config)
    frame = next(going)
    action = PretextAction(do="tune", question="size")
    while frame.tuned_at[2] < 0:
        frame = going.send(Ask(config, 0, action))
    assert frame.step == 0
    done, every = frame.tuned_parts
    looks = (400 + 64) // 50 + 2  # of ImageNet's network, and their end
    assert done == every == 5 + looks + 5 + 2 * 5 * (2 * 3 + 1) + 1  # …; starts, labels, parts
    assert np.isfinite(frame.tuned[:, 2]).all()
    assert np.isnan(frame.tuned[:, [0, 1, 3, 4]]).all()
    low, mean, high = np.moveaxis(frame.tuned[:, 2], -1, 0)
    assert (low <= mean).all()
    assert (mean <= high).all()
    going.send(Ask(config, 1, None))
    again = going.send(Ask(config, 0, action))
    assert again.tuned_parts[1] < every  # the untrained start is not asked again
    going.close()


def test_imagenets_features_are_probed_on_an_album_of_ones_own(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, few in {"STEPS": 2, "SLICE": 1, "DRAWS": 2}.items():
        monkeypatch.setattr(tuning, name, few)
    files = {
        f"{kind}/{number}.png": noise("PNG", 10 * number + place) if place else plain(RED)
        for place, kind in enumerate(("red", "noise"))
        for number in range(8)
    }
    answer = client.post("/api/albums", files={"file": ("any.zip", zipped(files))}).json()
    album = client.app.state.albums.get(answer["id"])  # type: ignore[attr-defined]
    config = config_of(data="own", pictures=album.id, batch_size=4)
    going = run(config, album)
    frame = next(going)
    while frame.tuned_at[0] < 0:
        frame = going.send(Ask(config, 0, PretextAction(do="tune")))
    going.close()
    assert frame.imagenet
    probed_imagenet = frame.tuned[1, 0, :, 1]
    assert (probed_imagenet[1:] > 0.9).all()  # noise and red are told apart at once
    assert np.isfinite(frame.tuned[:, 0]).all()
