"""Who brought a picture or an album: they alone may delete it. Whoever is shown its id, in a link
or in a room, may see it.
"""

from __future__ import annotations

from typing import Literal, get_args

from fastapi import Request

from app.errors import NotYours
from app.i18n import N_
from app.pictures.store import MAX_IDS
from app.shelf import Shelf
from app.visitors import address_of, visitor_of

Kind = Literal["photo", "sample", "album"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Owners:
    """Visitors by the ids of what they brought. A browser without cookies is known by its address
    alone, which others may share: they may delete what it brought, and who has a cookie may not.

    Of each kind so many are remembered: samples, which cost nothing, crowd out no photo's.
    """

    def __init__(self, most: int = MAX_IDS) -> None:
        self._most = most
        self._names: dict[Kind, Shelf[str, str]] = {kind: Shelf() for kind in KINDS}

    async def brought(self, request: Request, kind: Kind, name: str) -> None:
        """The sender of the request has brought what has that id."""
        await self._remember(kind, name, whose(request))

    async def check(self, request: Request, name: str) -> None:
        """Raises `NotYours` where another has brought it, or nobody knows who: of what is there."""
        if await self._owner_of(name) != whose(request):
            raise NotYours(N_("Only whoever brought these pictures can delete them."))

    async def _remember(self, kind: Kind, name: str, visitor: str) -> None:
        names = self._names[kind]
        names.put(name, visitor)
        for _ in names.leaving(lambda: len(names) > self._most):
            pass

    async def _owner_of(self, name: str) -> str | None:
        found = (names.use(name) for names in self._names.values())
        return next(filter(None, found), None)


def whose(request: Request) -> str:
    """Who asks; the name of a visitor with a cookie has no space in it."""
    return visitor_of(request) or f"address {address_of(request)}"


def owners_of(request: Request) -> Owners:
    owners: Owners = request.app.state.owners
    return owners
