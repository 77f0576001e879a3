"""Least squares of polynomials against numpy, and what happens beyond as many points."""

import numpy as np
import pytest
import torch
from numpy.polynomial import legendre

from models.replicas.polynomials import basis, evaluate, fit


def points(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, generator=generator, dtype=torch.float64) - 1
    return x, torch.sin(4 * x) + 0.2 * torch.randn(n, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("degree", [0, 1, 2, 5, 12])
def test_the_fit_equals_numpys(degree: int) -> None:
    x, y = points(40)
    np.testing.assert_allclose(fit(x, y, degree), legendre.legfit(x, y, degree), atol=1e-9)
    values = legendre.legval(x.numpy(), fit(x, y, degree).numpy())
    np.testing.assert_allclose(evaluate(fit(x, y, degree), x), values, atol=1e-10)


def test_the_basis_is_legendres() -> None:
    x = torch.linspace(-1, 1, 11, dtype=torch.float64)
    np.testing.assert_allclose(basis(x, 20), legendre.legvander(x.numpy(), 20), atol=1e-12)


@pytest.mark.parametrize("degree", [9, 10, 15, 20])
def test_with_as_many_coefficients_as_points_it_goes_through_all_and_is_the_smallest(
    degree: int,
) -> None:
    x, y = points(10)
    found = fit(x, y, degree)
    torch.testing.assert_close(evaluate(found, x), y, atol=1e-8, rtol=0)
    expected = np.linalg.pinv(legendre.legvander(x.numpy(), degree)) @ y.numpy()
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_one_point_and_a_negative_degree() -> None:
    one = torch.tensor([0.3]).double()
    assert evaluate(fit(one, 2 * one, 3), one).item() == pytest.approx(0.6)
    with pytest.raises(ValueError, match="at least 0"):
        fit(one, one, -1)
