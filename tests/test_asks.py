"""What every training lab does with what it is asked: steps within its time, and live changes."""

from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
import pytest

from app.lab import wire
from app.lab.contract import Ask, Lab
from app.lab.controls import LabConfig
from app.registry import LABS
from app.runs.run import Run, Visitor
from app.settings import Settings

pytestmark = pytest.mark.thorough

TRAINING = [lab for lab in LABS if lab.run]
MODES = ("mode", "model")  # fields by which a lab runs something else altogether
GENTLE = {"count": 200, "trial_steps": 20, "replicas": 2}  # smaller where a lab has that field


def configs(lab: Lab) -> Iterator[LabConfig]:
    """One of each mode, small."""
    fields = lab.config.model_fields
    small = {name: value for name, value in GENTLE.items() if name in fields}
    for name in MODES:
        for choice in get_args(fields[name].annotation) if name in fields else ():
            yield lab.config(**{**small, name: choice})
    if not any(name in fields for name in MODES):
        yield lab.config(**small)


CASES = [
    pytest.param(lab, config, id=f"{lab.slug} {' '.join(getattr(config, m, '') for m in MODES)}")
    for lab in TRAINING
    for config in configs(lab)
]


def begun(lab: Lab, config: LabConfig) -> Any:
    assert lab.run is not None
    run = lab.run(config)
    next(run)
    return run


@pytest.mark.parametrize(("lab", "config"), CASES)
def test_a_frame_says_how_many_of_its_steps_it_took_and_stops_when_its_time_is_over(
    lab: Lab, config: LabConfig
) -> None:
    run = begun(lab, config)
    hurried = Ask(config, 1000, seconds=0)
    assert run.send(hurried).step == hurried.taken == 1  # one at least, or nothing would go on
    idle = Ask(config, 0)
    assert (run.send(idle).step, idle.taken) == (1, 0)


@pytest.mark.parametrize(("lab", "config"), CASES)
def test_the_frame_at_a_step_is_the_same_however_many_frames_there_were_on_the_way(
    lab: Lab, config: LabConfig
) -> None:
    steps = 3
    at_once = begun(lab, config).send(Ask(config, steps, seconds=3600))
    one_by_one = begun(lab, config)
    for _ in range(steps):
        frame = one_by_one.send(Ask(config, 1))
    (header, arrays), (other_header, other_arrays) = (
        wire.decode(one.to_bytes()) for one in (at_once, frame)
    )
    assert header == other_header
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, other_arrays[name], err_msg=name)


@pytest.mark.parametrize(("lab", "config"), CASES)
def test_a_live_change_that_a_mode_cannot_follow_is_refused_and_never_ignored(
    lab: Lab, config: LabConfig
) -> None:
    run = Run(lab, config, Visitor("me"), Settings(), "a run")
    followed = lab.followed(config)
    assert set(followed) <= set(lab.live)
    for name in lab.live:
        live = {name: getattr(config, name)}
        if name in followed:
            assert run._changed_by(live) == config
        else:
            with pytest.raises(Exception, match="cannot change while a run goes on"):
                run._changed_by(live)
