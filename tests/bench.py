"""The benchmark: `python -m tests.bench`, or `make bench`. Prints one table, writes bench.json.

Machines are shared and noisy, so what can be a ratio is one: both sides in turn, in one run.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
import torchvision
from fastapi.testclient import TestClient
from playwright.sync_api import Page, sync_playwright

from app.main import create_app
from models.boxes.nms import THRESHOLDS, sweep, warm_up
from tests.bench_contrastive import contrastive_rows
from tests.bench_doors import door_rows
from tests.bench_pictures import picture_rows
from tests.bench_replicas import replica_rows
from tests.bench_room import room_rows
from tests.bench_rows import Row, row, seconds
from tests.bench_runs import run_rows
from tests.bench_sweeps import sweep_rows
from tests.e2e.browser import find_chromium, ready, running_server

OUTPUT = Path("bench.json")
ROUNDS = 9
# From the input event to after the frame is painted: the message comes when painting is done.
SLIDE = """async value => {
  const slider = document.querySelector('input[type=range][name=iou_threshold]');
  slider.value = value;
  const start = performance.now();
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  await new Promise(done => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  return performance.now() - start;
}"""


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


def nms_rows() -> Iterator[tuple[str, Row]]:
    warm_up()
    for count in (1000, 2000):
        boxes, scores = proposal_like(count)
        ratios = [
            seconds(lambda b=boxes, s=scores: every_threshold(b, s))
            / seconds(lambda b=boxes, s=scores: sweep(b, s))
            for _ in range(ROUNDS)
        ]
        yield f"nms_sweep_{count}", row(ratios, "times faster", "101 calls of torchvision.ops.nms")


def every_threshold(boxes: torch.Tensor, scores: torch.Tensor) -> None:
    for threshold in THRESHOLDS:
        torchvision.ops.nms(boxes, scores, threshold)


def proposal_rows() -> Iterator[tuple[str, Row]]:
    """Server time of a request, the photo's network run included, after the first."""
    app = create_app()
    with TestClient(app, base_url="http://127.0.0.1") as client:
        photo = client.post("/api/samples/china").json()["id"]
        query = {"image_id": photo, "pre_nms_top_n": 1000}
        for name, accept in (("", "application/octet-stream"), ("_json", "application/json")):

            def ask(accept: str = accept) -> None:
                app.state.shared_answers.clear()  # an answer from memory would be no measurement
                answer = client.post("/api/rpn/proposals", json=query, headers={"Accept": accept})
                assert answer.status_code == 200

            ask()
            times = [1000 * seconds(ask) for _ in range(2 * ROUNDS)]
            yield f"proposals_320px{name}_ms", row(times, "ms", "at most 60")


def detect_rows() -> Iterator[tuple[str, Row]]:
    """Server time of a request about both detectors, the photo's network run included, after the
    first.
    """
    app = create_app()
    with TestClient(app, base_url="http://127.0.0.1") as client:
        photo = client.post("/api/samples/street").json()["id"]

        def ask() -> None:
            app.state.shared_answers.clear()  # an answer from memory would be no measurement
            query = {"image_id": photo, "proposals": 100}
            assert client.post("/api/detectors/detect", json=query).status_code == 200

        ask()
        times = [1000 * seconds(ask) for _ in range(2 * ROUNDS)]
        yield "detect_320px_ms", row(times, "ms", "at most 150")


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
        running_server() as address,
        sync_playwright() as playwright,
    ):
        file = Path(folder) / "boxes.json"
        file.write_text(json.dumps(rows))
        browser = playwright.chromium.launch(executable_path=find_chromium())
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/labs/nms?source=file&top_n={count}")
        ready(page)
        page.locator("[data-detections]").set_input_files(file)
        page.locator("[data-before-count]", has_text=f"{count:,}").wait_for()
        yield page
        browser.close()


def slider_row() -> tuple[str, Row]:
    with page_with_boxes(2000) as page:
        times = [page.evaluate(SLIDE, (i * 37 % 101) / 100) for i in range(110)][10:]
    result = row(times, "ms", "at most 16")
    result["value"] = round(float(np.percentile(times, 95)), 3)
    return "slider_to_paint_p95_ms", result


def every_row() -> Iterator[tuple[str, Row]]:
    yield from replica_rows()
    yield from sweep_rows()
    yield from run_rows()
    yield from room_rows()
    yield from picture_rows()
    yield from door_rows()
    yield from contrastive_rows()
    yield from nms_rows()
    yield from proposal_rows()
    yield from detect_rows()
    yield slider_row()


def main() -> None:
    """Each row is told and kept as soon as it is measured: what fails later takes none away."""
    rows: dict[str, Row] = {}
    print("| row | value | spread | against |\n| --- | --- | --- | --- |")
    for name, result in every_row():
        rows[name] = result
        OUTPUT.write_text(json.dumps(rows, indent=1) + "\n")
        low, high = result["spread"]
        value = f"{result['value']:g} {result['unit']}"
        print(f"| `{name}` | {value} | {low:g} to {high:g} | {result['baseline']} |", flush=True)


if __name__ == "__main__":
    main()
