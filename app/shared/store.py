"""The Redis store that the web processes of one address share, and its channels between them.

Every key and channel begins with `vitrine:`. A process listens on a channel of its own: there it is
as long as somebody listens, so that a killed one is known to be gone at once, and no clock decides.
Redis (7.0) expires what nobody uses. Needs the extra `vitrine[redis]`.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import Any

from app.background import Background
from app.errors import DomainError, StoreSilent
from app.i18n import N_

PREFIX = "vitrine:"
EVERYBODY = f"{PREFIX}all"
PROCESS_DIGITS = 8  # of a process's name, which the names of its runs begin with
CONNECTIONS = 16  # to the store, for threads and for the event loop each
ANSWER_SECONDS = 5  # that the store may take
AGAIN_SECONDS = 0.3  # between two attempts to listen
SETTLED_SECONDS = 2  # after which whoever does not listen again is gone

log = logging.getLogger("vitrine.shared")
Told = Callable[[dict[str, Any], bytes], None]


class SharedStore:
    """One web process's connections to the store."""

    def __init__(self, url: str) -> None:
        import redis
        import redis.asyncio
        from redis.backoff import ConstantBackoff
        from redis.retry import Retry

        # Who finds no connection free waits for one: a hall's answers come all at once.
        limits: Any = {
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
            "decode_responses": True,
            "max_connections": CONNECTIONS,
            "timeout": ANSWER_SECONDS,
        }
        again = ConstantBackoff(AGAIN_SECONDS)
        self.process = token_hex(PROCESS_DIGITS // 2)
        threads = redis.BlockingConnectionPool.from_url(url, retry=Retry(again, 1), **limits)
        loop = redis.asyncio.BlockingConnectionPool.from_url(
            url, retry=redis.asyncio.retry.Retry(again, 1), **limits
        )
        self.threads = redis.Redis(connection_pool=threads)  # for threads
        self.loop = redis.asyncio.Redis(connection_pool=loop)  # for the event loop
        self._channel = redis.asyncio.Redis.from_url(url, socket_connect_timeout=ANSWER_SECONDS)
        self._silent = redis.RedisError
        self.lock_lost = redis.exceptions.LockError  # it took longer than a lock is held
        self._told: dict[str, Told] = {}
        self._listens = asyncio.Event()
        self.on_lost: list[Callable[[], None]] = []  # messages may have been lost
        self.on_back: list[
            Callable[[], Coroutine[Any, Any, None]]
        ] = []  # this process listens once more
        self._background = Background(log, "what is done when the store is back")

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Around whatever is asked of the store. Raises `StoreSilent` where it does not answer."""
        try:
            yield
        except (self._silent, OSError) as error:
            log.warning("the store does not answer: %r", error)
            raise silent() from None

    def secret(self) -> bytes:
        """The same for all processes: what they sign cookies with. Raises `StoreSilent`."""
        with self.asked():
            self.threads.set(f"{PREFIX}secret", token_hex(32), nx=True)
            return bytes.fromhex(str(self.threads.get(f"{PREFIX}secret")))

    # --- Channels ---------------------------------------------------------------------------------

    def when_told(self, kind: str, tell: Told) -> None:
        """Call `tell` with each message of that kind."""
        self._told[kind] = tell

    async def tell(self, process: str, kind: str, header: dict[str, Any], data: bytes = b"") -> int:
        """Send a message to a process; how many got it. Raises `StoreSilent`."""
        with self.asked():
            message = packed({**header, "kind": kind}, data)
            return int(await self.loop.publish(channel_of(process), message))

    async def tell_all(self, kind: str, **header: Any) -> None:
        """Send a message to all processes, this one among them. Raises `StoreSilent`."""
        with self.asked():
            await self.loop.publish(EVERYBODY, packed({**header, "kind": kind}))

    def tell_all_from_thread(self, kind: str, **header: Any) -> None:
        """The same, from a thread."""
        with self.asked():
            self.threads.publish(EVERYBODY, packed({**header, "kind": kind}))

    async def there(self, processes: set[str]) -> set[str]:
        """Which of these processes are there. Raises `StoreSilent`."""
        found = await self._listening(processes)
        if found < processes:  # where a line to the store broke, a process listens again soon
            await self.listening()
            await asyncio.sleep(SETTLED_SECONDS)
            found = await self._listening(processes)
        return found

    async def _listening(self, processes: set[str]) -> set[str]:
        with self.asked():
            found = await self.loop.pubsub_numsub(*map(channel_of, processes))
        return {str(name).rpartition(":")[2] for name, count in found if count}

    async def listen(self) -> None:
        """Take messages until cancelled, also when the store was away."""
        while True:
            try:
                async with self._channel.pubsub() as channel:
                    await channel.subscribe(channel_of(self.process), EVERYBODY)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self._take(message["data"])
                        elif not self._listens.is_set():  # the store has said that it is so
                            self._back()
            except (self._silent, OSError) as error:
                log.warning("the line to the store is lost: %r", error)
            self._listens.clear()
            for lost in self.on_lost:
                lost()
            await asyncio.sleep(AGAIN_SECONDS)

    async def listening(self) -> None:
        """Wait until messages reach this process. Raises `StoreSilent` where that takes long."""
        try:
            await asyncio.wait_for(self._listens.wait(), ANSWER_SECONDS)
        except TimeoutError:
            raise silent() from None

    def _back(self) -> None:
        self._listens.set()
        for back in self.on_back:
            self._background.do(back())

    def _take(self, message: bytes) -> None:
        try:
            header, data = unpacked(message)
            tell = self._told.get(header.pop("kind"))
            if tell:
                tell(header, data)
        except Exception as error:  # the next message is another matter
            log.exception("a message of another process broke off", exc_info=error)

    async def close(self) -> None:
        for client in (self.loop, self._channel):
            with suppress(self._silent, OSError):
                await client.aclose()
        self.threads.close()


def silent() -> StoreSilent:
    return StoreSilent(
        N_("What this server shares with others does not answer. Try again in a moment.")
    )


def channel_of(process: str) -> str:
    return f"{PREFIX}to:{process}"


def packed(header: dict[str, Any], data: bytes = b"") -> bytes:
    """uint32 little-endian length of the JSON header, the header, the data."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(4, "little") + text + data


def unpacked(message: bytes) -> tuple[dict[str, Any], bytes]:
    end = 4 + int.from_bytes(message[:4], "little")
    header: dict[str, Any] = json.loads(message[4:end])
    return header, message[end:]


async def again_and_again(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Work every so many seconds, also after it could not be done: the store was away, say."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except DomainError as error:
            log.warning("will be done later: %r", error)
