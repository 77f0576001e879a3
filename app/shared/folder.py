"""The folder that all web processes see: pictures and albums, named by what they are."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from app.pictures.private_folder import PrivateFolder, remove_folder, storing

PASSING_SECONDS = 3600  # an upload that is older was left by a process that died


class SharedFolder(PrivateFolder):
    """A part of the shared folder. A file counts as used when it was touched last: who keeps it,
    and who looks at it, touches it. Nothing of it goes with a process.
    """

    def __init__(self, base: Path, name: str) -> None:
        super().__init__(name)
        self._base = base / name

    @property
    def path(self) -> Path:
        """Where uploads are decoded; kept files lie beside it. Raises `StorageGone`."""
        return made(self._base / "passing")

    @property
    def kept(self) -> Path:
        return made(self._base / "kept")

    def clear(self) -> None:
        """Other processes go on."""

    def make_room(self, most_bytes: int, idle_seconds: float) -> list[str]:
        """Remove what was not used for so long; then, the longest unused first, what is too much.
        The names of what has gone.
        """
        now = time.time()
        for path in self.path.iterdir():
            remove_if(path, now - PASSING_SECONDS)
        found = sorted(used(self.kept))
        room = sum(size for _, size, _ in found)
        gone: list[str] = []
        for when, size, path in found:
            if now - when <= idle_seconds and (room <= most_bytes or len(found) - len(gone) == 1):
                break
            path.unlink(missing_ok=True)
            gone.append(path.name)
            room -= size
        return gone


def made(path: Path) -> Path:
    """A folder below the shared one, which must be there: what is kept on a disk of one process's
    own, where the shared one is not mounted, nobody else would ever see.
    """
    with storing():
        for folder in (path.parent, path):
            folder.mkdir(mode=0o700, exist_ok=True)
    return path


def used(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each file was used last, its size, and its path."""
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process removes it, too
            facts = path.stat()
            yield facts.st_mtime, facts.st_size, path


def remove_if(path: Path, before: float) -> None:
    """Remove a file, or a folder of uploads, that was touched last before that time."""
    with contextlib.suppress(OSError):
        if path.stat().st_mtime >= before:
            return
        if path.is_dir():
            remove_folder(path)
        else:
            path.unlink()


def touch(path: Path) -> bool:
    """Count a file as used; whether it is there."""
    with storing():
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
    return True
