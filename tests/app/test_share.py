"""Short addresses for the room, and their QR codes."""

import pytest
from starlette.testclient import TestClient

from app.network import lan_address
from app.share import REMEMBERED, ShortAddresses


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


def test_memory_for_short_addresses_is_bounded_and_the_oldest_goes_first() -> None:
    addresses = ShortAddresses()
    codes = [addresses.code_of(f"/{i}") for i in range(REMEMBERED + 10)]
    assert addresses.path_of(codes[-1]) == f"/{REMEMBERED + 9}"
    with pytest.raises(Exception, match="not known"):
        addresses.path_of(codes[0])
