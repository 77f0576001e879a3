"""Runs over WebSockets: one socket trains, any number watch. The browser pulls every frame.

    /api/labs/{slug}/run        up    {"type": "start", "config": {…}}
                                      {"type": "next", "steps": 5, "live": {…}, "action": {…}}
                                down  {"type": "started", "run": id, "config": {…}}, frames
    /api/runs/{id}/watch        up    {"type": "next"}
                                down  {"type": "watching", "lab": slug, "config": {…}},
                                      {"type": "config", "config": {…}}, frames

Every message up is answered by one message down: what it asked for; {"error": {…}} where it was
refused and the run goes on; or {"type": "ended", "error": {…}} where the run is over. A start
takes the place of the run before it, also while that one still works on a frame: what was asked
of that one is no longer answered. The new run keeps the name, so whoever watches goes on watching.
"""

import asyncio
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    RunError,
    RunKilled,
    RunReplaced,
    RunTimeout,
    first_problem,
)
from app.i18n import N_, language_of
from app.lab import Lab
from app.registry import BY_SLUG
from app.runs.room import Room, Run, checked
from app.visitors import visitor_of

MAX_STEPS = 10_000  # between two frames
MAX_WAITING = 64  # messages that a socket may have under way

router = APIRouter()


class Start(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["start"]
    config: dict[str, Any] = {}


class Next(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["next"]
    steps: int = Field(0, ge=0, le=MAX_STEPS)
    live: dict[str, Any] = {}
    action: dict[str, Any] | None = None


MESSAGE: TypeAdapter[Start | Next] = TypeAdapter(
    Annotated[Start | Next, Field(discriminator="type")]
)


def parse(text: str | None) -> Start | Next:
    """A message from a browser. Raises `InvalidInput`."""
    try:
        return MESSAGE.validate_python(json.loads(text or ""))
    except ValidationError as error:
        problem = error.errors()[0]
        # The discriminator's value leads the path; where it is wrong itself, there is no path.
        problem["loc"] = problem["loc"][1:] or ("type",)
        raise first_problem([problem]) from None
    except (ValueError, RecursionError):
        raise InvalidInput(N_("The request is not valid JSON.")) from None


class Trainer:
    """One visitor's socket and the run on it."""

    def __init__(self, socket: WebSocket, lab: Lab) -> None:
        self.socket, self.lab, self.language = socket, lab, language_of(socket)
        self.room: Room = socket.app.state.room
        self.visitor = visitor_of(socket)
        self.run: Run | None = None
        self._waiting: asyncio.Queue[Start | Next | DomainError] = asyncio.Queue(MAX_WAITING)

    async def serve(self) -> None:
        """Until the page is closed. Listening goes on while a frame is made: that is how the
        process ends at once with its page.
        """
        answering = asyncio.create_task(self._answer_all())
        try:
            while True:
                text = (await next_message(self.socket)).get("text")
                self._take(text)
                if answering.done():
                    answering.result()
                    return
        except (WebSocketDisconnect, asyncio.QueueFull):
            pass
        finally:
            self._leave(RunKilled(N_("Whoever started this run has left it.")))
            answering.cancel()

    def _take(self, text: str | None) -> None:
        try:
            message: Start | Next | DomainError = parse(text)
        except DomainError as error:
            message = error
        if isinstance(message, Start) and self.run:
            self.run.end(RunReplaced(N_("This run was started anew.")))
            while not self._waiting.empty():
                self._waiting.get_nowait()
        self._waiting.put_nowait(message)

    async def _answer_all(self) -> None:
        idle = self.room.settings.run_idle_seconds
        try:
            while True:
                try:
                    message = await asyncio.wait_for(
                        self._waiting.get(), idle if self.run else None
                    )
                except TimeoutError:
                    await self._end_idle(idle)
                    continue
                await self._answer(message)
        except (WebSocketDisconnect, RuntimeError):
            return  # nobody is there to be told

    async def _answer(self, message: Start | Next | DomainError) -> None:
        run = self.run
        try:
            if isinstance(message, DomainError):
                raise message
            if isinstance(message, Start):
                await self._start(message)
            elif run is None:
                raise InvalidInput(N_("Start a run before you ask for its frames."))
            else:
                await run.advance(message.steps, message.live, message.action)
                await self.socket.send_bytes(run.frame)
        except RunReplaced:
            return  # the answer to the new start is on its way
        except DomainError as error:
            await self._tell(error)

    async def _start(self, message: Start) -> None:
        config = checked(self.lab.config, message.config)
        self.run = run = self.room.open(self.lab, config, self.visitor, self.run)
        await run.begin(self.room.engine, self.room.albums)
        await self._send({"type": "started", "run": run.id, "config": config.model_dump()})

    async def _tell(self, error: DomainError) -> None:
        told = error.told_in(self.language)
        if self.run and self.run.ended:
            self._leave(self.run.ended)
            told = {"type": "ended", **told}
        await self._send(told)

    async def _end_idle(self, seconds: float) -> None:
        message = N_("Nobody asked this run for a picture for {minutes} minutes, so it has ended.")
        why = RunTimeout(message, minutes=f"{seconds / 60:.3g}")
        if self.run:
            self.run.end(why)
        await self._tell(why)

    def _leave(self, why: RunError) -> None:
        if self.run:
            self.room.leave(self.run, why)
        self.run = None

    async def _send(self, message: dict[str, Any]) -> None:
        await self.socket.send_text(json.dumps(message, allow_nan=False))


@router.websocket("/api/labs/{slug}/run")
async def train(socket: WebSocket, slug: str) -> None:
    lab = BY_SLUG.get(slug)
    await socket.accept()
    if lab is None or lab.run is None:
        await refuse(socket, NotFound(N_("There is no training lab of that name.")))
        return
    await Trainer(socket, lab).serve()


@router.websocket("/api/runs/{run_id}/watch")
async def watch(socket: WebSocket, run_id: str) -> None:
    """Frames of someone's run as they come, the newest only, without control."""
    await socket.accept()
    try:
        run = socket.app.state.room.find(run_id)
        await send_config(socket, run, "watching", lab=run.lab.slug)
        await relay(socket, run)
    except DomainError as error:
        await refuse(socket, error)
    except (WebSocketDisconnect, RuntimeError):
        return


async def relay(socket: WebSocket, run: Run) -> None:
    """Answer each "next" with a frame not yet sent; ends with the run, or with the page."""
    version, config = 0, run.config
    hearing = asyncio.create_task(next_message(socket))
    try:
        while True:
            await hearing
            hearing = asyncio.create_task(next_message(socket))
            run, version = await fresh(run, version, hearing)
            if config is not run.config:
                config = run.config
                await send_config(socket, run, "config")
            await socket.send_bytes(run.frame)
    finally:
        hearing.cancel()


async def fresh(run: Run, version: int, hearing: asyncio.Task[Any]) -> tuple[Run, int]:
    """Wait until the run, or the one that took its place, has a newer frame. Raises
    `WebSocketDisconnect` if the page is closed meanwhile.
    """
    if run.version > version and not run.ended:
        return run, run.version
    waiting = asyncio.create_task(newest(run, version))
    try:
        await asyncio.wait({waiting, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            hearing.result()  # it asks again, which changes nothing, or has left
        return await waiting
    finally:
        waiting.cancel()


async def newest(run: Run, version: int) -> tuple[Run, int]:
    try:
        await run.newer(version)
    except RunReplaced:
        run = await run.heir()
    return run, run.version


async def send_config(socket: WebSocket, run: Run, kind: str, **more: str) -> None:
    values = {"type": kind, "config": run.config.model_dump(), **more}
    await socket.send_text(json.dumps(values, allow_nan=False))


async def next_message(socket: WebSocket) -> dict[str, Any]:
    """Raises `WebSocketDisconnect` when the page is closed."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    return dict(message)


async def refuse(socket: WebSocket, error: DomainError) -> None:
    told = {"type": "ended", **error.told_in(language_of(socket))}
    await socket.send_text(json.dumps(told))
    await socket.close()
