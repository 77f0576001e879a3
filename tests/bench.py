"""The benchmark: `python -m tests.bench`, or `make bench`. Prints one table, writes bench.json.

Machines are shared and noisy, so what can be a ratio is one: both sides in turn, in one run.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import torch
import torchvision
from fastapi.testclient import TestClient

from app.main import create_app
from models.boxes.nms import THRESHOLDS, sweep, warm_up
from tests.bench_contrastive import contrastive_rows
from tests.bench_doors import door_rows
from tests.bench_lecture import lecture_rows
from tests.bench_pictures import picture_rows
from tests.bench_pretext import pretext_rows
from tests.bench_replicas import replica_rows
from tests.bench_room import room_rows
from tests.bench_rows import Row, row, seconds
from tests.bench_runs import run_rows
from tests.bench_slider import proposal_like, slider_row
from tests.bench_sweeps import sweep_rows

OUTPUT = Path("bench.json")
ROUNDS = 9


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
        query = {"image_id": photo, "pre_nms_top_n": 1000, "input_size": 320}
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
            query = {"image_id": photo, "proposals": 100, "input_size": 320}
            assert client.post("/api/detectors/detect", json=query).status_code == 200

        ask()
        times = [1000 * seconds(ask) for _ in range(2 * ROUNDS)]
        yield "detect_320px_ms", row(times, "ms", "at most 150")


def every_row() -> Iterator[tuple[str, Row]]:
    yield from replica_rows()
    yield from sweep_rows()
    yield from run_rows()
    yield from room_rows()
    yield from lecture_rows()
    yield from picture_rows()
    yield from door_rows()
    yield from contrastive_rows()
    yield from pretext_rows()
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
