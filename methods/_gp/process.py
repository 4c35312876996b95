"""Posteriors of Gaussian processes: linear algebra on any covariance function."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from bench.arrays import Floats

__all__ = ["GaussianProcess", "jittered_cholesky", "plus_diagonal", "standardisation"]

_CHUNK = 512  # inputs at once: arrays [inputs, observations] stay in the processor's cache
_LEAST_SHARE = 1e-10  # of the prior variance: keeps a posterior variance positive under rounding


class GaussianProcess(ABC):
    """A Gaussian process with fixed parameters, conditioned on observations.

    Outcomes are standardised: noise, mean and covariance are in units of their standard deviation.
    A subclass sets its parameters first, then calls this constructor.

    Parameters
    ----------
    inputs : array [n, d]
    outcomes : array [n]
        In their own units.
    noise : float
        Variance of the noise of an observation, in standardised units.
    mean : float
        Prior mean, in standardised units.
    """

    def __init__(
        self,
        inputs: Floats,
        outcomes: Floats,
        *,
        noise: float,
        mean: float = 0.0,
    ) -> None:
        from scipy.linalg.lapack import dtrtri

        self.inputs, self.outcomes = inputs, outcomes
        self.noise, self.mean = noise, mean
        self.shift, self.scale = standardisation(outcomes)
        covariance = plus_diagonal(self._covariance(inputs, inputs), noise)
        # With the inverse factor, a posterior needs products only, which are faster than solving.
        self._inverse: Floats = dtrtri(jittered_cholesky(covariance), lower=True)[0]
        residual = (outcomes - self.shift) / self.scale - mean
        self._solved = self._inverse.T @ (self._inverse @ residual)

    @abstractmethod
    def _covariance(self, left: Floats, right: Floats) -> Floats:
        """Return the prior covariance [k, l] of the function at inputs [k, d] and [l, d]."""

    @abstractmethod
    def _variance(self, inputs: Floats) -> Floats:
        """Return the diagonal [k] of `_covariance` at inputs [k, d]."""

    def posterior(self, inputs: Floats, *, noisy: bool = False) -> tuple[Floats, Floats]:
        """Return mean [k] and standard deviation [k] at each input, in units of the outcomes.

        Parameters
        ----------
        inputs : array [k, d]
        noisy : bool
            Of a measurement rather than of the function itself.
        """
        mean, variance = np.empty(len(inputs)), np.empty(len(inputs))
        for first in range(0, len(inputs), _CHUNK):
            rows = slice(first, first + _CHUNK)
            across, explained = self._across(inputs[rows])
            prior = self._variance(inputs[rows])
            mean[rows] = across @ self._solved
            left = prior - np.einsum("ij,ij->i", explained, explained)
            variance[rows] = np.maximum(left, _LEAST_SHARE * prior)
        if noisy:
            variance += self.noise
        return self._in_own_units(mean), self.scale * np.sqrt(variance)

    def joint(self, inputs: Floats, *, noisy: bool = False) -> tuple[Floats, Floats]:
        """Return mean [k] and covariance [k, k] of all inputs, in units of the outcomes.

        Parameters
        ----------
        inputs : array [k, d]
        noisy : bool
            Of measurements rather than of the function itself.
        """
        across, explained = self._across(inputs)
        covariance = self._covariance(inputs, inputs) - explained @ explained.T
        if noisy:
            covariance = plus_diagonal(covariance, self.noise)
        return self._in_own_units(across @ self._solved), self.scale**2 * covariance

    def _in_own_units(self, standardised: Floats) -> Floats:
        own: Floats = self.shift + self.scale * (self.mean + standardised)
        return own

    def _across(self, inputs: Floats) -> tuple[Floats, Floats]:
        """Return the covariance [k, n] with the observations, and it times the inverse factor."""
        across = self._covariance(inputs, self.inputs)
        return across, across @ self._inverse.T


def standardisation(outcomes: Floats) -> tuple[float, float]:
    """Return mean and standard deviation of outcomes [n]; deviation 1 where nothing differs."""
    shift, scale = float(outcomes.mean()), float(outcomes.std())
    return shift, scale if scale > 1e-12 * max(1.0, abs(shift)) else 1.0


def plus_diagonal(covariance: Floats, variance: float) -> Floats:
    """Return a covariance [n, n] with a variance added to each element of its diagonal."""
    added = covariance.copy()
    added.flat[:: len(covariance) + 1] += variance
    return added


def jittered_cholesky(covariance: Floats) -> Floats:
    """Return the lower Cholesky factor of a covariance [n, n], with as little jitter as needed.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a jitter of a hundredth of the diagonal is not enough: the matrix is no covariance.
    """
    level = max(float(np.mean(np.diag(covariance))), 1e-300)
    for jitter in (0.0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2):
        try:
            factor = np.linalg.cholesky(plus_diagonal(covariance, jitter * level))
        except np.linalg.LinAlgError:
            continue
        return factor.astype(np.float64, copy=False)
    raise np.linalg.LinAlgError("not positive definite, even with a jitter of 1 % of the diagonal")
