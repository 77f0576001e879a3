"""Contrastive losses: equal to loops over the papers' formulas, safe at the edges, never below
what the formula allows.
"""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from models.representation.contrastive import (
    Queue,
    alignment,
    cosine,
    drift,
    floor,
    hits,
    info_nce,
    momentum_update,
    negative_cosine,
    normalize,
    nt_xent,
    sim_siam,
    spread,
    uniformity,
)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def loop_nt_xent(z: list[list[float]], temperature: float) -> float:
    """Algorithm 1 of Chen et al., 2020, number by number: views k and k + N are a pair."""

    def sim(a: list[float], b: list[float]) -> float:
        dot = sum(p * q for p, q in zip(a, b, strict=True))
        return dot / (math.hypot(*a) * math.hypot(*b))

    m = len(z)
    total = 0.0
    for i in range(m):
        j = (i + m // 2) % m
        below = sum(math.exp(sim(z[i], z[k]) / temperature) for k in range(m) if k != i)
        total += -math.log(math.exp(sim(z[i], z[j]) / temperature) / below)
    return total / m


@given(st.integers(1, 6), st.integers(1, 5), st.floats(0.05, 10), st.integers(0, 99))
@settings(deadline=None)
def test_nt_xent_equals_the_papers_algorithm_as_a_loop(
    n: int, d: int, temperature: float, seed: int
) -> None:
    z = draw(2 * n, d, seed=seed)
    assert float(nt_xent(z, temperature).loss) == pytest.approx(
        loop_nt_xent(z.tolist(), temperature), abs=1e-9
    )


def test_every_part_of_nt_xent_follows_from_the_part_before() -> None:
    result = nt_xent(draw(8, 5), 0.2)
    off = ~torch.eye(8, dtype=torch.bool)
    torch.testing.assert_close(result.similarities, cosine(draw(8, 5)))
    torch.testing.assert_close(result.logits[off], result.similarities[off] / 0.2)
    assert result.logits.diagonal().tolist() == [-math.inf] * 8
    assert result.probabilities.diagonal().tolist() == [0.0] * 8
    torch.testing.assert_close(result.probabilities, result.logits.softmax(dim=1))
    assert result.positive_of.tolist() == [4, 5, 6, 7, 0, 1, 2, 3]
    torch.testing.assert_close(
        result.losses,
        nn.functional.cross_entropy(result.logits, result.positive_of, reduction="none"),
    )


@given(st.integers(1, 40), st.floats(0.01, 10))
@settings(deadline=None)
def test_identical_embeddings_give_the_log_of_the_number_of_others(
    n: int, temperature: float
) -> None:
    z = draw(1, 7).float().expand(2 * n, 7)
    assert float(nt_xent(z, temperature).loss) == pytest.approx(math.log(2 * n - 1), abs=1e-4)


def test_swapping_the_views_or_scaling_rows_changes_no_loss() -> None:
    z = draw(10, 4)
    losses = nt_xent(z, 0.3).losses
    torch.testing.assert_close(nt_xent(z.roll(5, dims=0), 0.3).losses, losses.roll(5))
    torch.testing.assert_close(nt_xent(z * draw(10, 1, seed=1).abs(), 0.3).losses, losses)


def test_a_single_picture_has_no_negatives_and_loss_exactly_0() -> None:
    z = draw(2, 3).float().requires_grad_()
    result = nt_xent(z, 0.01)
    result.loss.backward()
    assert result.loss.item() == 0.0 == floor(1, 0.01)
    assert z.grad is not None
    assert z.grad.abs().max() < 1e-6


@pytest.mark.parametrize("temperature", [0.01, 0.5, 10.0])
@pytest.mark.parametrize("scale", [0.0, 1e-30, 1e-3, 1e15])
def test_no_embedding_and_no_temperature_gives_nan(temperature: float, scale: float) -> None:
    z = draw(12, 6).float()
    z[3] *= scale
    z[9] = -z[3]
    z.requires_grad_()
    result = nt_xent(z, temperature)
    result.loss.backward()
    assert z.grad is not None
    assert torch.isfinite(result.loss)
    assert torch.isfinite(z.grad).all()
    if scale < 1e-20:
        assert not z.grad[3].any()
        assert not result.similarities[3].any()


@pytest.mark.parametrize(("rows", "temperature"), [(3, 0.5), (0, 0.5), (4, 0.0), (4, math.nan)])
def test_half_a_pair_no_pair_and_no_temperature_are_refused(rows: int, temperature: float) -> None:
    with pytest.raises(ValueError, match=r"views|temperature"):
        nt_xent(draw(rows, 3), temperature)


def simplex(n: int) -> Tensor:
    """n unit vectors [n, n] with similarity -1 / (n - 1) between any two."""
    return normalize(torch.eye(n, dtype=torch.float64) - 1 / n)


@pytest.mark.parametrize("n", [2, 3, 8, 33])
@pytest.mark.parametrize("temperature", [0.1, 0.5, 5.0])
def test_the_floor_is_reached_by_a_simplex_seen_twice(n: int, temperature: float) -> None:
    z = simplex(n).repeat(2, 1)
    assert float(nt_xent(z, temperature).loss) == pytest.approx(floor(n, temperature), rel=1e-9)


@given(st.integers(1, 8), st.integers(1, 6), st.floats(0.02, 10), st.integers(0, 999))
@settings(deadline=None)
def test_no_batch_falls_below_the_floor(n: int, d: int, temperature: float, seed: int) -> None:
    z = draw(2 * n, d, seed=seed)
    near = z[:n].repeat(2, 1) + 0.01 * z  # positives that nearly coincide come closest
    for views in (z, near, torch.cat([z[:n], -z[:n]])):
        assert float(nt_xent(views, temperature).loss) >= floor(n, temperature) - 1e-12


def test_descent_on_the_loss_ends_at_the_floor_and_not_below() -> None:
    z = draw(8, 3, seed=4).requires_grad_()  # 4 pictures on a sphere: the simplex fits exactly
    solver = torch.optim.LBFGS([z], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        loss = nt_xent(z, 0.5).loss
        loss.backward()
        return loss

    solver.step(closure)
    assert nt_xent(z, 0.5).loss.item() == pytest.approx(floor(4, 0.5), abs=1e-6)


def test_hits_count_rows_whose_positive_beats_every_negative() -> None:
    z = draw(12, 3)
    similarities = cosine(z)
    expected = 0
    for i in range(12):
        j = (i + 6) % 12
        expected += all(
            similarities[i, j] > similarities[i, k] for k in range(12) if k not in (i, j)
        )
    assert 0 < expected < 12
    assert float(hits(similarities)) == pytest.approx(expected / 12)
    assert float(hits(cosine(torch.ones(8, 3)))) == 0.0
    assert float(hits(cosine(simplex(5).repeat(2, 1)))) == 1.0
    assert float(hits(cosine(draw(2, 3)))) == 1.0


def loop_info_nce(q: Tensor, k: Tensor, queue: Tensor, temperature: float) -> float:
    total = 0.0
    for i in range(len(q)):
        sims = [float(q[i] @ key / q[i].norm() / key.norm()) for key in [k[i], *queue]]
        total -= sims[0] / temperature - math.log(sum(math.exp(s / temperature) for s in sims))
    return total / len(q)


@pytest.mark.parametrize("filled", [0, 1, 5, 9, None])
def test_info_nce_equals_a_loop_over_the_filled_keys(filled: int | None) -> None:
    q, k, queue = draw(4, 6), draw(4, 6, seed=1), draw(9, 6, seed=2)
    result = info_nce(q, k, queue, 0.2, filled)
    count = 9 if filled is None else filled
    assert float(result.loss) == pytest.approx(loop_info_nce(q, k, queue[:count], 0.2), abs=1e-12)
    assert result.logits.shape == result.probabilities.shape == (4, 10)
    assert not result.probabilities[:, 1 + count :].any()
    torch.testing.assert_close(result.probabilities.sum(dim=1), torch.ones(4).double())


def test_an_empty_queue_gives_loss_0_and_an_unfilled_slot_is_never_read() -> None:
    q, k = draw(3, 4), draw(3, 4, seed=1)
    poison = torch.full((5, 4), math.nan).double()
    assert info_nce(q, k, poison, 0.07, filled=0).loss.item() == 0.0
    assert torch.isfinite(info_nce(q, k, torch.cat([q, poison]), 0.07, filled=3).loss)


def test_of_info_nce_only_the_queries_get_a_gradient() -> None:
    q, k, queue = (draw(3, 4, seed=s).requires_grad_() for s in range(3))
    info_nce(q, k, queue, 0.1).loss.backward()
    assert q.grad is not None
    assert q.grad.any()
    assert k.grad is None
    assert queue.grad is None


@pytest.mark.parametrize("filled", [-1, 6])
def test_more_keys_than_the_queue_holds_cannot_be_filled(filled: int) -> None:
    with pytest.raises(ValueError, match="filled"):
        info_nce(draw(2, 3), draw(2, 3), draw(5, 3), 0.1, filled)


@given(st.integers(1, 9), st.lists(st.integers(0, 12), max_size=8))
@settings(deadline=None)
def test_the_queue_is_the_end_of_all_that_was_pushed_newest_first(
    size: int, pushes: list[int]
) -> None:
    queue, seen = Queue(size, 2), 0
    for n in pushes:
        pictures = torch.arange(seen, seen + n)
        queue.push(pictures[:, None].float() * torch.tensor([1.0, -1.0]), pictures)
        seen += n
        newest = list(range(seen - 1, max(seen - size, 0) - 1, -1))
        assert queue.filled == len(newest)
        assert queue.pictures[queue.order()].tolist() == newest
        assert queue.keys[queue.order(), 1].tolist() == [-float(i) for i in newest]
        assert queue.pictures[queue.filled :].tolist() == [-1] * (size - queue.filled)


def test_a_push_leaves_the_keys_an_earlier_loss_was_computed_from() -> None:
    queue = Queue(4, 3)
    queue.push(draw(4, 3), torch.arange(4))
    q = draw(2, 3).float().requires_grad_()
    loss = info_nce(q, draw(2, 3, seed=1).float(), queue.keys, 0.1).loss
    queue.push(draw(2, 3, seed=2), torch.arange(2))
    loss.backward()  # torch would refuse had the saved keys been overwritten
    assert q.grad is not None


def test_keys_without_their_pictures_and_queues_without_room_are_refused() -> None:
    with pytest.raises(ValueError, match="keys of"):
        Queue(3, 2).push(draw(2, 2), torch.arange(3))
    with pytest.raises(ValueError, match="at least one"):
        Queue(0, 2)


def networks() -> tuple[nn.Module, nn.Module]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return tuple(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)) for _ in range(2))  # type: ignore[return-value]


@pytest.mark.parametrize("m", [0.0, 0.3, 0.5, 0.999, 1.0])
def test_the_momentum_update_mixes_parameters_and_leaves_running_statistics(m: float) -> None:
    key, query = networks()
    query(draw(8, 3).float())
    before = copy.deepcopy(key)
    momentum_update(key, query, m)
    for k, b, q in zip(key.parameters(), before.parameters(), query.parameters(), strict=True):
        torch.testing.assert_close(k, m * b + (1 - m) * q)
        if m in (0, 1):
            assert torch.equal(k, b if m else q)
    for after, b in zip(key.buffers(), before.buffers(), strict=True):
        assert torch.equal(after, b)


def test_drift_is_0_for_a_copy_and_shrinks_by_m_at_every_update() -> None:
    key, query = networks()
    first = drift(query, key)
    assert first > 0.1
    for step in range(1, 5):
        momentum_update(key, query, 0.9)
        assert drift(query, key) == pytest.approx(first * 0.9**step, rel=1e-4)
    assert drift(query, query) == 0.0


@pytest.mark.parametrize("m", [-0.1, 1.1, math.nan])
def test_a_momentum_out_of_0_to_1_is_refused(m: float) -> None:
    with pytest.raises(ValueError, match=r"0\.\.1"):
        momentum_update(*networks(), m)


def test_negative_cosine_equals_torchs_and_holds_its_target_still() -> None:
    p, z = draw(5, 4).requires_grad_(), draw(5, 4, seed=1).requires_grad_()
    loss = negative_cosine(p, z)
    torch.testing.assert_close(loss, -nn.functional.cosine_similarity(p, z).mean())
    loss.backward()
    assert p.grad is not None
    assert z.grad is None
    negative_cosine(p, z, stop_gradient=False).backward()
    assert z.grad is not None
    assert z.grad.any()


def test_sim_siam_is_symmetric_in_the_two_views() -> None:
    p, z = draw(6, 4), draw(6, 4, seed=1)
    expected = negative_cosine(p[:3], z[3:]) / 2 + negative_cosine(p[3:], z[:3]) / 2
    torch.testing.assert_close(sim_siam(p, z), expected)
    torch.testing.assert_close(sim_siam(p.roll(3, 0), z.roll(3, 0)), expected)
    torch.testing.assert_close(sim_siam(z.roll(3, 0), z), torch.tensor(-1.0).double())


@pytest.mark.parametrize("alpha", [1.0, 2.0])
def test_alignment_and_uniformity_equal_loops_over_wang_and_isolas_formulas(alpha: float) -> None:
    z = draw(7, 3)
    unit = [row / row.norm() for row in z]
    pairs = [(i, j) for i in range(7) for j in range(i)]
    apart = sum(math.exp(-2 * float((unit[i] - unit[j]).norm()) ** 2) for i, j in pairs)
    assert float(uniformity(z)) == pytest.approx(math.log(apart / len(pairs)))
    other = draw(7, 3, seed=1)
    away = sum(float((u - o / o.norm()).norm()) ** alpha for u, o in zip(unit, other, strict=True))
    assert float(alignment(z, other, alpha)) == pytest.approx(away / 7)


def test_alignment_and_uniformity_at_their_ends() -> None:
    z = draw(6, 3)
    assert float(alignment(z, 5 * z)) == pytest.approx(0, abs=1e-20)
    assert float(alignment(z, -z)) == pytest.approx(4)
    assert float(uniformity(torch.ones(6, 3))) == 0.0
    assert float(uniformity(torch.ones(1, 3))) == 0.0
    assert float(uniformity(torch.tensor([[1.0, 0], [-1, 0]]))) == pytest.approx(-8)


def test_spread_is_0_where_collapsed_and_1_over_root_d_where_isotropic() -> None:
    assert float(spread(torch.ones(50, 8))) == 0.0
    assert float(spread(torch.cat([torch.eye(8), -torch.eye(8)]))) == pytest.approx(8**-0.5)
    assert float(spread(draw(5000, 64))) == pytest.approx(1 / 8, rel=0.01)
    assert float(spread(torch.zeros(4, 3))) == 0.0
