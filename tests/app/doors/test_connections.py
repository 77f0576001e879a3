"""A server of its own, and connections that do not say what they want, or come through a proxy."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse

from app.doors.connections import PromptProtocol, forwarded
from app.main import create_app
from app.settings import Settings
from app.visitors import address_of

GUARD = 60  # seconds after which a test hangs


class Hasty(PromptProtocol):
    head_seconds = 0.2
    read_seconds = 0.2


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the client's address; what is posted to it, it does not read."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(4 * Hasty.head_seconds)
        await send({"type": "websocket.send", "text": "still here"})
    elif scope["type"] == "http":
        await PlainTextResponse(address_of(Request(scope)))(scope, receive, send)


@contextlib.asynccontextmanager
async def serving(application: Any = app, **options: Any) -> AsyncIterator[int]:
    """The port of a server with that protocol."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            application,
            http=Hasty,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=1,
            **options,
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        await task


async def all_that_is_said(port: int, *sent: bytes) -> bytes:
    """What the server says to that until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in sent:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.01)
    said = await asyncio.wait_for(reader.read(), GUARD)
    writer.close()
    return said


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 1000,
        b"\r\n\r\n",
    ],
)
def test_a_connection_that_never_ends_its_requests_head_is_closed(sent: bytes) -> None:
    async def visit() -> None:
        async with serving() as port:
            assert await all_that_is_said(port, sent) == b""

    asyncio.run(visit())


def test_a_head_that_comes_drop_by_drop_is_not_waited_for() -> None:
    async def visit() -> None:
        async with serving() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\n")
            reading = asyncio.create_task(reader.read())
            async with asyncio.timeout(GUARD):
                while not reading.done():
                    with contextlib.suppress(ConnectionError):
                        writer.write(b"X: x\r\n")
                    await asyncio.sleep(0.02)
            with contextlib.suppress(ConnectionError):
                assert await reading == b""
            writer.close()

    asyncio.run(visit())


def test_the_next_requests_head_has_its_time_too() -> None:
    whole = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    async def visit() -> None:
        async with serving() as port:
            said = await all_that_is_said(port, whole, b"GET / HTTP")
            assert said.count(b"200 OK") == 1

    asyncio.run(visit())


def test_the_rest_of_a_body_that_nobody_wants_is_not_read_for_ever() -> None:
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n\r\n"

    async def visit() -> None:
        async with serving() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head)
            reading = asyncio.create_task(reader.read())
            async with asyncio.timeout(GUARD):
                while not reading.done():
                    with contextlib.suppress(ConnectionError):
                        writer.write(b"x" * 1000)
                    await asyncio.sleep(0.02)
            with contextlib.suppress(ConnectionError):
                assert b"200 OK" in await reading
            writer.close()

    asyncio.run(visit())


LARGE = 32 * 2**20  # more than any socket buffers


class Sending:
    """An application with a large answer; `left` is set when all is sent, or nobody is there."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(2):  # the second waits until the first is on its way
                await send({"type": "http.response.body", "body": bytes(LARGE), "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self.left.set()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_an_answer_that_nobody_reads_is_not_kept_for_ever(loop: str) -> None:
    factory = pytest.importorskip("uvloop").new_event_loop if loop == "uvloop" else None

    async def visit() -> None:
        application = Sending()
        async with serving(application) as port:
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                await asyncio.wait_for(application.left.wait(), GUARD)

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(visit())


def test_a_socket_is_no_half_request() -> None:
    from websockets.asyncio.client import connect

    async def visit() -> None:
        async with serving() as port, connect(f"ws://127.0.0.1:{port}/") as client:
            assert await asyncio.wait_for(client.recv(), GUARD) == "still here"

    asyncio.run(visit())


@pytest.mark.parametrize(
    ("trusted", "address"),
    [
        (None, "127.0.0.1"),
        ("10.0.0.0/8", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7"),
        ("10.0.0.0/8,127.0.0.0/8", "192.0.2.7"),
    ],
)
def test_a_clients_address_is_taken_from_proxies_that_are_trusted_only(
    trusted: str | None, address: str
) -> None:
    request = (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"X-Forwarded-For: 192.0.2.1, 192.0.2.7\r\n\r\n"
    )

    async def visit() -> None:
        async with serving(**forwarded(trusted)) as port:
            said = await all_that_is_said(port, request)
            assert said.endswith(b"\r\n\r\n" + address.encode())

    asyncio.run(visit())


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("fe80::7%eth0", "fe80::7"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_told_in_one_way(told: str, address: str) -> None:
    scope = {"type": "http", "client": (told, 1), "headers": []}
    assert address_of(HTTPConnection(scope)) == address


def test_a_server_may_not_know_the_address() -> None:
    assert address_of(HTTPConnection({"type": "http", "client": None, "headers": []})) == ""


def test_what_nobody_foresaw_is_logged_for_whoever_runs_the_server(
    capfd: pytest.CaptureFixture[str],
) -> None:
    application = create_app(Settings())

    @application.get("/broken")
    def broken() -> None:
        raise RuntimeError("what nobody foresaw")

    async def visit() -> None:
        async with serving(application) as port:
            request = b"GET /broken HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            said = await all_that_is_said(port, request)
            assert said.startswith(b"HTTP/1.1 500")
            assert b"content-security-policy" in said.lower()
            assert b"foresaw" not in said

    asyncio.run(visit())
    assert capfd.readouterr().err.count("RuntimeError: what nobody foresaw") == 1
    application.state.images.close()


def test_a_refused_socket_is_told_why_before_it_is_accepted() -> None:
    application = create_app(Settings())
    head = (
        b"GET /api/labs/fitting/run HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://evil.example\r\n\r\n"
    )

    async def visit() -> None:
        async with serving(application) as port:
            said = await all_that_is_said(port, head)
            assert said.startswith(b"HTTP/1.1 403")
            assert b"foreign_page" in said
            assert b"content-security-policy" in said.lower()

    asyncio.run(visit())
    application.state.images.close()


def test_head_keeps_the_length_of_what_it_does_not_send() -> None:
    application = create_app(Settings())

    async def visit() -> None:
        async with serving(application) as port:
            request = b"HEAD /static/icon.svg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            last = b"HEAD /labs/nms HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            said = await all_that_is_said(port, request, last)
            heads = said.split(b"\r\n\r\n")
            assert len(heads) == 3
            assert heads[2] == b""
            lengths = [
                int(head.lower().split(b"content-length: ")[1].split()[0]) for head in heads[:2]
            ]
            assert min(lengths) > 0

    asyncio.run(visit())
    application.state.images.close()
