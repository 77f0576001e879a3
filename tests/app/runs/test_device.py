"""Where runs compute: they are told the device, and open it only where a lab places networks."""

import asyncio
import resource
import sys
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from app.lab import wire
from app.lab.contract import Ask, Frame
from app.registry import BY_SLUG
from app.runs.processes import ProcessEngine
from app.runs.worker import limit_memory
from app.settings import Settings
from models import device
from tests.app.odd_labs import OddConfig


@dataclass(frozen=True, kw_only=True)
class DeviceFrame(Frame):
    chosen: str
    opened: bool
    current: str


def tell(config: Any) -> Generator[DeviceFrame, Ask[Any], None]:
    import torch

    opened = torch.cuda.is_initialized() or bool(device._opened)
    yield DeviceFrame(step=0, chosen=device.chosen(), opened=opened, current=str(device.current()))


def told(name: str) -> dict[str, Any]:
    async def main() -> dict[str, Any]:
        engine = ProcessEngine(Settings(device=name))
        worker = await engine.start(tell, OddConfig())
        try:
            return wire.decode((await worker.first()).frame)[0]
        finally:
            worker.close()
            engine.close()

    return asyncio.run(main())


def test_a_run_is_told_the_device_and_finds_none_opened() -> None:
    """Neither by the process that it was forked from, which drew every lab's first picture."""
    header = told("cpu")
    assert (header["chosen"], header["opened"], header["current"]) == ("cpu", False, "cpu")
    header = told("auto")
    assert (header["chosen"], header["opened"]) == ("auto", False)
    assert header["current"] == ("cuda:0" if device.count_gpus() else "cpu")


@pytest.mark.skipif(not device.count_gpus(), reason="this machine has no NVIDIA GPU")
@pytest.mark.parametrize("slug", ["contrastive", "pretext"])
def test_a_run_on_a_gpu_trains_within_its_limits_of_memory(slug: str) -> None:
    lab = BY_SLUG[slug]
    assert lab.run is not None
    run = lab.run

    async def main() -> int:
        engine = ProcessEngine(Settings(device="cuda"))
        config = lab.config()
        worker = await engine.start(run, config, lab.threads)
        try:
            await worker.first()
            return (await worker.ask(Ask(config, 3))).taken
        finally:
            worker.close()
            engine.close()

    assert asyncio.run(main()) == 3


def limits() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_DATA)[0]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_beside_a_gpu_a_run_is_held_to_what_it_writes_and_not_to_what_it_maps() -> None:
    before = limits()
    try:
        limit_memory(2**30, beside_gpu=True)
        mapped, written = limits()
        assert mapped == before[0]
        assert 2 * 2**30 < written < 8 * 2**30
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before[1], before[1]))
