"""Pictures and albums that all web processes know: what is known of them in the store, their files
in the shared folder. Who deletes one deletes what every process has remembered of it.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from secrets import token_hex
from typing import Any

from app.pictures.albums.album import Album
from app.pictures.albums.store import ON_DISK, AlbumStore
from app.pictures.owners import Owners
from app.pictures.private_folder import in_thread, storing
from app.pictures.store import HOUR, Content, ImageStore, Picture
from app.settings import Settings
from app.shared.folder import SharedFolder, touch
from app.shared.store import PREFIX, SharedStore

OWNED_SECONDS = 30 * 24 * HOUR  # longer than what is owned is ever used


class Known:
    """What is known of things by their ids, each forgotten by the store when it was not used for
    so many seconds.
    """

    def __init__(self, store: SharedStore, kind: str, seconds: float) -> None:
        self._store, self._kind, self._seconds = store, kind, round(seconds)

    def _key(self, name: str) -> str:
        return f"{PREFIX}{self._kind}:{name}"

    def put(self, name: str, facts: Mapping[str, Any]) -> None:
        with self._store.asked():
            self._store.threads.set(self._key(name), json.dumps(facts), ex=self._seconds)

    def use(self, name: str) -> dict[str, Any] | None:
        with self._store.asked():
            text = self._store.threads.getex(self._key(name), ex=self._seconds)
        facts: dict[str, Any] | None = json.loads(text) if text else None
        return facts

    def has(self, name: str) -> bool:
        with self._store.asked():
            return bool(self._store.threads.exists(self._key(name)))

    def pop(self, name: str) -> dict[str, Any] | None:
        with self._store.asked():
            text = self._store.threads.getdel(self._key(name))
        facts: dict[str, Any] | None = json.loads(text) if text else None
        return facts


class SharedImages(ImageStore):
    def __init__(self, settings: Settings, store: SharedStore, base: Path) -> None:
        super().__init__(settings)
        self.folder: SharedFolder = SharedFolder(base, "pictures")
        self._store = store
        self._known = Known(store, "picture", settings.image_hours * HOUR)
        store.when_told("forgotten", lambda told, _: self._tell([told["name"]]))

    def close(self) -> None:
        """Pictures are for other processes, too, and for the next ones."""
        self.decoders.close()
        self._offered.clear()

    def get(self, image_id: str) -> Picture:
        facts = self._known.use(image_id)
        picture = facts and Picture(image_id, self._content(facts))
        if not picture or not touch(picture.path):
            raise self._gone()
        with self._store.asked():
            self._store.threads.expire(sharing(picture.digest), self._shared_seconds)
        return picture

    def _content(self, facts: Mapping[str, Any]) -> Content:
        return Content(path=self.folder.kept / facts["digest"], **facts)

    def _settled(self, target: Path, facts: Mapping[str, Any]) -> Content:
        content = self._content(facts)
        with storing():
            target.replace(content.path)
        return content

    def _keep_new(self, target: Path, facts: dict[str, Any]) -> Picture:
        """It is known before its file is in its place: whoever deletes an equal one meanwhile (see
        `_lost`) sees it, or takes a file away that this one's then replaces.
        """
        picture = self._made_known(self._content(facts))
        self._settled(target, facts)
        self.make_room()
        return picture

    def _lend(self, content: Content) -> Picture:
        touch(content.path)
        picture = self._made_known(content)
        self.make_room()
        return picture

    def _made_known(self, content: Content) -> Picture:
        picture = Picture(token_hex(16), content)
        facts = {name: value for name, value in asdict(content).items() if name != "path"}
        self._known.put(picture.id, facts)
        with self._store.asked():
            self._store.threads.sadd(sharing(content.digest), picture.id)
            self._store.threads.expire(sharing(content.digest), self._shared_seconds)
        return picture

    @property
    def _shared_seconds(self) -> int:
        return round(2 * self.settings.image_hours * HOUR)

    def make_room(self) -> None:
        """Remove files that nobody has used for too long, or that are too many."""
        hours, most = self.settings.image_hours, self.settings.image_store_bytes
        for digest in self.folder.make_room(most, hours * HOUR):
            self._store.tell_all_from_thread("forgotten", name=digest)

    def _keep_offer(self, name: str, target: Path, facts: dict[str, Any]) -> Content:
        content = self._offered[name] = self._settled(target, facts)
        return content

    def _lost(self, image_id: str) -> bool:
        """Forget a picture; whether there was one. Its file goes with the last that has it."""
        facts = self._known.pop(image_id)
        if facts is None:
            return False
        digest = facts["digest"]
        with self._store.asked():
            self._store.threads.srem(sharing(digest), image_id)
            if self._is_shared(digest):
                return True
        file, aside = self.folder.kept / digest, self.folder.path / token_hex(16)
        with suppress(FileNotFoundError):
            file.replace(aside)
        with self._store.asked():
            if self._is_shared(digest):  # by one that was brought meanwhile
                with suppress(FileNotFoundError):
                    aside.replace(file)  # in whose place lies at most the same once more
                return True
        aside.unlink(missing_ok=True)
        self._store.tell_all_from_thread("forgotten", name=digest)
        return True

    def _is_shared(self, digest: str) -> bool:
        """Whether some picture has that file."""
        others = self._store.threads.smembers(sharing(digest))
        return any(self._known.has(str(other)) for other in others)


def sharing(digest: str) -> str:
    """The key of the ids that have a picture's file."""
    return f"{PREFIX}sharing:{digest}"


class SharedAlbums(AlbumStore):
    """Albums; a data set of the server's own is read by each process for itself."""

    def __init__(self, settings: Settings, store: SharedStore, base: Path) -> None:
        super().__init__(settings)
        self.folder: SharedFolder = SharedFolder(base, "albums")
        self._store = store
        self._shared = Known(store, "album", settings.image_hours * HOUR)
        store.when_told("album gone", lambda told, _: self._tell([told["name"]]))

    def close(self) -> None:
        """Albums are for other processes, too."""
        self.decoders.close()

    def _known(self, album_id: str) -> Album | None:
        if album_id in ON_DISK:
            found = super()._known(album_id)
            return found if found and touch(found.path) else None
        facts = self._shared.use(album_id)
        if facts is None:
            return None
        facts["classes"] = tuple(facts["classes"])
        album = Album(**{**facts, "path": Path(facts["path"])})
        return album if touch(album.path) else None

    def _keep(self, album: Album) -> Album:
        if album.id in ON_DISK:
            return super()._keep(album)
        path = self.folder.kept / album.id
        with storing():
            album.path.replace(path)
        self._shared.put(album.id, {**asdict(album), "path": str(path)})
        self.make_room()
        return replace(album, path=path)

    def make_room(self) -> None:
        """Remove albums that nobody has used for too long, or that are too many."""
        hours, most = self.settings.image_hours, self.settings.image_store_bytes
        for gone in self.folder.make_room(most, hours * HOUR):
            self._store.tell_all_from_thread("album gone", name=gone)

    def _lost(self, album_id: str) -> bool:
        facts = self._shared.pop(album_id)
        if facts:
            Path(facts["path"]).unlink(missing_ok=True)
            self._store.tell_all_from_thread("album gone", name=album_id)
        return facts is not None


class SharedOwners(Owners):
    """Who brought what, for all processes."""

    def __init__(self, store: SharedStore) -> None:
        super().__init__()
        self._known = Known(store, "owner", OWNED_SECONDS)

    async def _remember(self, name: str, visitor: str) -> None:
        await in_thread(self._known.put, name, {"visitor": visitor})

    async def _owner_of(self, name: str) -> str | None:
        facts = await in_thread(self._known.use, name)
        return str(facts["visitor"]) if facts else None
