"""Points to learn from: how they are drawn, and how a visitor's own are written in an address.

Shape letters: N points, C_0 coordinates of an input (1 on a curve, 2 on a plane).
Everything lies in [-2, 2]. Each role of points has a generator of its own, so that asking for
more training points adds to those before and moves no other point.
"""

import base64
import re
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

TRAIN, VALIDATION, TEST = 0, 1, 2
LIMIT = 2.0  # own points lie in [-LIMIT, LIMIT]
MAX_ROWS = 2000
ROW_BYTES = 5


class Points(NamedTuple):
    """x float64 [N, C_0]; y [N], float64 targets or int64 classes; role uint8 [N]."""

    x: Tensor
    y: Tensor
    role: Tensor


def drawn(count: int, seed: int, role: int) -> tuple[Tensor, Tensor]:
    """`count` uniform and as many normal numbers, drawn in pairs: the first ones stay the same
    whatever the count.
    """
    generator = torch.Generator().manual_seed(10 * seed + role)
    pairs = [
        (
            torch.rand((), generator=generator, dtype=torch.float64),
            torch.randn((), generator=generator, dtype=torch.float64),
        )
        for _ in range(count)
    ]
    if not pairs:
        return torch.zeros(0, dtype=torch.float64), torch.zeros(0, dtype=torch.float64)
    uniform, normal = zip(*pairs, strict=True)
    return torch.stack(uniform), torch.stack(normal)


def roles(counts: Sequence[int]) -> Tensor:
    """uint8 [sum of counts]: so many of role 0, of role 1, …"""
    return torch.repeat_interleave(
        torch.arange(len(counts), dtype=torch.uint8), torch.tensor(counts, dtype=torch.int64)
    )


# --- Points in an address -----------------------------------------------------------------------


def encode_rows(a: Tensor, b: Tensor, label: Tensor, role: Tensor) -> str:
    """Two coordinates in [-2, 2], a class and a role a row, as base64url of 5 bytes each: a and b
    as uint16 (value = -2 + 4 u / 65535), then class | role << 4. `static/js/math/points.js` is
    the twin.
    """
    data = bytearray()
    for first, second, kind, part in zip(
        a.tolist(), b.tolist(), label.tolist(), role.tolist(), strict=True
    ):
        for value in (first, second):
            u = round((min(max(value, -LIMIT), LIMIT) + LIMIT) / (2 * LIMIT) * 65535)
            data += u.to_bytes(2, "little")
        data.append(int(kind) | int(part) << 4)
    return base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")


def decode_rows(text: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The reverse: a, b float64 [N], label int64 [N], role uint8 [N]. Raises ValueError for what
    `encode_rows` does not write, and for more than `MAX_ROWS` rows.
    """
    data = unpacked(text)
    if len(data) % ROW_BYTES or len(data) > MAX_ROWS * ROW_BYTES:
        raise ValueError("not a whole number of rows, or too many")
    rows = torch.frombuffer(bytearray(data or bytes(ROW_BYTES)), dtype=torch.uint8)
    rows = rows.reshape(-1, ROW_BYTES)[: len(data) // ROW_BYTES].long()
    a = (rows[:, 0] + 256 * rows[:, 1]).double() / 65535 * 2 * LIMIT - LIMIT
    b = (rows[:, 2] + 256 * rows[:, 3]).double() / 65535 * 2 * LIMIT - LIMIT
    label, role = rows[:, 4] & 15, (rows[:, 4] >> 4).to(torch.uint8)
    if (label > 3).any() or (role > TEST).any():
        raise ValueError("no such class or role")
    return a, b, label, role


def decode_curve(text: str) -> Points:
    """Own points of a curve: x [N, 1], y float64 [N]."""
    a, b, _, role = decode_rows(text)
    return Points(a[:, None], b, role)


def decode_plane(text: str) -> Points:
    """Own points of a plane: x [N, 2], y int64 [N] classes."""
    a, b, label, role = decode_rows(text)
    return Points(torch.stack([a, b], dim=1), label, role)


def encode_heights(heights: Sequence[float]) -> str:
    """A drawn curve: base64url of its heights in [-2, 2] as uint16."""
    values = [round((min(max(h, -LIMIT), LIMIT) + LIMIT) / (2 * LIMIT) * 65535) for h in heights]
    data = b"".join(value.to_bytes(2, "little") for value in values)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_heights(text: str) -> list[float]:
    """The reverse; 2 to 128 heights. Raises ValueError."""
    data = unpacked(text)
    if len(data) % 2 or not 4 <= len(data) <= 256:
        raise ValueError("a drawn curve has 2 to 128 heights")
    pairs = (int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2))
    return [pair / 65535 * 2 * LIMIT - LIMIT for pair in pairs]


def unpacked(text: str) -> bytes:
    """base64url without padding. Raises ValueError."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):  # the decoder would take + and / as well
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
