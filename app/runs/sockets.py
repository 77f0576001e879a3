"""Training over a WebSocket: the page asks for every frame, and each message carries a number.

    /api/labs/{slug}/run
    up    {"type": "start", "id": 1, "config": {…}}
          {"type": "next", "id": 2, "steps": 5, "live": {…}, "action": {…}}
          {"type": "resume", "id": 3, "run": name, "key": secret}     on a new line, after a loss
          {"type": "here", "id": 4}                                   answered at once
    down  {"type": "started", "id": 1, "run": name, "key": secret, "config": {…}, "live": […]}
          {"type": "resumed", "id": 3, …the same…}
          {"type": "here", "id": 4}
          a frame: uint32 number of the ask, uint32 steps it took, then what app/lab/wire.py says

Every message up is answered by one message down with its number: what it asked for; {"id": …,
"error": {…}} where it was refused and the run goes on; {"type": "ended", "id": …, "error": {…}}
where the run is over. Beside an error stand its `sentences`, one in each language: a page may
switch while its line is open. A run that ends unasked is told with the number of its start.
Numbers grow. A start takes the place of the run before it, also while that one still works on a
frame: what was asked of that one is no longer answered. The new run keeps the name, so whoever
watches goes on.

Leaving and losing the line are two things. A socket that is closed by its page (codes 1000 and
1001) ends its run at once. On a line that broke, the run waits, computing nothing, for
`run_keep_seconds`; the page resumes it on a new line and asks again, under the same number, for
what was not answered. An ask that was answered already is not done twice.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import HTTPConnection

from app.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    RunBroken,
    RunKilled,
    RunReplaced,
)
from app.i18n import N_, language_of
from app.lab.contract import Lab
from app.problems import first_problem
from app.registry import BY_SLUG
from app.runs.run import Run, Visitor, checked
from app.runs.runs import Runs, gone
from app.visitors import address_of, visitor_of

MAX_STEPS = 10_000  # between two frames
MAX_WAITING = 64  # messages that a socket may have under way
# What a browser says when a page closes its socket or goes. Not 1005: that is what uvicorn 0.54
# tells of a line that broke, while our pages always name a code.
LEFT = {1000, 1001}
TOO_MUCH = 1008  # close code: against the rules
TAKEN_OVER = 4001  # close code: the page came back on another line
Number = Annotated[int, Field(ge=1, lt=2**32)]

log = logging.getLogger("vitrine.runs")
router = APIRouter()


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Number


class Start(Message):
    """A run of that configuration. Who watches the run before goes on with this one, but where it
    is for nobody else: `alone`.
    """

    type: Literal["start"]
    config: dict[str, Any] = {}
    alone: bool = False


class Next(Message):
    type: Literal["next"]
    steps: int = Field(0, ge=0, le=MAX_STEPS)
    live: dict[str, Any] = {}
    action: dict[str, Any] | None = None


class Resume(Message):
    type: Literal["resume"]
    run: str = Field(max_length=64)
    key: str = Field(max_length=64)


class Here(Message):
    type: Literal["here"]


Told = Start | Next | Resume | Here
AnyMessage = TypeVar("AnyMessage")
MESSAGE: TypeAdapter[Told] = TypeAdapter(Annotated[Told, Field(discriminator="type")])


class Refused(Exception):
    """A message that cannot be understood; its number, where it had one."""

    def __init__(self, why: DomainError, number: int | None) -> None:
        self.why, self.number = why, number


def parse(text: str | None) -> Told:
    """A message to a run. Raises `Refused`."""
    return parsed(MESSAGE, text)


def parsed(adapter: TypeAdapter[AnyMessage], text: str | None) -> AnyMessage:
    """A message from a browser, one of those that `adapter` knows. Raises `Refused`."""
    values: Any = None
    try:
        values = json.loads(text or "")
        return adapter.validate_python(values)
    except ValidationError as error:
        problem = error.errors()[0]
        # The discriminator's value leads the path; where it is wrong itself, there is no path.
        problem["loc"] = problem["loc"][1:] or ("type",)
        number = values.get("id") if isinstance(values, dict) else None
        known = type(number) is int and 0 < number < 2**32
        raise Refused(first_problem([problem]), number if known else None) from None
    except (ValueError, RecursionError):
        raise Refused(InvalidInput(N_("The request is not valid JSON.")), None) from None


class Over(NamedTuple):
    """A run that ended while nobody asked for anything."""

    run: Run


class Trainer:
    """One visitor's socket and the run on it."""

    def __init__(self, socket: WebSocket, lab: Lab[Any]) -> None:
        self.socket, self.lab, self.language = socket, lab, language_of(socket)
        self.runs: Runs = socket.app.state.runs
        self.visitor = counted_as(socket)
        self.run: Run | None = None
        self._begun = 0  # the number of the start, or the resumption, of this run
        self._waiting: asyncio.Queue[Told | Refused | Over] = asyncio.Queue()

    async def serve(self) -> None:
        """Until the page is closed. Listening goes on while a frame is made: that is how the
        process ends at once with its page.
        """
        listening = asyncio.create_task(self._listen())
        answering = asyncio.create_task(self._answer_all())
        try:
            await asyncio.wait({listening, answering}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            left = listening.done() and closed_by_its_page(listening)
            listening.cancel()
            answering.cancel()
            self._let_go(left)

    def _let_go(self, left: bool) -> None:
        """End the run, or let it wait for its page: one that knows how to come back."""
        run, self.run = self.run, None
        if run is None:
            return
        run.forget(self._on_over)
        if left or not run.known or not self.runs.settings.run_keep_seconds:
            self.runs.leave(run, RunKilled(N_("The visitor who started this run has left it.")))
        else:
            run.lose_line()

    def _on_over(self) -> None:
        if self.run:
            self._waiting.put_nowait(Over(self.run))

    async def _listen(self) -> int:
        """Take messages until the socket is closed: the code with which it was."""
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return int(message.get("code") or 1005)
            if self._waiting.qsize() >= MAX_WAITING:
                await self.socket.close(TOO_MUCH, "too many messages at once")
                return TOO_MUCH
            await self._take(message.get("text"))

    async def _take(self, text: str | None) -> None:
        try:
            message: Told | Refused = parse(text)
        except Refused as refused:
            message = refused
        if isinstance(message, Here):
            await self._send({"type": "here", "id": message.id})
            return
        if isinstance(message, Start) and self.run:
            self.run.end(RunReplaced(N_("This run was started anew.")))
            while not self._waiting.empty():
                self._waiting.get_nowait()
        self._waiting.put_nowait(message)

    async def _answer_all(self) -> None:
        try:
            while True:
                await self._answer(await self._waiting.get())
        except (WebSocketDisconnect, RuntimeError):
            return  # nobody is there to be told

    async def _answer(self, message: Told | Refused | Over) -> None:
        """Send the one answer. Raises `WebSocketDisconnect` or RuntimeError if the page is gone."""
        number = message.number if isinstance(message, Refused) else getattr(message, "id", None)
        try:
            answer = await self._answer_to(message)
        except RunReplaced:
            return  # the answer to the new start is on its way
        except DomainError as error:
            failed = isinstance(message, Start) or (isinstance(message, Resume) and not self.run)
            over = failed or self._is_over()
            await self._tell(error, number, over and not isinstance(message, Refused))
        except Exception as error:  # of ours, and nobody foresaw it
            log.exception("a message could not be answered", exc_info=error)
            why = RunBroken(N_("This run broke off because of an error on the server."))
            if self.run:
                self.run.end(why)
            await self._tell(why, number, over=True)
        else:
            if isinstance(answer, bytes):
                await self.socket.send_bytes(answer)
            elif answer:
                await self._send(answer)
                if self.run:
                    self.run.known = True

    async def _answer_to(self, message: Told | Refused | Over) -> bytes | dict[str, Any] | None:
        if isinstance(message, Refused):
            raise message.why
        if isinstance(message, Over):
            if message.run is self.run and message.run.ended:
                raise message.run.ended
            return None  # it was told already, or another run has taken its place
        if isinstance(message, Start):
            return await self._start(message)
        if isinstance(message, Resume):
            return self._resume(message)
        assert isinstance(message, Next)
        run = self.run
        if run is None:
            raise InvalidInput(N_("Start a run before you ask for its frames."))
        await run.advance(message.steps, message.live, message.action, message.id)
        return numbered(message.id, run.taken, run.frame)

    async def _start(self, message: Start) -> dict[str, Any]:
        before, self._begun = self.run, message.id
        try:
            config = checked(self.lab.config, message.config)
            if before and message.alone:
                self.runs.leave(before, RunReplaced(N_("This run was started anew.")))
                before.hand_over(None)
                before = None
            self._hold(self.runs.open(self.lab, config, self.visitor, before))
        except DomainError:
            if before:
                before.hand_over(None)
            raise
        assert self.run
        await self.run.begin(self.runs.engine, self.runs.albums)
        return self._told_of("started", message.id, self.run)

    def _resume(self, message: Resume) -> dict[str, Any]:
        """Go on with a run whose line was lost, also before that is known. Raises `RunGone`."""
        if self.run:
            raise InvalidInput(N_("This page has a run already."))
        run = self.runs.reclaim(message.run, message.key)
        if run.lab is not self.lab:
            raise gone()
        if isinstance(run.holder, Trainer):
            run.holder.give_up()
        self._begun = message.id
        self._hold(run)
        return self._told_of("resumed", message.id, run)

    def give_up(self) -> None:
        """The page came back on another line; this one is dead, and nobody reads what it says."""
        if self.run:
            self.run.forget(self._on_over)
        self.run = None
        task = asyncio.ensure_future(self.socket.close(TAKEN_OVER, "taken over"))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _hold(self, run: Run) -> None:
        self.run = run
        run.hold(self)
        run.when_over(self._on_over)

    def _told_of(self, kind: str, number: int, run: Run) -> dict[str, Any]:
        return {
            "type": kind,
            "id": number,
            "run": run.id,
            "key": run.key,
            "config": run.config.of_run(),
            "live": self.lab.followed(run.config),
        }

    def _is_over(self) -> bool:
        return self.run is not None and self.run.ended is not None

    async def _tell(self, error: DomainError, number: int | None, over: bool) -> None:
        told = {"id": number or self._begun or None, **error.told_on_a_line(self.language)}
        if over:
            self.run = None
            told["type"] = "ended"
        await self._send(told)

    async def _send(self, message: dict[str, Any]) -> None:
        await self.socket.send_text(json.dumps(message, allow_nan=False))


def closed_by_its_page(listening: asyncio.Task[int]) -> bool:
    """Whether a page closed its socket, or went; else the line broke."""
    return not listening.cancelled() and not listening.exception() and listening.result() in LEFT


def numbered(number: int, taken: int, frame: bytes) -> bytes:
    """A frame as the answer to an ask, with the training steps that were taken for it."""
    return number.to_bytes(4, "little") + taken.to_bytes(4, "little") + frame


def counted_as(connection: HTTPConnection) -> Visitor:
    """Whose runs they are. Pages have a cookie; programs without one are counted by address."""
    name = visitor_of(connection)
    return Visitor(name) if name else Visitor(address_of(connection), shared=True)


@router.websocket("/api/labs/{slug}/run")
async def train(socket: WebSocket, slug: str) -> None:
    lab = BY_SLUG.get(slug)
    await socket.accept()
    if lab is None or lab.run is None:
        await refuse(socket, NotFound(N_("There is no training lab of that name.")))
        return
    await Trainer(socket, lab).serve()


async def until_one_ends(*works: Coroutine[Any, Any, object]) -> None:
    """Do all of them side by side until one is done; then the others end, too."""
    tasks = {asyncio.create_task(work) for work in works}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
            task.add_done_callback(lambda done: done.cancelled() or done.exception())


async def refuse(socket: WebSocket, error: DomainError, number: int | None = None) -> None:
    """Tell why there is nothing, and close."""
    told = {"type": "ended", "id": number, **error.told_on_a_line(language_of(socket))}
    await socket.send_text(json.dumps(told))
    await socket.close()
