"""Claims about the endpoints by which a place of the map is multiplied by hand."""

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.lab import wire

SIZE = 160


@pytest.fixture(scope="module")
def image_id(one_client: TestClient) -> str:
    return str(one_client.post("/api/samples/street").json()["id"])


def asked(client: TestClient, image_id: str, **more: Any) -> Any:
    query = {"image_id": image_id, "input_size": SIZE, "row": 0, "column": 3, **more}
    return client.post("/api/rpn/place", json=query)


@pytest.mark.parametrize("model", ["vitrine", "untrained"])
def test_by_hand_the_place_has_the_scores_and_deltas_of_the_whole_answer(
    one_client: TestClient, image_id: str, model: str
) -> None:
    _, here = wire.decode(asked(one_client, image_id, model=model).content)
    answer = one_client.post(
        "/api/rpn/proposals",
        json={"image_id": image_id, "input_size": SIZE, "model": model},
        headers={"Accept": wire.MEDIA_TYPE},
    )
    _, whole = wire.decode(answer.content)
    unit = int(here["convolved"].argmax())
    chosen = one_client.post("/api/rpn/filter", json={"model": model, "unit": unit})
    weights = wire.decode(chosen.content)[1]["filter"]
    by_hand = (here["window"].astype(float) * weights).sum() + here["biases"][unit]
    assert by_hand == pytest.approx(here["convolved"][unit], rel=1e-3, abs=1e-4)
    outputs = here["rows"] @ np.maximum(here["convolved"], 0) + here["row_biases"]
    np.testing.assert_allclose(outputs[:18].reshape(9, 2), whole["logits"][27:36], atol=1e-3)
    np.testing.assert_allclose(outputs[18:].reshape(9, 4), whole["deltas"][27:36], atol=1e-3)
    assert (here["window"][:, 0] == 0).all()  # above the first row there is nothing


def test_a_place_that_the_map_has_not_is_named(one_client: TestClient, image_id: str) -> None:
    answer = asked(one_client, image_id, row=400)
    assert answer.status_code == 422
    assert "rows and" in answer.json()["error"]["message"]
    assert asked(one_client, "nothing").status_code == 404


def test_a_head_of_another_form_is_refused(one_client: TestClient, image_id: str) -> None:
    answer = asked(one_client, image_id, model="fasterrcnn_resnet50_fpn_v2")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "model"
