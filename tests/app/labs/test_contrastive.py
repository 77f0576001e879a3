"""The contrastive lab: its runs, and what is measured on request."""

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from starlette.testclient import TestClient

from app.errors import Diverged, InvalidInput
from app.lab import wire
from app.lab.contract import Ask
from app.labs.contrastive import LAB
from app.labs.contrastive.config import ContrastiveAction, ContrastiveConfig
from app.labs.contrastive.data import (
    REPETITIONS,
    TRIAL_BATCH,
    TRIAL_PICTURES,
    album_of,
    pictures_of,
    settings_of,
)
from app.labs.contrastive.run import run
from models.measures import ContrastiveMeasure
from models.representation.contrastive_training import Contrast, ContrastSettings
from models.representation.contrastive_trials import (
    Trial,
    Trials,
    compositions,
    fewer,
    projectors,
)
from models.representation.encoder import Encoder, Predictor, Projector
from tests.app.pictures.albums.test_endpoints import plain, post, zipped
from tests.app.uploaded import BLUE, RED, client_with, refused

SMALL: dict[str, Any] = {"count": 64, "batch_size": 16}


def config_of(**values: Any) -> ContrastiveConfig:
    return ContrastiveConfig(**{**SMALL, **values})


def frames(config: ContrastiveConfig, *asks: Any) -> list[Any]:
    """The first frame, and one for each of the asks: steps, an action, or a new configuration."""
    going = run(config)
    got = [next(going)]
    for ask in asks:
        if isinstance(ask, ContrastiveConfig):
            config, ask = ask, 0
        steps, action = (ask, None) if isinstance(ask, int) else (0, ContrastiveAction(**ask))
        got.append(going.send(Ask(config, steps, action)))
    going.close()
    return got


@pytest.mark.parametrize("method", ["simclr", "moco", "simsiam"])
def test_the_same_settings_give_the_same_frames_whatever_the_pace(method: str) -> None:
    config = config_of(method=method)
    one, two = frames(config, 2, 2)[-1], frames(config, 4)[-1]
    assert np.array_equal(one.history, two.history, equal_nan=True)
    assert np.array_equal(one.similarities, two.similarities)
    other = frames(config_of(method=method, seed=1), 4)[-1]
    assert not np.array_equal(one.history, other.history, equal_nan=True)


def test_the_first_frame_shows_the_untrained_network_before_any_step() -> None:
    first = frames(config_of())[0]
    assert first.step == 0
    n = len(first.similarities) // 2
    np.testing.assert_allclose(first.similarities.diagonal(), 1, atol=1e-5)
    np.testing.assert_allclose(first.similarities, first.similarities.T, atol=1e-5)
    positives = first.similarities[np.arange(n), np.arange(n) + n]
    assert abs(positives.mean() - first.similarities.mean()) < 0.1  # nothing is told apart yet
    assert np.isnan(first.histograms).all()
    assert (first.measured_at == -1).all()
    first.to_bytes()


@pytest.mark.parametrize("method", ["simclr", "moco", "simsiam"])
def test_every_frame_goes_on_the_wire(method: str) -> None:
    for frame in frames(config_of(method=method), 3, {"do": "probe"}, {"do": "map"}, 1):
        header, arrays = wire.decode(frame.to_bytes())
        assert header["method"] == method
        np.testing.assert_allclose(np.nansum(arrays["histograms"], axis=1), frame.step > 0)


def test_a_live_temperature_changes_the_loss_of_the_next_step() -> None:
    cold, warm = config_of(temperature=0.1), config_of(temperature=5.0)
    going = run(cold)
    next(going)
    frame = going.send(Ask(warm, 1))
    plain_frame = frames(warm, 1)[-1]
    np.testing.assert_allclose(frame.history[0, -1], plain_frame.history[0, -1], rtol=1e-5)


def test_the_space_of_the_similarities_changes_without_a_step() -> None:
    in_z, in_h = frames(config_of(), config_of(space="h"))
    assert in_h.step == 0
    assert not np.array_equal(in_z.similarities, in_h.similarities)
    assert in_h.similarities.min() >= 0  # h is never negative


FLOOR = get_args(ContrastiveMeasure).index("floor")


def test_the_landmarks_are_the_loss_of_equal_views_and_the_least_possible() -> None:
    frame = frames(config_of(), 1)[-1]
    assert frame.chance == pytest.approx(np.log(2 * 16 - 1))
    assert 0 < frame.history[FLOOR, 0] < frame.chance
    siamese = frames(config_of(method="simsiam"), 1)[-1]
    assert siamese.chance is None  # it has no negatives to take for the positive
    assert siamese.history[FLOOR, 0] == -1


def test_the_chance_loss_of_moco_rises_with_the_keys_that_the_loss_had() -> None:
    config = config_of(method="moco", queue=64)
    chances = [frame.chance for frame in frames(config, 1, 1, 1, 1, 1)]
    np.testing.assert_allclose(chances, np.log([1, 1, 17, 33, 49, 65]))


def test_the_queue_shows_the_newest_pictures_first() -> None:
    config = config_of(method="moco", queue=64)
    *_, frame = frames(config, 2)
    assert len(frame.queue) == len(frame.keys) == 32
    contrast = Contrast(settings_of(config), pictures_of(config, None).train)
    contrast.train(2)
    newest = pictures_of(config, None).train[contrast.queue.pictures[contrast.queue.order()[0]]]
    small = newest.float().view(3, 16, 2, 16, 2).mean(dim=(2, 4)).round().byte().numpy()
    assert np.abs(frame.queue[0].astype(int) - small.astype(int)).max() <= 1
    hardest = frame.keys[frame.hardest]
    assert hardest.tolist() == sorted(frame.keys.tolist(), reverse=True)[:6]
    assert np.array_equal(frame.hardest_pictures[0], frame.queue[frame.hardest[0]])


def test_the_row_that_is_looked_at_changes_without_a_step() -> None:
    one, other = frames(config_of(method="moco"), config_of(method="moco", row=17))
    assert (one.row, other.row) == (0, 17)
    assert one.positive_key != other.positive_key
    siamese = frames(config_of(method="simsiam", row=31))[0]
    assert np.isfinite(siamese.predicted).all()
    assert siamese.positive_key is None


def test_measuring_leaves_the_training_as_it_was() -> None:
    acts = ({"do": "probe"}, {"do": "map"}, {"do": "fine-tune"}, {"do": "supervise"})
    undisturbed = frames(config_of(), 2, 2)[-1]
    disturbed = frames(config_of(), 2, *acts, 2)[-1]
    assert np.array_equal(undisturbed.history, disturbed.history, equal_nan=True)
    assert np.array_equal(undisturbed.similarities, disturbed.similarities)


@pytest.mark.thorough
def test_a_probe_fills_in_what_it_measures_and_says_when() -> None:
    *_, last, frame = frames(config_of(), 2, *[{"do": "probe"}] * 12)
    assert last.probed_parts == (11, 12)
    assert frame.probed_parts == (12, 12)
    assert np.isfinite(frame.accuracies[:3]).all()
    assert np.isnan(frame.accuracies[3:]).all()
    assert frame.measured_at.tolist() == [0, 2, 2, -1, -1]
    assert np.isfinite(frame.known[:, :3]).all()
    assert np.isnan(frame.known[:, 3]).all()  # scenes have no upright: a turn is in no picture
    assert (frame.accuracies[:3, :, 0] <= frame.accuracies[:3, :, 1]).all()


@pytest.mark.thorough
@pytest.mark.parametrize(("do", "parts"), [("supervise", "supervised"), ("fine-tune", "tuned")])
def test_a_training_with_labels_says_how_far_it_is(do: str, parts: str) -> None:
    asked = frames(config_of(), 2, *[{"do": do}] * 11)[2:]
    counted = [getattr(frame, f"{parts}_parts") for frame in asked]
    assert counted == [(part + 1, 55) for part in range(11)]
    row = {"supervised": 3, "tuned": 4}[parts]
    assert [bool(np.isfinite(frame.accuracies[row, 0, 1])) for frame in asked] == [False] * 10 + [
        True
    ]
    assert asked[-1].label_steps == 160


@pytest.mark.parametrize(("count", "held"), [(9, 0), (10, 2)])
def test_too_few_pictures_to_hold_some_out_are_not_called_held_out(count: int, held: int) -> None:
    files = {f"{'ab'[i % 2]}/{i}.png": plain((20 * i, 90, 30)) for i in range(count)}
    with client_with() as client:
        album = post(client, zipped(files)).json()
        config = {**SMALL, "data": "own", "pictures": album["id"]}
        shown = client.post("/api/contrastive/specimens", json={"config": config})
        told, _ = wire.decode(shown.content)
        assert (told["learned_from"], told["held_out"]) == (count - held, held)
        body = {"config": config, "steps": 1}
        header, _ = wire.decode(client.post("/api/labs/contrastive/run", json=body).content)
        assert header["held_out"] is bool(held)


def test_a_map_has_a_place_for_every_picture() -> None:
    *_, frame = frames(config_of(), {"do": "map"})
    assert frame.map.shape == frame.places.shape
    assert frame.map_step == 0
    assert np.abs(frame.map).max() == 1
    assert frame.map_space == "z"


def test_too_few_pictures_for_a_map_have_none_and_the_frame_says_when_it_was_asked_for() -> None:
    with client_with() as client:
        album = post(client, zipped({f"{i}.png": plain(RED) for i in range(3)})).json()
        config = config_of(data="own", pictures=album["id"])
        going = run(config, client.app.state.albums.get(album["id"]))
        assert next(going).map_step == -1
        frame = going.send(Ask(config, 0, ContrastiveAction(do="map")))
        assert (frame.map.shape, frame.map_step) == ((0, 2), 0)


def test_a_training_that_diverges_says_so() -> None:
    """By settings beyond what a visitor may choose: within that, AdamW's steps are bounded."""
    config = config_of().model_copy(update={"learning_rate": 1e30})
    going = run(config)
    next(going)
    with pytest.raises(Diverged, match="learning rate"):
        going.send(Ask(config, 30))


@pytest.mark.parametrize(
    ("mode", "method", "count"),
    [
        ("projector", "simclr", 3),
        pytest.param("projector", "moco", 3, marks=pytest.mark.thorough),
        pytest.param("projector", "simsiam", 3, marks=pytest.mark.thorough),
        pytest.param("composition", "simclr", 21, marks=pytest.mark.thorough),
    ],
)
def test_trials_fill_in_one_by_one(mode: str, method: str, count: int) -> None:
    first, second = frames(config_of(mode=mode, method=method, trial_steps=20), 1)
    assert (len(first.names), first.total) == (count, count * REPETITIONS)
    assert np.isnan(first.accuracy).all()
    assert second.done == 1
    assert np.isfinite(second.accuracy[0, 0]).all()
    assert np.isnan(second.accuracy[1:]).all()
    second.to_bytes()


def tried(trials: list[Trial]) -> tuple[NDArray[np.float32], float]:
    """Accuracy of linear classifiers on h after short trainings of one seed, and untrained."""
    config = ContrastiveConfig()
    pictures = fewer(pictures_of(config, None), TRIAL_PICTURES)
    short = Trials(trials, 1, config.trial_steps, pictures)
    for _ in trials:
        short.run()
    return short.accuracy[:, 0, 0], float(short.baseline[0])


def short_settings() -> ContrastSettings:
    return replace(settings_of(ContrastiveConfig()), batch_size=TRIAL_BATCH)


@pytest.mark.claims
@pytest.mark.usefixtures("one_thread")
def test_on_drawn_scenes_color_jitter_counts_with_whatever_else() -> None:
    every = {trial.name: trial for trial in compositions(short_settings())}
    alone, with_color = [("crop", "crop"), ("blur", "blur")], [("crop", "color"), ("color", "blur")]
    found, _ = tried([every[name] for name in (*alone, *with_color)])
    assert found[2] > found[0] + 0.05
    assert found[3] > found[1] + 0.05


@pytest.mark.claims
@pytest.mark.usefixtures("one_thread")
def test_with_any_projector_a_short_training_learns_something() -> None:
    trials = projectors(short_settings())
    found, untrained = tried(trials)
    assert len(trials) * REPETITIONS == 9
    assert found.min() > untrained


def test_digits_are_learned_from_too() -> None:
    pictures = pictures_of(config_of(data="digits"), None)
    assert pictures.train.shape == (64, 3, 32, 32)
    assert pictures.test_labels is not None
    assert pictures.classes == 10
    assert (pictures.train[:, 0] == pictures.train[:, 2]).all()


def test_the_parts_of_the_pictures_have_none_in_common() -> None:
    for data in ("scenes", "digits"):
        pictures = pictures_of(ContrastiveConfig(count=1000, data=data), None)
        seen = {picture.numpy().tobytes() for picture in pictures.train}
        assert not seen & {picture.numpy().tobytes() for picture in pictures.test}


@pytest.mark.parametrize("method", ["simclr", "moco", "simsiam"])
@pytest.mark.parametrize("projector", ["none", "linear", "mlp"])
def test_parameters_are_those_that_are_trained(method: str, projector: str) -> None:
    config = config_of(method=method, projector=projector)
    generator = torch.Generator()
    chosen = "mlp" if method == "simsiam" else projector
    parts = [Encoder(generator), Projector(chosen, generator)]
    if method == "simsiam":
        parts.append(Predictor(generator))
    assert LAB.parameters(config) == sum(p.numel() for part in parts for p in part.parameters())


# --- Pictures of one's own ----------------------------------------------------------------------


def test_own_pictures_have_to_be_chosen_first(client: TestClient) -> None:
    with pytest.raises(InvalidInput):
        album_of(config_of(data="own"))
    answer = client.post("/api/contrastive/specimens", json={"config": {"data": "own"}})
    refused(answer, 422, "invalid_input")
    gone = {"config": {"data": "own", "pictures": "nonsense"}}
    refused(client.post("/api/contrastive/specimens", json=gone), 404, "album_gone")


def test_an_uploaded_zip_is_trained_on_with_its_classes() -> None:
    with client_with() as client:
        files = {
            f"{name}/{i}.png": plain(color, (40 + i, 40))
            for name, color in (("red", RED), ("blue", BLUE))
            for i in range(20)
        }
        album = post(client, zipped(files)).json()
        config = {**SMALL, "data": "own", "pictures": album["id"]}
        body = {"config": config, "steps": 2}
        answer = client.post("/api/labs/contrastive/run", json=body)
        assert answer.status_code == 200, answer.text
        header, _ = wire.decode(answer.content)
        assert (header["step"], header["labeled"], header["batch"]) == (2, True, 16)
        shown = client.post("/api/contrastive/specimens", json={"config": config})
        told, arrays = wire.decode(shown.content)
        assert told["names"] == ["red", "blue"]
        assert (told["held_out"], told["left_out"]) == (8, 0)
        assert len(arrays["mapped"]) == len(arrays["labels"]) == 8
        lost = {"config": {**config, "pictures": "0" * 32}, "steps": 1}
        refused(client.post("/api/labs/contrastive/run", json=lost), 404, "album_gone")


def test_one_small_picture_is_refused_in_words_and_trials_want_classes() -> None:
    with client_with() as client:
        few = post(client, zipped({"a.png": plain(RED)}))
        assert "at least two" in refused(few, 422, "album_refused")
        photo = post(client, plain(RED, (300, 200))).json()
        config = {**SMALL, "data": "own", "pictures": photo["id"], "mode": "composition"}
        body = {"config": config, "steps": 1}
        answer = client.post("/api/labs/contrastive/run", json=body)
        assert "no classes" in refused(answer, 422, "invalid_input")
