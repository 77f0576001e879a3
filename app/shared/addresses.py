"""Short addresses that all web processes know, and that outlive them."""

import hashlib
import secrets

from app.share import unknown_address
from app.shared.recent import Recent
from app.shared.store import PREFIX, SharedStore

DAYS = 30 * 24 * 3600  # seconds that a code lives after its last use
# At most so many are held, for one visitor can ask for as many as they like, each of up to 80 kB:
# of those that nobody has followed yet, and of the others. The longest unused goes first.
NEW, FOLLOWED = 1_000, 5_000


class SharedAddresses:
    """code -> path, as `app.share.ShortAddresses`; each lives for a month after its last use."""

    def __init__(self, store: SharedStore, new: int = NEW, followed: int = FOLLOWED) -> None:
        self._store = store
        self._new = Recent(store, "codes:new", new, DAYS)
        self._followed = Recent(store, "codes:followed", followed, DAYS)

    def code_of(self, path: str) -> str:
        """The code of a path, a new one where it has none."""
        key = key_of(path)
        with self._store.asked():
            redis = self._store.threads
            code = secrets.token_urlsafe(5)
            redis.set(key, code, nx=True, ex=DAYS)
            code = str(redis.getex(key, ex=DAYS) or code)
            redis.set(f"{PREFIX}path:{code}", path, ex=DAYS)
        self._note(self._kind_of(code), code)
        return code

    def use(self, code: str) -> None:
        """Count a code as used. Raises `NotFound`."""
        self._path_of(code)
        self._note(self._kind_of(code), code)

    def follow(self, code: str) -> str:
        """The path of a code that somebody follows. Raises `NotFound`."""
        path = self._path_of(code)
        self._new.forget(code)
        self._note(self._followed, code)
        return path

    def _path_of(self, code: str) -> str:
        with self._store.asked():
            path = self._store.threads.getex(f"{PREFIX}path:{code}", ex=DAYS)
            if path is None:
                raise unknown_address()
            self._store.threads.expire(key_of(str(path)), DAYS)
        return str(path)

    def _kind_of(self, code: str) -> Recent:
        return self._followed if self._followed.has(code) else self._new

    def _note(self, kind: Recent, code: str) -> None:
        """It is used now; those go that are too many."""
        for old in kind.note(code):
            with self._store.asked():
                path = self._store.threads.getdel(f"{PREFIX}path:{old}")
                if path is not None:
                    self._store.threads.delete(key_of(str(path)))


def key_of(path: str) -> str:
    """The key of a path's code."""
    return f"{PREFIX}code-of:{hashlib.sha256(path.encode()).hexdigest()}"
