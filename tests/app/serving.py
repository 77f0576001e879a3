"""The application behind a real socket, in this process: tests can look at its stores."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from app.main import create_app
from app.settings import Settings

PATIENCE = 60  # seconds; only against hanging


@contextmanager
def serving(**settings: Any) -> Iterator[tuple[str, Any]]:
    """(address, app.state) of a server that has not begun to load torch."""
    app = create_app(Settings(**settings))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", app.state
        finally:
            server.should_exit = True
            thread.join()
            app.state.images.close()
            app.state.albums.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for what must come."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)
