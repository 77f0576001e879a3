"""Simulated phones: guests who follow and answer, and learners who train, through the proxy."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.visitors import VISITOR
from tests.e2e.browser import GUARD

PAUSES = [0.3, 1, 2, 4, 8, 15]  # seconds, as static/js/core/session/line.js has them
LOST = (OSError, WebSocketException, TimeoutError)


@dataclass
class Seen:
    """What all phones saw since the last kill."""

    lost: int = 0  # lines
    away: list[float] = field(default_factory=list)  # seconds until a lost line was had again
    told: Counter[str] = field(default_factory=Counter)  # sentences of errors


class Phone:
    numbers = itertools.count(1)

    def __init__(self, hall: Hall, path: str) -> None:
        self.hall, self.path = hall, path
        self.cookie = ""
        self.line: ClientConnection | None = None

    async def come(self) -> None:
        """Open the first page, which gives a cookie."""
        async with httpx2.AsyncClient(timeout=GUARD, verify=False) as client:
            answer = await client.get(f"{self.hall.address}/room/{self.hall.code}")
        self.cookie = str(answer.cookies[VISITOR])

    async def live(self) -> None:
        """A line, and another when it is lost, with growing pauses; until the hall closes."""
        gone: float | None = None
        for failures in itertools.count():
            if self.hall.over:
                return
            try:
                async with self._connected() as line:
                    self.line = line
                    await self.greet(line)
                    if gone is not None:
                        self.hall.seen.away.append(time.monotonic() - gone)
                    gone = None
                    await self.use(line)
            except LOST:
                if self.hall.over:
                    return
                if gone is None:
                    gone = time.monotonic()
                    self.hall.seen.lost += 1
                    failures = 0
            finally:
                self.line = None
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            await asyncio.sleep(pause * random.uniform(0.5, 1))

    def _connected(self) -> Any:
        url = self.hall.address.replace("http", "ws", 1) + self.path
        headers = {"Cookie": f"{VISITOR}={self.cookie}"}
        return connect(url, additional_headers=headers, open_timeout=20, max_size=2**24)

    async def say(self, line: ClientConnection, **message: Any) -> Any:
        """The answer: JSON, or a frame. News meanwhile is heard."""
        number = next(self.numbers)
        await line.send(json.dumps({"id": number, **message}))
        async with asyncio.timeout(GUARD):
            while True:
                told = await line.recv()
                if isinstance(told, bytes):
                    return told
                values = json.loads(told)
                if values.get("id") == number:
                    return values
                await self.hear(line, values)

    async def greet(self, line: ClientConnection) -> None: ...

    async def hear(self, line: ClientConnection, told: dict[str, Any]) -> None: ...

    async def use(self, line: ClientConnection) -> None:
        """What it does on its line, until that is lost."""
        async for text in line:
            if isinstance(text, str):
                await self.hear(line, json.loads(text))

    def refused(self, told: dict[str, Any]) -> bool:
        if "error" in told:
            self.hall.seen.told[told["error"]["message"]] += 1
        return "error" in told


class Presenter(Phone):
    async def greet(self, line: ClientConnection) -> None:
        told = await self.say(line, type="present", secret=self.hall.secret, page="p")
        self.refused(told)

    async def hear(self, line: ClientConnection, told: dict[str, Any]) -> None:
        if told.get("question"):
            self.hall.counts = told["question"]["counts"]

    async def do(self, **message: Any) -> None:
        """Done once, also where the line is lost over it: asked again under the same number."""
        number = next(self.numbers)
        async with asyncio.timeout(GUARD):
            while True:
                if self.line and self.line.state == 1:
                    with suppress(*LOST):
                        await self.line.send(json.dumps({"id": number, **message}))
                        return
                await asyncio.sleep(0.1)


class Guest(Phone):
    """Answers each question once; an answer counts when the room says that it is done."""

    def __init__(self, hall: Hall, path: str) -> None:
        super().__init__(hall, path)
        self.name, self.answered = "", 0

    async def greet(self, line: ClientConnection) -> None:
        told = await self.say(line, type="follow", guest=self.name)
        if not self.refused(told):
            assert self.name in ("", told["guest"]), "a guest that came back has another name"
            self.name = told["guest"]

    async def hear(self, line: ClientConnection, told: dict[str, Any]) -> None:
        question = told.get("question")
        if question and question["open"] and question["number"] > self.answered:
            number = question["number"]
            self.answered = number  # one at a time
            try:
                done = await self.say(line, type="answer", question=number, choice=number % 2)
            except LOST:
                self.answered = number - 1
                raise
            if not self.refused(done):
                self.hall.acknowledged[number] += 1


class Learner(Phone):
    """Trains; where its run is over, it begins another."""

    run: dict[str, Any] | None = None

    async def greet(self, line: ClientConnection) -> None:
        if self.run:
            keep = {"run": self.run["run"], "key": self.run["key"]}
            told = await self.say(line, type="resume", **keep)
            if not isinstance(told, dict) or not self.refused(told):
                self.hall.resumed += 1
                return
            self.run = None
            self.hall.runs_lost += 1
        told = await self.say(line, type="start", config={})
        self.run = None if self.refused(told) else told

    async def use(self, line: ClientConnection) -> None:
        while self.run:
            told = await self.say(line, type="next", steps=5)
            if isinstance(told, dict) and self.refused(told):
                self.hall.runs_lost += 1
                told = await self.say(line, type="start", config={})
                self.run = None if self.refused(told) else told
            self.hall.frames += 1
            await asyncio.sleep(0.5)


class Hall:
    """A room behind the proxy, and all who are in it."""

    def __init__(self, address: str, guests: int, learners: int) -> None:
        answer = httpx2.post(f"{address}/api/rooms", json={}, timeout=GUARD).json()
        self.address, self.code, self.secret = address, answer["code"], answer["secret"]
        line = f"/api/rooms/{self.code}/line"
        self.presenter = Presenter(self, line)
        self.guests = [Guest(self, line) for _ in range(guests)]
        self.learners = [Learner(self, "/api/labs/fitting/run") for _ in range(learners)]
        self.seen, self.over = Seen(), False
        self.acknowledged: Counter[int] = Counter()  # answers, by the question's number
        self.counts: list[int] = []  # what the presenter is shown of the newest question
        self.runs_lost = self.resumed = self.frames = 0

    @property
    def phones(self) -> list[Phone]:
        return [self.presenter, *self.guests, *self.learners]

    async def come(self) -> list[asyncio.Task[None]]:
        """All of them, thirty at a time."""
        for some in batches(self.phones, 30):
            await asyncio.gather(*(one.come() for one in some))
        return [asyncio.create_task(one.live()) for one in self.phones]

    def there(self) -> int:
        """Who has a line, and a run where they want one."""
        learning = [one for one in self.learners if not one.run]
        return sum(one.line is not None for one in self.phones) - len(learning)

    async def reload(self) -> None:
        """Every other phone comes anew, by whichever web process the proxy chooses."""
        for one in self.phones[::2]:
            if one.line:
                await one.line.close(1001)


def batches(things: list[Phone], size: int) -> list[list[Phone]]:
    return [things[at : at + size] for at in range(0, len(things), size)]
