"""What tests of the server share."""

import os
import signal
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

# What starlette's TestClient calls the server that it asks.
os.environ.setdefault("VITRINE_ALLOWED_HOSTS", "testserver")

# Where several processes test at once, each has a core: torch's threads would wait for each other,
# spinning, and take the cores from the others. What a server sets itself holds.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# Servers that tests start and stop by Ctrl+C listen to it also where whoever runs the tests, in
# the background of a shell, does not: what is ignored would be inherited.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# The same for a terminal that is closed, where the tests run under nohup.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def client(one_client: TestClient) -> TestClient:
    """The application in this process, asked directly, in English, by a new visitor."""
    one_client.cookies.clear()
    return one_client


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As in a run's process: for small tensors, threads that wait for each other only cost time."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def one_client() -> Iterator[TestClient]:
    app = create_app(Settings())
    yield TestClient(app, headers={"Accept-Language": "en"})
    app.state.images.close()
