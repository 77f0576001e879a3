"""Albums that come in several requests: more photos than one request takes.

A page begins a draft, sends batch after batch, each decoded at once to small pictures, and makes
the album of them. A batch that fails, or breaks off, ends its draft, and so does a page that goes
silent: nothing of it stays.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from app.answers.single_flight import until_gone
from app.errors import AlbumGone, Busy, can_fail
from app.i18n import N_
from app.pictures.albums.endpoints import (
    CANNOT_TAKE,
    UPLOAD_BODY,
    AlbumAnswer,
    albums_of,
    allowed,
    told,
)
from app.pictures.albums.gathering import Gathered
from app.pictures.albums.store import AlbumStore
from app.pictures.owners import owners_of
from app.pictures.private_folder import in_thread, made_in_thread, remove_file
from app.pictures.uploads import uploaded

IDLE_SECONDS = 300.0  # between two batches of a page
MAX_DRAFTS = 64  # at once, of 15 MB at most


class Draft:
    """What one page has sent so far; `use` holds it for one request at a time."""

    def __init__(self, gathered: Gathered) -> None:
        self.gathered = gathered
        self.lock = asyncio.Lock()
        self.end: asyncio.TimerHandle | None = None


class Drafts:
    """The drafts of a store, by ids that cannot be guessed. For the event loop."""

    def __init__(self, store: AlbumStore, idle_seconds: float = IDLE_SECONDS) -> None:
        self.idle_seconds = idle_seconds
        self._store = store
        self._drafts: dict[str, Draft] = {}

    def __len__(self) -> int:
        return len(self._drafts)

    async def begin(self) -> str:
        """A new draft's id. Raises `Busy` where there are too many."""
        if len(self._drafts) >= MAX_DRAFTS:
            raise too_many_drafts()
        path = await made_in_thread(self._store.folder.new_file, remove_file)
        draft_id = token_hex(16)
        self._drafts[draft_id] = Draft(Gathered(path))
        self._wait(draft_id)
        return draft_id

    @asynccontextmanager
    async def use(self, draft_id: str) -> AsyncIterator[Gathered]:
        """A draft, which ends if the block fails. Raises `AlbumGone`."""
        draft = self._draft(draft_id)
        async with draft.lock:
            self._draft(draft_id)  # it may have ended meanwhile
            if draft.end:
                draft.end.cancel()
            try:
                yield draft.gathered
            except BaseException:
                await self.drop(draft_id)
                raise
            self._wait(draft_id)

    async def drop(self, draft_id: str) -> None:
        """End a draft. Raises `AlbumGone` where there is none."""
        draft = self._draft(draft_id)
        del self._drafts[draft_id]
        if draft.end:
            draft.end.cancel()
        await in_thread(remove_file, draft.gathered.path)

    def _draft(self, draft_id: str) -> Draft:
        draft = self._drafts.get(draft_id)
        if draft is None:
            raise draft_gone()
        return draft

    def _wait(self, draft_id: str) -> None:
        """End the draft when its page has been silent for too long."""
        loop = asyncio.get_running_loop()
        draft = self._drafts.get(draft_id)
        if draft:
            draft.end = loop.call_later(self.idle_seconds, self._expire, draft_id)

    def _expire(self, draft_id: str) -> None:
        draft = self._drafts.pop(draft_id, None)
        if draft:
            remove_file(draft.gathered.path)

    def close(self) -> None:
        """End all drafts, with the server."""
        for draft_id, draft in list(self._drafts.items()):
            if draft.end:
                draft.end.cancel()
            self._expire(draft_id)


def too_many_drafts() -> Busy:
    return Busy(N_("As many albums are being sent to this server as it takes at once. Try again."))


def draft_gone() -> AlbumGone:
    return AlbumGone(
        N_("What was sent of these pictures is no longer here. Please send them again."), "pictures"
    )


class DraftAnswer(BaseModel):
    id: str
    count: int = Field(description="pictures that were taken so far")


router = APIRouter(prefix="/api/albums/drafts", tags=["albums"])
DraftId = Annotated[str, PathParameter(description="an id that POST /api/albums/drafts gave")]
GONE = {404: "no such draft, or no longer: a batch that fails ends it"}
NO_DRAFT = can_fail({**GONE, 422: "not an id"})
CANNOT_SETTLE = can_fail(
    {**GONE, 413: "too many classes", 422: "fewer than two pictures", 507: "the disk is full",
     503: "no folder to keep it in"}
)  # fmt: skip


def drafts_of(request: Request) -> Drafts:
    drafts: Drafts = request.app.state.drafts
    return drafts


@router.post("", status_code=201, responses=can_fail({503: "too many at once, or no folder"}))
async def begin(request: Request) -> DraftAnswer:
    """Begin an album that comes in several requests. It ends after five minutes of silence."""
    return DraftAnswer(id=await drafts_of(request).begin(), count=0)


@router.post(
    "/{draft_id}",
    status_code=201,
    responses={**CANNOT_TAKE, **can_fail(GONE)},
    openapi_extra=UPLOAD_BODY,
)
async def add(request: Request, draft_id: DraftId) -> DraftAnswer:
    """Add zips of pictures, or photos, each as a whole. Where they are refused, the draft ends."""
    store = albums_of(request)
    async with drafts_of(request).use(draft_id) as gathered:
        async with uploaded(request, store.folder, allowed(store.settings)) as brought:
            work = store.gather(gathered, brought.folder, brought.names, whole=True)
            await until_gone(request, work)
        return DraftAnswer(id=draft_id, count=gathered.count)


@router.post("/{draft_id}/album", status_code=201, responses=CANNOT_SETTLE)
async def settle(request: Request, draft_id: DraftId) -> AlbumAnswer:
    """Make the album of all that came. The draft ends."""
    drafts, store = drafts_of(request), albums_of(request)
    async with drafts.use(draft_id) as gathered:
        album = await until_gone(request, store.settle(gathered))
        await owners_of(request).brought(request, "album", album.id)
        answer = await told(request, album)
    await drafts.drop(draft_id)
    return answer


@router.delete("/{draft_id}", status_code=204, responses=NO_DRAFT)
async def drop(request: Request, draft_id: DraftId) -> None:
    """Forget what came so far."""
    await drafts_of(request).drop(draft_id)
