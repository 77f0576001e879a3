"""The simulated queues against their closed forms."""

import math

import numpy as np
import pytest

from tests.scale.queues import alone, in_classes, waits, waits_at_one, wanted

LONG = 200_000.0  # seconds


def drawn(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def erlang_c(servers: int, offered: float) -> float:
    """The share of jobs that wait in M/M/c, of `offered` = arrivals times mean service."""
    terms = [offered**k / math.factorial(k) for k in range(servers)]
    last = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return last / (sum(terms) + last)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (2, 0.8), (5, 0.7), (16, 0.8)])
def test_as_many_wait_and_as_long_as_erlang_says(servers: int, load: float) -> None:
    draw, offered = drawn(servers), servers * load
    arrivals = alone(offered, 2 * LONG / math.sqrt(servers), draw)
    found = waits(arrivals, draw.exponential(1.0, len(arrivals)), servers)
    share = erlang_c(servers, offered)
    assert (found > 0).mean() == pytest.approx(share, rel=0.05)
    assert found.mean() == pytest.approx(share / (servers - offered), rel=0.1)


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.5])
def test_at_one_server_the_mean_wait_is_pollaczek_and_khinchines(spread: float) -> None:
    """E W = rate E S^2 / 2 (1 - rho), whatever the law of the service."""
    draw, rho = drawn(3), 0.7
    arrivals = alone(rho, LONG, draw)
    scale = math.sqrt(math.log(1 + spread**2))
    services = np.exp(draw.normal(-(scale**2) / 2, scale, len(arrivals)))  # mean 1
    mean = rho * (1 + spread**2) / (2 * (1 - rho))
    assert waits(arrivals, services, 1).mean() == pytest.approx(mean, rel=0.08)


def test_the_recursion_of_one_server_is_the_simulation_of_several() -> None:
    draw = drawn(1)
    arrivals = in_classes(0.5, 2000, 20, 10, draw)
    services = draw.exponential(1.5, len(arrivals))
    free, found = 0.0, []
    for arrival, service in zip(arrivals, services, strict=True):
        begin = max(arrival, free)
        found.append(begin - arrival)
        free = begin + service
    assert waits_at_one(arrivals, services) == pytest.approx(found, abs=1e-6)
    # A second server that has been taken for ever leaves the queue of one.
    taken = np.concatenate([[0.0], arrivals])
    assert waits(taken, np.concatenate([[1e9], services]), 2)[1:] == pytest.approx(found, abs=1e-6)


def test_without_a_queue_the_number_at_work_is_poisson() -> None:
    """M/G/infinity: mean and variance are arrivals times mean duration, whatever its law."""
    draw = drawn(2)
    begins = alone(2.0, LONG, draw)
    ends = begins + draw.uniform(0, 20, len(begins))
    at = draw.uniform(100, LONG - 100, 50_000)
    found = wanted(begins, ends, np.ones(len(begins)), at)
    assert found.mean() == pytest.approx(20, rel=0.02)
    assert found.var() == pytest.approx(20, rel=0.06)


def test_amounts_add_up_only_while_they_are_wanted() -> None:
    begins, ends = np.array([0.0, 1.0]), np.array([2.0, 5.0])
    found = wanted(begins, ends, np.array([1.0, 10.0]), np.array([0.5, 1.5, 3.0, 6.0]))
    assert found.tolist() == [1, 11, 10, 0]


def test_classes_bring_as_many_visitors_who_wait_longer() -> None:
    draw = drawn(5)
    one_by_one = alone(0.5, LONG, draw)
    together = in_classes(0.5, LONG, 40, 60, draw)
    assert len(together) == pytest.approx(len(one_by_one), rel=0.05)
    seconds = [waits(times, np.ones(len(times)), 1).mean() for times in (one_by_one, together)]
    assert seconds[1] > 3 * seconds[0]


def test_nobody_waits_where_nobody_comes() -> None:
    assert len(waits(np.zeros(0), np.zeros(0), 1)) == 0
