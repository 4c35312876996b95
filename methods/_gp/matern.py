"""Gaussian processes with a Matern-5/2 kernel with ARD, the model of the papers.

The model is that of BoTorch 0.3, with its priors and its least noise; BoTorch, in which the fits
of a run take about 15 times as long, is the oracle in the tests: value, gradient, optimum and
posterior.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import MethodError
from bench.spaces import Box, FiniteSpace, Space
from methods._gp.likelihood import maximum_a_posteriori, negative_log_likelihood
from methods._gp.process import GaussianProcess, plus_diagonal, standardisation

__all__ = ["ENCODINGS", "MaternProcess", "encode", "fit_matern", "negative_log_posterior"]

ENCODINGS: dict[str, Callable[[FiniteSpace, ArrayLike], Floats]] = {
    "ordinal": lambda space, architectures: space.encode_ordinal(architectures),
    "one-hot": lambda space, architectures: space.encode_one_hot(architectures),
}

# Shapes and rates of the Gamma priors of BoTorch 0.3, and its lower bound of the variance of the
# noise; outcomes are standardised.
_LENGTHSCALE, _VARIANCE, _NOISE = (3.0, 6.0), (2.0, 0.15), (1.1, 0.05)
_LEAST_NOISE = 1e-4

_LOGARITHMS, _MEANS = (-12.0, 12.0), (-10.0, 10.0)  # far beyond what the priors allow (ours)


def encode(space: Space, architectures: ArrayLike, encoding: str) -> Floats:
    """Return architectures as inputs of a Gaussian process, [n, d] within [0, 1].

    Parameters
    ----------
    space : Space
    architectures : array_like [n, variables]
    encoding : {"ordinal", "one-hot"}
        The capacity rank of every category (as in the LaMOO papers), or an indicator for each
        category. A box is scaled to the unit cube, which is its only (ordinal) encoding.

    Raises
    ------
    MethodError
        If there is no such encoding, or not for this space.
    """
    if encoding not in ENCODINGS:
        raise MethodError(f"encoding is {encoding!r}; expected one of {', '.join(ENCODINGS)}")
    if isinstance(space, Box) and encoding == "ordinal":
        return space.to_unit(architectures)
    if not isinstance(space, FiniteSpace):
        raise MethodError(
            f"encoding is {encoding!r}; expected 'ordinal' for {space.name!r}, which is a "
            f"{space.kind}"
        )
    return ENCODINGS[encoding](space, architectures)


class MaternProcess(GaussianProcess):
    """A process with a constant mean and a Matern-5/2 kernel, one length scale for each input.

    The covariance is k(x, x') = s (1 + d + d^2 / 3) exp(-d), where d^2 = 5 sum_v ((x_v - x'_v) /
    l_v)^2.

    Parameters
    ----------
    inputs : array [n, d]
        Within [0, 1].
    outcomes : array [n]
        In their own units.
    parameters : array [d + 3]
        Logarithms of the length scales l (in the units of the inputs), of s and of the variance of
        the noise; and the mean. Outcomes are standardised.
    """

    def __init__(self, inputs: Floats, outcomes: Floats, parameters: Floats) -> None:
        self.parameters = parameters
        self.lengthscales, self.variance, noise, mean = _values(parameters)
        super().__init__(inputs, outcomes, noise=noise, mean=mean)

    def _covariance(self, left: Floats, right: Floats) -> Floats:
        return _matern(left / self.lengthscales, right / self.lengthscales, self.variance)[0]

    def _variance(self, inputs: Floats) -> Floats:
        return np.full(len(inputs), self.variance)


def fit_matern(
    inputs: Floats, outcomes: Floats, *, last: MaternProcess | None = None, maxiter: int = 75
) -> MaternProcess:
    """Fit the parameters to observations by maximum a posteriori.

    Parameters
    ----------
    inputs : array [n, d]
        Within [0, 1].
    outcomes : array [n]
        In their own units; standardised here. A constant one keeps its scale.
    last : MaternProcess, optional
        An earlier fit from which this one starts (*ours*: fewer steps).
    maxiter : int
        Of L-BFGS-B; a step costs O(n^3). There is no restart from random parameters (*ours*).
    """
    shift, scale = standardisation(outcomes)
    standardised = (outcomes - shift) / scale
    start = _start(inputs.shape[1]) if last is None else last.parameters

    def loss(parameters: Floats) -> tuple[float, Floats]:
        return negative_log_posterior(parameters, inputs, standardised)

    found = maximum_a_posteriori(loss, start, _bounds(inputs.shape[1]), maxiter=maxiter)
    return MaternProcess(inputs, outcomes, found)


def negative_log_posterior(
    parameters: Floats, inputs: Floats, outcomes: Floats
) -> tuple[float, Floats]:
    """Return minus the log of likelihood times priors, up to a constant, and its gradient [d + 3].

    Parameters
    ----------
    parameters : array [d + 3]
        See `MaternProcess`.
    inputs : array [n, d]
    outcomes : array [n]
        Standardised.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the covariance is not positive definite.
    """
    lengthscales, variance, noise, mean = _values(parameters)
    scaled = inputs / lengthscales
    kernel, slope = _matern(scaled, scaled, variance)
    covariance = plus_diagonal(kernel, noise)
    value, by_covariance, by_residual = negative_log_likelihood(covariance, outcomes - mean)
    slope *= by_covariance
    # The sum of a symmetric matrix times squared differences, from squares and products.
    differences = slope.sum(axis=1) @ scaled**2 - (scaled * (slope @ scaled)).sum(axis=0)
    gradient = np.empty_like(parameters)
    gradient[:-3] = 10.0 / 3.0 * differences
    gradient[-3] = np.vdot(by_covariance, kernel)
    gradient[-2] = noise * np.trace(by_covariance)
    gradient[-1] = -by_residual.sum()
    shapes, rates = _priors(len(lengthscales))
    positive = np.exp(parameters[:-1])
    value += float(rates @ positive - (shapes - 1.0) @ parameters[:-1])
    gradient[:-1] += rates * positive - (shapes - 1.0)
    return value, gradient


def _values(parameters: Floats) -> tuple[Floats, float, float, float]:
    """Return length scales [d], signal variance, noise variance and mean."""
    positive = np.exp(parameters[:-1])
    return positive[:-2], float(positive[-2]), float(positive[-1]), float(parameters[-1])


def _priors(columns: int) -> tuple[Floats, Floats]:
    """Return shapes and rates [columns + 2] of the priors of length scales, variance and noise."""
    shapes, rates = np.array([*[_LENGTHSCALE] * columns, _VARIANCE, _NOISE]).T
    return shapes, rates


def _start(columns: int) -> Floats:
    """Return the parameters [columns + 3] from which BoTorch 0.3 starts."""
    log_softplus_0 = np.log(np.log(2.0))
    shape, rate = _NOISE
    return np.array([*[log_softplus_0] * (columns + 1), np.log((shape - 1.0) / rate), 0.0])


def _bounds(columns: int) -> list[tuple[float, float]]:
    return [*[_LOGARITHMS] * (columns + 1), (np.log(_LEAST_NOISE), _LOGARITHMS[1]), _MEANS]


def _matern(left: Floats, right: Floats, variance: float) -> tuple[Floats, Floats]:
    """Return the kernel [k, l] of scaled inputs [k, d] and [l, d], and its slope [k, l].

    The slope s (1 + d) exp(-d) is -6 times the derivative by d^2: that of k by log l_v is 5/3 of it
    times ((x_v - x'_v) / l_v)^2.
    """
    kernel = left @ (-10.0 * right.T)  # in place from here: all cells of a space pass through
    kernel += 5.0 * (left**2).sum(axis=1)[:, None]
    kernel += 5.0 * (right**2).sum(axis=1)
    np.maximum(kernel, 0.0, out=kernel)  # d^2
    slope = np.sqrt(kernel)
    decay = np.subtract(np.log(variance), slope)
    np.exp(decay, out=decay)
    slope += 1.0
    slope *= decay
    decay *= 1.0 / 3.0
    kernel *= decay
    kernel += slope
    return kernel, slope
