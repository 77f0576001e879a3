"""What tests of the server share."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The application in this process, asked directly, in English."""
    app = create_app(Settings())
    yield TestClient(app, headers={"Accept-Language": "en"})
    app.state.images.close()
