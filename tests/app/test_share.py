"""Short addresses for the room, and their QR codes."""

import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from app.errors import NotFound
from app.network import lan_address
from app.share import MAX_PATH, ROOM, ShortAddresses, size_of


def test_a_short_address_leads_back_to_the_page_with_its_settings(client: TestClient) -> None:
    path = "/labs/nms?iou_threshold=0.3&method=soft-linear"
    shared = client.post("/api/share", json={"path": path}).json()
    code = shared["url"].rsplit("/", 1)[1]
    assert len(code) <= 8
    followed = client.get(f"/s/{code}", follow_redirects=False)
    assert followed.status_code == 307
    assert followed.headers["location"] == path
    assert client.post("/api/share", json={"path": path}).json() == shared


def test_its_qr_code_is_a_picture(client: TestClient) -> None:
    qr = client.post("/api/share", json={"path": "/labs/rpn"}).json()["qr"]
    picture = client.get(qr)
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<?xml")
    assert "<path" in picture.text


@pytest.mark.parametrize(
    "path",
    [
        "http://elsewhere.test/",
        "//elsewhere.test/",
        "/\\elsewhere.test",
        "\\\\elsewhere.test",
        "javascript:alert(1)",
        "labs/nms",
        "",
        "/labs\r\nSet-Cookie: a=b",
    ],
)
def test_nothing_but_our_own_pages_can_be_shared(client: TestClient, path: str) -> None:
    answer = client.post("/api/share", json={"path": path})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "path"


def test_an_unknown_short_address_is_told(client: TestClient) -> None:
    for path in ("/s/unknown", "/api/share/unknown.svg"):
        assert client.get(path).json()["error"]["code"] == "not_found"


def test_a_server_for_this_machine_only_says_that_others_cannot_reach_it() -> None:
    from app.main import create_app
    from app.settings import Settings

    for host, reachable in (("127.0.0.1", False), ("0.0.0.0", lan_address() is not None)):
        local = TestClient(create_app(Settings(host=host)), base_url="http://127.0.0.1:8000")
        shared = local.post("/api/share", json={"path": "/"}).json()
        assert shared["reachable"] is reachable
        if reachable:
            assert f"{lan_address()}:8000" in shared["url"]


def test_memory_for_short_addresses_is_bounded_and_the_longest_unused_goes_first() -> None:
    addresses = ShortAddresses(room=10 * size_of(b"/0"))
    codes = [addresses.code_of(f"/{i}") for i in range(10)]
    assert addresses.follow(codes[0]) == "/0"  # following a code is a use
    assert addresses.code_of("/1") == codes[1]  # so is asking for it again
    addresses.code_of("/x")
    addresses.code_of("/y")
    assert [addresses.follow(codes[i]) for i in (0, 1, 4)] == ["/0", "/1", "/4"]
    for gone in codes[2:4]:
        with pytest.raises(NotFound):
            addresses.follow(gone)


def test_memory_is_counted_in_bytes_not_in_characters() -> None:
    addresses = ShortAddresses()
    longest = MAX_PATH - 10
    tracemalloc.start()
    try:
        for i in range(500):
            addresses.code_of(f"/{i:05}{chr(0x1F600) * longest}")
        assert tracemalloc.get_traced_memory()[0] < 2 * ROOM
    finally:
        tracemalloc.stop()


def test_a_flood_of_new_codes_does_not_end_one_that_is_used() -> None:
    addresses = ShortAddresses(room=20 * size_of(b"/00000"))
    presenters = addresses.code_of("/labs/nms")
    for i in range(1000):
        addresses.code_of(f"/{i:05}")
        assert addresses.follow(presenters) == "/labs/nms"


def test_a_code_that_was_followed_outlives_a_flood_of_codes_that_nobody_follows() -> None:
    addresses = ShortAddresses()
    used, unused = addresses.code_of("/labs/nms"), addresses.code_of("/labs/rpn")
    for _ in range(30):
        addresses.follow(used)
    newest = ""
    for i in range(1000):
        newest = addresses.code_of(f"/{i:05}".ljust(MAX_PATH, "x"))
    assert addresses.follow(used) == "/labs/nms"
    assert len(addresses.follow(newest)) == MAX_PATH
    with pytest.raises(NotFound):
        addresses.follow(unused)


def test_a_new_code_finds_room_where_all_were_followed() -> None:
    addresses = ShortAddresses(room=3 * size_of(b"/0"))
    followed = [addresses.code_of(f"/{i}") for i in range(3)]
    for code in followed:
        addresses.follow(code)
    for path in ("/a", "/b"):
        assert addresses.follow(addresses.code_of(path)) == path
    for gone in followed[:2]:
        with pytest.raises(NotFound):
            addresses.follow(gone)
    assert addresses.follow(followed[2]) == "/2"


def test_to_look_at_a_codes_picture_is_not_to_follow_it(client: TestClient) -> None:
    addresses = client.app.state.addresses = ShortAddresses(room=2 * size_of(b"/0"))  # type: ignore[attr-defined]
    for path in ("/0", "/1"):
        client.get(client.post("/api/share", json={"path": path}).json()["qr"])
    code = addresses.code_of("/1")
    assert client.get(f"/s/{code}", follow_redirects=False).status_code == 307
    for i in range(2, 9):
        client.get(client.post("/api/share", json={"path": f"/{i}"}).json()["qr"])
    assert addresses.follow(code) == "/1"


def test_many_who_share_the_same_pages_at_once_get_one_code_each_page() -> None:
    addresses = ShortAddresses(room=3 * size_of(b"/0"))
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns as often as they can

    def share(seed: int) -> None:
        for i in range(3000):
            addresses.code_of(f"/{(seed * i) % 7}")

    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(share, range(1, 9)))
    finally:
        sys.setswitchinterval(switch)
    codes = {path: addresses.code_of(path) for path in ("/a", "/b", "/c")}
    assert {addresses.follow(code) for code in codes.values()} == {"/a", "/b", "/c"}
