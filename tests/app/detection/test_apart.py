"""The networks in a process of their own, as where there is a GPU; here on the CPU."""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from app.detection.apart import Apart
from app.detection.inference import GivenUp, Networks, go_on
from app.errors import Busy, InvalidInput
from app.lab import wire
from app.main import create_app
from app.settings import Settings
from models import device
from tests.app.asgi import GUARD, Client
from tests.app.detection.test_inference import sample

BINARY = ("Accept", wire.MEDIA_TYPE)
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("/api/rpn/proposals", {}),
    ("/api/rpn/place", {"row": 3, "column": 4}),
    ("/api/detectors/pool", {"box": [20, 20, 120, 90]}),
]
Visit = Callable[[Any], Coroutine[Any, Any, None]]


def in_an_application(visit: Visit, apart: bool) -> None:
    app = create_app(Settings(device="cpu", torch_threads=1))
    app.state.networks = Networks(app.state.settings, apart)
    try:
        asyncio.run(visit(app))
    finally:
        app.state.networks.close()
        app.state.runs.engine.close()
        app.state.images.close()


def double(number: int) -> int:
    return 2 * number


def who() -> tuple[int, str, bool]:
    import torch

    return os.getpid(), device.chosen(), torch.cuda.is_initialized()


def refuse() -> None:
    raise InvalidInput("There is no {thing}.", "row", thing="row 3")  # type: ignore[arg-type]


def end_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait_until_given_up() -> None:
    end = time.monotonic() + GUARD
    while time.monotonic() < end:
        go_on()
        time.sleep(0.005)


@pytest.mark.thorough
def test_what_is_evaluated_apart_is_what_the_thread_evaluates() -> None:
    answers: dict[bool, list[bytes]] = {}

    async def visit(app: Any) -> None:
        client, photo, found = Client(app), await sample(app), []
        for path, query in ASKED:
            answer = await client.post(path, {"image_id": photo, **query}, BINARY)
            assert answer.status == 200, answer.body
            found.append(answer.body)
        refused = await client.post(
            "/api/rpn/place", {"image_id": photo, "row": 3999, "column": 0}, BINARY
        )
        assert refused.status == 422
        answers[bool(app.state.networks._apart)] = [*found, refused.body]

    for apart in (False, True):
        in_an_application(visit, apart)
    assert answers[False] == answers[True]


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    made = Apart("cpu")
    yield made
    made.close()


def never() -> bool:
    return False


def test_one_process_evaluates_all_and_the_server_opens_no_gpu(apart: Apart) -> None:
    pid, chosen, opened = apart.evaluate(never, who)
    assert pid != os.getpid()
    assert (chosen, opened) == ("cpu", False)
    assert apart.evaluate(never, who)[0] == pid
    assert apart.evaluate(never, double, 21) == 42


@pytest.mark.thorough
def test_what_is_raised_there_is_raised_here_with_all_that_it_tells(apart: Apart) -> None:
    with pytest.raises(InvalidInput) as caught:
        apart.evaluate(never, refuse)
    assert caught.value.field == "row"
    assert caught.value.values == {"thing": "row 3"}
    assert apart.evaluate(never, double, 4) == 8


@pytest.mark.thorough
def test_a_killed_process_is_replaced_and_what_kills_it_again_is_refused(apart: Apart) -> None:
    pid = apart.evaluate(never, who)[0]
    os.kill(pid, signal.SIGKILL)
    assert apart.evaluate(never, double, 5) == 10
    assert apart.evaluate(never, who)[0] != pid
    with pytest.raises(Busy):
        apart.evaluate(never, end_itself)
    assert apart.evaluate(never, double, 6) == 12


@pytest.mark.thorough
def test_an_evaluation_ends_there_when_nobody_waits_and_the_next_is_not_hurt(apart: Apart) -> None:
    pid = apart.evaluate(never, who)[0]
    asked = time.monotonic()
    with pytest.raises(GivenUp):
        apart.evaluate(lambda: time.monotonic() > asked + 0.1, wait_until_given_up)
    assert apart.evaluate(never, who)[0] == pid


@pytest.mark.thorough
def test_nothing_is_left_of_it_when_it_is_closed() -> None:
    closed = Apart("cpu")
    pid = closed.evaluate(never, who)[0]
    closed.close()
    closed.close()
    with pytest.raises(Busy):
        closed.evaluate(never, who)
    end = time.monotonic() + GUARD
    while pid in {child.pid for child in multiprocessing.active_children()}:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(not device.count_gpus(), reason="this machine has no NVIDIA GPU")
def test_on_a_gpu_the_networks_are_apart_and_say_where_they_compute() -> None:
    app = create_app(Settings(device="auto"))
    assert app.state.networks._apart

    async def visit() -> str:
        photo = await sample(app)
        answer = await Client(app).post("/api/detectors/detect", {"image_id": photo})
        return str(answer.json()["device"])

    try:
        assert asyncio.run(visit()) != "CPU"
    finally:
        app.state.networks.close()
        app.state.runs.engine.close()
        app.state.images.close()


def test_without_a_gpu_no_process_is_begun() -> None:
    networks = Networks(Settings(device="cpu"))
    assert asyncio.run(networks.in_turn(os.getpid)) == os.getpid()
    networks.close()
