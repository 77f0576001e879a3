"""Frames: a JSON header and the arrays it names, as bytes.

    uint32, little-endian   length of the header in bytes
    header                  UTF-8 JSON, padded with spaces so that the arrays begin 8-byte aligned
    arrays                  each 8-byte aligned, little-endian, in C order

The header's key "arrays" lists {"name", "dtype", "shape", "offset"}, offsets counted from the
first byte of the frame. `static/js/core/wire.js` is the twin.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

ALIGNMENT = 8
MEDIA_TYPE = "application/octet-stream"
DTYPES = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"}


def encode(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """One frame. Raises ValueError for a dtype that JavaScript has no array of, or for NaN."""
    rows, body, offset = [], [], 0
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise ValueError(f"{name}: no JavaScript array holds {array.dtype.name}")
        data = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        rows.append((name, array, offset))
        body += [data, bytes(-len(data) % ALIGNMENT)]
        offset += aligned(len(data))
    # Offsets count from the frame's start, so the header's length decides its own digits:
    # enlarge the guess until it fits.
    start = ALIGNMENT
    while True:
        described = [
            {"name": n, "dtype": a.dtype.name, "shape": list(a.shape), "offset": start + o}
            for n, a, o in rows
        ]
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
