"""Claims about downstream questions: one encoder's features, several answers."""

import pytest
import torch

from models.data.objects import draw_objects
from models.representation.downstream import (
    ALL,
    Asked,
    Features,
    answered,
    by_depth,
    features_of,
    guessed,
    maps_of,
    of_classes,
    of_objects,
    rows_of,
)
from models.representation.encoder import quick_encoder
from models.representation.pretext_network import PretextNetwork
from models.representation.pretext_study import NEAR, PretextStudy, answers_of, shown_of
from models.representation.pretext_training import Material, PretextSettings
from models.representation.shipped import WeightsError, load_shipped, save_shipped, shipped_tasks

TRAIN, TEST = draw_objects(160, 1), draw_objects(80, 2)
DOWNSTREAM = of_objects(TRAIN, TEST)


def test_features_that_hold_the_answer_are_read_without_error() -> None:
    answers = torch.arange(60) % 3
    maps = torch.nn.functional.one_hot(answers, 3).float()[:, :, None, None].expand(-1, -1, 4, 4)
    asked = Asked(answers, answers, 3)
    for labels in (1, 10, ALL):
        assert answered(Features(maps, maps), asked, labels) == pytest.approx(
            [1.0] * len(answered(Features(maps, maps), asked, labels))
        )


def test_of_cells_each_is_a_row_with_its_own_answer() -> None:
    maps = torch.arange(2 * 3 * 4, dtype=torch.float32).view(2, 3, 2, 2)
    answers = torch.tensor([[[0, 1], [1, 0]], [[1, 1], [0, 0]]])
    rows = rows_of(maps, answers)
    assert rows.y.tolist() == [0, 1, 1, 0, 1, 1, 0, 0]
    assert rows.x[1].tolist() == maps[0, :, 0, 1].tolist()


def test_the_mean_of_the_maps_is_what_the_encoder_gives() -> None:
    encoder = quick_encoder(torch.Generator().manual_seed(0))
    features = features_of(encoder, DOWNSTREAM)
    encoder.eval()
    with torch.no_grad():
        h = encoder(DOWNSTREAM.test.float() / 255)
    torch.testing.assert_close(features.test.mean(dim=(2, 3)), h, atol=1e-5, rtol=1e-4)


def test_the_most_frequent_answer_is_what_guessing_gets() -> None:
    asked = Asked(torch.tensor([0, 1, 1]), torch.tensor([1, 1, 0, 1]), 2)
    assert guessed(asked) == 0.75


def test_pictures_without_classes_are_asked_nothing() -> None:
    assert of_classes(TRAIN.images, None, TEST.images, None, 0).asked == {}


def test_asking_goes_part_by_part_and_leaves_the_network_as_it_was() -> None:
    material = Material(TRAIN.images, TEST.images, TRAIN.classes, TEST.classes, 8)
    study = PretextStudy(PretextSettings("rotation", batch_size=16), material, DOWNSTREAM)
    study.train(2)
    before = [p.clone() for p in study.training.network.parameters()]
    study.ask()
    while study.asking.done < study.asking.all:
        study.ask()
    assert study.asked_at == 2
    assert (study.asked >= 0).all()
    assert study.asking.all == 2 * (len(DOWNSTREAM.asked) + 1)  # and the class by depth
    for a, b in zip(before, study.training.network.parameters(), strict=True):
        assert torch.equal(a, b)
    rows = torch.arange(len(study.neighbors))[:, None]
    assert study.neighbors.shape[1] == NEAR
    assert (study.neighbors != rows).all()  # nobody is its own neighbor


@pytest.mark.parametrize("labels", [1, 10, 40])
def test_the_lower_probe_learns_from_as_many_labels_as_are_set(labels: int) -> None:
    material = Material(TRAIN.images, TEST.images, TRAIN.classes, TEST.classes, 8)
    study = PretextStudy(
        PretextSettings("rotation", batch_size=16), material, DOWNSTREAM, few=labels
    )
    features = features_of(study.training.network.encoder, DOWNSTREAM)
    many, few = study.probes.table[:, -1]
    draws = answered(features, DOWNSTREAM.asked["class"], labels, 3)
    assert few == pytest.approx(sum(draws) / len(draws))
    assert many == pytest.approx(answered(features, DOWNSTREAM.asked["class"], 50, 1)[0])


def test_what_is_shipped_comes_back_and_answers_alike(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "few.safetensors"
    network = PretextNetwork("masked", torch.Generator().manual_seed(3))
    save_shipped({"masked": network}, {"why": "a test"}, path)
    assert shipped_tasks(path) == ("masked",)
    other = PretextNetwork("masked", torch.Generator().manual_seed(4))
    load_shipped(other, path)
    study = Material(TRAIN.images, TEST.images)
    from models.representation.pretext_training import held_out_puzzles

    puzzle = shown_of(held_out_puzzles(PretextSettings("masked"), study), 4)
    _, one = answers_of(network, puzzle)
    _, two = answers_of(other, puzzle)
    torch.testing.assert_close(one, two, atol=0.01, rtol=0)
    with pytest.raises(WeightsError, match="no network"):
        load_shipped(PretextNetwork("rotation", torch.Generator()), path)
    with pytest.raises(WeightsError, match="no weights"):
        load_shipped(other, tmp_path / "none.safetensors")
    path.write_bytes(b"no weights")
    with pytest.raises(WeightsError, match="damaged"):
        load_shipped(other, path)


def test_the_deepest_features_are_those_that_the_other_probes_read() -> None:
    encoder = quick_encoder(torch.Generator().manual_seed(0))
    pictures = draw_objects(6, 0).images
    depths = by_depth(encoder, pictures)
    assert [x.shape[1] for x in depths] == [16, 24, 80, 128]
    torch.testing.assert_close(depths[-1], maps_of(encoder, pictures).mean(dim=(2, 3)))
    assert encoder.training
