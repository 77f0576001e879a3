"""What the `pretext` page asks for beside its run: the puzzles on show, and recorded numbers."""

from __future__ import annotations

import inspect
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.answers.computed import computed
from app.answers.shared import shared_answers_of
from app.answers.single_flight import until_gone
from app.errors import BAD_BODY, can_fail
from app.lab import wire
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.data import (
    HELD_OUT,
    LONG,
    VIDEO,
    album_of,
    check_classes,
    held_out_of,
    names_of,
    objects,
    settings_of,
    stills_in,
)
from app.pictures.albums.album import Album, labeled
from app.pictures.albums.endpoints import albums_of
from app.pictures.decoding.album_limits import UNLABELED

if TYPE_CHECKING:
    from models.representation.pretext import Puzzle
    from models.representation.pretext_training import Material

BINARY = {
    200: {"content": {wire.MEDIA_TYPE: {}}, "description": "a frame, see app/lab/wire.py"},
    **can_fail(
        {
            **BAD_BODY,
            404: "an album, or a data set, that is not here",
            413: "too large a body, or a data set on the server's disk with too many classes",
            503: "too many others wait for an answer",
        }
    ),
}
router = APIRouter(tags=["pretext"])


class PuzzlesQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    config: PretextConfig = PretextConfig()


@router.post("/api/pretext/puzzles", responses=BINARY, response_class=Response)
async def puzzles(request: Request, query: PuzzlesQuery) -> Response:
    """The held-out puzzles that a run of this configuration is watched by, how they were made, and
    the pictures whose neighbors are shown.
    """
    return await until_gone(request, answered(request, query.config))


async def answered(request: Request, config: PretextConfig) -> Response:
    """Raises `AlbumGone`, or `InvalidInput` where no album was chosen."""
    name = album_of(config)
    album = await albums_of(request).find(name) if name else None
    key = ("puzzles", config.model_dump_json(include=LOOKED_AT), name)
    make = partial(computed, request, puzzles_frame, config, album)
    data = await shared_answers_of(request).get(key, make, len, about=name)
    return Response(data, media_type=wire.MEDIA_TYPE)


LOOKED_AT = {
    "task", "gap", "jitter", "color_drop", "ratio", "block", "data", "count", "classes", "seed",
    "length", "clips", "clip", "painted",
}  # fmt: skip


def puzzles_frame(config: PretextConfig, album: Album | None) -> bytes:
    """One binary frame; for a process of its own."""
    from models.representation.pretext import TASKS, speeds_in
    from models.representation.pretext_study import LOOKED_AT, PAINTED
    from models.representation.pretext_training import answers_in

    material = held_out_of(config, album)
    check_classes(config, material)
    stills = stills_in(config, album)
    neighbors = held_out_of(config.model_copy(update={"task": "rotation"}), stills)
    puzzle, pairs = shown(config, material)
    task = TASKS[config.task]
    answers = answers_in(config.task, material.test)
    chosen = answers or task.answer == "given"
    looked_at = neighbors.test[:LOOKED_AT]
    labels = neighbors.test_labels
    header: dict[str, Any] = {
        "task": config.task,
        "answer": task.answer,
        "video": task.video,
        "names": names_of(config, stills),
        "side": int(pairs.shape[-1]),  # pixels, of each input
        "chance": 1 / (answers or material.classes) if chosen else task.chance,
        "speeds": list(speeds_in(material.test.shape[1])) if config.task == "speed" else [],
        "clips": config.clips,
        "ceiling": ceiling_of(config),
        "source": inspect.getsource(task.draw),
        "captions": captions(config, len(puzzle.labels)),
        "left_out": left_out(config, stills),
    }
    originals = material.test[: len(puzzle.labels)]
    none = np.zeros(0, np.uint8)
    scores, painted = shipped_answers(config, puzzle)
    header["shipped"] = bool(scores.size or painted.size)
    arrays = {
        "scores": scores,
        "painted": painted,
        "inputs": as_bytes(pairs),
        "truth": truth_of(puzzle),
        "originals": (originals[:, 0] if task.video else originals).numpy(),
        "clips": originals[:PAINTED].numpy() if task.video else none,
        "hidden": none if puzzle.counted is None else puzzle.counted[:, 0].numpy().view(np.uint8),
        "at": none.astype(np.int32) if puzzle.at is None else puzzle.at.numpy().astype(np.int32),
        "pictures": looked_at.numpy(),
        "labels": none if labels is None else labels[:LOOKED_AT].numpy().astype(np.uint8),
    }
    return wire.encode(header, arrays)


def shown(config: PretextConfig, material: Material) -> tuple[Puzzle, Any]:
    """The puzzles on the page, and their inputs [N, K, 3, P, P]: of pairs both views."""
    import torch

    from models.representation.pretext_study import SHOWN, shown_of
    from models.representation.pretext_training import held_out_puzzles

    every = held_out_puzzles(settings_of(config), material)
    puzzle = shown_of(every, SHOWN)
    inputs = puzzle.inputs
    if config.task == "simclr":
        second = every.inputs[len(every.inputs) // 2 :][:SHOWN]
        inputs = torch.stack([inputs[: len(second)], second], dim=1)
    return puzzle, inputs if inputs.dim() == 5 else inputs[:, None]


def shipped_answers(config: PretextConfig, puzzle: Puzzle) -> tuple[Any, Any]:
    """What the shipped network of this task answers to the puzzles: probabilities [N, C], or
    pictures [D, 3, S, S]; both empty where there is none.
    """
    import torch

    from models.representation.pretext_network import PretextNetwork
    from models.representation.pretext_study import answers_of
    from models.representation.shipped import load_shipped, shipped_tasks

    long = config.task == "speed" and config.length == LONG  # with a fourth answer
    if config.task not in shipped_tasks() or long:
        return np.zeros(0, np.float32), np.zeros(0, np.uint8)
    network = PretextNetwork(config.task, torch.Generator().manual_seed(0))
    load_shipped(network)
    scores, painted = answers_of(network, puzzle)
    return np.ascontiguousarray(scores.numpy()), as_bytes(painted)


def captions(config: PretextConfig, count: int) -> list[str]:
    """The texts that CLIP is given for the pictures of the puzzles; none where none come along."""
    import torch

    from models.representation.clip import captions_of
    from models.representation.pretext_training import PUZZLES

    if config.data != "objects" or config.task in VIDEO:
        return []
    drawn = objects(PUZZLES, HELD_OUT + config.seed)
    return captions_of(drawn, torch.Generator().manual_seed(10_000 + config.seed))[:count]


def truth_of(puzzle: Puzzle) -> Any:
    """int32 [N]; of tasks whose label is a picture none."""
    none = np.zeros(0, np.int32)
    return puzzle.labels.numpy().astype(np.int32) if puzzle.labels.dim() == 1 else none


def ceiling_of(config: PretextConfig) -> float | None:
    """The best accuracy that anybody can have, where it is known and below 1: turned shapes have no
    upright, because every turn of them is as frequent as every other.
    """
    return 0.25 if (config.task, config.data) == ("rotation", "scenes") else None


def left_out(config: PretextConfig, album: Album | None) -> int:
    """Files that are not among the pictures by the rule that tells their classes."""
    if album is None:
        return 0
    found = labeled(album, config.classes)
    return sum(album.reasons.values()) + (found.labels.count(UNLABELED) if found.names else 0)


def as_bytes(images: Any) -> Any:
    """Floats in 0 to 1 as uint8."""
    return (images * 255).round().byte().numpy()


class Recorded(BaseModel):
    """Numbers that `python -m models.train.pretext` and `…pretext_scale` wrote; empty before."""

    shipped: dict[str, Any]
    compared: dict[str, Any]
    scale: dict[str, Any]


@router.get("/api/pretext/recorded")
def recorded() -> Recorded:
    """How each task's encoder does on photos, all tasks compared on drawn pictures, and scale."""
    from models.detection.weights import FOLDER

    table = json.loads((FOLDER / "scores.json").read_text())
    return Recorded(
        shipped=table.get("pretext", {}),
        compared=table.get("pretext_compared", {}),
        scale=table.get("pretext_scale", {}),
    )
