"""Short addresses for the room, and their QR codes."""

import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from app.errors import NotFound
from app.lan import Machine, likeliest_first, listened_at
from app.settings import Settings
from app.share import MAX_PATH, ROOM, ShortAddresses, reachable_by, size_of


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


HOME, CONTAINER = (
    Machine(addresses, {"192.168.1.5", "172.17.0.2"}, container)
    for addresses, container in ((["192.168.1.5"], False), ([], True))
)


@pytest.mark.parametrize(
    ("base", "prefix", "settings", "machine", "found"),
    [
        ("http://127.0.0.1:8000", "", {}, HOME, []),
        ("http://127.0.0.1:8000", "", {"host": "0.0.0.0"}, HOME, ["http://192.168.1.5:8000"]),
        ("http://0.0.0.0:8000", "", {"host": "0.0.0.0"}, HOME, ["http://192.168.1.5:8000"]),
        ("http://[::]:8000", "", {"host": "::"}, HOME, ["http://192.168.1.5:8000"]),
        ("http://localhost:9000", "", {"host": "0.0.0.0"}, CONTAINER, []),
        ("http://172.17.0.2:8000", "", {"host": "0.0.0.0"}, CONTAINER, []),
        ("http://10.0.0.9:9000", "", {"host": "0.0.0.0"}, CONTAINER, ["http://10.0.0.9:9000"]),
        ("http://10.0.0.5:80", "", {"host": "10.0.0.5"}, HOME, ["http://10.0.0.5:80"]),
        (
            "https://lab.example/vitrine",
            "/vitrine",
            {"host": "0.0.0.0"},
            HOME,
            ["https://lab.example/vitrine", "https://192.168.1.5/vitrine"],
        ),
        ("https://lab.example/vitrine", "/vitrine", {}, HOME, ["https://lab.example/vitrine"]),
        ("http://127.0.0.1", "/v", {"public_url": "https://a.example/v"}, HOME, ["https://a.example/v"]),
    ],
    ids=["this machine only", "asked by loopback", "0.0.0.0", "::", "a container's port",
         "a container's own address", "a container by its host", "one address",
         "a proxy and its machine",
         "a proxy of a local server", "told by a setting"],
)  # fmt: skip
def test_only_addresses_that_others_can_reach_are_offered(
    base: str, prefix: str, settings: dict[str, str], machine: Machine, found: list[str]
) -> None:
    assert reachable_by(base, prefix, Settings(**settings), machine) == found


def test_a_server_of_ipv4_offers_no_other_address() -> None:
    both = Machine(["192.168.1.5", "fd00::2"], set(), container=False)
    assert listened_at("0.0.0.0", both) == ["192.168.1.5"]
    assert listened_at("::", both) == both.addresses


def test_of_many_interfaces_the_way_out_comes_first_and_tunnels_last() -> None:
    rows = [
        ("lo", "127.0.0.1"),
        ("wg0", "10.8.0.2"),
        ("docker0", "172.17.0.1"),
        ("eth1", "192.168.7.4"),
        ("wlan0", "192.168.1.5"),
        ("wlan0", "fe80::1%wlan0"),
        ("wlan0", "aa:bb:cc:dd:ee:ff"),
        ("eth1", "fd00::2"),
        ("eth2", "169.254.3.3"),
    ]
    found = likeliest_first(rows, "192.168.1.5")
    assert found == ["192.168.1.5", "192.168.7.4", "fd00::2", "10.8.0.2"]


def test_a_link_made_below_one_prefix_opens_below_another(client: TestClient) -> None:
    below = {"X-Forwarded-Prefix": "/vitrine/"}
    made = client.post("/api/share", json={"path": "/vitrine/labs/nms?a=1"}, headers=below).json()
    code = made["url"].rsplit("/", 1)[1]
    assert "/vitrine/s/" in made["url"]
    for headers, target in (({}, "/labs/nms?a=1"), (below, "/vitrine/labs/nms?a=1")):
        answer = client.get(f"/s/{code}", headers=headers, follow_redirects=False)
        assert answer.headers["location"] == target
    for number in range(len(made["others"]) + 1):
        assert client.get(f"/api/share/{code}.svg?at={number}").status_code == 200
    assert client.get(f"/api/share/{code}.svg?at=99").status_code == 404


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
