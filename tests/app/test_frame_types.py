"""The browser's types of frames are those that the labs have now."""

import pytest

from app import frame_types
from app.registry import LABS
from tests.test_asks import configs


def test_the_types_that_are_committed_are_fresh() -> None:
    told = "run `make types`"
    assert frame_types.FILE.read_text() == frame_types.declarations(), told


def test_every_run_yields_only_frames_that_its_lab_names() -> None:
    for lab in LABS:
        for config in configs(lab) if lab.run else ():
            assert lab.run is not None
            assert type(next(lab.run(config))) in lab.frames


def test_what_has_no_type_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="no type in the browser"):
        frame_types.typescript(set[int])
