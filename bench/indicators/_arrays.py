"""The checks every indicator makes of its arguments. No indicator is computed here."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import IndicatorError

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def as_points(points: ArrayLike, name: str = "points", *, objectives: int | None = None) -> Floats:
    """Return `points` as finite floats [n, m]; an empty sequence is n = 0.

    Raises
    ------
    IndicatorError
        If the shape is not [n, m] with m >= 1 (m = `objectives` when given), or a row holds a
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


def as_vector(
    values: ArrayLike, name: str, *, length: int | None = None, infinite: bool = False
) -> Floats:
    """Return `values` as floats [n], finite ones unless `infinite` (NaN is never accepted).

    Raises
    ------
    IndicatorError
        If the shape is not [n] (n = `length` when given), or a value is not acceptable.
    """
    found = _as_floats(values, name)
    if found.ndim != 1 or (length is not None and found.size != length):
        expected = "n" if length is None else length
        raise IndicatorError(
            f"{name}: expected an array of shape [{expected}], got shape {list(found.shape)}"
        )
    if infinite:
        if np.isnan(found).any():
            raise IndicatorError(f"{name}: position {int(np.isnan(found).argmax())} is nan")
    else:
        _require_finite(found, name, unit="position")
    return found


def _as_floats(values: ArrayLike, name: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise IndicatorError(f"{name}: expected an array of numbers, got {error}") from error


def _require_finite(found: Floats, name: str, *, unit: str) -> None:
    # moocore answers 0 for a set with one NaN row: a silent zero would pass for a bad method.
    wrong = ~np.isfinite(found)
    if wrong.any():
        row = int(np.argwhere(wrong)[0, 0])
        raise IndicatorError(
            f"{name}: {unit} {row} is {found[row].tolist()}; expected finite numbers "
            "(apply the protocol's missing-value rule first)"
        )
