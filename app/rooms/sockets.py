"""A room over a WebSocket, one line for each page in it.

    /api/rooms/{code}/line
    up    as app/rooms/messages.py has it; the first message is {"type": "present", …} or
          {"type": "follow", …}; {"type": "here", "id": 4} is answered at once
    down  {"type": "done", "id": 2}                       what was asked is done
          {"type": "following", "id": 1, "guest": name}   the answer to "follow"
          {"id": 3, "error": {…}, "sentences": {…}}       refused; the line goes on
          {"type": "ended", "id": null, "error": {…}, …}  the room is over, and the line
    unasked, each in place of older ones that were not sent yet
          {"type": "shown", "id": null, "shown": {…}}     what the presenter's page shows
          {"type": "question", "id": null, "question": {…} | null}
          {"type": "handed", "id": null, "handed": {…} | null}   the value of this phone and what
                                                          came of it, or of the photo that it
                                                          handed in; to presenters all of them
          {"type": "guests", "id": null, "there": 7, "following": 5, "own": {path: count}}
                                                          to presenters only

A guest is told what is shown, the question and their own answer, and nothing of other guests.
"""

import asyncio
import logging

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from app.errors import DomainError, RoomError, RoomGone, StoreSilent
from app.i18n import DEFAULT, N_
from app.rooms.attempts import Bucket
from app.rooms.handed import Handed
from app.rooms.line import Line
from app.rooms.messages import (
    MESSAGE,
    Answer,
    AskAll,
    AskPhotos,
    Close,
    Follow,
    GivePhoto,
    HandAll,
    Present,
    Reveal,
    Show,
    TakeBack,
    Told,
    Where,
    Withdraw,
)
from app.rooms.photos import HandedPhotos
from app.rooms.rooms import Rooms
from app.rooms.training import carry_on
from app.runs.sockets import TOO_MUCH, Here, Refused, counted_as, parsed, refuse, until_one_ends

RESTART = 1012  # close code: come again
PER_SECOND, AT_ONCE = 30, 60  # messages of one page
PAUSE = 0.1  # seconds between two pictures of the room to its presenter
ONCE = (AskAll, Reveal, Withdraw, HandAll, AskPhotos, TakeBack)  # what must not be done twice

log = logging.getLogger("vitrine.rooms")

router = APIRouter()


@router.websocket("/api/rooms/{code}/line")
async def line(socket: WebSocket, code: str) -> None:
    await socket.accept()
    try:
        page = RoomPage(socket, code)
    except DomainError as error:
        await refuse(socket, error)
        return
    await page.serve()


class RoomPage:
    """One page's socket, and its line to the room."""

    def __init__(self, socket: WebSocket, code: str) -> None:
        """Raises `RoomGone` or `TooManyCodes`."""
        self.socket = socket
        self.rooms: Rooms = socket.app.state.rooms
        visitor = counted_as(socket)
        self.room = self.rooms.enter(code, visitor)
        self._wanted = asyncio.Event()
        self.line = Line(visitor, self._wanted.set)
        self._messages = Bucket(AT_ONCE, 1 / PER_SECOND, AT_ONCE, self.rooms.clock())

    async def serve(self) -> None:
        """Until the page goes, or the room closes."""
        try:
            await until_one_ends(self._listen(), self._say())
        finally:
            self.room.leave(self.line, self.rooms.clock())

    async def _listen(self) -> None:
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if self._is_too_much():
                await self.socket.close(TOO_MUCH, "too many messages at once")
                return
            self._take(message.get("text"))

    def _is_too_much(self) -> bool:
        self._messages.take(self.rooms.clock())
        return self._messages.left < 0

    def _take(self, text: str | None) -> None:
        """Do what a message asks, and answer it under its number."""
        number: int | None = None
        try:
            told = parsed(MESSAGE, text)
            number = told.id
            self.line.answer(self._done(told))
        except Refused as refused:
            self._refuse(refused.why, refused.number)
        except DomainError as error:
            self._refuse(error, number)
        except Exception as error:  # what nobody foresaw is no reason to lose the room
            log.exception("a message to a room broke off", exc_info=error)
            why = RoomError(N_("That did not work because of an error on the server."))
            self._refuse(why, number)

    def _refuse(self, why: DomainError, number: int | None) -> None:
        self.line.answer({"id": number, **why.told_on_a_line(DEFAULT)})

    def _done(self, told: Told) -> dict[str, object]:
        room, line, now = self.room, self.line, self.rooms.clock()
        if isinstance(told, ONCE) and room.was_done(line, told.id):
            return {"type": "done", "id": told.id}
        match told:
            case Here():
                return {"type": "here", "id": told.id}
            case Present():
                room.present(line, told.secret, now, told.page)
            case Follow():
                name = room.follow(line, told).name
                return {"type": "following", "id": told.id, "guest": name}
            case Show():
                before = room.shown_runs()
                room.show(line, told.shown, now)
                self.rooms.keep_pasts(room, before)
            case Where():
                room.where(line, told)
            case AskAll():
                room.ask(line, told, now)
            case Reveal():
                room.reveal(line, now)
            case Withdraw():
                room.withdraw(line, now)
            case Answer():
                room.answer(line, told)
            case HandAll():
                self._carry_on(room.hand_out(line, told, now))
            case AskPhotos():
                self._carry_on(room.ask_photos(line, told, now))
            case GivePhoto():
                room.hand_in(line, told)
            case TakeBack():
                room.take_back(line, now)
            case Close():
                room.end_by(line)
            case _:
                raise RoomError(N_("That is no message to a room."))
        if isinstance(told, ONCE):
            room.did(line, told.id)
        return {"type": "done", "id": told.id}

    def _carry_on(self, handed: Handed | HandedPhotos) -> None:
        self.rooms.background.do(carry_on(self.room, handed, self.socket.app.state))

    async def _say(self) -> None:
        """Send what is to be said, until the room ends the line."""
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                texts, ended = self.line.take(), self.line.ended
                await self.rooms.saved(self.room)
                for text in [] if self.line.lost else texts:
                    await self.socket.send_text(text)
                if ended or self.line.lost:
                    await self.socket.close(RESTART if self.line.lost else 1000)
                    return
                if self.line.presents:
                    await asyncio.sleep(PAUSE)  # two hundred answers are a few pictures of them
        except (StoreSilent, RoomGone):  # what was asked is asked again on another line
            await self.socket.close(RESTART)
        except (WebSocketDisconnect, RuntimeError):
            return  # nobody is there to be told
