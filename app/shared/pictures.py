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

from app.errors import ImageGone
from app.pictures.albums.album import Album
from app.pictures.albums.store import ON_DISK, AlbumStore
from app.pictures.owners import KINDS, Kind, Owners
from app.pictures.private_folder import in_thread, storing
from app.pictures.store import HOUR, MAX_IDS, Content, ImageStore, Picture
from app.settings import Settings
from app.shared.folder import SharedFolder, touch
from app.shared.recent import Recent, use
from app.shared.store import PREFIX, SharedStore

OWNED_SECONDS = 30 * 24 * HOUR  # longer than what is owned is ever used
ATTEMPTS = 5  # to lend a sample whose last picture is deleted each time


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
    def __init__(
        self, settings: Settings, store: SharedStore, base: Path, most: int = MAX_IDS
    ) -> None:
        """At most `most` ids are held, of uploads and of samples by themselves."""
        super().__init__(settings)
        self.folder: SharedFolder = SharedFolder(base, "pictures")
        self._store = store
        self._known = Known(store, "picture", settings.image_hours * HOUR)
        self._new_ids, self._lent_ids = (
            Recent(store, f"pictures:{kind}", most, settings.image_hours * HOUR)
            for kind in ("new", "lent")
        )
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
        kinds = (self._new_ids, self._lent_ids, self._sharing(picture.digest))
        use(self._store, image_id, kinds)
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
        picture = self._made_known(self._content(facts), self._new_ids)
        self._settled(target, facts)
        self.make_room()
        return picture

    async def offer(self, name: str, data: bytes) -> Picture:
        for _ in range(ATTEMPTS):
            with suppress(ImageGone):
                return await super().offer(name, data)
            self._offered.pop(name, None)  # its file went with its last picture: made anew
        raise self._gone()

    def _lend(self, content: Content) -> Picture:
        """Raises `ImageGone` where whoever deleted the last picture of it took the file away. As a
        new one (see `_keep_new`) it is known before its file is looked for.
        """
        picture = self._made_known(content, self._lent_ids)
        if not touch(content.path):
            self._lost(picture.id)
            raise self._gone()
        self.make_room()
        return picture

    def _made_known(self, content: Content, among: Recent) -> Picture:
        picture = Picture(token_hex(16), content)
        facts = {name: value for name, value in asdict(content).items() if name != "path"}
        self._known.put(picture.id, facts)
        self._sharing(content.digest).note(picture.id)
        for old in among.note(picture.id):
            self._lost(old)
        return picture

    def _sharing(self, digest: str) -> Recent:
        """The ids that have a picture's file: no more than there are ids, some longer than they are
        known, so that no clock takes a file from them.
        """
        most, hours = 2 * MAX_IDS, 2 * self.settings.image_hours
        return Recent(self._store, f"pictures:of:{digest}", most, hours * HOUR)

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
        for names in (self._new_ids, self._lent_ids, self._sharing(digest)):
            names.forget(image_id)
        if self._is_shared(digest):
            return True
        file, aside = self.folder.kept / digest, self.folder.path / token_hex(16)
        with suppress(FileNotFoundError):
            file.replace(aside)
        if self._is_shared(digest):  # by one that was brought meanwhile
            with suppress(FileNotFoundError):
                aside.replace(file)  # in whose place lies at most the same once more
            return True
        aside.unlink(missing_ok=True)
        self._store.tell_all_from_thread("forgotten", name=digest)
        return True

    def _is_shared(self, digest: str) -> bool:
        """Whether some picture has that file."""
        return any(map(self._known.has, self._sharing(digest).newest_first()))


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

    def __init__(self, store: SharedStore, most: int = MAX_IDS) -> None:
        super().__init__(most)
        self._store = store
        self._known = Known(store, "owner", OWNED_SECONDS)
        self._recent: dict[Kind, Recent] = {
            kind: Recent(store, f"owners:{kind}", most, OWNED_SECONDS) for kind in KINDS
        }

    async def _remember(self, kind: Kind, name: str, visitor: str) -> None:
        await in_thread(self._keep, kind, name, visitor)

    def _keep(self, kind: Kind, name: str, visitor: str) -> None:
        self._known.put(name, {"visitor": visitor})
        for old in self._recent[kind].note(name):
            self._known.pop(old)

    async def _owner_of(self, name: str) -> str | None:
        return await in_thread(self._used, name)

    def _used(self, name: str) -> str | None:
        facts = self._known.use(name)
        if not facts:
            return None
        use(self._store, name, self._recent.values())
        return str(facts["visitor"])
