"""The benchmark's rows of the pretext lab: what 45 seconds of each task are worth over an untrained
encoder, and a step's time against a bare loop's.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.bench_rows import Row, row

SECONDS, SEEDS = 45.0, 3
TASKS = ("rotation", "patch", "speed", "masked")
STEPS, ROUNDS = 100, 5
NICENESS = 10  # as a run has it


def prepare() -> None:
    """As a run of this lab: one thread. With two, whoever waits for the other spins, and on a busy
    machine the processor's time tells nothing.
    """
    import torch

    from app.runs.worker import keep_memory

    keep_memory()
    torch.set_num_threads(1)
    os.nice(NICENESS)


def pretext_rows() -> Iterator[tuple[str, Row]]:
    with ProcessPoolExecutor(1, get_context("spawn"), prepare) as aside:
        for task in TASKS:
            gains = [aside.submit(gain, task, seed).result() for seed in range(SEEDS)]
            note = "the untrained encoder, class, 50 labels each, 3 seeds; wanted 8 for two tasks"
            yield f"pretext_gain_points_{task}", row(gains, "points", note)
        ratios = [aside.submit(against_bare_loop).result() for _ in range(ROUNDS)]
        yield (
            "pretext_against_bare_loop",
            row(ratios, "of a bare loop's time", "rotation, measured as on the page; at most 1.2"),
        )


def gain(task: str, seed: int) -> float:
    """Points that a probe of the class gains by `SECONDS` of processor time of a task."""
    from app.labs.pretext.config import PretextConfig
    from app.labs.pretext.data import material_of, settings_of
    from models.representation.pretext_study import PretextStudy

    config = PretextConfig(task=task, seed=seed)  # type: ignore[arg-type]
    study = PretextStudy(settings_of(config), *material_of(config, None))
    end = time.process_time() + SECONDS
    while time.process_time() < end:
        study.train(10)
    study.look()
    many = study.probes.row("many")
    return 100 * float(many[-1] - many[0])


def against_bare_loop() -> float:
    """Processor time of a watched training over that of its steps alone."""
    import torch
    import torch.nn.functional as F

    from app.labs.pretext.config import PretextConfig
    from app.labs.pretext.data import material_of, settings_of
    from models.representation.augment import views
    from models.representation.encoder import head_of, optimizer_of, quick_encoder
    from models.representation.pretext import turn
    from models.representation.pretext_study import PROBE_EVERY, PretextStudy
    from models.representation.pretext_training import LIGHT

    config = PretextConfig()
    material, downstream = material_of(config, None)
    study = PretextStudy(settings_of(config), material, downstream)
    start = time.process_time()
    study.train(PROBE_EVERY)
    watched = (time.process_time() - start) / PROBE_EVERY
    generator = torch.Generator().manual_seed(0)
    encoder, head = quick_encoder(generator), head_of(4, generator)
    optimizer = optimizer_of([*encoder.parameters(), *head.parameters()], 0.002, 1e-4)
    start = time.process_time()
    for _ in range(STEPS):
        chosen = torch.randint(len(material.train), (config.batch_size,), generator=generator)
        images, _ = views(material.train[chosen].float() / 255, LIGHT, generator)
        times = torch.randint(4, (len(images),), generator=generator)
        turned = turn(images, times).contiguous(memory_format=torch.channels_last)
        loss = F.cross_entropy(head(encoder(turned)), times)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return watched / ((time.process_time() - start) / STEPS)
