"""The process of one run: it drives the lab's generator and writes frames to its socket.

From the server come pickled `Ask`s, each after its length (uint32, little-endian); back go
a byte for the kind (FRAME or ERROR), the length, the steps taken (both uint32), and a frame or a
pickled description of what went wrong. Both ends are ours, which is what makes pickle safe here.
"""

import ctypes
import os
import pickle
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch

from app.errors import Diverged, DomainError, RunBroken, RunFinished, RunTooLarge
from app.i18n import N_
from app.lab.contract import Ask, Frame
from app.runs.engine import ERROR, FRAME
from models import device as devices

Run = Callable[[Any], Generator[Frame, Ask[Any], None]]

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
KEPT_BYTES = 2**25  # the most that glibc takes as a threshold
CONTEXT_BYTES = 2**30  # of CUDA, in a process that opens a GPU
NICENESS = 10  # the server, which many people wait for, goes before any training

torch.set_num_threads(1)  # 8 runs with 2 threads each were 50 times slower: OpenMP spins


def work(
    connection: socket.socket,
    run: Run,
    config: Any,
    memory_bytes: int,
    threads: int,
    device: str = "cpu",
) -> None:
    """Run until the run ends, the socket closes or the parent dies. A lab whose networks are
    `placed` opens the device, by a name of `models.device`; any other leaves it closed.
    """
    devices.choose(device, memory_bytes)
    with prepared(connection, memory_bytes, threads):
        for frame, taken in frames(connection, run, config):
            send(connection, FRAME, frame, taken)


def compute(
    connection: socket.socket,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    memory_bytes: int,
    threads: int,
) -> None:
    """Send back what the function returns, or what went wrong."""
    with prepared(connection, memory_bytes, threads):
        send(connection, FRAME, pickle.dumps(function(*arguments), pickle.HIGHEST_PROTOCOL))


@contextmanager
def prepared(connection: socket.socket, memory_bytes: int, threads: int) -> Iterator[None]:
    """What every process here needs; whatever is raised inside, foreseen or not, is told."""
    with connection:
        try:
            prepare(memory_bytes, threads)
            threading.Thread(target=die_with, args=(connection,), daemon=True).start()
            yield
        except (BrokenPipeError, ConnectionResetError):
            return  # the visitor has left
        except BaseException as error:  # a lab that calls sys.exit(), too
            send(connection, ERROR, told(error))


def frames(connection: socket.socket, run: Run, config: Any) -> Iterator[tuple[bytes, int]]:
    """The first frame unasked, then one for each ask, with the steps it took."""
    generator = run(config)
    yield next(generator).to_bytes(), 0
    while (ask := receive(connection)) is not None:
        yield answered(generator, ask)


def answered(generator: Generator[Frame, Ask[Any], None], ask: Ask[Any]) -> tuple[bytes, int]:
    """The frame that a run makes of an ask, and the steps it took. Raises what the run raises, and
    `RunFinished` at its end.
    """
    try:
        frame = generator.send(ask)
    except StopIteration:
        raise RunFinished(N_("This run is complete.")) from None
    return frame.to_bytes(), ask.taken


def prepare(memory_bytes: int, threads: int) -> None:
    """Step back behind the server, and take no more memory than is allowed."""
    use_threads(threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the server's to answer
    if sys.platform != "win32":
        os.nice(NICENESS)
    if sys.platform == "linux":
        keep_memory()
        limit_memory(memory_bytes, devices.may_be_gpu(devices.chosen()))
        with suppress(OSError):  # where the machine runs out of memory, a run goes, not the server
            Path("/proc/self/oom_score_adj").write_text("500")


def use_threads(threads: int) -> None:
    """So many of torch's for one operation, no more than there are cores."""
    torch.set_num_threads(min(threads, os.cpu_count() or 1))


def die_with(connection: socket.socket) -> None:
    """End the process when the server closes its end or dies, also in the midst of a frame."""
    if hasattr(select, "poll"):  # elsewhere the next read or write finds out
        hung_up = select.poll()
        hung_up.register(connection, 0)  # no event but a hang-up, which is always told
        hung_up.poll()
        os._exit(0)


def keep_memory() -> None:
    """Have glibc keep what is freed: a step's tensors are a megabyte each, and giving them back to
    the system and asking for them again took 40 % of both cores with 32 runs.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's; another libc has none
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_TRIM_THRESHOLD, 8 * KEPT_BYTES)


def limit_memory(memory_bytes: int, beside_gpu: bool = False) -> None:
    """Allow that much beyond what torch has mapped already, which is gigabytes it never uses.

    CUDA maps far more addresses than there is memory: beside a GPU only what can be written to is
    counted, and what CUDA itself takes of that is allowed, too.
    """
    import resource

    limit, column = (resource.RLIMIT_DATA, 5) if beside_gpu else (resource.RLIMIT_AS, 0)
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[column]) * resource.getpagesize()
    allowed = memory_bytes + (CONTEXT_BYTES if beside_gpu else 0)
    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (mapped + allowed, hard))


def told(error: BaseException) -> bytes:
    """What went wrong, pickled: `DomainError`s as they are, everything else in our words."""
    if not isinstance(error, DomainError):
        error = in_our_words(error)
    try:
        return pickle.dumps((type(error), error.message, error.field, error.values))
    except Exception as unpicklable:
        return told(in_our_words(unpicklable))


def in_our_words(error: BaseException) -> DomainError:
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate memory" in str(error):
        return RunTooLarge(N_("This run needs more memory than the server allows one run."))
    if isinstance(error, ValueError) and "JSON compliant" in str(error):
        return Diverged(N_("The numbers overflowed: the training has diverged."))
    traceback.print_exception(error)  # for whoever runs the server; never for the visitor
    return RunBroken(N_("This run broke off because of an error in the lab. It is not your fault."))


def send(connection: socket.socket, kind: bytes, data: bytes, taken: int = 0) -> None:
    connection.sendall(kind + len(data).to_bytes(4, "little") + taken.to_bytes(4, "little"))
    connection.sendall(data)


def receive(connection: socket.socket) -> Ask[Any] | None:
    """The next ask; None when the server has closed the socket."""
    length = read(connection, 4)
    data = length and read(connection, int.from_bytes(length, "little"))
    if not data:
        return None
    ask = pickle.loads(data)
    assert isinstance(ask, Ask)
    return ask


def read(connection: socket.socket, count: int) -> bytes:
    """Exactly `count` bytes, or none at all when the other end has gone."""
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            return b""
        data += piece
    return data
