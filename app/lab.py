"""The lab contract: one word, one configuration, its endpoints.

From a lab's `config` come validation, the controls in the page, the keys and defaults of the
page's URL, and the types that the browser's code is checked with. A control is described once,
by one `control(...)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from app.i18n import LazyText


class LabConfig(BaseModel):
    """What the learner may set. Unknown keys, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Look:
    """How a control appears: its group's heading, its step, its usual range, its choices' names."""

    group: LazyText
    step: float = 1
    unit: LazyText = ""
    usual: tuple[float, float] | None = None
    choices: dict[str, LazyText] | None = None


def control(
    default: Any,
    title: LazyText,
    description: LazyText,
    look: Look,
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """A field of a lab's configuration, and the only description of its control anywhere."""
    extra: dict[str, Any] = {"look": look}
    return Field(
        default, title=title, description=description, ge=ge, le=le, json_schema_extra=extra
    )


@dataclass(frozen=True)
class Control:
    """A field as the page's template draws it."""

    name: str
    kind: Literal["range", "choice", "switch"]
    title: LazyText
    description: LazyText
    default: Any
    look: Look
    low: float = 0
    high: float = 1
    whole: bool = False


def bound(field: FieldInfo, key: str) -> float:
    """The limit `ge` or `le` of a number."""
    return next(float(getattr(rule, key)) for rule in field.metadata if hasattr(rule, key))


def controls_of(config: type[LabConfig]) -> Iterator[Control]:
    """Every control of a configuration, in the order of its fields."""
    for name, field in config.model_fields.items():
        extra = field.json_schema_extra
        look = extra["look"] if isinstance(extra, dict) else None
        if not isinstance(look, Look) or field.title is None:
            raise TypeError(f"{config.__name__}.{name} is not made by control()")
        words = (field.title, field.description or "", field.default, look)
        if field.annotation is bool:
            yield Control(name, "switch", *words)
        elif get_args(field.annotation):
            yield Control(name, "choice", *words)
        else:
            low, high = bound(field, "ge"), bound(field, "le")
            yield Control(name, "range", *words, low, high, field.annotation is int)


@dataclass(frozen=True)
class Paper:
    """Where a lab's subject was first written down."""

    authors: str
    year: int
    title: str


@dataclass(frozen=True)
class Step:
    """A step of a lab's lesson: a state to set, and what to look for."""

    title: LazyText
    text: LazyText
    state: dict[str, str | float | bool]


@dataclass(frozen=True)
class Lab:
    """A lab. `slug` is its word in every layer: address, module, template, script."""

    slug: str
    title: LazyText
    summary: LazyText
    papers: tuple[Paper, ...]
    config: type[LabConfig]
    lesson: tuple[Step, ...]
    router: APIRouter

    @property
    def controls(self) -> list[Control]:
        return list(controls_of(self.config))

    @property
    def groups(self) -> dict[LazyText, list[Control]]:
        """Controls under their headings."""
        groups: dict[LazyText, list[Control]] = {}
        for row in self.controls:
            groups.setdefault(row.look.group, []).append(row)
        return groups
