"""Watching someone's run over a WebSocket: frames as they come, the newest only, without control.

    /api/runs/{id}/watch
    up    {"type": "next", "id": 1}; {"type": "here", "id": 4}, answered at once
          {"type": "past", "id": 5, "step": 50}: of a run that a room is shown, the kept frame
          whose step is the nearest, or {"type": "none", "id": 5}
    down  {"type": "watching", "id": null, "lab": slug, "config": {…}}   once, unasked
          {"type": "config", "id": 2, "config": {…}}                     before the frame it is for
          a frame, as in sockets.py; {"type": "ended", "id": 3, "error": {…}}

Each "next" is answered by a frame that was not sent yet, when there is one; also by that of a run
which took this one's place, and by the last one of a run that has ended.
"""

import asyncio
import json
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import Field, TypeAdapter

from app.errors import DomainError
from app.lab.fields import OWN
from app.runs.run import Run
from app.runs.runs import newest
from app.runs.sockets import (
    Here,
    Message,
    Next,
    Refused,
    numbered,
    parsed,
    refuse,
    until_one_ends,
)

router = APIRouter()


class Back(Message):
    """A frame of the past is asked for."""

    type: Literal["past"]
    step: int = Field(ge=0)


Told = Next | Here | Back
MESSAGE: TypeAdapter[Told] = TypeAdapter(Annotated[Told, Field(discriminator="type")])


@router.websocket("/api/runs/{run_id}/watch")
async def watch(socket: WebSocket, run_id: str) -> None:
    await socket.accept()
    try:
        run = socket.app.state.runs.find(run_id)
        await send_config(socket, run, "watching", None, lab=run.lab.slug)
    except DomainError as error:
        await refuse(socket, error)
        return
    except (WebSocketDisconnect, RuntimeError):
        return
    await Watcher(socket, run).serve()


class Watcher:
    """One visitor's socket and the run that is watched on it."""

    def __init__(self, socket: WebSocket, run: Run) -> None:
        self.socket, self.run, self.config = socket, run, run.config
        self.version = 0
        self.asked: int | None = None  # the number of the newest "next"
        self._wanted = asyncio.Event()

    async def serve(self) -> None:
        """Until the run ends or the page is closed."""
        await until_one_ends(self._listen(), self._answer_all())

    async def _listen(self) -> None:
        """Note what is asked; to ask again before the answer changes nothing but its number."""
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                told = parsed(MESSAGE, message.get("text"))
            except Refused:
                continue  # a watcher cannot steer, also not with nonsense
            if isinstance(told, Here):
                await self.socket.send_text(json.dumps({"type": "here", "id": told.id}))
            elif isinstance(told, Back):
                await self._look_back(told)
            elif isinstance(told, Next):
                self.asked = told.id
                self._wanted.set()

    async def _look_back(self, told: Back) -> None:
        frame = self.run.past.nearest(told.step) if self.run.past else None
        if frame is None:
            await self.socket.send_text(json.dumps({"type": "none", "id": told.id}))
        else:
            await self.socket.send_bytes(numbered(told.id, 0, frame))

    async def _answer_all(self) -> None:
        try:
            while True:
                await self._wanted.wait()
                await self._answer()
        except DomainError as error:
            await refuse(self.socket, error, self.asked)

    async def _answer(self) -> None:
        """Send one frame not yet sent. Raises the run's end, or `WebSocketDisconnect`."""
        self.run, self.version = await newest(self.run, self.version)
        number = self.asked or 0
        self._wanted.clear()
        if self.config is not self.run.config:
            self.config = self.run.config
            await send_config(self.socket, self.run, "config", number)
        await self.socket.send_bytes(numbered(number, 0, self.run.frame))


async def send_config(
    socket: WebSocket, run: Run, kind: str, number: int | None, **more: str
) -> None:
    config, album = run.config.of_run(), run.lab.album(run.config)
    for name in OWN.intersection(config):
        if config[name] != album:  # chosen once and out of use: no watcher needs to know it
            config[name] = ""
    values = {"type": kind, "id": number, "config": config, **more}
    await socket.send_text(json.dumps(values, allow_nan=False))
