"""Short addresses that all web processes know, and that outlive them."""

import hashlib
import secrets

from app.share import unknown_address
from app.shared.store import PREFIX, SharedStore

DAYS = 30 * 24 * 3600  # seconds that a code lives after its last use


class SharedAddresses:
    """code -> path, as `app.share.ShortAddresses`; each lives for a month after its last use."""

    def __init__(self, store: SharedStore) -> None:
        self._store = store

    def code_of(self, path: str) -> str:
        """The code of a path, a new one where it has none."""
        key = f"{PREFIX}code-of:{hashlib.sha256(path.encode()).hexdigest()}"
        with self._store.asked():
            redis = self._store.threads
            code = secrets.token_urlsafe(5)
            redis.set(key, code, nx=True, ex=DAYS)
            code = str(redis.getex(key, ex=DAYS) or code)
            redis.set(f"{PREFIX}path:{code}", path, ex=DAYS)
            return code

    def use(self, code: str) -> None:
        """Count a code as used. Raises `NotFound`."""
        self.follow(code)

    def follow(self, code: str) -> str:
        """The path of a code that somebody follows. Raises `NotFound`."""
        with self._store.asked():
            path = self._store.threads.getex(f"{PREFIX}path:{code}", ex=DAYS)
        if path is None:
            raise unknown_address()
        return str(path)
