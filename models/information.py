"""Information, entropy, cross-entropy and relative entropy of distributions (Shannon, 1948).

Shape letters: K outcomes, ... any further dimensions before them. All in nats, or in bits with
`base=2`. What has probability 0 and is not expected costs nothing (0 log 0 = 0, its limit); what
is expected although the other distribution calls it impossible costs infinitely much.
"""

import math

import torch
from torch import Tensor


def information(p: Tensor, base: float = math.e) -> Tensor:
    """I = -log p of each probability [...]; infinite at 0."""
    return torch.where(p == 1, 0.0, -p.log()) / math.log(base)


def cross_entropy_terms(p: Tensor, q: Tensor, base: float = math.e) -> Tensor:
    """-p log q of each outcome [..., K]: 0 where p is 0, infinite where only q is 0."""
    return torch.where(p == 0, 0.0, p * information(q, base))


def entropy(p: Tensor, base: float = math.e) -> Tensor:
    """H(p) [...] in [0, log K]: the mean information of an outcome."""
    return cross_entropy_terms(p, p, base).sum(dim=-1)


def cross_entropy(p: Tensor, q: Tensor, base: float = math.e) -> Tensor:
    """H(p, q) [...]: what outcomes of p cost in a code made for q."""
    return cross_entropy_terms(p, q, base).sum(dim=-1)


def kl_terms(p: Tensor, q: Tensor, base: float = math.e) -> Tensor:
    """p log(p / q) of each outcome [..., K]; single terms may be negative, their sum never is."""
    ratio = torch.where(p == q, 0.0, p.log() - q.log())
    return torch.where(p == 0, 0.0, p * ratio) / math.log(base)


def kl(p: Tensor, q: Tensor, base: float = math.e) -> Tensor:
    """KL(p || q) [...] (Kullback and Leibler, 1951): what q's code costs p more than its own."""
    return kl_terms(p, q, base).sum(dim=-1)
