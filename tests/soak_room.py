"""The room of a soak (tests/soak.py): a presenter who shows, asks and hands out, and a hundred
guests who follow, answer, take the wheel, lose their lines and come back.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import TYPE_CHECKING, Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from app.visitors import VISITOR

if TYPE_CHECKING:
    from tests.soak import Soak

GUESTS = 100
GUARD = 120
CHOICES = ["yes", "no", "sometimes"]


class LectureHall:
    """A room that is open as long as the soak goes, and who is in it."""

    def __init__(self, soak: Soak) -> None:
        answer = httpx2.post(f"{soak.server.address}/api/rooms", json={}, timeout=GUARD)
        answer.raise_for_status()
        self.soak = soak
        self.code, self.secret = answer.json()["code"], answer.json()["secret"]
        self.names = [""] * GUESTS
        self.cookies = [
            str(httpx2.get(soak.server.address, timeout=GUARD).cookies[VISITOR])
            for _ in range(GUESTS)
        ]
        self.numbers = iter(range(1, 10**9))

    def line(self, cookie: str) -> Any:
        url = self.soak.url(f"/api/rooms/{self.code}/line")
        headers = {"Cookie": f"{VISITOR}={cookie}"}
        return connect(url, additional_headers=headers, open_timeout=GUARD)

    async def say(self, line: ClientConnection, **message: Any) -> dict[str, Any]:
        """What the room answers, whatever else it tells meanwhile."""
        number = next(self.numbers)
        await line.send(json.dumps({"id": number, **message}))
        while True:
            told: dict[str, Any] = json.loads(await line.recv())
            if told["id"] == number:
                return told

    async def done(self, line: ClientConnection, **message: Any) -> None:
        told = await self.say(line, **message)
        if told.get("type") != "done":
            self.soak.wrong.append(f"{message['type']}: {told}")

    async def present(self) -> None:
        """One line of the presenter's, which is lost after a while."""
        draw = self.soak.random
        async with self.line(self.soak.cookies[0]) as line:
            await self.done(line, type="present", secret=self.secret)
            for turn in range(draw.randrange(20, 60)):
                if self.soak.over():
                    return
                shown = {"path": "/labs/fitting", "query": f"noise={0.1 + turn / 1000:.3f}"}
                await self.done(line, type="show", shown=shown)
                self.soak.counts["room shown"] += 1
                if turn % 15 == 5:
                    await self.ask(line)
                if turn % 30 == 20:
                    await self.hand_out(line)
                await asyncio.sleep(0.5)
            line.transport.abort()
            self.soak.counts["presenters lost"] += 1

    async def ask(self, line: ClientConnection) -> None:
        typed = {"kind": "choice", "text": "Does it overfit?", "choices": CHOICES, "truth": 0}
        await self.done(line, type="ask", typed=typed)
        await asyncio.sleep(2)
        await self.done(line, type="reveal")
        await self.done(line, type="withdraw")

    async def hand_out(self, line: ClientConnection) -> None:
        span = {"field": "width", "low": 2, "high": 64, "steps": 20}
        await self.done(line, type="hand_out", lab="fitting", config={}, **span)
        await asyncio.sleep(3)
        await self.done(line, type="take_back")

    async def follow(self, who: int) -> None:
        """A guest's visit: what is shown is followed, what is asked is answered."""
        draw = random.Random(self.soak.random.random())
        async with self.line(self.cookies[who]) as line:
            told = await self.say(line, type="follow", guest=self.names[who])
            if told.get("type") != "following":
                self.soak.wrong.append(f"follow: {told}")
                return
            if self.names[who] not in ("", told["guest"]):
                self.soak.wrong.append("a guest that came back has another name")
            self.names[who] = told["guest"]
            end = time.monotonic() + draw.uniform(5, 40)
            while time.monotonic() < end and not self.soak.over():
                try:
                    async with asyncio.timeout(5):
                        told = json.loads(await line.recv())
                except TimeoutError:
                    continue
                await self.hear(line, told, draw)
            if draw.random() < 0.5:
                line.transport.abort()
                self.soak.counts["guests lost"] += 1

    async def hear(self, line: ClientConnection, told: dict[str, Any], draw: random.Random) -> None:
        self.soak.counts[f"room told {told.get('type')}"] += 1
        if told.get("question") and told["question"]["open"]:
            choice = draw.randrange(len(CHOICES))
            asked = told["question"]["number"]
            answer = await self.say(line, type="answer", question=asked, choice=choice)
            late = answer.get("error", {}).get("code") == "room_error"  # it was ended meanwhile
            self.soak.counts["room answers" + (" too late" if late else "")] += 1
        if draw.random() < 0.02:
            where = {"following": draw.random() < 0.5, "path": "/labs/nms"}
            await self.done(line, type="where", **where)
