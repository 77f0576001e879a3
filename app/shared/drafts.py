"""Drafts of albums whose batches come to any web process."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from app.errors import DomainError
from app.pictures.albums.drafts import MAX_DRAFTS, Drafts, draft_gone, too_many_drafts
from app.pictures.albums.gathering import Gathered
from app.pictures.albums.store import AlbumStore
from app.pictures.private_folder import in_thread, made_in_thread, remove_file
from app.shared.store import PREFIX, SharedStore

BATCH_SECONDS = (
    600  # that one batch may be in work; a process that died over one holds it no longer
)


class SharedDrafts(Drafts):
    """As `Drafts`; the store forgets one that was silent for too long, the folder its file."""

    def __init__(self, albums: AlbumStore, store: SharedStore) -> None:
        super().__init__(albums)
        self._shared = store

    async def begin(self) -> str:
        """A new draft's id. Raises `Busy` where there are too many."""
        with self._shared.asked():
            keys = [
                key async for key in self._shared.loop.scan_iter(f"{PREFIX}draft:*", count=1000)
            ]
        if len(keys) >= MAX_DRAFTS:
            raise too_many_drafts()
        path = await made_in_thread(self._store.folder.new_file, remove_file)
        draft_id = token_hex(16)
        await self._keep(draft_id, Gathered(path))
        return draft_id

    @asynccontextmanager
    async def use(self, draft_id: str) -> AsyncIterator[Gathered]:
        """A draft, which ends if the block fails. Raises `AlbumGone`."""
        lock = self._shared.loop.lock(f"{PREFIX}draft-in-work:{draft_id}", timeout=BATCH_SECONDS)
        with self._shared.asked():
            await lock.acquire()
        try:
            gathered = await self._found(draft_id)
            try:
                yield gathered
            except BaseException:
                with suppress(DomainError):
                    await self.drop(draft_id)
                raise
            if not await self._keep(draft_id, gathered, xx=True):
                raise draft_gone()
        finally:
            with self._shared.asked(), suppress(self._shared.lock_lost):
                await lock.release()

    async def drop(self, draft_id: str) -> None:
        """End a draft. Raises `AlbumGone` where there is none."""
        gathered = await self._found(draft_id)
        with self._shared.asked():
            await self._shared.loop.delete(f"{PREFIX}draft:{draft_id}")
        await in_thread(remove_file, gathered.path)

    async def _found(self, draft_id: str) -> Gathered:
        with self._shared.asked():
            text = await self._shared.loop.get(f"{PREFIX}draft:{draft_id}")
        if text is None:
            raise draft_gone()
        return gathered_of(json.loads(text))

    async def _keep(self, draft_id: str, gathered: Gathered, xx: bool = False) -> bool:
        facts = {**vars(gathered), "path": str(gathered.path)}
        with self._shared.asked():
            key, seconds = f"{PREFIX}draft:{draft_id}", round(self.idle_seconds)
            text = json.dumps(facts)
            return bool(await self._shared.loop.set(key, text, ex=seconds, xx=xx))


def gathered_of(facts: dict[str, Any]) -> Gathered:
    gathered = Gathered(Path(facts["path"]))
    vars(gathered).update({**facts, "path": gathered.path, "reasons": Counter(facts["reasons"])})
    return gathered
