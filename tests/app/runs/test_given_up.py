"""An upload that is given up at any moment leaves nothing: no file, no bytes, no complaint."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.errors import StorageGone
from app.main import create_app
from app.pictures.albums.store import AlbumStore
from app.pictures.private_folder import THREADS, PrivateFolder, in_thread, lack
from app.pictures.store import ImageStore
from app.settings import Settings
from tests.app.asgi import Client, until
from tests.app.uploaded import quarters, saved

FILE_THREADS = 4
FORM = ("Content-Type", "multipart/form-data; boundary=x")
BODY = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nwords\r\n--x--\r\n'
Store = ImageStore | AlbumStore


@contextmanager
def busy_files() -> Iterator[None]:
    """All threads that work on files are taken meanwhile."""
    release = threading.Event()
    for _ in range(FILE_THREADS):
        THREADS.submit(release.wait)
    try:
        yield
    finally:
        release.set()


async def files_are_done() -> None:
    """Wait until all has ended that the threads had been given."""
    together = threading.Barrier(FILE_THREADS)
    await asyncio.gather(*(in_thread(together.wait) for _ in range(FILE_THREADS)))


async def given_up(work: "asyncio.Task[Any]") -> None:
    """Let it begin to wait, and cancel it."""
    for _ in range(10):
        await asyncio.sleep(0)
    assert not work.done()
    work.cancel()
    await asyncio.sleep(0)


def left_in(folder: PrivateFolder) -> list[Path]:
    return list(folder.path.iterdir())


def stored_bytes(store: Store) -> int:
    return store._bytes if isinstance(store, AlbumStore) else store._uploaded.bytes


@pytest.fixture(params=[ImageStore, AlbumStore])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    made: Store = request.param(Settings())
    yield made
    made.close()


async def put(store: Store, source: Path) -> object:
    return await (
        store.put(source, ["a.png"]) if isinstance(store, AlbumStore) else store.put(source)
    )


@pytest.fixture
def source(store: Store, tmp_path: Path) -> Path:
    (tmp_path / "0").write_bytes(saved(quarters(99, 99)))
    return tmp_path if isinstance(store, AlbumStore) else tmp_path / "0"


def test_an_upload_given_up_before_it_has_a_file_leaves_none(store: Store, source: Path) -> None:
    async def scene() -> None:
        with busy_files():
            putting = asyncio.create_task(put(store, source))
            await given_up(putting)
        with pytest.raises(asyncio.CancelledError):
            await putting
        await files_are_done()
        assert not left_in(store.folder)

    asyncio.run(scene())


def test_an_upload_given_up_while_it_is_decoded_leaves_nothing(store: Store, source: Path) -> None:
    async def scene() -> None:
        putting = asyncio.create_task(put(store, source))
        await until(lambda: store.decoders.begun == 1)
        with busy_files():
            await until(lambda: any(path.stat().st_size for path in left_in(store.folder)))
            async with store.decoders._places.one():  # so the decoder has ended
                await given_up(putting)
        with pytest.raises(asyncio.CancelledError):
            await putting
        await files_are_done()
        assert not left_in(store.folder)
        assert stored_bytes(store) == 0

    store.decoders = type(store.decoders)(places=1)
    asyncio.run(scene())


def test_an_upload_given_up_while_it_is_kept_is_forgotten(store: Store, source: Path) -> None:
    async def scene() -> None:
        async with gathered(store, source) as keep:
            with busy_files():
                keeping = asyncio.create_task(keep())
                await given_up(keeping)
            with pytest.raises(asyncio.CancelledError):
                await keeping
        await files_are_done()
        assert not left_in(store.folder)
        assert stored_bytes(store) == 0

    forgotten: list[str] = []
    store.on_forgotten.append(forgotten.append)
    asyncio.run(scene())
    assert len(forgotten) == 1


@asynccontextmanager
async def gathered(
    store: Store, source: Path
) -> AsyncIterator[Callable[[], Coroutine[Any, Any, object]]]:
    """What keeps an upload that has been decoded."""
    if isinstance(store, AlbumStore):
        async with store.gathering() as pictures:
            await store.gather(pictures, source, ["a.png"])
            yield lambda: store.settle(pictures)
    else:
        async with store.folder.passing_file() as target:
            facts = await store._decoded(source, target)
            yield lambda: store._kept(lambda: store._keep_new(target, facts))


@pytest.mark.parametrize("path", ["/api/images", "/api/albums"])
def test_a_request_given_up_before_it_has_a_folder_leaves_none(path: str) -> None:
    async def scene() -> None:
        app = create_app(Settings())
        with busy_files():
            asking = asyncio.create_task(Client(app).ask("POST", path, FORM, body=BODY))
            await given_up(asking)
        with pytest.raises(asyncio.CancelledError):
            await asking
        await files_are_done()
        for store in (app.state.images, app.state.albums):
            assert not left_in(store.folder)
            store.close()

    asyncio.run(scene())


def test_what_fails_after_it_was_given_up_is_told_to_nobody() -> None:
    complaints: list[dict[str, Any]] = []

    def fail() -> None:
        raise lack("folder")

    async def scene() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
        with busy_files():
            failing = asyncio.create_task(in_thread(fail))
            await given_up(failing)
        with pytest.raises(asyncio.CancelledError):
            await failing
        await files_are_done()
        del failing
        gc.collect()

    asyncio.run(scene())
    assert not complaints
    with pytest.raises(StorageGone):
        asyncio.run(in_thread(fail))


def test_work_on_files_that_is_given_up_has_ended_when_its_caller_goes_on() -> None:
    order: list[str] = []

    async def scene() -> None:
        async def work() -> None:
            try:
                await in_thread(order.append, "work")
            finally:
                order.append("after it")

        with busy_files():
            working = asyncio.create_task(work())
            for _ in range(2):  # as often as one likes
                await given_up(working)
        await asyncio.wait({working})

    asyncio.run(scene())
    assert order == ["work", "after it"]
