"""From a slider to the paint: with 2,000 boxes, beside an empty canvas's frame in the same run."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import torch
from playwright.sync_api import Page, sync_playwright

from tests.bench_rows import Row, row
from tests.e2e.browser import Server, find_chromium, ready, served

COUNT, MOVES, WARM = 2000, 120, 12
IDLE_SECONDS = 2.0  # without work, until the server counts as idle
# From the event to after the frame is painted: the message comes when painting is done. Both sides
# begin with a frame and wait for the next one; what is between them is the work.
FRAME = "await new Promise(requestAnimationFrame);"
PAINTED = """await new Promise(done => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));"""
SLIDE = f"""async value => {{
  const slider = document.querySelector('input[type=range][name=iou_threshold]');
  {FRAME}
  slider.value = value;
  const start = performance.now();
  slider.dispatchEvent(new Event('input', {{bubbles: true}}));
  {PAINTED}
  return performance.now() - start;
}}"""
EMPTY = f"""async () => {{
  const after = document.querySelector('[data-after]');
  window.empty ??= after.appendChild(document.createElement('canvas'));
  {FRAME}
  const start = performance.now();
  requestAnimationFrame(() => window.empty.getContext('2d').clearRect(0, 0, 300, 150));
  {PAINTED}
  return performance.now() - start;
}}"""


def proposal_like(count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Boxes in piles around 40 objects, as a proposal network gives them, in a 640 x 480 photo."""
    generator = torch.Generator().manual_seed(seed)
    centers = torch.rand(40, 2, generator=generator) * torch.tensor([640.0, 480.0])
    sides = 20 + torch.rand(40, 2, generator=generator) * 180
    pile = torch.randint(40, (count,), generator=generator)
    noise = torch.randn(count, 4, generator=generator)
    middle = centers[pile] + noise[:, :2] * sides[pile] * 0.15
    half = sides[pile] * (0.25 * noise[:, 2:]).exp() / 2
    return torch.cat([middle - half, middle + half], dim=1), torch.rand(count, generator=generator)


@contextmanager
def page_with_boxes(count: int) -> Iterator[Page]:
    """The `nms` page with that many boxes from a file, all taking part."""
    boxes, scores = proposal_like(count)
    rows = [
        {"image_id": 1, "category_id": 1, "bbox": [x1, y1, x2 - x1, y2 - y1], "score": score}
        for (x1, y1, x2, y2), score in zip(boxes.tolist(), scores.tolist(), strict=True)
    ]
    with (
        TemporaryDirectory() as folder,
        served() as server,
        sync_playwright() as playwright,
    ):
        file = Path(folder) / "boxes.json"
        file.write_text(json.dumps(rows))
        browser = playwright.chromium.launch(executable_path=find_chromium())
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{server.address}/labs/nms?source=file&top_n={count}")
        ready(page)
        page.locator("[data-detections]").set_input_files(file)
        page.locator("[data-before-count]", has_text=f"{count:,}").wait_for()
        wait_until_idle(server)
        yield page
        browser.close()


def wait_until_idle(server: Server) -> None:
    """Let the server load torch and the weights, as it does behind the first page:
    what that takes of the processors is not the page's.
    """
    used = -IDLE_SECONDS
    while (now := processor_seconds(server)) - used > 0.05 * IDLE_SECONDS:
        used = now
        time.sleep(IDLE_SECONDS)


def processor_seconds(server: Server) -> float:
    """That the server and its processes have used: its forkserver loads torch before it does."""
    one = psutil.Process(server.process.pid)
    return sum(sum(each.cpu_times()[:2]) for each in (one, *one.children(recursive=True)))


def slider_row() -> tuple[str, Row]:
    """The 95th percentile with boxes by that of an empty canvas; the spread is that of pairs."""
    with page_with_boxes(COUNT) as page:
        pairs = [
            (page.evaluate(SLIDE, (i * 37 % 101) / 100), page.evaluate(EMPTY)) for i in range(MOVES)
        ][WARM:]
    boxes, empty = np.array(pairs).T
    result = row((boxes / empty).tolist(), "times", "an empty canvas's frame; at most 1.5")
    result["value"] = round(float(np.percentile(boxes, 95) / np.percentile(empty, 95)), 3)
    return "slider_to_paint", result
