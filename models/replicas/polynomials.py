"""Polynomials fitted by least squares.

Shape letters: N points, D coefficients (degree + 1).
"""

import torch
from torch import Tensor


def basis(x: Tensor, degree: int) -> Tensor:
    """Legendre polynomials of degree 0 to `degree` at x [N] in [-1, 1]: [N, D], by Bonnet's
    recursion. In powers of x the equations would be hopeless from degree 12 or so.
    """
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * x * columns[n] - n * columns[n - 1]) / (n + 1))
    return torch.stack(columns[: degree + 1], dim=1)


def fit(x: Tensor, y: Tensor, degree: int) -> Tensor:
    """Coefficients [D] of least squared error on x, y [N]. Where D > N many are perfect: the one
    with the least sum of squares is taken. Raises ValueError for a negative degree.
    """
    if degree < 0:
        raise ValueError("a polynomial has a degree of at least 0")
    solved = torch.linalg.lstsq(basis(x, degree), y[:, None], driver="gelsd")
    coefficients: Tensor = solved.solution[:, 0]
    return coefficients


def evaluate(coefficients: Tensor, x: Tensor) -> Tensor:
    """The polynomial's values at x [N]."""
    return basis(x, len(coefficients) - 1) @ coefficients
