"""A hand-out: each phone gets its own value of one setting, and the server trains with it.

Values spread over the range ever more finely (van der Corput, 1935, base 2), so that the picture is
whole from the first phones on and late ones fill it in. After `MOST` of them the first ones come
again, and what is equal is trained once. Results are the server's own, never a phone's word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from app.errors import DomainError, InvalidInput
from app.i18n import N_
from app.lab.contract import Lab
from app.lab.controls import Control
from app.lab.hand_out import HandOut, Measured
from app.registry import BY_SLUG
from app.rooms.messages import HandAll
from app.rooms.questions import in_all
from app.runs.run import checked

SMALLEST = 1e-9  # of a value but 0
MOST = 48  # different values of one hand-out


@dataclass
class Handed:
    """A hand-out under way: which guest has which value, and what was measured with it."""

    number: int
    lab: Lab[Any]
    what: HandOut
    control: Control
    config: dict[str, Any]
    low: float
    high: float
    steps: int
    values: dict[str, float] = field(default_factory=dict)  # by the guest's name
    results: dict[float, list[float | None] | DomainError] = field(default_factory=dict)

    def value_of(self, guest: str) -> float:
        """The guest's value, a new one for a new guest."""
        if guest not in self.values:
            self.values[guest] = self.nth(len(self.values) % MOST)
        return self.values[guest]

    def nth(self, index: int) -> float:
        """The value of that index: both ends, then ever finer between; as the control has it."""
        share = float(index) if index < 2 else van_der_corput(index - 1)
        if self.is_log:
            value = math.exp(math.log(self.low) + share * math.log(self.high / self.low))
        else:
            value = self.low + share * (self.high - self.low)
        if self.control.look.scale == "log" or self.is_log:  # its steps are no equal ones
            value = float(f"{value:.3g}")
        else:
            step = self.control.look.step
            value = round(round(value / step) * step, 9)
        value = min(max(value, self.low), self.high)
        return round(value) if self.control.whole else value

    @property
    def is_log(self) -> bool:
        """Whether values are spread over powers, as over those of a logarithmic slider."""
        wide = self.low > 0 and self.high / self.low >= 30
        return self.low > 0 and (self.control.look.scale == "log" or (wide and self._is_size))

    @property
    def _is_size(self) -> bool:
        return self.control.whole and not self.control.name.endswith("seed")

    def forget(self, guest: str) -> None:
        self.values.pop(guest, None)

    def holders(self, value: float) -> set[str]:
        """The guests who have that value."""
        return {name for name, own in self.values.items() if own == value}

    def waiting(self) -> list[float]:
        """Values that are still to be trained with, those of the first phones first."""
        return [x for x in dict.fromkeys(self.values.values()) if x not in self.results]

    def config_with(self, value: float) -> Any:
        """The configuration of the training with that value. Raises `InvalidInput`."""
        own = {**self.config, **self.what.settings, self.control.name: value}
        return checked(self.lab.config, own)

    def measured(self, value: float, last: Measured) -> None:
        """Keep what the last frame of a training says; None for what is no number there."""
        found = [measure.of(last) for measure in self.what.measures]
        numbers = [number if math.isfinite(number) else None for number in found]
        if any(number is not None for number in numbers):
            self.results[value] = numbers
        else:
            self.failed(value, DomainError(N_("There is no number to show for these settings.")))

    def failed(self, value: float, why: DomainError) -> None:
        self.results[value] = why

    def for_guest(self, guest: str) -> dict[str, Any]:
        """What a guest is told: their own value, and what came of it."""
        value = self.value_of(guest)
        return {**self._named(), "value": value, "result": self._result(value)}

    def for_presenter(self) -> dict[str, Any]:
        """All values and results, in the order of the values, which names nobody."""
        values = sorted(set(self.values.values()))
        points = [[value, self._result(value)] for value in values]
        phones = {value: list(self.values.values()).count(value) for value in values}
        return {
            **self._named(),
            "lab": self.lab.slug,
            "log": self.is_log,
            "points": [[*point, phones[point[0]]] for point in points],
            "phones": len(self.values),
            "done": sum(value in self.results for value in values),
        }

    def _named(self) -> dict[str, Any]:
        measures = [
            {"title": in_all(measure.title), "digits": measure.digits}
            for measure in self.what.measures
        ]
        return {
            "number": self.number,
            "field": in_all(self.control.title),
            "measures": measures,
            "steps": self.steps,
        }

    def _result(self, value: float) -> Any:
        """Numbers, why there are none, or None as long as it is not trained."""
        result = self.results.get(value)
        if isinstance(result, DomainError):
            return result.told_on_a_line("en")["sentences"]
        return result


def handed_out(number: int, said: HandAll) -> Handed:
    """A hand-out as a presenter asks for it. Raises `InvalidInput`."""
    lab = BY_SLUG[said.lab]
    if lab.hand_out is None or said.field not in lab.hand_out.fields:
        raise InvalidInput(N_("This setting cannot be handed out."), "field")
    if said.low >= said.high:
        raise InvalidInput(N_("The first value must be below the last one."), "low")
    control = lab.control(said.field)
    for name, value in (("low", said.low), ("high", said.high)):
        if not control.low <= value <= control.high or 0 < abs(value) < SMALLEST:
            raise InvalidInput(N_("This setting does not take that value."), name)
    handed = Handed(
        number, lab, lab.hand_out, control, said.config, said.low, said.high, said.steps
    )
    for value in (handed.nth(0), handed.nth(1)):
        handed.config_with(value)
    return handed


def van_der_corput(index: int) -> float:
    """The index written in base 2 and mirrored at the point: 1/2, 1/4, 3/4, 1/8, … in (0, 1)."""
    share, step = 0.0, 0.5
    while index:
        share += step * (index & 1)
        index, step = index >> 1, step / 2
    return share
