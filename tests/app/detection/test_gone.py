"""Endpoints that look at a picture which is no longer there, or never was."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/api/rpn/proposals", "/api/detectors/detect"])
@pytest.mark.parametrize("image_id", ["nowhere", "", "0" * 32, "../../etc/passwd", "\0", "é"])
def test_an_unknown_picture_is_gone(client: TestClient, path: str, image_id: str) -> None:
    response = client.post(path, json={"image_id": image_id})
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "image_gone"
