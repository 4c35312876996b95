"""The density of the population in cheap objectives, and the distributions made from it.

Everything is computed in logarithms: far from the population 1 / p does not fit a float.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats, Indices

__all__ = ["Density", "child_probabilities", "draw_without_replacement", "parent_probabilities"]


@dataclass(frozen=True)
class Density:
    """A kernel density estimate with Gaussian product kernels.

    The paper names no kernel and no bandwidth. *ours*: h_j = k^(-1/(n+4)) max(s_j, 0.05 R_j), with
    s_j the sample standard deviation (Scott's factor) and R_j the range of objective j over every
    architecture generated so far; the floor keeps h positive when points coincide. The bandwidth is
    diagonal, because FLOPs and parameters are so nearly collinear that a full covariance is
    singular.

    Attributes
    ----------
    points : array [k, n]
        Logarithms of the n cheap objectives of the population.
    bandwidth : array [n]
        In the same units.
    """

    points: Floats
    bandwidth: Floats

    @classmethod
    def of(cls, points: Floats, ranges: Floats) -> Density | None:
        """Fit to points; None for a single point, or if an objective does not differ at all.

        Parameters
        ----------
        points : array [k, n]
            Logarithms of the cheap objectives.
        ranges : array [n]
            Range of each over every architecture generated so far.
        """
        k, n = points.shape
        if k < 2:
            return None
        spread = np.maximum(points.std(axis=0, ddof=1), 0.05 * ranges)
        return cls(points, k ** (-1.0 / (n + 4)) * spread) if (spread > 0).all() else None

    def log(self, at: Floats) -> Floats:
        """Return the log density [m] at the points `at` [m, n]."""
        distance = (at[:, None, :] - self.points[None, :, :]) / self.bandwidth
        kernels = -0.5 * (distance**2).sum(axis=2)
        scale = np.log(len(self.points) * np.sqrt(2 * np.pi) ** at.shape[1] * self.bandwidth.prod())
        highest = kernels.max(axis=1, keepdims=True)
        mass: Floats = highest[:, 0] + np.log(np.exp(kernels - highest).sum(axis=1)) - scale
        return mass


def parent_probabilities(log_density: Floats) -> Floats:
    """Return the parent distribution [k]: inversely proportional to the density.

    Parameters
    ----------
    log_density : array [k]

    Notes
    -----
    Equation 9. The paper prints the constant as 1 / sum p, which does not normalise; it is
    1 / sum(1 / p).

    Examples
    --------
    >>> parent_probabilities(np.log([1.0, 1.0, 0.5])).round(3).tolist()
    [0.25, 0.25, 0.5]
    """
    inverse = np.exp(log_density.min() - log_density)
    probabilities: Floats = inverse / inverse.sum()
    return probabilities


def child_probabilities(log_density: Floats, log_highest: float, floor: float) -> Floats:
    """Return the child distribution [c] over proposals: 1 / max(p, floor * highest).

    Parameters
    ----------
    log_density : array [c]
        Log density of the proposals, under the density of the population.
    log_highest : float
        The highest log density at a member of the population.
    floor : float
        *ours*; without it the tails of the Gaussian give one proposal nearly all of the
        probability.

    Notes
    -----
    Equation 10.
    """
    if floor > 0:
        log_density = np.maximum(log_density, np.log(floor) + log_highest)
    return parent_probabilities(log_density)


def draw_without_replacement(rng: np.random.Generator, probabilities: Floats, n: int) -> Indices:
    """Draw n indices one after the other, renormalised after each; all if there are fewer.

    Parameters
    ----------
    rng : numpy.random.Generator
    probabilities : array [k]
    n : int

    Returns
    -------
    array of int [min(n, k)]
        In the order of the draws.

    Notes
    -----
    By the Gumbel-top-k trick, which has the same distribution and does not underflow.
    """
    with np.errstate(divide="ignore"):
        keys = np.log(probabilities) + rng.gumbel(size=len(probabilities))
    return np.argsort(-keys, kind="stable")[:n]
