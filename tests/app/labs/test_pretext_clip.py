"""The pretext lab asked about a clip of the visitor's own."""

from typing import Any

import numpy as np
import pytest
import torch
from starlette.testclient import TestClient

from app.errors import InvalidInput
from app.lab import wire
from app.lab.contract import Ask
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.data import album_of, material_of
from app.labs.pretext.run import run
from app.pictures.albums.album import Album
from models.data.clips import windows_of
from tests.app.pictures.albums.test_clips import clip, frames, post
from tests.app.uploaded import refused

OWN: dict[str, Any] = {"clips": "own", "count": 64, "batch_size": 8}


def brought(client: TestClient, count: int) -> Album:
    album_id = post(client, clip(frames(count), "GIF")).json()["id"]
    found: Album = client.app.state.albums.get(album_id)  # type: ignore[attr-defined]
    return found


def puzzles(client: TestClient, **config: Any) -> Any:
    return client.post("/api/pretext/puzzles", json={"config": {**OWN, **config}})


def test_every_window_of_a_clip_comes_before_any_comes_again() -> None:
    numbered = torch.arange(16, dtype=torch.uint8).view(16, 1, 1, 1).expand(-1, 3, 4, 4)
    found = windows_of(numbered, 13, 10, seed=1)[:, :, 0, 0, 0]
    assert all((row.diff() == 1).all() for row in found)  # frames one after another
    assert sorted(found[:4, 0].tolist()) == sorted(found[4:8, 0].tolist()) == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="at least 17"):
        windows_of(numbered, 17, 1, seed=1)


@pytest.mark.parametrize("task", ["order", "sort", "speed", "frame"])
def test_the_puzzles_are_frames_of_the_visitors_clip(client: TestClient, task: str) -> None:
    album = brought(client, 20)
    answer = puzzles(client, task=task, clip=album.id)
    assert answer.status_code == 200, answer.text
    header, arrays = wire.decode(answer.content)
    assert header["clips"] == "own"
    assert header["shipped"] == (task in ("order", "sort", "speed"))
    own = np.fromfile(album.path, np.uint8, album.count * 3 * 32 * 32).reshape(-1, 3, 32, 32)
    known = {frame.tobytes() for frame in own}
    assert {frame.tobytes() for frame in arrays["clips"].reshape(-1, 3, 32, 32)} <= known


def test_a_run_learns_from_thrown_things_and_is_watched_on_the_clip(client: TestClient) -> None:
    album = brought(client, 20)
    config = PretextConfig(**OWN, task="sort", clip=album.id)
    assert album_of(config) == album.id
    material, _ = material_of(config, album)
    usual, _ = material_of(config.model_copy(update={"clips": "thrown"}), None)
    assert torch.equal(material.train, usual.train)
    assert not torch.equal(material.test, usual.test)
    going = run(config, album)
    next(going)
    assert going.send(Ask(config, 2, None)).step == 2
    going.close()


def test_a_task_that_does_not_look_at_clips_needs_none() -> None:
    assert album_of(PretextConfig(**OWN, task="rotation")) == ""
    with pytest.raises(InvalidInput, match="Choose a clip of your own first"):
        album_of(PretextConfig(**OWN, task="order"))
    both = PretextConfig(**OWN, task="order", clip="a", data="own", pictures="b")
    with pytest.raises(InvalidInput, match="pictures that come with Vitrine"):
        album_of(both)


def test_a_clip_that_is_too_short_for_a_task_says_how_many_frames_it_needs(
    client: TestClient,
) -> None:
    album = brought(client, 8)
    assert puzzles(client, task="frame", clip=album.id).status_code == 200
    message = refused(puzzles(client, task="speed", clip=album.id), 422, "invalid_input")
    assert "8 frames" in message
    assert "needs 13" in message
    assert "needs 10" in refused(puzzles(client, task="sort", clip=album.id), 422, "invalid_input")


def test_a_deleted_clip_is_gone_from_the_puzzles(client: TestClient) -> None:
    album = brought(client, 20)
    assert puzzles(client, task="sort", clip=album.id).status_code == 200
    client.delete(f"/api/albums/{album.id}")
    refused(puzzles(client, task="sort", clip=album.id), 404, "album_gone")
