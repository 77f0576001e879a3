"""The program that opens what visitors upload: a small server that forks a child for each job.

    python server.py SOCKET     serves the jobs that come over a socket, by its number
    python server.py            does one job: a line of JSON in, a line of JSON out

A job is a socket of its own, sent over SOCKET. On it the server of the pages has written the
request, a line of JSON. Back come lines of JSON: {"pid": …} as soon as a child is at work,
{"answer": …} from the child, and {"status": …}, its wait status, when it has ended. Closing a job's
socket kills its child; closing SOCKET, as the end of the server of the pages does however it ends,
kills all children and ends the program.

Starting Python and Pillow takes 60 ms, a fork 2 ms. This process has one thread and opens nothing
that a visitor sent, so each child begins clean.
"""

import contextlib
import ctypes
import gc
import io
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[3]))  # started as a program, wherever it is installed
from PIL import Image

from app.pictures.decoding import album_decoder, album_limits, clip_decoder, decoder, limits

PR_SET_PDEATHSIG = 1  # sys/prctl.h
IGNORED = ("SIGINT", "SIGTERM", "SIGHUP")  # sent to the whole group; SOCKET tells when to end


class Kind(NamedTuple):
    """A kind of upload: what opens it, in so much processor time, and what that is told."""

    work: Callable[..., dict[str, object]]
    seconds: int
    told: tuple[str, ...] = ("source", "target", "max_pixels", "max_side")


KINDS = {
    "picture": Kind(decoder.decode, limits.SECONDS),
    "album": Kind(
        album_decoder.made, album_limits.SECONDS, (*Kind._field_defaults["told"], "most", "whole")
    ),
    "clip": Kind(clip_decoder.made, album_limits.SECONDS),
}


def done(request: dict[str, Any]) -> dict[str, object]:
    """What comes of a request: facts, or {"refused": why}. It sets this process's limits."""
    kind = KINDS[request["kind"]]
    decoder.set_limits(
        request.get("space", limits.SPACE),
        limits.ENOUGH_SPACE,
        request.get("seconds", kind.seconds),
        decoder.OUTPUT + 4 * request["max_side"] ** 2,
    )
    try:
        facts: dict[str, object] = kind.work(*(request[name] for name in kind.told))
        return facts
    except MemoryError:
        return {"refused": "memory"}
    except Exception:  # an error of ours, which the server of the pages logs
        return {"broken": traceback.format_exc()}


class Jobs:
    """The children at work, each with the socket of its job."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.children: dict[int, socket.socket] = {}
        self.poll = select.poll()

    def serve(self) -> None:
        """Until the server of the pages closes its end or dies."""
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.poll.register(self.control, select.POLLIN)
        self.poll.register(woken, select.POLLIN)
        while True:
            ready = dict(self.poll.poll())
            if woken in ready:
                os.read(woken, 4096)
                self.reap()
            for pid, job in list(self.children.items()):
                if job.fileno() in ready:  # nobody waits for it any more
                    os.kill(pid, signal.SIGKILL)
                    self.poll.unregister(job)
            if self.control.fileno() in ready and not self.take():
                break
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)

    def take(self) -> bool:
        """Begin the next job; False when there will be none."""
        try:
            data, numbers, _, _ = socket.recv_fds(self.control, 1, 1)
        except ConnectionResetError:
            return False
        if not data:
            return False
        for number in numbers:
            self.begin(socket.socket(fileno=number))
        return True

    def begin(self, job: socket.socket) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # no room for another process
            tell(job, {"refused": "busy"}, "answer")
            tell(job, 0, "status")
            job.close()
            return
        if not pid:
            self.be_child(parent, job)
        self.children[pid] = job
        self.poll.register(job, 0)  # no event but a hang-up, which is always told
        tell(job, pid, "pid")

    def be_child(self, parent: int, job: socket.socket) -> None:
        """Do one job and end."""
        try:
            die_with(parent)
            signal.set_wakeup_fd(-1)
            self.control.close()  # or the server would not be seen to die as long as a child lives
            for other in self.children.values():
                other.close()
            with job.makefile("rb") as lines:
                request = json.loads(lines.readline())
            tell(job, done(request), "answer")
        finally:
            os._exit(0)

    def reap(self) -> None:
        """Tell how the children ended that have."""
        with contextlib.suppress(ChildProcessError):  # there is none
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                job = self.children.pop(pid)
                with contextlib.suppress(KeyError):  # it was killed because nobody waits
                    self.poll.unregister(job)
                tell(job, os.waitstatus_to_exitcode(status), "status")
                job.close()


def tell(job: socket.socket, what: object, name: str) -> None:
    """Send a line of JSON to whoever waits for the job, if anybody still does."""
    with contextlib.suppress(OSError):
        job.sendall(json.dumps({name: what}).encode() + b"\n")


def die_with(parent: int) -> None:
    """Have Linux end this child when its server ends in whatever way. Elsewhere its limits do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)


def load_all() -> None:
    """Have Pillow load what it loads at first use, or each child would: 15 ms of a photo's 45."""
    for name in {*decoder.TAKEN.values()} - {"HEIF"}:  # which nothing here can write
        picture, buffer = Image.new("RGB", (8, 8)), io.BytesIO()
        exif = Image.Exif()
        exif[decoder.ORIENTATION] = 6
        picture.save(buffer, name, exif=exif)
        for lossless in (True, False):
            buffer.seek(0)
            decoder.encoded(decoder.cleaned(buffer, 64, 8).picture, lossless)
    gc.collect()
    gc.freeze()  # a child that collects garbage does not copy what it shares


def main() -> None:
    decoder.take_more_formats()
    if len(sys.argv) == 1:
        print(json.dumps({"answer": done(json.loads(sys.stdin.readline()))}))
        return
    for name in IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    load_all()
    Jobs(socket.socket(fileno=int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
