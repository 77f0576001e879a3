"""A folder of the server's own, for what visitors give it."""

import threading
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory


class PrivateFolder:
    """A temporary folder that no other user may read; there from its first use on, and again from
    the first use after `clear`. Safe under threads.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._temporary: TemporaryDirectory[str] | None = None
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        with self._lock:
            if self._temporary is None:
                self._temporary = TemporaryDirectory(
                    prefix=self._prefix, ignore_cleanup_errors=True
                )
            return Path(self._temporary.name)

    def new_file(self) -> Path:
        """A name that nothing has, and that cannot be guessed."""
        return self.path / token_hex(16)

    def clear(self) -> None:
        """Remove it with all that is in it."""
        with self._lock:
            if self._temporary:
                self._temporary.cleanup()
            self._temporary = None
