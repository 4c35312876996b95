"""Pareto dominance, and normalisation by the ideal and the nadir point."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Mask
from bench.errors import IndicatorError
from bench.indicators._arrays import as_points, as_vector

__all__ = ["non_dominated", "normalise"]


def non_dominated(points: ArrayLike) -> Mask:
    """Return which points are not dominated by any other point.

    A point dominates another if it is no worse in any objective and better in at least one. Exact
    duplicates do not dominate each other, so all copies of a non-dominated point are kept, and
    the result does not depend on the order of the rows.

    Parameters
    ----------
    points : array_like [n, m]
        Objectives, minimised; any unit.

    Returns
    -------
    array of bool [n]
        True where the point is non-dominated.

    Raises
    ------
    IndicatorError
        If the shape is wrong or a value is not finite.

    Notes
    -----
    Computed by `moocore.is_nondominated`: O(n log n) for m <= 3 (Kung, Luccio and Preparata,
    1975, "On finding the maxima of a set of vectors").

    Examples
    --------
    >>> non_dominated([[1, 3], [2, 2], [2, 2], [2, 3]]).tolist()
    [True, True, True, False]
    """
    import moocore

    checked = as_points(points)
    return np.asarray(moocore.is_nondominated(checked, keep_weakly=True), dtype=np.bool_)


def normalise(points: ArrayLike, ideal: ArrayLike, nadir: ArrayLike) -> Floats:
    """Scale each objective so that the ideal point becomes 0 and the nadir point 1.

    Values are not clipped: those worse than the nadir point are above 1.

    Parameters
    ----------
    points : array_like [n, m]
        Objectives, minimised; any unit.
    ideal, nadir : array_like [m]
        Best and worst value of each objective on the Pareto front, in the same units.

    Returns
    -------
    array of float [n, m]
        `(points - ideal) / (nadir - ideal)`, dimensionless.

    Raises
    ------
    IndicatorError
        If a shape is wrong, a value is not finite, or nadir <= ideal in some objective.

    Examples
    --------
    >>> normalise([[10.0, 3.0], [20.0, 5.0]], ideal=[10.0, 1.0], nadir=[20.0, 5.0]).tolist()
    [[0.0, 0.5], [1.0, 1.0]]
    """
    low = as_vector(ideal, "ideal")
    high = as_vector(nadir, "nadir", length=low.size)
    if (high <= low).any():
        objective = int((high <= low).argmax())
        raise IndicatorError(
            f"nadir: objective {objective} is {high[objective]}; expected more than the ideal, "
            f"{low[objective]}"
        )
    scaled: Floats = (as_points(points, objectives=low.size) - low) / (high - low)
    return scaled
