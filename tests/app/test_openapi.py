"""The OpenAPI description is true: whatever it allows is answered as it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

schemathesis.checks.load_all_checks()
# What they take cannot be said in a JSON schema: as many scores as boxes, x2 not below x1, a file
# that is a picture, text in a table, a page of ours, a lab that trains, an album that is there.
# What they refuse is tested with them.
STRICTER = {
    "/api/nms",
    "/api/nms/sweep",
    "/api/albums",
    "/api/albums/clips",
    "/api/albums/drafts/{draft_id}",
    "/api/images",
    "/api/share",
    "/api/contrastive/specimens",
    "/api/contrastive/views",
    "/api/pretext/puzzles",
    "/api/fitting/table",
    "/api/mlp/table",
    "/api/tables",
    "/api/tables/text",
    "/api/labs/{slug}/code",
}
# What schemathesis takes for a body without its field `file` it sends with one all the same, now
# and then; what uploads refuse is in test_images.py and albums/test_endpoints.py.
UPLOADS = {
    "/api/images",
    "/api/albums",
    "/api/albums/clips",
    "/api/albums/drafts/{draft_id}",
}
GUARD = 120  # seconds after which an answer hangs; a busy machine takes long to load torch
app = create_app(Settings())
# One endpoint trains as long as it is asked to; what it refuses is in test_sockets.py.
schema = schemathesis.openapi.from_asgi("/openapi.json", app).exclude(path="/api/labs/{slug}/run")


@pytest.fixture(scope="module", autouse=True)
def closed_store() -> Iterator[None]:
    yield
    app.state.images.close()


@pytest.mark.thorough
@schema.parametrize()
@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_endpoint_answers_as_its_description_says(case: Any) -> None:
    excluded: list[Any] = []
    if case.path in STRICTER:
        excluded.append(positive_data_acceptance)
    if case.path in UPLOADS:
        excluded.append(negative_data_rejection)
    case.call_and_validate(checks=CHECKS.get_all(), excluded_checks=excluded, timeout=GUARD)


def test_every_error_that_is_described_has_the_one_shape(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    shape = answer["content"]["application/json"]["schema"]
                    assert shape == {"$ref": "#/components/schemas/ErrorAnswer"}, (path, status)
