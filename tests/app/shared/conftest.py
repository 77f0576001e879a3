"""A store and two web processes, for the tests that hurt neither."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.shared.stores import REDIS, RedisServer, web_processes
from tests.e2e.browser import Server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.servers)
            item.add_marker(pytest.mark.skipif(not REDIS, reason="there is no redis-server here"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def two(store: RedisServer) -> Iterator[list[Server]]:
    with web_processes(store, 2) as servers:
        yield servers
