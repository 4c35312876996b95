"""Checks of the arguments of indicators."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import IndicatorError


def as_points(points: ArrayLike, name: str = "points", *, objectives: int | None = None) -> Floats:
    """Return points as finite floats [n, m].

    Parameters
    ----------
    points : array_like [n, m]
        An empty sequence counts as n = 0.
    name : str
        Name of the argument, for the error message.
    objectives : int, optional
        Required number of columns, m.

    Raises
    ------
    IndicatorError
        If the shape is not [n, m] with m >= 1 (m = `objectives` if given), or a row contains a
        value that is not finite.
    """
    found = _as_floats(points, name)
    if found.ndim == 1 and found.size == 0:
        return np.empty((0, objectives or 1))
    wrong_columns = found.ndim == 2 and objectives is not None and found.shape[1] != objectives
    if found.ndim != 2 or found.shape[1] == 0 or wrong_columns:
        raise IndicatorError(
            f"{name}: expected an array of shape [n, {objectives or 'm'}], "
            f"got shape {list(found.shape)}"
        )
    _require_finite(found, name, unit="row")
    return found


def as_scores(scores: ArrayLike) -> Floats:
    """Return scores as floats [methods, repetitions], NaN for no run.

    Parameters
    ----------
    scores : array_like [methods, repetitions]
        At least one method and one repetition.

    Raises
    ------
    IndicatorError
        If the shape is wrong or a value is infinite.
    """
    found = _as_floats(scores, "scores")
    if found.ndim != 2 or found.size == 0:
        raise IndicatorError(
            f"scores: expected an array of shape [methods, repetitions], neither of them 0, got "
            f"shape {list(found.shape)}"
        )
    infinite = np.isinf(found)
    if infinite.any():
        row = int(np.argwhere(infinite)[0, 0])
        raise IndicatorError(f"scores: row {row} is {found[row].tolist()}; expected no infinity")
    return found


def as_vector(
    values: ArrayLike,
    name: str,
    *,
    length: int | None = None,
    accept: Literal["finite", "infinite", "any"] = "finite",
) -> Floats:
    """Return values as floats [n].

    Parameters
    ----------
    values : array_like [n]
        One number per position.
    name : str
        Name of the argument, for the error message.
    length : int, optional
        Required length, n.
    accept : {"finite", "infinite", "any"}
        Accepted values: finite numbers, also infinities, or also NaN.

    Raises
    ------
    IndicatorError
        If the shape is not [n] (n = `length` if given), or a value is not accepted.
    """
    found = _as_floats(values, name)
    if found.ndim != 1 or (length is not None and found.size != length):
        expected = "n" if length is None else length
        raise IndicatorError(
            f"{name}: expected an array of shape [{expected}], got shape {list(found.shape)}"
        )
    if accept == "finite":
        _require_finite(found, name, unit="position")
    elif accept == "infinite" and np.isnan(found).any():
        raise IndicatorError(f"{name}: position {int(np.isnan(found).argmax())} is nan")
    return found


def _as_floats(values: ArrayLike, name: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise IndicatorError(f"{name}: expected an array of numbers, got {error}") from error


def _require_finite(found: Floats, name: str, *, unit: str) -> None:
    # moocore returns 0 for a set with a NaN row, which would look like the result of a bad method.
    not_finite = ~np.isfinite(found)
    if not_finite.any():
        row = int(np.argwhere(not_finite)[0, 0])
        raise IndicatorError(
            f"{name}: {unit} {row} is {found[row].tolist()}; expected finite numbers "
            "(apply the protocol's missing-value rule first)"
        )
