"""A web process or the store that goes: what was acknowledged is there when they are back."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection

from app.errors import StorageGone
from app.rooms.sockets import RESTART
from app.shared.folder import SharedFolder
from tests.app.shared.stores import RedisServer, Visitor, kill, until_told, web_processes
from tests.app.shared.test_two_processes import photo
from tests.e2e.browser import GUARD, Server


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


def closed(line: ClientConnection) -> int:
    """The code that the line is closed with; nothing is acknowledged before."""
    with suppress(ConnectionClosed):
        while True:
            assert '"done"' not in str(line.recv(GUARD))
    return line.close_code or 0


class Lecture:
    """A room with a presenter and a guest, who come back as their pages do."""

    def __init__(self, server: Server, lines: ExitStack) -> None:
        self._lines = lines
        self.presenter, self.guest = Visitor(server), Visitor(server)
        self.room = self.presenter.at(server).post("/api/rooms").json()
        self.name = ""

    def presents(self, server: Server) -> ClientConnection:
        return self._entered(server, self.presenter, type="present", secret=self.room["secret"])

    def follows(self, server: Server) -> ClientConnection:
        return self._entered(server, self.guest, type="follow", guest=self.name)

    def _entered(self, server: Server, who: Visitor, **message: Any) -> ClientConnection:
        """A line on which the room has answered; a page tries until it has one."""
        deadline = time.monotonic() + GUARD
        while True:
            path = f"/api/rooms/{self.room['code']}/line"
            try:
                line = self._lines.enter_context(who.line(server, path))
                told = who.say(line, **message)
            except (WebSocketException, OSError):
                assert time.monotonic() < deadline
                time.sleep(0.2)
                continue
            if message["type"] == "follow":
                assert told["type"] == "following", told
                self.name = told["guest"]
            return line


def test_a_room_goes_on_in_the_other_process_with_its_question_and_its_answers(
    own_store: RedisServer,
) -> None:
    with web_processes(own_store, 2) as (first, second), ExitStack() as lines:
        lecture = Lecture(first, lines)
        shows, follows = lecture.presents(first), lecture.follows(second)
        lecture.presenter.say(shows, type="show", shown={"path": "/labs/nms"})
        asked = {"kind": "choice", "text": "?", "choices": ["a", "b"], "right": 1}
        lecture.presenter.say(shows, type="ask", typed=asked)
        number = until_told(follows, "question", open=True)["question"]["number"]
        lecture.guest.say(follows, type="answer", question=number, choice=1)
        hand_out = {"lab": "fitting", "field": "width", "low": 2, "high": 64, "steps": 5}
        lecture.presenter.say(shows, type="hand_out", config={}, **hand_out)
        handed = until_told(follows, "handed", number=2)["handed"]
        value = handed["value"]
        before = lecture.name
        kill(first)
        assert closed(follows) == RESTART
        follows, shows = lecture.follows(second), lecture.presents(second)
        assert lecture.name == before
        assert until_told(follows, "shown")["shown"]["path"] == "/labs/nms"
        assert until_told(shows, "question")["question"]["counts"] == [0, 1]
        handed = until_told(follows, "handed")["handed"]
        assert handed["value"] == value
        while not handed["result"]:
            handed = until_told(follows, "handed")["handed"]


def test_what_the_store_had_acknowledged_is_there_when_everything_was_killed(
    own_store: RedisServer,
) -> None:
    with web_processes(own_store, 2) as (first, second), ExitStack() as lines:
        lecture = Lecture(first, lines)
        me = lecture.presenter
        brought = me.at(first).post("/api/images", files={"file": photo()}).json()
        short = me.at(second).post("/api/share", json={"path": "/labs/rpn"}).json()["url"]
        me.say(lecture.presents(second), type="show", shown={"path": "/labs/rpn"})
        own_store.kill()
        kill(first)
        kill(second)
    own_store.start()
    with web_processes(own_store, 1) as (third,):
        assert me.at(third).get(brought["url"]).status_code == 200
        path = "/s/" + short.rsplit("/", 1)[1]
        assert me.at(third).get(path).headers["location"] == "/labs/rpn"
        assert until_told(lecture.follows(third), "shown", path="/labs/rpn")
        assert me.at(third).delete(brought["url"]).status_code == 204  # the cookie is known, too


def test_while_the_store_is_away_pages_open_and_the_rest_is_told_in_words(
    own_store: RedisServer,
) -> None:
    with web_processes(own_store, 2) as (first, second), ExitStack() as lines:
        lecture = Lecture(first, lines)
        shows, follows = lecture.presents(first), lecture.follows(second)
        own_store.kill()
        at = lecture.presenter.at(second)
        for path in ("/", "/labs/fitting", "/labs/nms", "/guide", "/healthz"):
            assert at.get(path).status_code == 200
        for answer in (
            at.post("/api/share", json={"path": "/labs/nms"}, headers={"Accept-Language": "zh"}),
            at.post("/api/images", files={"file": photo()}),
            at.get("/api/images/0123456789abcdef0123456789abcdef"),
            at.post("/api/albums/drafts"),
            at.post("/api/rooms"),
            at.get(f"/room/{lecture.room['code']}"),
        ):
            assert answer.status_code == 503, answer.text
            assert answer.json()["error"]["code"] == "store_silent"
            assert answer.headers["retry-after"]
        shows.send(json.dumps({"id": 2**20, "type": "show", "shown": {"path": "/labs/mlp"}}))
        for line in (shows, follows):
            assert closed(line) == RESTART
        own_store.start()
        shows, follows = lecture.presents(first), lecture.follows(second)
        me = lecture.presenter
        assert me.say(shows, type="show", shown={"path": "/labs/mlp"})["type"] == "done"
        assert until_told(follows, "shown", path="/labs/mlp")


def test_runs_of_a_process_that_is_gone_are_over_and_their_watchers_are_told(
    own_store: RedisServer,
) -> None:
    with web_processes(own_store, 2) as (first, second):
        me, other = Visitor(first), Visitor(second)
        with me.line(first, "/api/labs/fitting/run") as mine:
            run = me.say(mine, type="start", config={})
            with other.line(second, f"/api/runs/{run['run']}/watch") as watching:
                other.say(watching, type="next")
                kill(first)
                assert closed(watching) == RESTART
        with other.line(second, f"/api/runs/{run['run']}/watch") as watching:
            assert json.loads(watching.recv(GUARD))["error"]["code"] == "run_gone"
        with me.line(second, "/api/labs/fitting/run") as line:
            told = me.say(line, type="resume", run=run["run"], key=run["key"])
            assert told["error"]["code"] == "run_gone"


def test_who_goes_on_a_line_to_another_process_leaves_nothing_there(own_store: RedisServer) -> None:
    with web_processes(own_store, 2) as (first, second), ExitStack() as lines:
        lecture = Lecture(first, lines)
        lecture.presents(first)
        for _ in range(12):  # more than one visitor may have at once
            with suppress(ConnectionClosed):
                lecture.follows(second).socket.close()
        with lecture.guest.line(second, f"/api/rooms/{lecture.room['code']}/line") as line:
            told = lecture.guest.say(line, type="follow", guest=lecture.name)
            assert told["type"] == "following"


def test_a_room_that_was_taken_over_is_not_written_over_by_who_had_it(
    own_store: RedisServer,
) -> None:
    """The process that has it stands still until another has taken it, and then goes on."""
    with web_processes(own_store, 2) as (first, second), ExitStack() as lines:
        lecture = Lecture(first, lines)
        shows = lecture.presents(first)
        lecture.presenter.say(shows, type="show", shown={"path": "/labs/nms"})
        code = lecture.room["code"]
        key = f"vitrine:room:{code}"
        client = redis.Redis.from_url(own_store.url)
        client.set(key, "00000000", keepttl=True)  # as if a third process had taken it
        shows.send(json.dumps({"id": 2**20, "type": "show", "shown": {"path": "/labs/mlp"}}))
        assert closed(shows) == RESTART
        shows = lecture.presents(second)
        assert until_told(shows, "shown")["shown"]["path"] == "/labs/nms"
        assert client.get(key) != b"00000000"


@pytest.mark.parametrize("old", ["picture.png", "folder"])
def test_what_a_dead_process_had_not_decoded_goes(tmp_path: Path, old: str) -> None:
    folder = SharedFolder(tmp_path, "pictures")
    left = folder.path / old
    if old == "folder":
        left.mkdir()
        (left / "0").write_bytes(b"a photo")
    else:
        left.write_bytes(b"a photo")
    os.utime(left, (0, 0))
    assert folder.make_room(10, 10.0) == []
    assert not left.exists()


def test_a_shared_folder_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageGone):
        _ = SharedFolder(tmp_path / "unmounted", "pictures").path
    assert not (tmp_path / "unmounted").exists()
