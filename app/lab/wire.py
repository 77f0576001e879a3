"""Frames: a JSON header and the arrays it names, as bytes.

    uint32, little-endian   length of the header in bytes
    header                  UTF-8 JSON, padded with spaces so that the arrays begin 8-byte aligned
    arrays                  each 8-byte aligned, little-endian, in C order

The header's key "arrays" lists {"name", "dtype", "shape", "offset"}, offsets counted from the
first byte of the frame, and, where rows have names, "rows": the names on
the first axis, the second … `static/js/core/wire.js` is the twin.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

ALIGNMENT = 8
MEDIA_TYPE = "application/octet-stream"
DTYPES = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"}


Axes = Sequence[Sequence[str]]  # names of rows: of the first axis, of the second …


def encode(
    header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], rows: Mapping[str, Axes] = {}
) -> bytes:
    """One frame. `rows` names the rows of some arrays. Raises ValueError for a dtype that
    JavaScript has no array of, for NaN, or where there are not as many rows as names.
    """
    placed, body, offset = [], [], 0
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise ValueError(f"{name}: no JavaScript array holds {array.dtype.name}")
        axes = rows.get(name, ())
        if array.shape[: len(axes)] != tuple(map(len, axes)):
            raise ValueError(f"{name}: {array.shape} has not a row for each name of {axes}")
        data = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        told = {"name": name, "dtype": array.dtype.name, "shape": array.shape}
        placed.append((told | ({"rows": axes} if axes else {}), offset))
        body += [data, bytes(-len(data) % ALIGNMENT)]
        offset += aligned(len(data))
    # Offsets count from the frame's start, so the header's length decides its own digits:
    # enlarge the guess until it fits.
    start = ALIGNMENT
    while True:
        described = [{**about, "offset": start + at} for about, at in placed]
        text = json.dumps({**header, "arrays": described}, allow_nan=False).encode()
        if aligned(4 + len(text)) <= start:
            break
        start = aligned(4 + len(text))
    text = text.ljust(start - 4)
    return b"".join([len(text).to_bytes(4, "little"), text, *body])


def decode(frame: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header (without "arrays") and the arrays of a frame; views, not copies."""
    length = int.from_bytes(frame[:4], "little")
    header = json.loads(frame[4 : 4 + length])
    arrays = {
        row["name"]: np.frombuffer(
            frame, row["dtype"], int(np.prod(row["shape"])), row["offset"]
        ).reshape(row["shape"])
        for row in header.pop("arrays")
    }
    return header, arrays


def described(model: type[BaseModel], words: str) -> dict[str, Any]:
    """The OpenAPI description of an answer that is JSON or, if asked for, a frame."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"model": model, "content": {MEDIA_TYPE: binary}, "description": words}


def aligned(size: int) -> int:
    """`size` rounded up to the next multiple of 8."""
    return -(-size // ALIGNMENT) * ALIGNMENT
