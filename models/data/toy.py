"""Toy data: curves of one variable, classes and surfaces on a plane, and a visitor's own points.

Shape letters: N points, C_0 coordinates of an input (1 on a curve, 2 on a plane).
Everything lies in [-2, 2]. Each role of points has a generator of its own, so that asking for
more training points adds to those before and moves no other point.
"""

import base64
import math
import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

TRAIN, VALIDATION, TEST = 0, 1, 2
LIMIT = 2.0  # own points lie in [-LIMIT, LIMIT]
MAX_ROWS = 2000
ROW_BYTES = 5

CurveName = Literal["sine", "step", "polynomial"]
PlaneName = Literal["gaussians", "circle", "xor", "moons", "spiral"]
SurfaceName = Literal["slope", "hill", "saddle"]
Curve = Callable[[Tensor], Tensor]


class Points(NamedTuple):
    """x float64 [N, C_0]; y [N], float64 targets or int64 classes; role uint8 [N]."""

    x: Tensor
    y: Tensor
    role: Tensor


# --- Curves -------------------------------------------------------------------------------------

CURVES: dict[str, Curve] = {
    "sine": lambda x: torch.sin(1.5 * math.pi * x),
    "step": lambda x: 0.8 * torch.sign(x),
    "polynomial": lambda x: 1.6 * x**3 - 1.2 * x**2 - 0.7 * x + 0.4,
}


def true_curve(curve: CurveName | Curve, x: Tensor) -> Tensor:
    """The curve without noise at the places x, of any shape."""
    return (CURVES[curve] if isinstance(curve, str) else curve)(x)


def drawn_curve(heights: Sequence[float]) -> Curve:
    """Straight pieces through heights at even places from -1 to 1; level beyond. At least two."""
    if len(heights) < 2:
        raise ValueError("a drawn curve has at least two heights")
    knots = torch.tensor(heights, dtype=torch.float64)

    def curve(x: Tensor) -> Tensor:
        place = ((x.double() + 1) / 2 * (len(knots) - 1)).clamp(0, len(knots) - 1)
        left = place.floor().long().clamp(max=len(knots) - 2)
        share = place - left
        return knots[left] * (1 - share) + knots[left + 1] * share

    return curve


def sample_curve(
    curve: CurveName | Curve, *, train: int, validation: int, test: int, noise: float, seed: int
) -> Points:
    """Points (x, f(x) + noise * N(0, 1)) with x uniform in [-1, 1], so many of each role."""
    parts = []
    for role, count in ((TRAIN, train), (VALIDATION, validation), (TEST, test)):
        x, error = drawn(count, seed, role)
        parts.append((2 * x - 1, noise * error))
    x = torch.cat([part[0] for part in parts])
    y = true_curve(curve, x) + torch.cat([part[1] for part in parts])
    return Points(x[:, None], y.clamp(-LIMIT, LIMIT), roles((train, validation, test)))


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


# --- The plane: classes -------------------------------------------------------------------------


def gaussians(u: Tensor, label: Tensor, classes: int) -> Tensor:
    angle = 2 * math.pi * label / classes + math.pi / 4
    return 0.6 * torch.stack([angle.cos(), angle.sin()], dim=1)


def circle(u: Tensor, label: Tensor, classes: int) -> Tensor:
    radius = torch.where(label == 0, 0.4 * u[:, 1].sqrt(), 0.75 + 0.2 * u[:, 1])
    angle = 2 * math.pi * u[:, 0]
    return radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)


def xor(u: Tensor, label: Tensor, classes: int) -> Tensor:
    """Class 1 where the coordinates differ in sign."""
    x = 0.1 + 0.85 * u[:, 0]
    y = 0.1 + 0.85 * u[:, 1]
    left = u[:, 2] < 0.5
    x = torch.where(left, -x, x)
    same = torch.where(left, -y, y)
    return torch.stack([x, torch.where(label == 1, -same, same)], dim=1)


def moons(u: Tensor, label: Tensor, classes: int) -> Tensor:
    angle = math.pi * u[:, 0]
    up = torch.stack([0.6 * angle.cos() - 0.3, 0.6 * angle.sin() - 0.15], dim=1)
    down = torch.stack([0.3 - 0.6 * angle.cos(), 0.15 - 0.6 * angle.sin()], dim=1)
    return torch.where(label[:, None] == 0, up, down)


def spiral(u: Tensor, label: Tensor, classes: int) -> Tensor:
    """One turn and a half of each arm."""
    radius = 0.08 + 0.87 * u[:, 0].sqrt()
    angle = 3 * math.pi * radius + 2 * math.pi * label / classes
    return radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)


SHAPES: dict[str, Callable[[Tensor, Tensor, int], Tensor]] = {
    "gaussians": gaussians,
    "circle": circle,
    "xor": xor,
    "moons": moons,
    "spiral": spiral,
}
SPREAD = {"gaussians": 1.5, "circle": 0.6, "xor": 0.6, "moons": 0.6, "spiral": 0.25}
MANY_CLASSES = ("gaussians", "spiral")  # the others have two


def sample_plane(
    name: PlaneName, *, train: int, test: int, noise: float, seed: int, classes: int = 2
) -> Points:
    """Points x [N, 2] of each class in turn, y int64 classes. Raises ValueError for a number of
    classes that the set has not.
    """
    if not 2 <= classes <= (4 if name in MANY_CLASSES else 2):
        raise ValueError(f"{name} has no {classes} classes")
    xs, ys = [], []
    for role, count in ((TRAIN, train), (TEST, test)):
        u, normal = drawn_rows(count, seed, role)
        label = torch.arange(count) % classes
        xs.append(SHAPES[name](u, label.double(), classes) + SPREAD[name] * noise * normal)
        ys.append(label)
    return Points(torch.cat(xs).clamp(-LIMIT, LIMIT), torch.cat(ys), plane_roles(train, test))


def drawn_rows(count: int, seed: int, role: int) -> tuple[Tensor, Tensor]:
    """Uniform [N, 3] and normal [N, 2] numbers, a point's own row after the row before it."""
    uniform, normal = drawn(3 * count, seed, role)
    return uniform.reshape(-1, 3), normal.reshape(-1, 3)[:, :2]


def plane_roles(train: int, test: int) -> Tensor:
    return roles((train, 0, test))


# --- The plane: surfaces ------------------------------------------------------------------------

SURFACES: dict[str, Curve] = {
    "slope": lambda x: 0.7 * x[:, 0] - 0.4 * x[:, 1],
    "hill": lambda x: 2 * torch.exp(-3 * x.square().sum(dim=1)) - 1,
    "saddle": lambda x: x[:, 0].square() - x[:, 1].square(),
}


def true_surface(name: SurfaceName, x: Tensor) -> Tensor:
    """Heights [N] in about [-1, 1] at the places x [N, 2]."""
    return SURFACES[name](x)


def sample_surface(name: SurfaceName, *, train: int, test: int, noise: float, seed: int) -> Points:
    """x uniform in the square [-1, 1]^2, y the height there with noise * N(0, 1) added."""
    parts = [drawn_rows(count, seed, role) for role, count in ((TRAIN, train), (TEST, test))]
    x = 2 * torch.cat([u[:, :2] for u, _ in parts]) - 1
    y = true_surface(name, x) + noise * torch.cat([normal[:, 0] for _, normal in parts])
    return Points(x, y.clamp(-LIMIT, LIMIT), plane_roles(train, test))


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
