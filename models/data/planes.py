"""Classes and surfaces on a plane, and points of them.

Shape letters: N points. Everything lies in [-2, 2].
"""

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from models.data.points import LIMIT, TEST, TRAIN, Points, drawn, roles

PlaneName = Literal["gaussians", "circle", "xor", "moons", "spiral"]
SurfaceName = Literal["slope", "hill", "saddle"]


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


SURFACES: dict[str, Callable[[Tensor], Tensor]] = {
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
