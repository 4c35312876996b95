"""Scales on which an objective is modelled, and expected improvements on each of them.

The expected improvement over a level is E[(level - y)+] of a minimised objective y: Gaussian, the
back-transform of a Gaussian, or a known number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError

__all__ = [
    "RAW",
    "TRANSFORMS",
    "Improvement",
    "Transform",
    "gaussian_improvement",
    "known_improvement",
    "make_transform",
    "transformed_improvement",
]

Improvement = Callable[[Floats], Floats]  # levels [l] -> E[(level - y)+] of k candidates, [k, l]

_NODES = 24  # of Gauss-Legendre, over twelve standard deviations: relative error about 1e-5
_REACH = 6.0  # standard deviations
_TINY = 1e-300  # replaces values that are not positive


@dataclass(frozen=True)
class Transform:
    """A monotone increasing function of an objective, and its inverse."""

    name: str
    forward: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


def _same(values: Floats) -> Floats:
    return values


def _reciprocal_back(values: Floats) -> Floats:
    return -1.0 / np.minimum(values, -_TINY)


TRANSFORMS = ("raw", "log", "reciprocal", "clipped")
RAW = Transform("raw", _same, _same)


def make_transform(name: str, values: Floats, reference: float) -> Transform:
    """Return the scale of an objective.

    Parameters
    ----------
    name : {"raw", "log", "reciprocal", "clipped"}
        `clipped` replaces values beyond the reference point by it. `log` and `reciprocal`
        (-1 / y) spread out good values and compress bad ones; an objective that is not positive
        everywhere stays `raw`.
    values : array [n]
        Observed values.
    reference : float
        Coordinate of the reference point, in the same units.

    Raises
    ------
    MethodError
        If there is no such scale.
    """
    if name not in TRANSFORMS:
        raise MethodError(f"transform is {name!r}; expected one of {', '.join(TRANSFORMS)}")
    if name == "clipped":
        return Transform(name, lambda y: np.minimum(y, reference), _same)
    if name == "raw" or not (reference > 0 and (values > 0).all()):
        return RAW
    if name == "log":
        return Transform(name, lambda y: np.log(np.maximum(y, _TINY)), np.exp)
    return Transform(name, lambda y: -1.0 / np.maximum(y, _TINY), _reciprocal_back)


def known_improvement(values: Floats) -> Improvement:
    """Return the improvement (level - y)+ of known values y [k]."""

    def improvement(levels: Floats) -> Floats:
        below: Floats = np.maximum(levels - values[:, None], 0.0)
        return below

    return improvement


def gaussian_improvement(mean: Floats, deviation: Floats) -> Improvement:
    """Return the expected improvement of independent Gaussians.

    Parameters
    ----------
    mean : array [k]
    deviation : array [k]
        Standard deviations, more than 0.
    """
    from scipy.special import ndtr

    def improvement(levels: Floats) -> Floats:
        z = (levels - mean[:, None]) / deviation[:, None]
        density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
        expected: Floats = np.maximum(deviation[:, None] * (z * ndtr(z) + density), 0.0)
        return expected

    return improvement


def transformed_improvement(transform: Transform, mean: Floats, deviation: Floats) -> Improvement:
    """Return the expected improvement of objectives whose transform is Gaussian.

    In closed form on the raw and the log scale, by quadrature on any other.

    Parameters
    ----------
    transform : Transform
    mean : array [k]
        On the transformed scale.
    deviation : array [k]
        Standard deviations on the transformed scale, more than 0.
    """
    if transform.back is _same:
        return gaussian_improvement(mean, deviation)
    if transform.name == "log":
        return _lognormal_improvement(mean, deviation)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)

    def improvement(levels: Floats) -> Floats:
        spread = deviation[:, None]
        top = np.minimum((transform.forward(levels) - mean[:, None]) / spread, _REACH)
        low = np.minimum(top, 0.0) - _REACH
        half = 0.5 * (top - low)
        total = np.zeros_like(top)
        for node, weight in zip(nodes, weights, strict=True):
            z = low + half * (node + 1.0)
            below = levels - transform.back(mean[:, None] + spread * z)
            total += weight * np.maximum(below, 0.0) * np.exp(-0.5 * z**2)
        expected: Floats = half * total / np.sqrt(2.0 * np.pi)
        return expected

    return improvement


def _lognormal_improvement(mean: Floats, deviation: Floats) -> Improvement:
    from scipy.special import ndtr

    mean, deviation = mean[:, None], deviation[:, None]

    def improvement(levels: Floats) -> Floats:
        positive = np.maximum(levels, _TINY)
        z = (np.log(positive) - mean) / deviation
        expected = positive * ndtr(z) - np.exp(mean + 0.5 * deviation**2) * ndtr(z - deviation)
        below: Floats = np.maximum(expected, 0.0)
        return below

    return improvement
