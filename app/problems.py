"""What pydantic finds wrong with values that somebody sent, in our words."""

from collections.abc import Sequence
from typing import Any

from app.errors import MAX_PATH, InvalidInput
from app.i18n import N_


def first_problem(problems: Sequence[Any]) -> InvalidInput:
    """The first of pydantic's findings, in our words: where it is and what is expected."""
    problem = problems[0]
    place = [str(part) for part in problem["loc"] if part not in ("body", "query", "path")]
    field = ".".join(place)[:MAX_PATH] or None
    if problem["type"] == "json_invalid":
        return InvalidInput(N_("The request is not valid JSON."))
    if problem["type"] == "extra_forbidden":
        return InvalidInput(N_("There is no setting “{name}”."), field, name=field)
    if problem["type"] == "missing":
        return InvalidInput(N_("“{name}” is missing."), field, name=field or "body")
    if problem["type"] == "finite_number":
        return InvalidInput(N_("“{name}” must be a finite number."), field, name=field)
    limits = problem.get("ctx", {})
    for key, words in LIMIT_WORDS.items():
        if key in limits:
            return InvalidInput(words, field, name=field, limit=limits[key])
    message = N_("“{name}” has a value that is not allowed here.")
    return InvalidInput(message, field, name=field or "body")


LIMIT_WORDS = {
    "le": N_("“{name}” must be at most {limit}."),
    "lt": N_("“{name}” must be below {limit}."),
    "ge": N_("“{name}” must be at least {limit}."),
    "gt": N_("“{name}” must be above {limit}."),
    "max_length": N_("“{name}” may have at most {limit} entries."),
    "min_length": N_("“{name}” must have at least {limit} entries."),
    "expected": N_("“{name}” must be one of {limit}."),
}
