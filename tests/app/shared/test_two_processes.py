"""Two web processes behind one address: whatever one of them knows, the other does."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
import pytest
from PIL import Image
from websockets.sync.client import ClientConnection

from app.errors import NotFound
from app.lab import wire
from app.pictures.store import Picture
from app.settings import Settings
from app.shared.addresses import SharedAddresses
from app.shared.pictures import SharedImages
from app.shared.store import SharedStore
from tests.app.shared.stores import RedisServer, Visitor, until_told
from tests.e2e.browser import GUARD, Server

Two = list[Server]


def photo(seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (80, 120, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_a_short_address_made_at_one_is_followed_at_the_other(two: Two) -> None:
    first, second = (Visitor(server).at(server) for server in two)
    code = first.post("/api/share", json={"path": "/labs/nms?iou_threshold=0.3"}).json()
    path = "/s/" + code["url"].rsplit("/", 1)[1]
    assert second.get(path).headers["location"] == "/labs/nms?iou_threshold=0.3"
    again = second.post("/api/share", json={"path": "/labs/nms?iou_threshold=0.3"}).json()
    assert again["url"].rsplit("/", 1)[1] == path[3:]
    assert second.get("/s/nothing").status_code == 404


def test_a_photo_is_seen_everywhere_and_deleted_everywhere_by_whoever_brought_it(two: Two) -> None:
    me, other = Visitor(two[0]), Visitor(two[1])
    brought = me.at(two[0]).post("/api/images", files={"file": photo()}).json()
    seen = me.at(two[1]).get(brought["url"])
    assert seen.status_code == 200
    assert seen.content == me.at(two[0]).get(brought["url"]).content
    assert other.at(two[1]).delete(brought["url"]).status_code == 403
    assert me.at(two[1]).delete(brought["url"]).status_code == 204
    for server in two:
        assert me.at(server).get(brought["url"]).json()["error"]["code"] == "image_gone"


def test_an_equal_photo_of_another_visitor_stays_when_one_is_deleted(two: Two) -> None:
    me, other = Visitor(two[0]), Visitor(two[1])
    mine = me.at(two[0]).post("/api/images", files={"file": photo(1)}).json()
    theirs = other.at(two[1]).post("/api/images", files={"file": photo(1)}).json()
    assert me.at(two[1]).delete(mine["url"]).status_code == 204
    assert other.at(two[0]).get(theirs["url"]).status_code == 200


def test_a_sample_that_one_process_decoded_is_there_at_the_other(two: Two) -> None:
    me = Visitor(two[0])
    name = me.at(two[0]).get("/api/samples").json()[0]["name"]
    chosen = me.at(two[0]).post(f"/api/samples/{name}").json()
    assert me.at(two[1]).get(f"/api/images/{chosen['id']}").status_code == 200


def test_an_album_sent_in_batches_to_both_is_one_album(two: Two) -> None:
    me = Visitor(two[0])
    draft = me.at(two[0]).post("/api/albums/drafts").json()["id"]
    for turn, server in enumerate([*two, *two]):
        files = [("file", (f"{turn % 2}/{turn}-{i}.png", photo(10 * turn + i))) for i in range(3)]
        answer = me.at(server).post(f"/api/albums/drafts/{draft}", files=files)
        assert answer.json().get("count") == 3 * (turn + 1), answer.text
    album = me.at(two[1]).post(f"/api/albums/drafts/{draft}/album").json()
    assert album["count"] == 12
    assert me.at(two[0]).get(f"/api/albums/{album['id']}").json()["count"] == 12
    assert me.at(two[0]).post(f"/api/albums/drafts/{draft}/album").status_code == 404
    assert me.at(two[0]).delete(f"/api/albums/{album['id']}").status_code == 204
    assert me.at(two[1]).get(f"/api/albums/{album['id']}").status_code == 404


def test_a_run_is_watched_from_the_other_process_frame_by_frame(two: Two) -> None:
    me, other = Visitor(two[0]), Visitor(two[1])
    with me.line(two[0], "/api/labs/fitting/run") as mine:
        started = me.say(mine, type="start", config={})
        first = me.say(mine, type="next", steps=5)  # fewer where a busy machine has no time for 5
        assert wire.decode(first)[0]["step"] > 0
        with other.line(two[1], f"/api/runs/{started['run']}/watch") as watching:
            assert other.say(watching, type="next") == first
            frame = me.say(mine, type="next", steps=5)
            assert other.say(watching, type="next") == frame


def test_the_past_of_a_run_is_kept_for_a_room_of_the_other_process_until_it_shows_another(
    two: Two,
) -> None:
    me = Visitor(two[0])
    room = me.at(two[1]).post("/api/rooms").json()
    with (
        me.line(two[0], "/api/labs/fitting/run") as mine,
        me.line(two[1], f"/api/rooms/{room['code']}/line") as shows,
    ):
        started = me.say(mine, type="start", config={})
        me.say(shows, type="present", secret=room["secret"])

        def back(run: str) -> bool:
            """Whether the past of step 0 is kept; a moment later, for it is told by channels."""
            runs = {"": run} if run else {}
            me.say(shows, type="show", shown={"path": "/labs/fitting", "runs": runs})
            with me.line(two[0], f"/api/runs/{started['run']}/watch") as watching:
                kept, deadline = not run, time.monotonic() + GUARD
                while kept != bool(run) and time.monotonic() < deadline:
                    time.sleep(0.05)
                    told = me.say(watching, type="past", step=0)
                    kept = isinstance(told, bytes)
                return kept

        assert back(started["run"])
        assert not back("")


def test_what_two_rooms_of_two_processes_show_stays_until_both_show_it_no_longer(two: Two) -> None:
    """The past of a run, and a photo, which nobody deletes."""
    me = Visitor(two[0])
    brought = me.at(two[0]).post("/api/images", files={"file": photo(7)}).json()
    picture = {"id": brought["id"], "width": 120, "height": 80}
    rooms = [me.at(server).post("/api/rooms").json() for server in two]
    with ExitStack() as lines:
        mine = lines.enter_context(me.line(two[0], "/api/labs/fitting/run"))
        other = lines.enter_context(me.line(two[0], "/api/labs/fitting/run"))
        run, alone = (me.say(x, type="start", config={})["run"] for x in (mine, other))
        shows = [
            lines.enter_context(me.line(server, f"/api/rooms/{room['code']}/line"))
            for server, room in zip(two, rooms, strict=True)
        ]
        watching = {
            name: lines.enter_context(me.line(two[0], f"/api/runs/{name}/watch"))
            for name in (run, alone)
        }

        def kept(name: str) -> bool:
            return isinstance(me.say(watching[name], type="past", step=0), bytes)

        def show(line: ClientConnection, **what: Any) -> None:
            me.say(line, type="show", shown={"path": "/labs/fitting", **what})

        def until(name: str, value: bool) -> None:
            deadline = time.monotonic() + GUARD
            while kept(name) != value:
                assert time.monotonic() < deadline
                time.sleep(0.05)

        for line, room in zip(shows, rooms, strict=True):
            me.say(line, type="present", secret=room["secret"])
        show(shows[0], photo=picture, runs={"": run, "more": alone})
        show(shows[1], photo=picture, runs={"": run})
        until(run, True)
        until(alone, True)
        show(shows[0])
        until(alone, False)  # told at the same time as the other
        time.sleep(0.3)
        assert kept(run)
        assert me.at(two[0]).delete(brought["url"]).status_code == 409
        me.say(shows[1], type="close")
        assert Visitor(two[1]).at(two[1]).get("/room/000000").status_code == 404  # rooms are swept
        until(run, False)
        assert me.at(two[0]).delete(brought["url"]).status_code == 204


def test_a_run_whose_line_was_lost_goes_on_by_way_of_the_other_process(two: Two) -> None:
    me = Visitor(two[0])
    with me.line(two[0], "/api/labs/fitting/run") as lost:
        started = me.say(lost, type="start", config={})
        me.say(lost, type="next", steps=1)  # of more, a busy machine may take fewer
        lost.socket.close()
    with me.line(two[1], "/api/labs/fitting/run") as line:
        resumed = me.say(line, type="resume", run=started["run"], key=started["key"])
        assert resumed["type"] == "resumed"
        frame = me.say(line, type="next", steps=1)
        assert wire.decode(frame)[0]["step"] == 2


def test_a_new_run_on_either_process_begins_there(two: Two) -> None:
    me = Visitor(two[0])
    names = []
    for server in two:
        with me.line(server, "/api/labs/fitting/run") as line:
            names.append(me.say(line, type="start", config={})["run"])
    assert names[0][:8] != names[1][:8]


def test_a_run_that_is_nowhere_is_told_so(two: Two) -> None:
    me = Visitor(two[0])
    for name in ("nothing", "0123abcdnothing"):
        with me.line(two[1], f"/api/runs/{name}/watch") as line:
            told = line.recv(60)
        assert "run_gone" in str(told)


def test_a_room_has_its_presenter_on_one_and_its_guests_on_both(two: Two) -> None:
    presenter, guests = Visitor(two[0]), [Visitor(server) for server in two]
    room = presenter.at(two[0]).post("/api/rooms").json()
    path = f"/api/rooms/{room['code']}/line"
    for way in (f"/room/{room['code']}", f"/room?code={room['code']}"):
        assert [guests[1].at(server).get(way).status_code for server in two] == [200, 200]
    with (
        presenter.line(two[1], path) as shows,
        guests[0].line(two[0], path) as here,
        guests[1].line(two[1], path) as there,
    ):
        presenter.say(shows, type="present", secret=room["secret"])
        for guest, line in zip(guests, (here, there), strict=True):
            assert guest.say(line, type="follow")["type"] == "following"
        presenter.say(shows, type="show", shown={"path": "/labs/nms", "query": "a=1"})
        for line in (here, there):
            assert until_told(line, "shown", path="/labs/nms")["shown"]["query"] == "a=1"
        typed = {"kind": "number", "text": "How many?"}
        presenter.say(shows, type="ask", typed=typed)
        for guest, line, number in zip(guests, (here, there), (1.5, 2.5), strict=True):
            asked = until_told(line, "question", open=True)["question"]["number"]
            answered = guest.say(line, type="answer", question=asked, number=number)
            assert answered["type"] == "done"
        until_told(shows, "question", numbers=[1.5, 2.5])


def test_a_wrong_code_is_refused_on_both(two: Two) -> None:
    for server in two:
        assert Visitor(server).at(server).get("/room/000000").status_code in (404, 429)


def test_a_photo_on_show_is_not_deleted_by_way_of_the_other(two: Two) -> None:
    me = Visitor(two[0])
    brought = me.at(two[0]).post("/api/images", files={"file": photo(3)}).json()
    room = me.at(two[0]).post("/api/rooms").json()
    with me.line(two[0], f"/api/rooms/{room['code']}/line") as line:
        me.say(line, type="present", secret=room["secret"])
        shown = {"id": brought["id"], "width": 120, "height": 80}
        me.say(line, type="show", shown={"path": "/labs/rpn", "photo": shown})
        assert me.at(two[1]).delete(brought["url"]).status_code == 409
        me.say(line, type="close")
    assert me.at(two[1]).delete(brought["url"]).status_code == 204


def test_an_equal_photo_brought_while_the_last_is_deleted_stays(
    store: RedisServer, tmp_path: Path
) -> None:
    one, other = (SharedImages(Settings(), SharedStore(store.url), tmp_path) for _ in range(2))

    def brought(images: SharedImages, digest: str) -> Picture:
        target = images.folder.path / token_hex(8)
        target.write_bytes(b"the same")
        facts = {"width": 1, "height": 1, "media_type": "image/png", "size": 8}
        return images._keep_new(target, {"digest": digest, "incomplete": False, **facts})

    with ThreadPoolExecutor(2) as threads:
        for i in range(150):
            first = brought(one, f"d{i}")
            deleted = threads.submit(one.delete, first.id)
            second = threads.submit(brought, other, f"d{i}").result()
            deleted.result()
            _, file = one.opened(second.id)
            with file:
                assert file.read() == b"the same"
    assert list(one.folder.path.iterdir()) == []


def test_short_addresses_are_bounded_and_those_that_are_followed_stay(store: RedisServer) -> None:
    addresses = SharedAddresses(SharedStore(store.url), new=3, followed=2)
    kept = addresses.code_of("/labs/fitting?kept")
    assert addresses.follow(kept) == "/labs/fitting?kept"
    codes = [addresses.code_of(f"/labs/fitting?{i}") for i in range(10)]
    for code in codes[:7]:
        with pytest.raises(NotFound):
            addresses.follow(code)
    assert addresses.follow(kept) == "/labs/fitting?kept"
    assert addresses.code_of("/labs/fitting?9") == codes[9]
    assert addresses.code_of("/labs/fitting?0") != codes[0]  # it has another one now
    for code in codes[8:]:
        addresses.follow(code)
    with pytest.raises(NotFound):
        addresses.follow(kept)  # two others were followed after it
