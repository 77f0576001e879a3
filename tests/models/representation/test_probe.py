"""Probes: as good as scikit-learn's, equal to slow loops, and steady where there is little."""

import math

import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from models.representation.probe import (
    few_labels,
    fit_linear,
    knn,
    linear_probe,
    nearest,
    pca2,
    predict,
)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def clusters(n: int, d: int, classes: int, seed: int, apart: float = 1.0) -> tuple[Tensor, Tensor]:
    y = torch.arange(n) % classes
    return apart * draw(classes, d, seed=77)[y] + draw(n, d, seed=seed) + 5, y


def test_the_plane_is_scikit_learns_but_for_the_sign() -> None:
    x = draw(60, 5) @ draw(5, 5, seed=1) + 3
    fit, theirs = pca2(x), PCA(2).fit(x.double().numpy())
    torch.testing.assert_close(fit.share, torch.tensor(theirs.explained_variance_ratio_).float())
    torch.testing.assert_close(
        fit.coordinates.abs(),
        torch.tensor(theirs.transform(x.double().numpy())).abs().float(),
        atol=1e-4,
        rtol=1e-4,
    )
    torch.testing.assert_close(fit.axes @ fit.axes.T, torch.eye(2), atol=1e-6, rtol=0)
    assert (fit.axes.gather(1, fit.axes.abs().argmax(dim=1, keepdim=True)) > 0).all()


def test_the_plane_does_not_flip_with_the_order() -> None:
    x = draw(40, 6) * torch.tensor([5.0, 3, 1, 1, 1, 1])
    fit, turned = pca2(x), pca2(x.flip(0))
    torch.testing.assert_close(turned.coordinates.flip(0), fit.coordinates, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "x", [torch.zeros(5, 4), torch.full((5, 4), 0.1), draw(1, 4), torch.full((3, 1), 7.0)]
)
def test_without_variance_the_plane_is_a_point(x: Tensor) -> None:
    fit = pca2(x)
    assert fit.coordinates.shape == (len(x), 2)
    assert not fit.coordinates.any()
    assert not fit.share.any()


def test_one_feature_fills_one_axis() -> None:
    fit = pca2(torch.tensor([[1.0], [2.0], [6.0]]))
    torch.testing.assert_close(fit.coordinates, torch.tensor([[-2.0, 0], [-1, 0], [3, 0]]))
    assert fit.share.tolist() == [1.0, 0.0]
    with pytest.raises(ValueError, match="no features"):
        pca2(torch.zeros(0, 3))


@pytest.mark.parametrize("l2", [1e-4, 1e-2])
def test_the_linear_fit_reaches_scikit_learns_loss_and_accuracy(l2: float) -> None:
    x, y = clusters(300, 20, 4, seed=1)
    test_x, test_y = clusters(200, 20, 4, seed=2)
    fit = fit_linear(x, y, 4, l2)
    scaled = [((v.double() - fit.mean) / fit.scale).numpy() for v in (x, test_x)]
    theirs = LogisticRegression(C=1 / (300 * l2), max_iter=5000, tol=1e-9).fit(scaled[0], y.numpy())
    log_p = torch.tensor(theirs.predict_log_proba(scaled[0]))
    loss = -float(log_p[torch.arange(300), y].mean()) + l2 / 2 * float((theirs.coef_**2).sum())
    assert fit.objective == pytest.approx(loss, rel=1e-3)
    ours = linear_probe(x, y, test_x, test_y, 4, l2)
    assert ours == pytest.approx(theirs.score(scaled[1], test_y.numpy()), abs=0.015)
    assert 0.6 < ours < 1


def test_the_probe_is_the_same_every_time_and_where_no_gradients_are_kept() -> None:
    x, y = clusters(100, 8, 3, seed=1)
    one = fit_linear(x.requires_grad_(), y, 3)
    with torch.no_grad():
        two = fit_linear(x, y, 3)
    assert torch.equal(one.weight, two.weight)
    assert not one.weight.requires_grad
    assert x.grad is None


def test_features_that_do_not_vary_or_differ_in_scale_change_nothing() -> None:
    x, y = clusters(90, 6, 3, seed=1)
    fit = fit_linear(x, y, 3)
    wide = torch.cat([x * 1000, torch.full((90, 1), 0.3), torch.zeros(90, 1)], dim=1)
    other = fit_linear(wide, y, 3)
    torch.testing.assert_close(other.weight[:, :6], fit.weight, atol=1e-3, rtol=1e-3)
    assert not other.weight[:, 6:].any()
    assert torch.equal(predict(other, wide), predict(fit, x))


def test_collapsed_features_and_a_single_class_are_no_error() -> None:
    _, y = clusters(40, 6, 4, seed=1)
    flat = torch.ones(40, 6)
    assert linear_probe(flat, y, flat, y, 4) == 0.25
    assert knn(flat, y, flat, y) == 0.25
    x, zeros = draw(10, 3), torch.zeros(10, dtype=torch.int64)
    assert linear_probe(x, zeros, x, zeros, 5) == 1.0
    assert linear_probe(x[:1], zeros[:1], x, zeros, 5) == 1.0


def test_a_probe_of_nothing_is_refused() -> None:
    x, y = clusters(10, 3, 2, seed=1)
    for arguments in ((x[:0], y[:0], x, y), (x, y, x[:0], y[:0])):
        with pytest.raises(ValueError, match="examples"):
            linear_probe(*arguments, 2)
        with pytest.raises(ValueError, match=r"examples|neighbors"):
            knn(*arguments)
    with pytest.raises(ValueError, match="l2"):
        fit_linear(x, y, 2, l2=0)


@pytest.mark.parametrize("k", [1, 5, 20, 500])
def test_knn_equals_a_loop_over_wu_et_als_votes(k: int) -> None:
    x, y = clusters(60, 5, 3, seed=1, apart=0.7)
    test_x, test_y = clusters(40, 5, 3, seed=2, apart=0.7)
    right = 0
    for row, label in zip(test_x, test_y, strict=True):
        cosines = [float(row @ other / row.norm() / other.norm()) for other in x]
        best = sorted(range(60), key=lambda i: -cosines[i])[: min(k, 60)]
        votes = [0.0] * 3
        for i in best:
            votes[int(y[i])] += math.exp(cosines[i] / 0.1)
        right += votes.index(max(votes)) == int(label)
    accuracy = knn(x, y, test_x, test_y, k)
    assert accuracy == pytest.approx(right / 40)
    assert 0.34 < accuracy < 1


def test_few_labels_are_so_many_of_each_class_and_all_where_there_are_fewer() -> None:
    labels = torch.tensor([0] * 10 + [2] * 3 + [1] * 7)
    for per_class in (0, 1, 3, 5, 100):
        index = few_labels(labels, per_class, torch.Generator().manual_seed(0))
        counts = labels[index].bincount(minlength=3).tolist()
        assert counts == [min(per_class, 10), min(per_class, 7), min(per_class, 3)]
        assert len(index.unique()) == len(index)
    few, more = (
        set(few_labels(labels, n, torch.Generator().manual_seed(4)).tolist()) for n in (2, 4)
    )
    assert few < more
    other = few_labels(labels, 2, torch.Generator().manual_seed(5))
    assert set(other.tolist()) != few


def test_the_nearest_are_sorted_by_cosine_and_never_the_query_itself() -> None:
    bank = draw(30, 4)
    cosines = torch.nn.functional.cosine_similarity(bank[7], bank)
    rows, similarity = nearest(bank[7], bank, 5)
    assert rows[0, 0] == 7
    assert rows[0].tolist() == cosines.argsort(descending=True)[:5].tolist()
    torch.testing.assert_close(similarity[0], cosines.sort(descending=True).values[:5])
    without = nearest(bank[7], bank, 4, but=7)
    assert without.rows[0].tolist() == rows[0, 1:].tolist()
    every = nearest(bank, bank, 100, but=torch.arange(30))
    assert every.rows.shape == (30, 29)
    assert not (every.rows == torch.arange(30)[:, None]).any()
    assert torch.isfinite(every.similarity).all()


def test_of_equals_the_lower_row_is_nearer_and_an_empty_bank_is_refused() -> None:
    assert nearest(torch.ones(3), torch.ones(6, 3), 3, but=1).rows.tolist() == [[0, 2, 3]]
    with pytest.raises(ValueError, match="no 1 neighbors"):
        nearest(torch.ones(3), torch.ones(0, 3), 1)
    with pytest.raises(ValueError, match="no 0 neighbors"):
        nearest(torch.ones(3), torch.ones(2, 3), 0)
