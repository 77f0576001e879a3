"""The benchmark's rows of the contrastive lab: an epoch's time, the lab's throughput against a bare
loop's, and what a minute of training without labels is worth.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING

from websockets.asyncio.client import connect

from tests.bench_rows import Row, row, seconds
from tests.bench_runs import begin, frame, socket_url
from tests.e2e.browser import served

if TYPE_CHECKING:
    from models.representation.contrastive_training import ContrastSettings
    from models.representation.pictures import Pictures

THREADS, NICENESS = 2, 10  # as a run of this lab has them
COUNT, HELD_OUT, BATCH = 2000, 500, 128
EPOCH = COUNT // BATCH  # steps
AT_ONCE = 5  # steps a frame, as the page asks for
EPOCHS = 40  # about a minute
ROUNDS, SEEDS = 7, 3


def contrastive_rows() -> Iterator[tuple[str, Row]]:
    # The measuring process starts as a run does: OpenMP's threads sleep while they wait.
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")
    with ProcessPoolExecutor(1, get_context("spawn"), prepare) as aside:
        times = aside.submit(epochs).result()
        yield "simclr_epoch_s", row(times, "s", "at most 1.2; 2,000 pictures, batch 128, 2 threads")
        ratios = against_bare_loop(lambda: aside.submit(bare_epoch).result())
        yield (
            "simclr_against_bare_loop",
            row(ratios, "of its steps a second", "plain torch without measuring; wanted 0.9"),
        )
        gains = [aside.submit(gain, seed).result() for seed in range(SEEDS)]
        yield (
            "simclr_probe_gain_points",
            row(gains, "points", "the untrained encoder, linear probe on h, 3 seeds; wanted 15"),
        )


def prepare() -> None:
    import torch

    from app.runs.worker import keep_memory

    keep_memory()
    torch.set_num_threads(min(THREADS, os.cpu_count() or 1))
    os.nice(NICENESS)


def settings(seed: int) -> "ContrastSettings":
    from app.labs.contrastive.config import ContrastiveConfig
    from app.labs.contrastive.data import settings_of

    return settings_of(ContrastiveConfig(seed=seed, count=COUNT, batch_size=BATCH))


def pictures(seed: int) -> "Pictures":
    from models.data.scenes import SHAPES, draw_scenes
    from models.representation.pictures import Pictures

    x, y = draw_scenes(COUNT + HELD_OUT, seed)
    return Pictures(x[:COUNT], y[:COUNT], x[COUNT:], y[COUNT:], len(SHAPES))


def epochs() -> list[float]:
    """Seconds of each epoch of a study, after the first."""
    from models.representation.contrastive_study import Study

    study = Study(settings(0), pictures(0))
    return [seconds(lambda: study.train(EPOCH)) for _ in range(ROUNDS + 1)][1:]


def gain(seed: int) -> float:
    """Points of accuracy that a linear probe on h has won by training, on pictures held out."""
    from models.representation.contrastive_training import Contrast
    from models.representation.encoder import Encoder, embed
    from models.representation.probe import linear_probe

    seen = pictures(seed)
    contrast = Contrast(settings(seed), seen.train)

    def accuracy(encoder: Encoder) -> float:
        h, test = embed(encoder, seen.train), embed(encoder, seen.test)
        assert seen.labels is not None
        assert seen.test_labels is not None
        return linear_probe(h, seen.labels, test, seen.test_labels, seen.classes)

    contrast.train(EPOCHS * EPOCH)
    return 100 * (accuracy(contrast.encoder) - accuracy(contrast.untrained))


loops: list[Iterator[None]] = []  # of the measuring process: it goes on from call to call


def bare_epoch() -> float:
    """Seconds of an epoch of the bare loop; of the second one where it is the first call."""
    if not loops:
        loops.append(bare_loop())
        forward(loops[0])
    return seconds(lambda: forward(loops[0]))


def forward(loop: Iterator[None]) -> None:
    for _ in islice(loop, EPOCH):
        pass


def bare_loop() -> Iterator[None]:
    """SimCLR's steps and nothing else, one for each turn."""
    import torch

    from models.representation.contrastive import nt_xent
    from models.representation.encoder import Projector, quick_encoder
    from models.representation.pictures import view_stream

    s = settings(0)
    generator = torch.Generator().manual_seed(s.seed)
    encoder, projector = quick_encoder(generator), Projector(s.projector, generator)
    learned = [*encoder.parameters(), *projector.parameters()]
    solver = torch.optim.AdamW(learned, s.learning_rate, weight_decay=s.weight_decay, fused=True)
    for batch in view_stream(pictures(0).train, s.policy, s.batch_size, s.seed):
        z = projector(encoder(torch.cat([batch.first, batch.second])))
        loss = nt_xent(z, s.temperature).loss
        solver.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        solver.step()
        yield


def against_bare_loop(bare: Callable[[], float]) -> list[float]:
    """Steps a second of the lab, through a socket as the page asks, by those of the bare loop;
    an epoch of either in turn.
    """

    async def several(address: str) -> list[float]:
        # The settings that are not said are those of `settings(0)`: the lab's own.
        async with connect(socket_url(address, "/api/labs/contrastive/run")) as socket:
            await begin(socket)
            await epoch(socket)
            ratios = []
            for _ in range(ROUNDS):
                alone = await asyncio.to_thread(bare)
                ratios.append(alone / await epoch(socket))
            return ratios

    async def epoch(socket: object) -> float:
        start = time.perf_counter()
        for _ in range(EPOCH // AT_ONCE):
            await frame(socket, steps=AT_ONCE)
        return time.perf_counter() - start

    with served() as (address, _):
        return asyncio.run(several(address))
