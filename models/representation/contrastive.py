"""Contrastive losses and what one watches while they fall: SimCLR (Chen et al., 2020), MoCo (He et
al., 2020), SimSiam (Chen and He, 2021), alignment and uniformity (Wang and Isola, 2020).

Shape letters: N pictures, M = 2N views of them (i and i + N are a pair), d features, K keys in a
queue. Similarities are cosines, in -1..1; losses are in nats; temperature > 0.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

EPS = 1e-12


class NTXent(NamedTuple):
    """similarities [M, M] cosines; logits [M, M] similarities / temperature, the diagonal -inf
    (a view is not compared with itself); probabilities [M, M] rows' softmax, the diagonal 0;
    positive_of int64 [M] each view's partner; losses [M] -log of the partner's probability;
    loss, their mean.
    """

    similarities: Tensor
    logits: Tensor
    probabilities: Tensor
    positive_of: Tensor
    losses: Tensor
    loss: Tensor


class InfoNCE(NamedTuple):
    """logits [N, 1 + K], the positive first, slots not yet filled -inf; probabilities [N, 1 + K];
    losses [N]; loss, their mean.
    """

    logits: Tensor
    probabilities: Tensor
    losses: Tensor
    loss: Tensor


def normalize(z: Tensor) -> Tensor:
    """Rows of z [..., d] on the unit sphere. A row shorter than `EPS` becomes 0, and so do its
    gradient and all its similarities: dividing by EPS instead would make a gradient of 1e12.
    """
    length = torch.linalg.vector_norm(z, dim=-1, keepdim=True)
    unit: Tensor = z / length.masked_fill(length < EPS, math.inf)
    return unit


def cosine(z: Tensor) -> Tensor:
    """Similarities [M, M] of the rows of z [M, d]."""
    unit = normalize(z)
    return unit @ unit.T


def nt_xent(z: Tensor, temperature: float) -> NTXent:
    """The normalized temperature-scaled cross-entropy of z [2N, d] (Chen et al., 2020, eq. 1 and
    algorithm 1). Identical embeddings give log(2N - 1); for N = 1 there is no negative and the
    loss is 0 whatever z. Raises ValueError for an odd number of rows, none, or temperature <= 0.
    """
    if len(z) % 2 or not len(z):
        raise ValueError(f"{len(z)} rows are not two views of each picture")
    _check(temperature)
    m = len(z)
    similarities = cosine(z)
    logits = (similarities / temperature).fill_diagonal_(-math.inf)
    positive_of = torch.arange(m, device=z.device).roll(m // 2)
    log_p = logits.log_softmax(dim=1)
    losses = -log_p.gather(1, positive_of[:, None])[:, 0]
    return NTXent(similarities, logits, log_p.exp(), positive_of, losses, losses.mean())


def floor(n: int, temperature: float) -> float:
    """The least NT-Xent of N = n pictures, in any number of dimensions d:
    log(1 + (2N - 2) exp(-N / ((N - 1) temperature))), 0 for N = 1.

    Let p be the mean similarity of positives, s that of negatives. Loss i is log(1 + sum over
    negatives of exp((s_ik - p_i) / temperature)), which is convex and symmetric, so (Jensen) the
    mean loss is at least log(1 + (2N - 2) exp((s - p) / temperature)). The squared length of the
    sum of all views, 2N (1 + p + (2N - 2) s), is not negative: s >= -(1 + p) / (2N - 2). With
    p = 1 that is s = -1 / (N - 1), and s - p >= -N / (N - 1). Reached exactly where both views of a
    picture coincide and pictures are a regular simplex, which needs d >= N - 1; for smaller d it
    is a lower bound that no batch reaches. Raises ValueError for n < 1 or temperature <= 0.
    """
    _check(temperature)
    if n < 1:
        raise ValueError("at least one picture")
    if n == 1:
        return 0.0
    return math.log1p((2 * n - 2) * math.exp(-n / ((n - 1) * temperature)))


def hits(similarities: Tensor) -> Tensor:
    """The share, 0..1, of the 2N rows of similarities [2N, 2N] whose positive is more similar than
    every negative. Ties do not count, so identical embeddings give 0; N = 1 gives 1.
    """
    m = len(similarities)
    index = torch.arange(m, device=similarities.device)
    partner = index.roll(m // 2)
    negatives = similarities.detach().clone()
    negatives[index, index] = negatives[index, partner] = -math.inf
    return (similarities.detach()[index, partner] > negatives.amax(dim=1)).float().mean()


def info_nce(
    q: Tensor, k_pos: Tensor, queue: Tensor, temperature: float, filled: int | None = None
) -> InfoNCE:
    """MoCo's loss (He et al., 2020, eq. 1; van den Oord et al., 2018): queries q [N, d], each with
    its positive key in k_pos [N, d] and the keys of queue [K, d] as negatives, of which the first
    `filled` are there (None: all). All are normalized here; the gradient flows into q alone, as
    in the paper's algorithm 1. An empty queue gives loss 0. Raises ValueError for temperature <= 0
    or `filled` out of 0..K.
    """
    _check(temperature)
    filled = len(queue) if filled is None else filled
    if not 0 <= filled <= len(queue):
        raise ValueError(f"{filled} of {len(queue)} keys cannot be filled")
    unit = normalize(q)
    positive = (unit * normalize(k_pos.detach())).sum(dim=1, keepdim=True)
    negatives = unit @ normalize(queue[:filled].detach()).T
    empty = negatives.new_full((len(q), len(queue) - filled), -math.inf)
    logits = torch.cat([positive / temperature, negatives / temperature, empty], dim=1)
    log_p = logits.log_softmax(dim=1)
    losses = -log_p[:, 0]
    return InfoNCE(logits, log_p.exp(), losses, losses.mean())


class Queue:
    """A first-in, first-out queue of keys (He et al., 2020, section 3.2), as a ring.

    keys [K, d] and pictures int64 [K] (which picture a key was made from; -1 where none) by slot:
    the first `filled` slots hold keys, `at` is the slot to be written next.
    """

    def __init__(self, size: int, width: int) -> None:
        """Room for K = `size` keys of d = `width`. Raises ValueError for size < 1."""
        if size < 1:
            raise ValueError("a queue holds at least one key")
        self.keys = torch.zeros(size, width)
        self.pictures = torch.full((size,), -1)
        self.filled = 0
        self.at = 0

    def push(self, keys: Tensor, pictures: Tensor) -> None:
        """Take in keys [n, d] of pictures [n], the last one the newest; the oldest drop out. Of
        more than K only the last K stay. Raises ValueError where the lengths differ.
        """
        if len(keys) != len(pictures):
            raise ValueError(f"{len(keys)} keys of {len(pictures)} pictures")
        size = len(self.keys)
        keys, pictures = keys.detach()[-size:], pictures[-size:]
        slots = (self.at + torch.arange(len(keys))) % size
        # A new tensor: an earlier step's graph may still hold the old one for its backward pass.
        self.keys = self.keys.index_copy(0, slots, keys.to(self.keys.dtype))
        self.pictures = self.pictures.index_copy(0, slots, pictures)
        self.at = (self.at + len(keys)) % size
        self.filled = min(self.filled + len(keys), size)

    def order(self) -> Tensor:
        """The filled slots int64 [filled], newest first: keys[order()] is the queue as a strip."""
        return (self.at - 1 - torch.arange(self.filled)) % len(self.keys)


def momentum_update(key: nn.Module, query: nn.Module, m: float) -> None:
    """theta_k <- m theta_k + (1 - m) theta_q in place (He et al., 2020, eq. 2), m in 0..1: at 0 the
    key network becomes a copy, at 1 it stays. Buffers, that is BatchNorm's running statistics, are
    left alone as in the paper's code: the key network's own forward passes in training mode have
    updated them, and they describe its own activations. Raises ValueError for m out of range.
    """
    if not 0 <= m <= 1:
        raise ValueError(f"a momentum is in 0..1, not {m}")
    with torch.no_grad():
        for k, q in zip(key.parameters(), query.parameters(), strict=True):
            k.lerp_(q, 1 - m)


def drift(query: nn.Module, key: nn.Module) -> float:
    """How far the key network trails: |theta_q - theta_k| / |theta_q|, Euclidean over all
    parameters; 0 where both are 0.
    """
    with torch.no_grad():
        theta_q = torch.cat([p.flatten() for p in query.parameters()])
        theta_k = torch.cat([p.flatten() for p in key.parameters()])
        away, length = (theta_q - theta_k).norm(), theta_q.norm()
    return float(away / length) if length else float(away)


def negative_cosine(p: Tensor, z: Tensor, stop_gradient: bool = True) -> Tensor:
    """Mean of -cos(p_i, z_i) of p, z [N, d], in -1..1 (Chen and He, 2021, eq. 1); with
    `stop_gradient` z counts as a constant (eq. 3).
    """
    target = z.detach() if stop_gradient else z
    return -(normalize(p) * normalize(target)).sum(dim=1).mean()


def sim_siam(p: Tensor, z: Tensor, stop_gradient: bool = True) -> Tensor:
    """SimSiam's symmetric loss of p, z [2N, d], rows i and i + N a pair: half of either view's
    prediction against the other's z (Chen and He, 2021, eq. 4). In -1..1.
    """
    return negative_cosine(p, z.roll(len(z) // 2, dims=0), stop_gradient)


def alignment(z1: Tensor, z2: Tensor, alpha: float = 2) -> Tensor:
    """Mean |z1_i - z2_i|^alpha of the normalized rows of [N, d] (Wang and Isola, 2020, eq. 4): 0
    where both views agree; with alpha 2 it is 2 - 2 cos, at most 4.
    """
    away = torch.linalg.vector_norm(normalize(z1) - normalize(z2), dim=1)
    return torch.pow(away, alpha).mean()


def uniformity(z: Tensor, t: float = 2) -> Tensor:
    """log of the mean over pairs of exp(-t |z_i - z_j|^2) of the normalized rows of z [N, d] (Wang
    and Isola, 2020, eq. 5): 0 where all coincide, lower the more evenly they lie. 0 for N < 2.
    """
    if len(z) < 2:
        return z.new_zeros(())
    squares = torch.pdist(normalize(z)).square()
    total: Tensor = torch.logsumexp(-t * squares, dim=0)
    return total - math.log(len(squares))


def spread(z: Tensor) -> Tensor:
    """The collapse meter (Chen and He, 2021, section 4.1): the standard deviation over the batch
    (divided by N) of each feature of the normalized rows of z [N, d], averaged over features. 0
    where collapsed; at most, and for isotropic rows about, 1 / sqrt(d).
    """
    deviation: Tensor = torch.std(normalize(z), dim=0, correction=0)
    return deviation.mean()


def _check(temperature: float) -> None:
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
