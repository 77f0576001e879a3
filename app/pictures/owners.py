"""Who brought a picture or an album: they alone may delete it. Whoever is shown its id, in a link
or in a room, may see it.
"""

from __future__ import annotations

from fastapi import Request

from app.errors import NotYours
from app.i18n import N_
from app.shelf import Shelf
from app.visitors import visitor_of

MOST = 20_000  # ids that are remembered


class Owners:
    """Visitors by the ids of what they brought. Of a browser without cookies nothing is known: what
    it brought may be deleted by whoever knows the id.
    """

    def __init__(self) -> None:
        self._names: Shelf[str, str] = Shelf()

    async def brought(self, request: Request, name: str) -> None:
        """The sender of the request has brought what has that id."""
        if visitor := visitor_of(request):
            await self._remember(name, visitor)

    async def check(self, request: Request, name: str) -> None:
        """Raises `NotYours` where another has brought it."""
        owner = await self._owner_of(name)
        if owner and owner != visitor_of(request):
            raise NotYours(N_("Only whoever brought these pictures can delete them."))

    async def _remember(self, name: str, visitor: str) -> None:
        self._names.put(name, visitor)
        for _ in self._names.leaving(lambda: len(self._names) > MOST):
            pass

    async def _owner_of(self, name: str) -> str | None:
        return self._names.use(name)


def owners_of(request: Request) -> Owners:
    owners: Owners = request.app.state.owners
    return owners
