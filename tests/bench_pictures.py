"""The benchmark's rows of uploads: forty phones send a photo each at the same moment."""

import asyncio
import io
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import numpy as np
from PIL import Image

from app.pictures.decoding import decoder
from app.pictures.decoding.pool import processors
from app.settings import Settings
from tests.bench_rows import Row, row
from tests.e2e.browser import served

PHONES = 40
SIZE = (1600, 1200)
ROUNDS = 5
QUIET_SECONDS = 12  # until torch and the networks are loaded, which the server does behind a page


def picture_rows() -> Iterator[tuple[str, Row]]:
    """The 95th percentile of forty uploads against decoding the same photos with nothing around it,
    in as many processes as there are cores; and what the server's memory keeps of it.
    """
    photos = [photo(number) for number in range(PHONES)]
    ratios, tails = [], []
    with served() as (address, process):
        time.sleep(QUIET_SECONDS)
        asyncio.run(uploads(address, photos[:1]))  # the decoders' program starts
        before = resident_mb(process.pid)
        for _ in range(ROUNDS):
            tails.append(float(np.percentile(asyncio.run(uploads(address, photos)), 95)))
            ratios.append(tails[-1] / decoding_seconds(photos))
        after = resident_mb(process.pid)
    result = row(ratios, "times", "at most 2; 95th percentile, against decoding on all cores alone")
    result["p95_s"] = round(float(np.median(tails)), 3)
    yield f"uploads_{PHONES}_phones", result
    yield f"uploads_{PHONES}_phones_kept_mb", row([after - before], "MB", "at most 50")


def photo(seed: int) -> bytes:
    """A photo-like JPEG of half a megabyte: soft shapes under grain."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (SIZE[1] // 16, SIZE[0] // 16, 3), dtype=np.uint8)
    soft = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
    grain = rng.integers(-12, 13, (SIZE[1], SIZE[0], 3))
    pixels = (np.asarray(soft).astype(np.int16) + grain).clip(0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


async def uploads(address: str, photos: list[bytes]) -> list[float]:
    """Seconds from sending to the answer, for all at once. What phones do themselves is done
    before: here they would take the cores from the server.
    """
    bodies = [
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        + data
        + b"\r\n--x--\r\n"
        for data in photos
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    limits = httpx2.Limits(max_connections=len(photos))
    async with httpx2.AsyncClient(timeout=300, limits=limits, base_url=address) as phones:

        async def one(body: bytes) -> float:
            start = time.perf_counter()
            answer = await phones.post("/api/images", content=body, headers=headers)
            assert answer.status_code == 201, answer.text
            return time.perf_counter() - start

        return await asyncio.gather(*map(one, bodies))


def decoding_seconds(photos: list[bytes]) -> float:
    """Seconds that all cores take for the photos, with the decoder's own function."""
    with TemporaryDirectory() as folder, ProcessPoolExecutor(processors()) as pool:
        jobs = []
        for number, data in enumerate(photos):
            source, target = Path(folder) / f"{number}", Path(folder) / f"{number}.out"
            source.write_bytes(data)
            target.touch()
            jobs.append((str(source), str(target)))
        list(pool.map(int, range(4 * processors())))  # the processes are there
        start = time.perf_counter()
        facts = list(pool.map(decoded, jobs))
        taken = time.perf_counter() - start
    assert all(fact["width"] == SIZE[0] for fact in facts)
    return taken


def decoded(job: tuple[str, str]) -> dict[str, object]:
    settings = Settings()
    return decoder.decode(*job, settings.max_pixels, settings.max_side)


def resident_mb(pid: int) -> float:
    """Memory of the server itself, its decoders not counted (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    for name, result in picture_rows():
        print(name, result)
