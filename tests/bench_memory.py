"""How much memory runs take, beside what the server reckons with: python -m tests.bench_memory"""

import asyncio
from typing import Any

import psutil

from app.errors import RunFinished
from app.lab.contract import Lab
from app.pictures.albums.store import AlbumStore
from app.registry import BY_SLUG
from app.runs.processes import ProcessEngine
from app.runs.runs import Runs
from app.settings import MEBIBYTE, Settings

STEPS = 20
CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fitting", {}),
    ("fitting", {"width": 256, "depth": 3, "replicas": 16}),
    ("fitting", {"mode": "capacity"}),
    ("mlp", {}),
    ("batchnorm", {}),
    ("batchnorm", {"mode": "sweep"}),
    ("regularization", {}),
    ("cross-entropy", {}),
    ("contrastive", {}),
    ("pretext", {}),
    ("pretext", {"task": "speed", "batch_size": 256}),
    ("contrastive", {"batch_size": 512}),
    ("contrastive", {"method": "moco", "queue": 4096}),
    ("contrastive", {"mode": "composition"}),
    ("detectors", {}),
    ("detectors", {"form": "ssd", "negatives": "all", "taught": 200}),
    ("detectors", {"form": "yolo"}),
)


def shares() -> list[tuple[str, float, float]]:
    """(what, MiB that a run took of its own, MiB that the server reckoned with)."""
    return asyncio.run(measured())


async def measured() -> list[tuple[str, float, float]]:
    settings = Settings()
    runs = Runs(ProcessEngine(settings), settings, AlbumStore(settings))
    rows = []
    for slug, values in CASES:
        lab: Lab = BY_SLUG[slug]
        config = lab.config(**values)
        run = runs.open(lab, config, None)
        await run.begin(runs.engine, runs.albums)
        while run.steps < STEPS:
            await run.advance(STEPS - run.steps)
        own = psutil.Process(run._worker.pid).memory_full_info().uss  # type: ignore[union-attr]
        rows.append((f"{slug} {values or ''}", own / MEBIBYTE, lab.bytes_of(config) / MEBIBYTE))
        runs.leave(run, RunFinished("measured"))
    runs.close()
    return rows


if __name__ == "__main__":
    for what, own, reckoned in shares():
        print(f"{what:60} {own:6.0f} MiB of {reckoned:6.0f} ({own / reckoned:.2f})")
