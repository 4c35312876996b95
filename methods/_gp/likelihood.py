"""The marginal likelihood of a Gaussian process, and parameters of maximum a posteriori."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bench.arrays import Floats

__all__ = ["maximum_a_posteriori", "negative_log_likelihood"]

_IMPOSSIBLE = 1e10  # the loss where a covariance has no Cholesky factor; a line search turns back


def negative_log_likelihood(covariance: Floats, residual: Floats) -> tuple[float, Floats, Floats]:
    """Return -log p(y) of observations y = mean + residual, and its derivatives.

    With K the covariance and r the residual, -log p(y) = (r' K^-1 r + log |K| + n log 2 pi) / 2,
    its derivative by K is (K^-1 - a a') / 2 with a = K^-1 r, and that by r is a.

    Parameters
    ----------
    covariance : array [n, n]
        Of the observations, noise included.
    residual : array [n]

    Returns
    -------
    value : float
    by_covariance : array [n, n]
    by_residual : array [n]

    Raises
    ------
    numpy.linalg.LinAlgError
        If the covariance is not positive definite.

    Notes
    -----
    Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, section 5.4.1. It costs
    O(n^3): a Cholesky factor, and the inverse from it.
    """
    from scipy.linalg.lapack import dpotrf, dpotri

    factor, failed = dpotrf(covariance.T, lower=True)
    if failed:
        raise np.linalg.LinAlgError("the covariance of the observations is not positive definite")
    lower: Floats = dpotri(factor, lower=True)[0]  # above its diagonal are zeros
    inverse = lower + lower.T
    inverse.flat[:: len(inverse) + 1] *= 0.5
    solved = inverse @ residual
    value = 0.5 * (residual @ solved + len(residual) * np.log(2.0 * np.pi))
    value += np.log(np.diag(factor)).sum()
    inverse -= solved[:, None] * solved
    inverse *= 0.5
    return float(value), inverse, solved


def maximum_a_posteriori(
    loss: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    bounds: Sequence[tuple[float, float]],
    *,
    maxiter: int,
) -> Floats:
    """Return the parameters [p] that minimise a loss, found by L-BFGS-B.

    Parameters
    ----------
    loss : function
        Parameters [p] to minus the log of likelihood times prior, and its gradient [p]. It may
        raise `numpy.linalg.LinAlgError`.
    start : array [p]
    bounds : sequence of p pairs
        Least and largest value of each parameter.
    maxiter : int
        Steps at most; parameters of a search that ends there are used.
    """
    from scipy.optimize import minimize

    def finite(parameters: Floats) -> tuple[float, Floats]:
        try:
            return loss(parameters)
        except np.linalg.LinAlgError:
            return _IMPOSSIBLE, np.zeros_like(parameters)

    found = minimize(
        finite, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": maxiter}
    )
    best: Floats = np.asarray(found.x, dtype=np.float64)
    return best
