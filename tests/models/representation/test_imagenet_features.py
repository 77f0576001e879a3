"""Claims about ImageNet's features on small pictures, and what is done without them."""

import pytest
import torch

from models.data.objects import draw_objects
from models.detection import imagenet
from models.detection.imagenet import load_classifier
from models.representation.downstream import answered, features_of, of_objects
from models.representation.encoder import quick_encoder
from models.representation.imagenet_features import (
    CHANNELS,
    SIDE,
    ImageNetFeatures,
    imagenet_network,
    last_maps,
)
from models.representation.pretext_study import LEARNED, PretextStudy
from models.representation.pretext_training import Material, PretextSettings

DRAWN = of_objects(draw_objects(80, 1), draw_objects(60, 500_001))


def test_the_maps_are_those_that_the_classifier_answers_from() -> None:
    pictures = DRAWN.test[:3]
    maps = last_maps(imagenet_network(), pictures)
    assert maps.shape == (3, CHANNELS, 4, 4)
    whole = load_classifier()
    images = torch.nn.functional.interpolate(
        (pictures.float() - 127) / 128, size=(SIDE, SIDE), mode="bilinear", align_corners=False
    )
    with torch.no_grad():
        pooled = torch.nn.functional.relu6(whole.head(maps)).mean(dim=(2, 3))
        torch.testing.assert_close(whole.fc(pooled), whole(images), atol=2e-2, rtol=2e-3)


def test_with_few_labels_they_tell_the_class_far_better_than_an_untrained_encoder() -> None:
    features = ImageNetFeatures(DRAWN)
    for part in features.parts():
        part()
    assert features.found
    assert list(features.parts()) == []  # once
    asked = DRAWN.asked["class"]
    untrained = features_of(quick_encoder(torch.Generator().manual_seed(0)), DRAWN)
    few = [sum(answered(one, asked, 5)) / 3 for one in (features.found, untrained)]
    assert few[0] > few[1] + 0.3


def test_without_the_package_everything_else_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagenet, "PACKAGE", "a_package_that_nobody_has")
    assert not imagenet.installed()
    material = Material(DRAWN.train, DRAWN.test)
    study = PretextStudy(PretextSettings("rotation", batch_size=8), material, DRAWN)
    study.tune("place")
    parts = study.tuning.all
    for _ in range(4):
        study.tune("place")
    assert parts == study.tuning.all
    assert torch.isfinite(torch.from_numpy(study.tuned[LEARNED.index("probe"), 1])).all()
    assert torch.isnan(torch.from_numpy(study.tuned[LEARNED.index("imagenet")])).all()
