"""Which names the server answers to, and whose pages may write to it."""

import asyncio
import socket

import pytest
from pydantic import ValidationError

from app.doors import hosts
from app.doors.hosts import Host, Hosts, parse_host
from app.settings import Settings

OWN = socket.gethostname().lower().partition(".")[0]


def hosts_of(**settings: str) -> Hosts:
    return Hosts(Settings(**{"allowed_hosts": None, **settings}))


def allowed(name: str, **settings: str) -> bool:
    host = parse_host(name)
    return host is not None and asyncio.run(hosts_of(**settings).allow(host))


@pytest.mark.parametrize(
    "name",
    [
        "127.0.0.1",
        "127.0.0.1:8000",
        "192.168.1.7:80",
        "[::1]",
        "[::1]:8000",
        "[FE80::1]:8000",
        "localhost",
        "LOCALHOST:8000",
        "localhost.",
        "lab.localhost:8000",
        OWN,
        f"{OWN.upper()}.local:8000",
    ],
)
def test_addresses_loopback_names_and_the_machines_own_name_are_allowed(name: str) -> None:
    assert allowed(name)


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "localhost.evil.example",
        "evillocalhost",
        "127.0.0.1.evil.example",
        "::1",  # an address of that kind stands in brackets
        "[evil.example]",
        "user@127.0.0.1",
        "127.0.0.1:port",
        "127.0.0.1:8000:9000",
        "127.0.0.1/path",
        "2130706433.",
        "",
        ".",
        "名字.example",
        "a" * 300,
        f"{OWN}.evil.example",
    ],
)
def test_other_names_and_nonsense_are_not(name: str) -> None:
    assert not allowed(name)


def test_the_machines_full_name_is_looked_up_and_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: f"{OWN}.lan.example.org")
    hosts.full_name.cache_clear()
    assert allowed(f"{OWN}.lan.example.org:8000")
    assert not allowed(f"{OWN}.elsewhere.example.org")
    hosts.full_name.cache_clear()


@pytest.mark.parametrize(
    ("name", "allows"),
    [
        ("lab.example.org", True),
        ("LAB.example.org.:8000", True),
        ("example.org", False),
        ("one.class.example.org", True),
        ("two.one.class.example.org", True),
        ("class.example.org", False),
        ("evilclass.example.org", False),
        ("lab.example.org.evil.example", False),
    ],
)
def test_the_setting_allows_names_and_all_names_below_one(name: str, allows: bool) -> None:
    assert allowed(name, allowed_hosts="Lab.example.org, *.class.example.org,") is allows


def test_the_name_that_the_server_was_told_to_listen_on_is_allowed() -> None:
    assert allowed("room.lan:8000", host="Room.lan")
    assert not hosts_of(host="room.lan").may_write("http://room.lan:1", Host("room.lan", 8000))


def test_the_public_address_is_allowed() -> None:
    assert allowed("lab.example.org", public_url="https://lab.example.org")
    assert not allowed("example.org", public_url="https://lab.example.org")


@pytest.mark.parametrize(
    ("origin", "host", "may"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("https://lab.example.org", "lab.example.org", True),  # a proxy that speaks TLS
        ("https://lab.example.org", "lab.example.org:443", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://LOCALHOST:8000", "localhost:8000", True),
        ("http://127.0.0.1:8001", "127.0.0.1:8000", False),
        ("http://127.0.0.1", "127.0.0.1:8000", False),
        ("http://localhost:8000", "127.0.0.1:8000", False),
        ("http://evil.example", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000@evil.example", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000/", "127.0.0.1:8000", False),  # no browser says it so
        ("file://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("chrome-extension://abc", "127.0.0.1:8000", False),
        ("null", "127.0.0.1:8000", False),
        ("", "127.0.0.1:8000", False),
    ],
)
def test_a_page_may_write_where_it_came_from_and_no_other(
    origin: str, host: str, may: bool
) -> None:
    assert hosts_of().may_write(origin, parse_host(host)) is may


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("https://lab.example.org", True),
        ("https://lab.example.org:8443", False),
        ("http://room.test:8000", True),
        ("http://evil.example", False),
    ],
)
def test_behind_a_proxy_that_changes_the_host_the_settings_name_the_pages_that_may_write(
    origin: str, may: bool
) -> None:
    known = hosts_of(public_url="https://lab.example.org", allowed_hosts="room.test")
    assert known.may_write(origin, Host("127.0.0.1", 8000)) is may


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allowed_hosts", "http://lab.example.org"),
        ("allowed_hosts", "*"),
        ("allowed_hosts", "lab.*.org"),
        ("public_url", "lab.example.org"),
        ("public_url", "https://lab.example.org/a b"),
        ("public_url", "ftp://lab.example.org"),
        ("public_url", "https://me@lab.example.org"),
        ("trusted_proxies", "proxy"),
        ("trusted_proxies", "10.0.0.1/8"),
    ],
)
def test_a_setting_that_names_no_host_is_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})
