"""Queues, simulated: who waits how long, and how much is wanted at the same time.

Times are seconds. Each simulation is a function of arrays that were drawn before, so that two
numbers of servers meet the same visitors. tests/scale/test_queues.py holds them to the closed
forms: Erlang's C, Pollaczek and Khinchine's mean, the Poisson law of a system without queues.

Shape letters: J jobs, in the order of their arrival; V visitors.
"""

import heapq

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


def alone(rate: float, seconds: float, draw: np.random.Generator) -> Times:
    """Arrivals [V] of visitors who know nothing of each other: a Poisson process."""
    return np.sort(draw.uniform(0, seconds, draw.poisson(rate * seconds)))


def in_classes(
    rate: float, seconds: float, size: int, within: float, draw: np.random.Generator
) -> Times:
    """The same number of visitors [V] on average, in classes: all of a class come within so many
    seconds of its beginning, the beginnings at random.
    """
    begins = draw.uniform(0, seconds, draw.poisson(rate * seconds / size))
    return np.sort((begins[:, None] + draw.uniform(0, within, (len(begins), size))).ravel())


def waits(arrivals: Times, services: Times, servers: int) -> Times:
    """Seconds [J] that each job waits until a server is free; first come, first served (G/G/c)."""
    if servers == 1:
        return waits_at_one(arrivals, services)
    free = [0.0] * servers
    found = np.empty(len(arrivals))
    for j, (arrival, service) in enumerate(zip(arrivals.tolist(), services.tolist(), strict=True)):
        begin = max(arrival, free[0])
        found[j] = begin - arrival
        heapq.heapreplace(free, begin + service)
    return found


def waits_at_one(arrivals: Times, services: Times) -> Times:
    """The same for one server: Lindley's recursion, W' = max(0, W + S - A), as sums and a running
    minimum.
    """
    if not len(arrivals):
        return np.zeros(0)
    change = services[:-1] - np.diff(arrivals)
    walk = np.concatenate([[0.0], np.cumsum(change)])
    found: Times = walk - np.minimum.accumulate(walk)
    return found


def wanted(begins: Times, ends: Times, amounts: Times, at: Times) -> Times:
    """How much is wanted in all at each of the times `at`, of users who want an amount each from
    their beginning to their end: a system without a queue (G/G/infinity).
    """

    def until(times: Times) -> Times:
        order = np.argsort(times)
        sums = np.concatenate([[0.0], np.cumsum(amounts[order])])
        found: Times = sums[np.searchsorted(times[order], at, side="right")]
        return found

    return until(begins) - until(ends)
