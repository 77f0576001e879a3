"""Boxes to try detectors with, drawn from a seed."""

import torch


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def some_boxes(count: int, seed: int) -> torch.Tensor:
    """[count, 4], 10 to 40 pixels wide and high, with corners in 60 x 60."""
    g = seeded(seed)
    corner = torch.rand(count, 2, generator=g) * 60
    return torch.cat([corner, corner + 10 + torch.rand(count, 2, generator=g) * 30], dim=1)
