"""Decoders at work, as the server sees them: so many side by side, and a queue in front of them.

Each upload is opened in a process of its own (`server.py`), which has limits. Processor
time is what limits it, not the clock: on a busy machine an ordinary picture takes longer and is
taken all the same. Measured with 25 million pixels in every format and mode: a process peaks at
340 MB and takes 2 s; a phone's JPEG of 24 to 200 million takes 40 to 60 MB and 0.1 to 0.2 s.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.errors import DecoderKilled, DecoderStalled
from app.i18n import N_
from app.pictures.private_folder import lack

PROGRAM = Path(__file__).with_name("server.py")
COMMAND = [sys.executable, "-P", "-B", str(PROGRAM)]
# Large pages for large buffers, where glibc and Linux have them: a fresh process touches all of its
# memory for the first time, which took 8 ms of a photo's 27.
ENVIRONMENT = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
FORKED = hasattr(os, "fork") and hasattr(socket, "send_fds")  # elsewhere each job starts Python
# Two rooms of a hundred phones. A photo takes 0.1 s of a core, so on two cores the last one waits
# for 10 s: whoever would have to wait longer had better be told.
WAITING = 200
# By the clock, and only against a process that stands still: the work itself is limited to 10 s
# (an album's or a clip's to 60 s) of processor time, which is there within these also among 64
# trainings.
CLOCK_SECONDS = {"picture": 180.0, "album": 900.0, "clip": 900.0}
ATTEMPTS = 3  # a job is begun again when the program that forks, not its own child, has died
CRASHES = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"}  # by what is in the picture
WINDOWS_CRASH = 0xC0000000  # exit codes from here on


def processors() -> int:
    """How many cores this process may use: those it is bound to, and of a container's share."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        share = -(-int(quota) // int(period))  # rounded up
    except (OSError, ValueError):  # no container, or one without a limit: "max"
        share = count or 1
    return max(1, min(count or 1, share))


class Places:
    """So many at a time; the others wait in the order in which they came."""

    def __init__(self, places: int, waiting: int) -> None:
        self._free, self._limit = places, waiting
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a place. Raises `DecodersBusy` where too many wait already."""
        if self._free:
            self._free -= 1
        else:
            await self._wait()
        try:
            yield
        finally:
            self._give()

    async def _wait(self) -> None:
        if len(self._waiting) >= self._limit:
            raise lack("busy")
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled():
                self._waiting.remove(mine)
            else:  # the place came in the same moment
                self._give()
            raise

    def _give(self) -> None:
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(None)
                return
        self._free += 1


class Program:
    """The running `server.py`: started at the first job, and anew whenever it has died.
    Safe under threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def take(self, job: socket.socket) -> None:
        """Hand a job over. Raises `DecoderKilled` where the program cannot be started."""
        with self._lock:
            if not self._sent(job):
                self._end()
                self._start()
                if not self._sent(job):
                    raise killed()

    def end(self) -> None:
        """End it, with all its children."""
        with self._lock:
            self._end()

    def _sent(self, job: socket.socket) -> bool:
        if self._control is None or self._process is None or self._process.poll() is not None:
            return False
        try:
            socket.send_fds(self._control, [b"j"], [job.fileno()])
        except OSError:
            return False
        return True

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._control = ours
            self._process = subprocess.Popen(
                [*COMMAND, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def _end(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            self._process.kill()  # Linux ends its children with it; their sockets are closed
            self._process.wait()
        self._control = self._process = None


class Decoders:
    """As many decoders as `places` (all cores), and at most `waiting` jobs in the queue."""

    def __init__(
        self,
        places: int | None = None,
        waiting: int = WAITING,
        seconds: int | None = None,
        forked: bool = FORKED,
    ) -> None:
        """`seconds` of processor time are those of the kind of upload where they are not given."""
        self._more = {"seconds": seconds} if seconds else {}
        self._places = Places(places or processors(), waiting)
        self._forked = forked
        self.clock_seconds: float | None = None  # in place of CLOCK_SECONDS
        self.program = Program()
        self.at_work: set[int] = set()  # the processes that decode just now
        self.begun = 0  # jobs that have had a place

    @property
    def waiting(self) -> int:
        """Jobs in the queue."""
        return self._places.waiting

    def close(self) -> None:
        """End all work; the decoders may be used again."""
        self.program.end()

    async def run(self, kind: str, source: Path, target: Path, **limits: int) -> dict[str, Any]:
        """What `server.py` says of the upload `source`: facts, or {"refused": why}.

        The reason is always the upload's: what the server lacks is raised, as `StorageFull`,
        `StorageGone`, `DecoderKilled`, `DecoderStalled` or `DecodersBusy`. Cancelling it takes the
        job out of the queue, or kills the process that does it.
        """
        request = {"kind": kind, "source": str(source), "target": str(target)}
        line = json.dumps({**request, **limits, **self._more}).encode() + b"\n"
        seconds = self.clock_seconds or CLOCK_SECONDS[kind]
        work = self._forked_one if self._forked else self._alone
        told: dict[str, Any] = {}
        async with self._places.one():
            self.begun += 1
            try:
                async with asyncio.timeout(seconds):
                    await work(line, told)
            except TimeoutError:
                if self._forked and "pid" not in told:  # it is the program that stands still
                    self.program.end()
                raise stalled(seconds) from None
        return answer_in(told)

    async def _forked_one(self, line: bytes, told: dict[str, Any]) -> None:
        for _ in range(ATTEMPTS):
            told.clear()
            try:
                ours = self._handed_over(line)
            except OSError as error:  # too many files open, or no room for another process
                raise lack("busy") from error
            with ours:  # closing it kills the child
                await self._listen(ours, told)
            if "status" in told or "answer" in told:
                return
        raise killed()

    def _handed_over(self, line: bytes) -> socket.socket:
        """Our end of the socket of a job that the program has been given."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                ours.setblocking(False)
                ours.send(line)
                self.program.take(theirs)
            except BaseException:
                ours.close()
                raise
        return ours

    async def _listen(self, job: socket.socket, told: dict[str, Any]) -> None:
        """Gather what is told of a job until its process, or the program itself, has ended."""
        loop = asyncio.get_running_loop()
        rest = b""
        try:
            while "status" not in told:
                data = await loop.sock_recv(job, 65536)
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    told.update(json.loads(line))
                if "pid" in told:
                    self.at_work.add(told["pid"])
        except ConnectionError:  # the program died before it had read the request
            pass
        finally:
            self.at_work.discard(told.get("pid", 0))

    async def _alone(self, line: bytes, told: dict[str, Any]) -> None:
        """The same where nothing can be forked: the program does this one job."""
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *COMMAND, stdin=pipe, stdout=pipe, stderr=nothing, env=ENVIRONMENT
        )
        self.at_work.add(process.pid)
        try:
            answer, _ = await process.communicate(line)
        finally:
            self.at_work.discard(process.pid)
            if process.returncode is None:
                process.kill()
                await process.wait()
        told.update(json.loads(answer) if answer else {}, status=process.returncode)


def answer_in(told: dict[str, Any]) -> dict[str, Any]:
    """The facts, or {"refused": why}, out of all that was told of a job."""
    facts: dict[str, Any] = told.get("answer") or by_status(told["status"])
    if "broken" in facts:
        raise RuntimeError(f"a decoder failed:\n{facts['broken']}")
    if facts.get("refused") in ("full", "folder", "busy"):
        raise lack(facts["refused"])
    return facts


def by_status(status: int) -> dict[str, Any]:
    """What the end of a process says that could not say it itself. Raises `DecoderKilled`."""
    if status >= WINDOWS_CRASH:
        return {"refused": "damaged"}
    if status >= 0:
        return {"broken": f"it ended with {status} and said nothing"}
    name = signal.Signals(-status).name
    if name == "SIGXCPU":
        return {"refused": "time"}
    if name in CRASHES:
        return {"refused": "damaged"}
    raise killed()


def killed() -> DecoderKilled:
    return DecoderKilled(
        N_("The process that opened your upload was ended from outside. Please upload it again.")
    )


def stalled(seconds: float) -> DecoderStalled:
    return DecoderStalled(
        N_(
            "The process that opened your upload had not finished after {minutes} minutes, so it "
            "was ended. Please upload it again."
        ),
        minutes=f"{seconds / 60:.3g}",
    )
