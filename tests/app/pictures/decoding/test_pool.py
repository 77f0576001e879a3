"""Decoders: side by side, in a queue, given up when nobody waits; and the true reason for each end.

A job is held in work, for as long as a test needs it, by an upload that is a named pipe: whoever
opens it waits for someone to write.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.errors import DecoderKilled, DecodersBusy, DecoderStalled, StorageFull, StorageGone
from app.pictures.decoding.pool import Decoders, processors
from tests.app.uploaded import ROOT, endless_progressive, noise, quarters, saved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and reads /proc")
LIMITS = {"max_pixels": 20_000_000, "max_side": 1600}
PATIENCE = 60  # seconds; only against hanging
Task = asyncio.Task[dict[str, Any]]


class Desk:
    """A folder with decoders: uploads go in, jobs come out."""

    def __init__(self, folder: Path, decoders: Decoders) -> None:
        self.folder, self.decoders = folder, decoders
        self._count = 0

    def upload(self, data: bytes | None) -> tuple[Path, Path]:
        """An upload of that content, or a pipe that holds whoever opens it; and its target."""
        self._count += 1
        source, target = (self.folder / f"{name}{self._count}" for name in ("source", "target"))
        if data is None:
            os.mkfifo(source)
        else:
            source.write_bytes(data)
        target.touch()
        return source, target

    def begin(self, data: bytes | None, **more: int) -> Task:
        source, target = self.upload(data)
        return self.begin_with(source, target, **more)

    def begin_with(self, source: Path, target: Path, **more: int) -> Task:
        job = self.decoders.run("picture", source, target, **LIMITS, **more)
        return asyncio.create_task(job)

    async def run(self, data: bytes, **more: int) -> dict[str, Any]:
        return await self.begin(data, **more)


@asynccontextmanager
async def desk(folder: Path, **options: Any) -> AsyncIterator[Desk]:
    decoders = Decoders(**options)
    try:
        yield Desk(folder, decoders)
    finally:
        decoders.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether no such process is there; one that ended and is not yet buried counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def given_up(task: Task) -> None:
    task.cancel()
    await asyncio.wait({task})


def played(scene: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(2 * PATIENCE):
            await scene

    asyncio.run(bounded())


# --- side by side -----------------------------------------------------------------------------


def test_there_are_as_many_places_as_processors() -> None:
    assert 1 <= processors() <= (os.cpu_count() or 1)


def test_so_many_jobs_are_at_work_at_once_and_the_others_wait_their_turn(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path, places=3) as here:
            jobs = [here.begin(None) for _ in range(5)]
            await until(lambda: len(here.decoders.at_work) == 3)
            assert here.decoders.waiting == 2
            later = here.begin(noise("PNG"))
            await given_up(jobs[0])
            await until(lambda: here.decoders.waiting == 2)
            assert not later.done()
            for job in jobs:
                await given_up(job)
            assert (await later)["width"] == 80

    played(scene())


@pytest.mark.parametrize("forked", [True, False])
def test_a_picture_is_decoded_alike_with_and_without_a_fork(tmp_path: Path, forked: bool) -> None:
    async def scene() -> None:
        async with desk(tmp_path, forked=forked) as here:
            source, target = here.upload(saved(quarters()))
            facts = await here.begin_with(source, target)
            assert facts.pop("size") == target.stat().st_size
            assert len(facts.pop("digest")) == 32
            assert facts == {
                "width": 64, "height": 48, "media_type": "image/png", "incomplete": False,
            }  # fmt: skip
            assert (await here.run(b"no picture"))["refused"] == "format"

    played(scene())


def test_equal_pictures_have_equal_digests_and_others_do_not(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path) as here:
            pictures = [noise("PNG"), noise("PNG"), noise("PNG", seed=2), noise("JPEG")]
            digests = [(await here.run(data))["digest"] for data in pictures]
            assert digests[0] == digests[1]
            assert len(set(digests)) == 3

    played(scene())


def test_a_full_queue_refuses_in_words_and_those_in_it_go_on(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path, places=1, waiting=1) as here:
            held = here.begin(None)
            await until(lambda: len(here.decoders.at_work) == 1)
            queued = here.begin(noise("PNG"))
            await until(lambda: here.decoders.waiting == 1)
            with pytest.raises(DecodersBusy) as busy:
                await here.run(noise("PNG"))
            assert busy.value.status == 503
            await given_up(held)
            assert (await queued)["width"] == 80

    played(scene())


# --- given up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("forked", [True, False])
def test_work_that_nobody_waits_for_is_ended(tmp_path: Path, forked: bool) -> None:
    async def scene() -> None:
        async with desk(tmp_path, places=1, forked=forked) as here:
            held = here.begin(None)
            await until(lambda: len(here.decoders.at_work) == 1)
            (pid,) = here.decoders.at_work
            await given_up(held)
            await until(lambda: is_gone(pid))
            assert (await here.run(noise("PNG")))["width"] == 80

    played(scene())


def test_a_job_that_leaves_the_queue_never_begins(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path, places=1) as here:
            held = here.begin(None)
            await until(lambda: len(here.decoders.at_work) == 1)
            queued, behind = here.begin(noise("PNG")), here.begin(noise("PNG"))
            await until(lambda: here.decoders.waiting == 2)
            await given_up(queued)
            assert here.decoders.waiting == 1
            await given_up(held)
            await behind
            assert here.decoders.begun == 2

    played(scene())


def test_a_target_that_the_server_took_away_is_not_made_anew(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path) as here:
            source, target = here.upload(noise("PNG"))
            target.unlink()
            with pytest.raises(StorageGone):
                await here.begin_with(source, target)
            assert not target.exists()

    played(scene())


# --- ended from outside -----------------------------------------------------------------------


def test_a_decoder_that_is_killed_is_told_as_such_and_the_next_one_works(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path) as here:
            held = here.begin(None)
            await until(lambda: len(here.decoders.at_work) == 1)
            os.kill(next(iter(here.decoders.at_work)), signal.SIGKILL)
            with pytest.raises(DecoderKilled) as killed:
                await held
            assert killed.value.status == 503
            assert "damaged" not in killed.value.message
            assert (await here.run(noise("PNG")))["width"] == 80

    played(scene())


def test_nobody_notices_that_the_program_which_forks_was_killed(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path) as here:
            source, target = here.upload(None)
            job = here.begin_with(source, target)
            await until(lambda: len(here.decoders.at_work) == 1)
            (child,) = here.decoders.at_work
            real, _ = here.upload(noise("PNG"))
            real.replace(source)  # what the second attempt opens
            assert here.decoders.program.pid
            os.kill(here.decoders.program.pid, signal.SIGKILL)
            assert (await job)["width"] == 80
            await until(lambda: is_gone(child))
            os.kill(here.decoders.program.pid, signal.SIGKILL)  # while it has nothing to do
            assert (await here.run(noise("PNG")))["width"] == 80

    played(scene())


ALONE = """
import asyncio, sys
from pathlib import Path
from app.pictures.decoding.pool import Decoders

async def main():
    decoders = Decoders()
    job = asyncio.create_task(decoders.run("picture", *map(Path, sys.argv[1:]),
                                           max_pixels=1000, max_side=64))
    while not decoders.at_work:
        await asyncio.sleep(0.01)
    print(decoders.program.pid, *decoders.at_work, flush=True)
    await job

asyncio.run(main())
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_decoders_end_with_their_server_however_it_ends(tmp_path: Path, how: int) -> None:
    async def scene() -> None:
        source, target = Desk(tmp_path, Decoders()).upload(None)
        command = [sys.executable, "-c", ALONE, str(source), str(target)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            pids = [int(word) for word in server.stdout.readline().split()]
            assert len(pids) == 2
            server.send_signal(how)
        await until(lambda: all(map(is_gone, pids)))

    played(scene())


@pytest.mark.thorough
def test_a_decoder_that_stands_still_is_ended_in_the_end_and_told(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path) as here:
            await here.run(noise("PNG"))  # the program is there
            here.decoders.clock_seconds = 5
            held = here.begin(None)
            await until(lambda: len(here.decoders.at_work) == 1)
            (pid,) = here.decoders.at_work
            with pytest.raises(DecoderStalled):
                await held
            await until(lambda: is_gone(pid))

    played(scene())


def test_a_program_that_stands_still_is_replaced(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path) as here:
            await here.run(noise("PNG"))
            stopped = here.decoders.program.pid
            assert stopped
            os.kill(stopped, signal.SIGSTOP)
            here.decoders.clock_seconds = 1
            with pytest.raises(DecoderStalled):
                await here.run(noise("PNG"))
            here.decoders.clock_seconds = None
            await until(lambda: is_gone(stopped))
            assert (await here.run(noise("PNG")))["width"] == 80

    played(scene())


# --- too much ---------------------------------------------------------------------------------


def test_too_much_processor_time_is_told_as_such(tmp_path: Path) -> None:
    async def scene() -> None:
        async with desk(tmp_path) as here:
            assert await here.run(endless_progressive(), seconds=1) == {"refused": "time"}

    played(scene())


def large(name: str, mode: str = "RGB", **options: Any) -> bytes:
    picture = Image.linear_gradient("L").resize((2500, 2000)).convert(mode)
    return saved(picture, name, **options)


LARGE: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: large("JPEG"),
    "progressive": lambda: large("JPEG", progressive=True),
    "cmyk": lambda: large("JPEG", "CMYK", progressive=True),
    "png": lambda: large("PNG", "RGBA", compress_level=1),
    "gif": lambda: large("GIF", "P"),
    "webp": lambda: large("WEBP", method=0),
    "lossless": lambda: large("WEBP", "RGBA", lossless=True, method=0),
    "avif": lambda: large("AVIF", speed=10),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", LARGE)
def test_too_little_memory_is_never_told_as_damage(tmp_path: Path, name: str) -> None:
    async def scene() -> None:
        async with desk(tmp_path) as here:
            data = LARGE[name]()
            told = [await here.run(data, space=space * 2**20) for space in range(40, 200, 8)]
            reasons = [facts.get("refused") for facts in told]
            assert set(reasons) == {"memory", None}
            assert reasons[-1] is None
            half = data[: len(data) // 2]
            cut = await here.run(half, space=130 * 2**20)
            if data.startswith(b"\xff\xd8"):  # of which a half is shown
                assert cut.get("refused") in ("memory", None)
                assert (await here.run(half))["incomplete"]
            else:
                assert cut["refused"] in ("damaged", "memory")
                assert (await here.run(half))["refused"] == "damaged"

    played(scene())


def test_a_file_larger_than_the_process_may_write_is_told_as_a_lack_of_room(tmp_path: Path) -> None:
    """As under `ulimit -f`: the decoders inherit the limit of whoever started the server."""
    code = (
        "import asyncio, resource, sys\nfrom pathlib import Path\n"
        "from app.pictures.decoding.pool import Decoders\nfrom app.errors import StorageFull\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    asyncio.run(Decoders().run('picture', *map(Path, sys.argv[1:]),"
        " max_pixels=10**6, max_side=1600))\n"
        "except StorageFull:\n    print('full')"
    )
    source, target = Desk(tmp_path, Decoders()).upload(noise("PNG"))
    command = [sys.executable, "-c", code, str(source), str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "full\n", done.stderr
    assert StorageFull.status == 507
