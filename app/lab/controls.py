"""What a learner may set: a lab's configuration, and how each of its controls looks.

A control is described once, by one `control(…)`: its limits, its default, its texts. The form, the
page's address, the checks of the endpoints (`same_field`, `same_query`) follow from it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from app.i18n import LazyText


class LabConfig(BaseModel):
    """What the learner may set. Unknown keys, NaN, infinity and `true` for 1 are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

    def of_run(self) -> dict[str, Any]:
        """The settings that a run follows, by name: without the page's own state."""
        page = {row.name for row in controls_of(type(self)) if row.look.page}
        return self.model_dump(exclude=page)


@dataclass(frozen=True)
class Look:
    """How a control appears: its group's heading, its step, its usual range, its choices' names.

    `scale` "log" gives a slider whose positions are powers of ten; `live` fields change a running
    run between two steps, the others start a new one; `hidden` ones are kept in the address only.
    `page` ones are the page's alone (a chosen cell, a tab): hidden, and no run is given them.
    `reach` is where the slider begins and ends, where the limits themselves are wider.
    """

    group: LazyText
    step: float = 1
    unit: LazyText = ""
    usual: tuple[float, float] | None = None
    choices: dict[str, LazyText] | None = None
    scale: Literal["linear", "log"] = "linear"
    live: bool = False
    hidden: bool = False
    page: bool = False
    reach: tuple[float, float] | None = None


def control(
    default: Any,
    title: LazyText,
    description: LazyText,
    look: Look,
    ge: float | None = None,
    le: float | None = None,
    max_length: int | None = None,
) -> Any:
    """A field of a lab's configuration, and the only description of its control anywhere."""
    return Field(
        default,
        title=title,
        description=description,
        ge=ge,
        le=le,
        max_length=max_length,
        json_schema_extra={"look": look},  # type: ignore[dict-item]
    )


def page_state(
    default: Any,
    ge: float | None = None,
    le: float | None = None,
    max_length: int | None = None,
    step: float = 1,
    reach: tuple[float, float] | None = None,
    scale: Literal["linear", "log"] = "linear",
) -> Any:
    """What of the page's own state stands in its address: a chosen cell, a tab, a zoom. Of a
    choice, the values are those of its annotation.
    """
    look = Look("", hidden=True, page=True, step=step, reach=reach, scale=scale)
    return control(default, "", "", look, ge, le, max_length)


def same_field(config: type[LabConfig], name: str, **changes: Any) -> Any:
    """The field of an endpoint's body that is a control of a lab: its limits and its default.
    `changes` are pydantic's own (`default=…`, `description=…`).
    """
    field = config.model_fields[name]
    taken = {"description": field.description, **limits_of(field), **changes}
    return Field(taken.pop("default", field.default), **taken)


def same_query(config: type[LabConfig], name: str) -> Any:
    """A parameter of an endpoint's address that is a control of a lab, with its default."""
    field = config.model_fields[name]
    return Query(field.default, description=field.description, **limits_of(field))


def limits_of(field: FieldInfo) -> dict[str, Any]:
    """Its `ge`, `le` and `max_length`, as far as it has them."""
    names = ("ge", "gt", "le", "lt", "max_length")
    return {
        name: getattr(rule, name)
        for rule in field.metadata
        for name in names
        if hasattr(rule, name)
    }


@dataclass(frozen=True)
class Control:
    """A field as the page's template draws it."""

    name: str
    kind: Literal["range", "choice", "switch", "text"]
    title: LazyText
    description: LazyText
    default: Any
    look: Look
    low: float = 0
    high: float = 1
    whole: bool = False
    choices: tuple[Any, ...] = ()

    @property
    def taken(self) -> tuple[float, float]:
        """What a page's address may have: of the page's own state what its slider reaches."""
        narrow = self.look.reach if self.look.page else None
        return narrow or (self.low, self.high)

    @property
    def slider(self) -> tuple[float, float]:
        """Where its slider begins and ends; exponents of ten on a logarithmic one."""
        ends = self.look.reach or (self.low, self.high)
        return (math.log10(ends[0]), math.log10(ends[1])) if self.look.scale == "log" else ends


def controls_of(config: type[LabConfig]) -> Iterator[Control]:
    """Every control of a configuration, in the order of its fields."""
    for name, field in config.model_fields.items():
        extra = field.json_schema_extra
        look = extra["look"] if isinstance(extra, dict) else None
        if not isinstance(look, Look) or field.title is None:
            raise TypeError(f"{config.__name__}.{name} is not made by control()")
        limits = limits_of(field)
        words = (field.title, field.description or "", field.default, look)
        if field.annotation is bool:
            yield Control(name, "switch", *words)
        elif get_args(field.annotation):
            yield Control(name, "choice", *words, choices=get_args(field.annotation))
        elif field.annotation is str:
            yield Control(name, "text", *words, 0, limits["max_length"])
        else:
            low, high = float(limits["ge"]), float(limits["le"])
            yield Control(name, "range", *words, low, high, field.annotation is int)


def live_names(config: type[LabConfig]) -> list[str]:
    """Names of the fields that change a running run, in some configuration at least."""
    return [row.name for row in controls_of(config) if row.look.live]
