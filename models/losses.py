"""From logits to losses: softmax, cross-entropy and squared error, and their slopes.

Shape letters: N samples, K classes; ... any further dimensions before K.
"""

import torch
from torch import Tensor


def log_sum_exp(z: Tensor) -> Tensor:
    """log sum exp z over the last dimension, [...]: the greatest is taken out first, so that no
    exponential is above 1.
    """
    top = z.amax(dim=-1, keepdim=True)
    return top[..., 0] + (z - top).exp().sum(dim=-1).log()


def log_softmax(z: Tensor, temperature: float = 1.0) -> Tensor:
    """z / T - log sum exp(z / T), [..., K]: finite for every finite z / T."""
    scaled = z / temperature
    return scaled - log_sum_exp(scaled)[..., None]


def softmax(z: Tensor, temperature: float = 1.0) -> Tensor:
    """Probabilities [..., K] (Bridle, 1990). A low T makes them decided, a high one even."""
    return log_softmax(z, temperature).exp()


def naive_softmax(z: Tensor, temperature: float = 1.0) -> Tensor:
    """exp(z / T) over its sum, as one writes it first: NaN once an exponential overflows (z / T
    above 709 in float64), or all of them vanish (below -745).
    """
    powers = (z / temperature).exp()
    return powers / powers.sum(dim=-1, keepdim=True)


def naive_cross_entropy(z: Tensor, y: Tensor, temperature: float = 1.0) -> Tensor:
    """-sum y log q of the naive softmax: NaN with it, and infinite where a q is rounded to 0."""
    return -(y * naive_softmax(z, temperature).log()).sum(dim=-1)


def smoothed(target: Tensor, classes: int, smoothing: float = 0.0) -> Tensor:
    """Targets [..., K] of classes int64 [...]: 1 - s for the right class, and s shared evenly among
    all (Szegedy et al., 2016).
    """
    one_hot = torch.nn.functional.one_hot(target, classes).double()
    return (1 - smoothing) * one_hot + smoothing / classes


def cross_entropy(z: Tensor, y: Tensor, temperature: float = 1.0) -> Tensor:
    """-sum y log softmax(z / T), [...], of targets y [..., K]."""
    return -(y * log_softmax(z, temperature)).sum(dim=-1)


def cross_entropy_slope(z: Tensor, y: Tensor, temperature: float = 1.0) -> Tensor:
    """Its gradient by the logits, (q - y) / T, [..., K]."""
    return (softmax(z, temperature) - y) / temperature


def brier(z: Tensor, y: Tensor, temperature: float = 1.0) -> Tensor:
    """sum (q - y)^2 of the probabilities q, [...] (Brier, 1950)."""
    return (softmax(z, temperature) - y).square().sum(dim=-1)


def brier_slope(z: Tensor, y: Tensor, temperature: float = 1.0) -> Tensor:
    """Its gradient by the logits, [..., K]: each error is multiplied by a q, so where q is nearly
    0 or 1 there is hardly a slope, right or wrong.
    """
    q = softmax(z, temperature)
    error = q - y
    return 2 * q * (error - (q * error).sum(dim=-1, keepdim=True)) / temperature


def sigmoid(z: Tensor) -> Tensor:
    """1 / (1 + exp(-z)), with no exponential above 1."""
    small = (-z.abs()).exp()
    return torch.where(z >= 0, 1.0, small) / (1 + small)


def softplus(z: Tensor) -> Tensor:
    """log(1 + exp z), with no exponential above 1."""
    return z.clamp(min=0) + (-z.abs()).exp().log1p()


def binary_cross_entropy(z: Tensor, y: Tensor) -> Tensor:
    """-y log s - (1 - y) log(1 - s) with s = sigmoid(z), from the logit: softplus(z) - y z."""
    return y * softplus(-z) + (1 - y) * softplus(z)


def binary_squared(z: Tensor, y: Tensor) -> Tensor:
    """(sigmoid(z) - y)^2."""
    return (sigmoid(z) - y).square()


def binary_squared_slope(z: Tensor, y: Tensor) -> Tensor:
    """Its derivative by the logit: 2 (s - y) s (1 - s)."""
    s = sigmoid(z)
    return 2 * (s - y) * s * sigmoid(-z)
