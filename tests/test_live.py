"""A live control changes the picture of a running run, or it is not offered and is refused."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
import torch

from app.lab.contract import Ask, Lab
from app.lab.controls import LabConfig
from models.data.points import encode_heights, encode_rows
from tests.test_asks import TRAINING, begun, configs

pytestmark = pytest.mark.thorough

METHODS = ("method", "data")  # fields by which a run of one mode follows other controls
STEPS = 30


def rows_of(seed: int) -> str:
    """A visitor's own points: two classes, or heights; every fourth is for testing."""
    generator = torch.Generator().manual_seed(seed)
    a, b = torch.rand(2, 20, generator=generator) * 2 - 1
    number = torch.arange(20)
    return encode_rows(a, b, number % 2, (number % 4 == 3) * 2)


# What must be so that a field does anything, where that can be turned on while the run goes on.
WHERE: dict[tuple[str, str], dict[str, Any]] = {
    ("regularization", "mix"): {"penalty": "elastic"},
    ("fitting", "points"): {"data": "own", "points": rows_of(0)},
    ("fitting", "drawn"): {"data": "drawn", "drawn": encode_heights([0.0] * 33)},
    ("fitting", "early_stopping"): {"patience": 10, "learning_rate": 1.0},
    ("fitting", "patience"): {"early_stopping": True, "patience": 10, "learning_rate": 1.0},
    ("batchnorm", "target"): {"target": 0.02},
}
OTHER: dict[str, Any] = {
    "points": rows_of(1), "drawn": encode_heights([0.5] * 33), "target": 0.68,
    "sentence": "two cars drive with the largest on the left", "prompts": "a cup, a car",
}  # fmt: skip


def varied(lab: Lab) -> Iterator[LabConfig]:
    """One configuration of each mode, and of each method and data of the first mode."""
    yield from configs(lab)
    fields, first = lab.config.model_fields, next(configs(lab)).model_dump()
    for name in METHODS:
        choices = get_args(fields[name].annotation) if name in fields else ()
        for choice in choices if name not in lab.live else ():
            if lab.slug == "contrastive" and choice in ("own", "cifar10", "folder"):
                continue  # nobody has brought those pictures here
            own = {"points": rows_of(0)} if "points" in fields else {}
            yield lab.config(**{**first, **own, name: choice})


def another(lab: Lab, config: LabConfig, name: str) -> Any:
    """A value of a field that it does not have now."""
    row, value = next(row for row in lab.controls if row.name == name), getattr(config, name)
    if name in OTHER:
        return OTHER[name]
    if row.kind == "switch":
        return not value
    if row.kind == "choice":
        return next(choice for choice in row.look.choices if choice != value)
    kind = type(value)
    return next(v for v in map(kind, (row.low, (row.low + row.high) / 2)) if v != value)


def pictures(lab: Lab, config: LabConfig, then: LabConfig) -> list[bytes]:
    """The frames of a run that goes on with other settings after its first."""
    run, slow = begun(lab, config), lab.slug == "contrastive" or not lab.followed(config)
    return [run.send(Ask(then, 2 if slow else STEPS)).to_bytes() for _ in range(2)]


CASES = [
    pytest.param(lab, config, id=f"{lab.slug} {number}")
    for lab in TRAINING
    for number, config in enumerate(varied(lab))
]


@pytest.mark.parametrize(("lab", "config"), CASES)
def test_a_run_follows_exactly_the_live_controls_that_change_its_pictures(
    lab: Lab, config: LabConfig
) -> None:
    followed, unchanged = lab.followed(config), pictures(lab, config, config)
    # Where a run follows nothing, its code looks at no setting: two of them are enough to see it.
    for name in lab.live if followed else lab.live[:2]:
        where = config.model_copy(update=WHERE.get((lab.slug, name), {}))
        same = unchanged if where == config else pictures(lab, where, where)
        changed = where.model_copy(update={name: another(lab, where, name)})
        assert (pictures(lab, where, changed) != same) == (name in followed), name
