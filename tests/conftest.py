"""What tests of the server share."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings


@pytest.fixture
def client(one_client: TestClient) -> TestClient:
    """The application in this process, asked directly, in English, by a new visitor."""
    one_client.cookies.clear()
    return one_client


@pytest.fixture(scope="session")
def one_client() -> Iterator[TestClient]:
    app = create_app(Settings())
    yield TestClient(app, headers={"Accept-Language": "en"})
    app.state.images.close()
