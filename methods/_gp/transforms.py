"""Scales on which an objective is modelled: monotone functions, and back again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.errors import MethodError
from methods._gp.acquisition import Shortfall, gaussian_shortfall

__all__ = ["RAW", "TRANSFORMS", "Transform", "make_transform", "transformed_shortfall"]

Floats = NDArray[np.float64]

_NODES = 24  # of Gauss and Legendre, on twelve standard deviations: relative error about 1e-5
_REACH = 6.0  # standard deviations
_TINY = 1e-300  # stands for what is not positive


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
    """Return the scale of an objective for observed values [n] and its reference point.

    Parameters
    ----------
    name : {"raw", "log", "reciprocal", "clipped"}
        `clipped` replaces what is worse than the reference point by it. `log` and `reciprocal`
        (-1 / y) spread out what is good and draw together what is bad; an objective that is not
        positive everywhere stays `raw`.

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


def transformed_shortfall(transform: Transform, mean: Floats, deviation: Floats) -> Shortfall:
    """Return E[(level - y)+] of y whose transform is Gaussian, mean [k] and deviation [k] > 0.

    In closed form on the raw and the log scale, by quadrature on any other.
    """
    if transform.back is _same:
        return gaussian_shortfall(mean, deviation)
    if transform.name == "log":
        return _lognormal_shortfall(mean, deviation)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)

    def shortfall(levels: Floats) -> Floats:
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

    return shortfall


def _lognormal_shortfall(mean: Floats, deviation: Floats) -> Shortfall:
    from scipy.special import ndtr

    mean, deviation = mean[:, None], deviation[:, None]

    def shortfall(levels: Floats) -> Floats:
        positive = np.maximum(levels, _TINY)
        z = (np.log(positive) - mean) / deviation
        expected = positive * ndtr(z) - np.exp(mean + 0.5 * deviation**2) * ndtr(z - deviation)
        below: Floats = np.maximum(expected, 0.0)
        return below

    return shortfall
