"""The server's one temporary folder, for what visitors give it; its parts belong to the stores.

The folder is locked as long as its server lives, however that ends: a lock goes with its process,
where a number in a file might be another process's by then. So a server that starts can remove
what a dead one left, and nothing else. `systemd-tmpfiles` leaves a locked folder alone, too.
"""

import asyncio
import atexit
import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from typing import ParamSpec, TypeVar

from app.errors import DecodersBusy, StorageFull, StorageGone, UploadError
from app.i18n import N_
from app.pictures.disk_errors import lack_of

try:
    import fcntl
except ImportError:  # Windows: no lock, so nothing of another server is ever removed
    fcntl = None  # type: ignore[assignment]

PREFIX = "vitrine-server-"
Given = ParamSpec("Given")
Result = TypeVar("Result")
# Of their own: pages and networks may have taken all threads that the server shares.
THREADS = ThreadPoolExecutor(4, "files")


async def in_thread(
    work: Callable[Given, Result], *arguments: Given.args, **more: Given.kwargs
) -> Result:
    """Work on files that would block the event loop, done beside it.

    Who is cancelled meanwhile waits for its end all the same: nothing that they do then, removing a
    file say, comes before it.
    """
    working = asyncio.wrap_future(THREADS.submit(work, *arguments, **more))
    given_up: asyncio.CancelledError | None = None
    while not working.done():
        try:
            await asyncio.wait({working})
        except asyncio.CancelledError as error:
            given_up = error
    if given_up:
        working.exception()  # looked at, so that nobody is told of it
        raise given_up
    return working.result()


async def made_in_thread(make: Callable[[], Result], unmake: Callable[[Result], object]) -> Result:
    """What `make` makes, in the same way; where nobody is there to take it, it is unmade."""
    made: list[Result] = []
    try:
        await in_thread(lambda: made.append(make()))
    except asyncio.CancelledError:
        for thing in made:
            await in_thread(unmake, thing)
        raise
    return made[0]


def lack(reason: str) -> UploadError:
    """The error for what `disk_errors.lack_of` says."""
    if reason == "full":
        return StorageFull(
            N_(
                "The disk of this server is full, so nothing can be uploaded right now. "
                "Please tell the person who runs the server."
            )
        )
    if reason == "busy":
        return DecodersBusy(
            N_(
                "As many uploads are waiting as this server can take at once. "
                "Please try again in a moment."
            )
        )
    return StorageGone(
        N_(
            "The temporary folder of this server was removed, or cannot be written to. Please "
            "upload again; if that fails too, tell the person who runs the server."
        )
    )


@contextlib.contextmanager
def storing() -> Iterator[None]:
    """Tell what the disk lacks as such. Raises `StorageFull`, `StorageGone` or `DecodersBusy`."""
    try:
        yield
    except OSError as error:
        raise lack(lack_of(error)) from error


def remove_file(path: Path) -> None:
    """Remove a file, where it is still there."""
    path.unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    """Remove a folder with all that is in it, where it is still there."""
    shutil.rmtree(path, ignore_errors=True)


class ServerFolder:
    """The folder of this process: made when it is first needed, and again when it was removed."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._path: Path | None = None
        self._mark = -1  # the open, locked folder
        self._maker = 0

    def path(self) -> Path:
        """Raises `OSError` where none can be made."""
        with self.lock:
            if self._path is None or not self._is_there(self._path):
                self._forget()
                self._make()
            assert self._path
            return self._path

    def _is_there(self, path: Path) -> bool:
        return path.is_dir() if fcntl is None else is_same(path, self._mark)

    def _make(self) -> None:
        parent = Path(tempfile.gettempdir())
        parent.mkdir(mode=0o700, exist_ok=True)  # a TMPDIR of our own may have been removed
        while self._path is None:
            path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            self._mark = locked(path)
            # A server that started in between took it for a dead one's, and is removing it.
            if self._is_there(path):
                self._path, self._maker = path, os.getpid()
            else:
                self._forget()

    def _forget(self) -> None:
        if self._mark >= 0:
            os.close(self._mark)
        self._path, self._mark = None, -1

    def leave(self) -> None:
        """Remove it where no store has anything in it."""
        with self.lock, contextlib.suppress(OSError):
            if self._path:
                self._path.rmdir()
                self._forget()

    def remove(self) -> None:
        """Remove it with all that is in it, at the process's end; a child of it does not."""
        with self.lock:
            if self._path and self._maker == os.getpid():
                shutil.rmtree(self._path, ignore_errors=True)
            self._forget()


def is_same(path: Path, mark: int) -> bool:
    """Whether the folder that is there is the open one."""
    try:
        return mark >= 0 and os.path.samestat(path.stat(), os.fstat(mark))
    except OSError:
        return False


def locked(path: Path) -> int:
    """The open folder, locked for this process; -1 where another has it, or cannot be opened."""
    if fcntl is None:
        return -1
    try:
        mark = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return -1
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(mark)
        return -1
    return mark


def remove_abandoned() -> None:
    """Remove the folders of servers that ended without doing so: this user's, and no living one's.

    May take long; for a thread.
    """
    if fcntl is None:
        return
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if path.lstat().st_uid != os.geteuid():
                continue
            mark = locked(path)
            if mark >= 0:
                shutil.rmtree(path, ignore_errors=True)
                os.close(mark)


server_folder = ServerFolder()
atexit.register(server_folder.remove)


class PrivateFolder:
    """A part of the server's folder, which no other user may read; there from its first use on,
    again from the first use after `clear`, and anew when it was removed. Safe under threads.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._path: Path | None = None

    @property
    def path(self) -> Path:
        """Raises `StorageFull` or `StorageGone`."""
        with server_folder.lock, storing():
            base = server_folder.path()
            if self._path is None or self._path.parent != base or not self._path.is_dir():
                self._path = base / f"{self._name}-{token_hex(4)}"
                self._path.mkdir(mode=0o700)
            return self._path

    def new_file(self) -> Path:
        """An empty file whose name cannot be guessed. Raises `StorageFull` or `StorageGone`."""
        path = self.path / token_hex(16)
        with storing():
            path.touch(mode=0o600, exist_ok=False)
        return path

    def new_folder(self) -> Path:
        """The same as a folder."""
        path = self.path / token_hex(16)
        with storing():
            path.mkdir(mode=0o700)
        return path

    @contextlib.asynccontextmanager
    async def passing_file(self) -> AsyncIterator[Path]:
        """A new file, beside the event loop; it goes when the block ends, if it was not moved."""
        path = await made_in_thread(self.new_file, remove_file)
        try:
            yield path
        finally:
            await in_thread(remove_file, path)

    def clear(self) -> None:
        """Remove it with all that is in it."""
        with server_folder.lock:
            if self._path:
                shutil.rmtree(self._path, ignore_errors=True)
            self._path = None
            server_folder.leave()
