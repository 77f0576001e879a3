"""Running statistics of a network that has hardly begun: what they would do to a look."""

import pytest
import torch

from models.representation.contrastive_study import LOOKED_AT, Study
from tests.models.representation.test_contrastive_study import SCENES, SETTINGS


def test_before_the_first_steps_pictures_look_no_more_alike_than_in_training() -> None:
    study = Study(SETTINGS, SCENES)
    others = ~torch.eye(2 * LOOKED_AT, dtype=torch.bool)
    index = torch.arange(2 * LOOKED_AT)
    others[index, (index + LOOKED_AT) % (2 * LOOKED_AT)] = False
    for _ in range(4):
        seen = float(study.look("z").similarities[others].mean())
        study.train(1)
        in_training = float(study.contrast.similarities()[1].mean())
        assert seen == pytest.approx(in_training, abs=0.2)
