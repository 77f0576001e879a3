"""Who brought a picture or an album: they alone may delete it. Whoever is shown its id, in a link
or in a room, may see it.
"""

from __future__ import annotations

from fastapi import Request

from app.errors import NotYours
from app.i18n import N_
from app.pictures.store import MAX_IDS
from app.shelf import Shelf
from app.visitors import address_of, visitor_of

MOST = 3 * MAX_IDS  # ids that are remembered: as many as there are of uploads, samples and albums


class Owners:
    """Visitors by the ids of what they brought. A browser without cookies is known by its address
    alone, which others may share: they may delete what it brought, and who has a cookie may not.
    """

    def __init__(self) -> None:
        self._names: Shelf[str, str] = Shelf()

    async def brought(self, request: Request, name: str) -> None:
        """The sender of the request has brought what has that id."""
        await self._remember(name, whose(request))

    async def check(self, request: Request, name: str) -> None:
        """Raises `NotYours` where another has brought it."""
        owner = await self._owner_of(name)
        if owner and owner != whose(request):
            raise NotYours(N_("Only whoever brought these pictures can delete them."))

    async def _remember(self, name: str, visitor: str) -> None:
        self._names.put(name, visitor)
        for _ in self._names.leaving(lambda: len(self._names) > MOST):
            pass

    async def _owner_of(self, name: str) -> str | None:
        return self._names.use(name)


def whose(request: Request) -> str:
    """Who asks; the name of a visitor with a cookie has no space in it."""
    return visitor_of(request) or f"address {address_of(request)}"


def owners_of(request: Request) -> Owners:
    owners: Owners = request.app.state.owners
    return owners
