"""The loss of two weights as a surface, against scikit-learn and a direct sum."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso, Ridge

from models.regularization.linear import lambda_grid
from models.regularization.plane import loss_surface, two_features

LAMBDAS = lambda_grid(0.01, 8, 40)


@pytest.mark.parametrize("correlation", [-0.95, 0.0, 0.6, 0.95])
def test_the_loss_surface_is_the_data_loss_and_its_solutions_scikit_learns(
    correlation: float,
) -> None:
    x, y = two_features(20, correlation, 1.0, 0)
    assert np.corrcoef(x.numpy().T)[0, 1] == pytest.approx(correlation)
    lambdas = LAMBDAS[::4]
    found = loss_surface(x, y, lambdas, (1.0, 0.0))
    for theta in torch.randn(20, 2, generator=torch.Generator().manual_seed(1)).double():
        errors = x @ theta - y
        loss = 0.5 * (errors - errors.mean()).square().sum()
        off = theta - found.best
        assert float(loss) == pytest.approx(found.least + 0.5 * float(off @ found.hessian @ off))
    for k, lam in enumerate(lambdas.tolist()):
        lasso = Lasso(alpha=lam / 20, tol=1e-12, max_iter=10**6).fit(x.numpy(), y.numpy())
        np.testing.assert_allclose(found.solutions[0, k], lasso.coef_, atol=1e-6)
        closed = Ridge(alpha=2 * lam).fit(x.numpy(), y.numpy())
        np.testing.assert_allclose(found.solutions[1, k], closed.coef_, atol=1e-6)
