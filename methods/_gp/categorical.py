"""Gaussian processes on categories (*ours*): weighted Hamming distance and a linear trend.

The covariance is k(x, x') = s exp(-sum_v w_v [x_v != x'_v] - sum_f w_f (x_f - x'_f)^2)
+ 100 (1 + t.t'): a product over variables v, whose categories are only equal or unequal, and over
numeric features f; plus a diffuse prior on the coefficients of a trend, linear in regressors t.
Parameters maximise the marginal likelihood times log-normal priors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats
from methods._gp.likelihood import maximum_a_posteriori, negative_log_likelihood
from methods._gp.process import GaussianProcess, plus_diagonal, standardisation

__all__ = ["CategoricalProcess", "Layout", "Priors", "fit_categorical"]

_TREND_VARIANCE = 100.0  # of each coefficient, outcomes and regressors standardised: diffuse
_BOUNDS = (-12.0, 6.0)  # of the logarithm of any parameter


@dataclass(frozen=True)
class Layout:
    """Numbers of columns of the inputs: categories, then features; the rest are regressors."""

    categories: int
    features: int = 0

    @property
    def weights(self) -> int:
        """Number of columns that the kernel compares."""
        return self.categories + self.features


@dataclass(frozen=True)
class Priors:
    """Medians of the parameters, and standard deviations of their logarithms.

    Attributes
    ----------
    weights, weights_spread : float
        Of w; the median is that of their sum over all columns, so that random architectures of any
        space are about equally far apart.
    variance, variance_spread : float
        Of s, the outcomes being standardised.
    noise, noise_spread : float
        Of the variance of the noise.
    """

    weights: float = 1.0
    weights_spread: float = 1.5
    variance: float = 1.0
    variance_spread: float = 1.0
    noise: float = 0.01
    noise_spread: float = 1.0

    def centre(self, columns: int) -> Floats:
        """Return the logarithms [columns + 2] of the medians: w for each column, s, noise."""
        found: Floats = np.log(
            [*[self.weights / columns] * columns, self.variance, self.noise], dtype=np.float64
        )
        return found

    def spread(self, columns: int) -> Floats:
        """Return the standard deviations [columns + 2] of the logarithms, in the same order."""
        return np.array([*[self.weights_spread] * columns, self.variance_spread, self.noise_spread])


class CategoricalProcess(GaussianProcess):
    """A process on categories with given parameters, conditioned on observations.

    Parameters
    ----------
    inputs : array [n, categories + features + regressors]
        Features and regressors are standardised here.
    outcomes : array [n]
        In their own units.
    parameters : array [categories + features + 2]
        Logarithms of w, s and the variance of the noise.
    layout : Layout
    """

    def __init__(
        self, inputs: Floats, outcomes: Floats, parameters: Floats, layout: Layout
    ) -> None:
        self.parameters, self.layout = parameters, layout
        self._weights = np.exp(parameters[:-2])
        numbers = inputs[:, layout.categories :]
        self._centre, width = numbers.mean(axis=0), numbers.std(axis=0)
        # A column in which nothing differs carries no information: all of it becomes 0.
        self._width = np.where(width > 1e-12 * np.maximum(1.0, abs(self._centre)), width, np.inf)
        super().__init__(inputs, outcomes, noise=float(np.exp(parameters[-1])))

    def distances(self, inputs: Floats) -> Floats:
        """Return distances [columns, n n] between inputs [n, d] in each column of the kernel."""
        categories, features, _ = self._parts(inputs)
        differ = categories[:, None] != categories[None]
        squares = (features[:, None] - features[None]) ** 2
        both = np.concatenate([differ, squares], axis=2)
        return np.ascontiguousarray(both.reshape(-1, self.layout.weights).T)

    def trend(self, left: Floats, right: Floats) -> Floats:
        """Return the prior covariance [k, l] of the trend at inputs [k, d] and [l, d]."""
        covariance: Floats = _TREND_VARIANCE * (self._basis(left) @ self._basis(right).T)
        return covariance

    def _covariance(self, left: Floats, right: Floats) -> Floats:
        (a, f, _), (b, g, _) = self._parts(left), self._parts(right)
        of_categories = self._weights[: self.layout.categories]
        root = np.sqrt(self._weights[self.layout.categories :])
        f, g = f * root, g * root
        kernel: Floats = 2.0 * (f @ g.T) - (f**2).sum(axis=1)[:, None] - (g**2).sum(axis=1)
        kernel += self.parameters[-2] - of_categories.sum()
        for v, weight in enumerate(of_categories):
            kernel += weight * (a[:, v, None] == b[:, v])
        np.exp(kernel, out=kernel)
        return kernel + self.trend(left, right)

    def _variance(self, inputs: Floats) -> Floats:
        trend = _TREND_VARIANCE * (self._basis(inputs) ** 2).sum(axis=1)
        variance: Floats = np.exp(self.parameters[-2]) + trend
        return variance

    def _parts(self, inputs: Floats) -> tuple[Floats, Floats, Floats]:
        """Return categories, standardised features and standardised regressors of inputs."""
        numbers = (inputs[:, self.layout.categories :] - self._centre) / self._width
        features = self.layout.features
        return inputs[:, : self.layout.categories], numbers[:, :features], numbers[:, features:]

    def _basis(self, inputs: Floats) -> Floats:
        """Return the functions [k, 1 + regressors] that the trend is linear in."""
        regressors = self._parts(inputs)[2]
        return np.concatenate([np.ones((len(inputs), 1)), regressors], axis=1)


def fit_categorical(
    inputs: Floats,
    outcomes: Floats,
    layout: Layout,
    *,
    priors: Priors,
    last: CategoricalProcess | None = None,
    maxiter: int = 20,
) -> CategoricalProcess:
    """Fit the parameters to observations by maximum a posteriori.

    Parameters
    ----------
    inputs : array [n, columns]
    outcomes : array [n]
        In their own units.
    layout : Layout
        Of the columns.
    priors : Priors
    last : CategoricalProcess, optional
        An earlier fit from which this one starts; the medians of the priors when not given.
    maxiter : int
        Of L-BFGS-B, with analytic gradients; a step costs O(n^3). Four times as many from the
        medians.
    """
    centre, spread = priors.centre(layout.weights), priors.spread(layout.weights)
    start, steps = (centre, 4 * maxiter) if last is None else (last.parameters, maxiter)
    prior = CategoricalProcess(inputs, outcomes, centre, layout)
    distances, trend = prior.distances(inputs), prior.trend(inputs, inputs)
    shift, scale = standardisation(outcomes)
    standardised = (outcomes - shift) / scale

    def loss(parameters: Floats) -> tuple[float, Floats]:
        value, gradient = _likelihood_by_parameters(parameters, distances, trend, standardised)
        off = (parameters - centre) / spread
        return value + 0.5 * float(off @ off), gradient + off / spread

    found = maximum_a_posteriori(loss, start, [_BOUNDS] * len(start), maxiter=steps)
    return CategoricalProcess(inputs, outcomes, found, layout)


def _likelihood_by_parameters(
    parameters: Floats, distances: Floats, trend: Floats, outcomes: Floats
) -> tuple[float, Floats]:
    """Return minus the log marginal likelihood and its gradient [columns + 2].

    Parameters
    ----------
    parameters : array [columns + 2]
        Logarithms of w, s and the variance of the noise.
    distances : array [columns, n n]
        See `CategoricalProcess.distances`.
    trend : array [n, n]
        Covariance of the trend.
    outcomes : array [n]
        Standardised.
    """
    n = len(outcomes)
    weights, noise = np.exp(parameters[:-2]), np.exp(parameters[-1])
    kernel = np.exp(parameters[-2] - weights @ distances)
    covariance = plus_diagonal(kernel.reshape(n, n) + trend, noise + 1e-8)
    value, by_covariance, _ = negative_log_likelihood(covariance, outcomes)
    weighted = by_covariance.ravel() * kernel
    gradient = np.concatenate(
        [-weights * (distances @ weighted), [weighted.sum(), noise * np.trace(by_covariance)]]
    )
    return value, gradient
