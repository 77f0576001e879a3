"""Photos of a room: each phone takes one and draws boxes around its objects; the server looks how
many of all those objects a network proposes. A phone's word is its boxes, never a result.

A photo itself is shown to the presenter only where its guest has said so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.errors import DomainError, InvalidInput
from app.i18n import LANGUAGES, N_
from app.lab.contract import Lab
from app.lab.hand_out import Box, HandIn, Ranks
from app.registry import BY_SLUG
from app.rooms.questions import in_all
from app.runs.run import checked

MOST_BOXES = 50
SHOWN = 24  # photos that a presenter sees at once, the newest ones
KIND = "photos"

Side = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]


class HandedIn(BaseModel):
    """A photo as a guest hands it in: its id, boxes in its pixels, whether the room may see it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[\w-]{1,64}$")]
    boxes: tuple[tuple[Side, Side, Side, Side], ...] = Field(min_length=1, max_length=MOST_BOXES)
    shown: bool = False

    @model_validator(mode="after")
    def whole(self) -> HandedIn:
        if any(x1 >= x2 or y1 >= y2 for x1, y1, x2, y2 in self.boxes):
            raise ValueError("a box has its corners the wrong way round")
        return self

    @property
    def asked(self) -> tuple[str, tuple[Box, ...]]:
        """What a result depends on."""
        return self.id, self.boxes


@dataclass(frozen=True)
class Looked:
    """A photo that was looked at: its size in pixels, and what found its boxes."""

    width: int
    height: int
    ranks: Ranks


@dataclass
class HandedPhotos:
    """Photos under way: who handed in which, and what was found on it."""

    number: int
    lab: Lab[Any]
    config: dict[str, Any]
    photos: dict[str, HandedIn] = field(default_factory=dict)  # by the guest's name
    results: dict[Any, Looked | DomainError] = field(default_factory=dict)  # by what is asked

    @property
    def what(self) -> HandIn:
        assert self.lab.hand_in
        return self.lab.hand_in

    def own_config(self) -> Any:
        """The configuration of the page. Raises `InvalidInput`."""
        return checked(self.lab.config, self.config)

    def take(self, guest: str, photo: HandedIn) -> None:
        """A guest's photo, in place of their last."""
        self.photos[guest] = photo
        asked = {x.asked for x in self.photos.values()}
        self.results = {x: result for x, result in self.results.items() if x in asked}

    def forget(self, guest: str) -> None:
        self.photos.pop(guest, None)

    def waiting(self) -> list[Any]:
        """What is still to be looked at."""
        asked = dict.fromkeys(photo.asked for photo in self.photos.values())
        return [x for x in asked if x not in self.results]

    def holders(self, asked: Any) -> set[str]:
        """The guests who wait for that."""
        return {name for name, photo in self.photos.items() if photo.asked == asked}

    def came(self, asked: Any, result: Looked | DomainError) -> None:
        if self.holders(asked):
            self.results[asked] = result

    def failed(self, asked: Any, why: DomainError) -> None:
        self.came(asked, why)

    def for_guest(self, guest: str) -> dict[str, Any]:
        """What a guest is told: what of their own photo was found, and nothing of others."""
        photo = self.photos.get(guest)
        told: dict[str, Any] = {"number": self.number, "kind": KIND, "lab": self.lab.slug}
        if photo is None:
            return {**told, "mine": None}
        result = self.results.get(photo.asked)
        found = why = None
        if isinstance(result, Looked):
            found = sum(rank > 0 for rank in result.ranks[0])
        elif result:
            why = result.told_on_a_line("en")["sentences"]
        mine = {**photo.model_dump(), "found": found, "why": why}
        return {**told, "mine": mine, "most": self.what.places[-1]}

    def for_presenter(self) -> dict[str, Any]:
        """All that was found, together, and the photos whose guests let the room see them."""
        config = self.own_config()
        words = [self.what.lines(config, language) for language in LANGUAGES]
        titles = [dict(zip(LANGUAGES, line, strict=True)) for line in zip(*words, strict=True)]
        looked = [x for x in (self.results.get(p.asked) for p in self.photos.values()) if x]
        good = [x for x in looked if isinstance(x, Looked)]
        return {
            "number": self.number,
            "kind": KIND,
            "lab": self.lab.slug,
            "log": True,
            "field": in_all(self.what.x),
            "measures": [{"title": title, "digits": 3} for title in titles],
            "points": [[place, found_within(place, good), len(good)] for place in self.what.places],
            "phones": len(self.photos),
            "done": len(looked),
            "failed": len(looked) - len(good),
            "objects": sum(len(x.ranks[0]) for x in good),
            "photos": self._shown(),
        }

    def _shown(self) -> list[dict[str, Any]]:
        found = []
        for photo in self.photos.values():
            result = self.results.get(photo.asked)
            if photo.shown and isinstance(result, Looked):
                size = {"width": result.width, "height": result.height}
                found.append(
                    {"id": photo.id, **size, "boxes": photo.boxes, "ranks": result.ranks[0]}
                )
        return found[-SHOWN:]


def found_within(place: int, looked: list[Looked]) -> list[float] | None:
    """By line, the share of all boxes that one of the first `place` proposals finds."""
    total = sum(len(x.ranks[0]) for x in looked)
    if not total:
        return None
    lines = range(len(looked[0].ranks))
    return [sum(0 < rank <= place for x in looked for rank in x.ranks[i]) / total for i in lines]


def photos_of(number: int, slug: str, config: dict[str, Any]) -> HandedPhotos:
    """Photos as a presenter asks for them. Raises `InvalidInput`."""
    lab = BY_SLUG[slug]
    if lab.hand_in is None:
        raise InvalidInput(N_("This lab takes no photos of a room."), "lab")
    handed = HandedPhotos(number, lab, config)
    handed.own_config()
    return handed
