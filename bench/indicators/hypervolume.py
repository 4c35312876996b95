"""Hypervolume of a set, after each evaluation of a run, and as a log regret.

moocore computes the exact hypervolume; the traces call it only when an archive changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Mask
from bench.errors import IndicatorError
from bench.indicators._archive import removal_times
from bench.indicators._arrays import as_points, as_vector

__all__ = ["hypervolume", "hypervolume_trace", "incumbent_hypervolume_trace", "log_regret"]


def hypervolume(points: ArrayLike, reference_point: ArrayLike) -> float:
    """Return the volume that is dominated by the points and bounded by the reference point.

    Parameters
    ----------
    points : array_like [n, m]
        Objectives, minimised. Dominated points and duplicates contribute nothing, and neither do
        points that are not better than the reference point in every objective.
    reference_point : array_like [m]
        In the same units as `points`.

    Returns
    -------
    float
        In the product of the objectives' units; 0.0 for an empty set.

    Raises
    ------
    IndicatorError
        If a shape is wrong or a value is not finite (the message names the row).

    Notes
    -----
    Zitzler and Thiele, 1998, "Multiobjective optimization using evolutionary algorithms: a
    comparative case study". Computed by `moocore.hypervolume`: O(n log n) for m <= 3.

    Examples
    --------
    >>> hypervolume([[5, 5], [4, 6], [2, 7], [7, 4]], [10, 10])
    38.0
    """
    import moocore

    reference = as_vector(reference_point, "reference_point")
    checked = as_points(points, objectives=reference.size)
    return float(moocore.hypervolume(checked, reference)) if len(checked) else 0.0


def hypervolume_trace(points: ArrayLike, reference_point: ArrayLike) -> Floats:
    """Return the hypervolume of all points seen so far, after each evaluation.

    Parameters
    ----------
    points : array_like [n, m]
        Objectives in the order they were evaluated, minimised.
    reference_point : array_like [m]
        In the same units as `points`.

    Returns
    -------
    array of float [n]
        Entry t is the hypervolume of `points[: t + 1]`; the trace never decreases.

    Raises
    ------
    IndicatorError
        If a shape is wrong or a value is not finite (the message names the row).

    Notes
    -----
    One hypervolume is computed per change of the archive. The changes are found from dominance
    matrices of the archive and the next 256 points.

    Examples
    --------
    >>> hypervolume_trace([[2, 2], [3, 3], [1, 3]], [4, 4]).tolist()
    [4.0, 4.0, 5.0]
    """
    reference = as_vector(reference_point, "reference_point")
    checked = as_points(points, objectives=reference.size)
    # Rounding differs between sets, so the hypervolume of a larger set may be smaller by an ulp.
    trace: Floats = np.maximum.accumulate(_archive_trace(checked, checked, reference))
    return trace


def incumbent_hypervolume_trace(
    search: ArrayLike, score: ArrayLike, reference_point: ArrayLike
) -> Floats:
    """Return the hypervolume of the incumbent set in the test objectives, after each evaluation.

    After evaluation t, a method has seen `search[: t + 1]`. Its incumbent set is the architectures
    that are non-dominated there: the final set, if the search ended at t. The result is the
    hypervolume of their rows of `score`, the test objectives, which the method never sees.

    Parameters
    ----------
    search : array_like [n, m]
        Objectives measured during the search, in the order they were evaluated, minimised.
    score : array_like [n, k]
        Test objectives of the same architectures, minimised.
    reference_point : array_like [k]
        In the units of `score`.

    Returns
    -------
    array of float [n]
        Not monotone, by design: a point that is better in `search` may replace one that is better
        in `score`.

    Raises
    ------
    IndicatorError
        If a shape is wrong, the lengths differ or a value is not finite.

    Notes
    -----
    Architectures with equal `search` rows are all in the set, so the order of ties has no effect.

    Examples
    --------
    >>> search = [[2, 2], [1, 1]]
    >>> score = [[1, 1], [3, 3]]
    >>> incumbent_hypervolume_trace(search, score, [4, 4]).tolist()
    [9.0, 1.0]
    """
    reference = as_vector(reference_point, "reference_point")
    seen = as_points(search, "search")
    unseen = as_points(score, "score", objectives=reference.size)
    if len(seen) != len(unseen):
        raise IndicatorError(
            f"score: expected {len(seen)} rows, one for each row of search, got {len(unseen)}"
        )
    return _archive_trace(seen, unseen, reference)


def log_regret(hypervolume: ArrayLike, best: ArrayLike, *, floor: float = 1e-12) -> Floats:
    """Return log10 of the difference to the best hypervolume, elementwise.

    Parameters
    ----------
    hypervolume : array_like
        Hypervolumes reached, any shape.
    best : array_like
        Hypervolume of the exact front, of a shape that broadcasts to the same one.
    floor : float
        Smallest regret that is distinguished from 0. The regret of a run that found the whole
        front is 0, whose logarithm does not exist; the result is then log10(floor). The default is
        about the rounding error of the hypervolume of normalised objectives.

    Returns
    -------
    array of float
        `log10(max(best - hypervolume, floor))`.

    Raises
    ------
    IndicatorError
        If a value is not finite or the floor is not positive.

    Notes
    -----
    The log hypervolume difference of Daulton, Balandat and Bakshy, 2020, "Differentiable expected
    hypervolume improvement for parallel multi-objective Bayesian optimization".

    Examples
    --------
    >>> log_regret([0.5, 0.99, 1.0], 1.0).round(3).tolist()
    [-0.301, -2.0, -12.0]
    """
    if not 0.0 < floor < np.inf:
        raise IndicatorError(f"floor: expected a positive number, got {floor}")
    regret = np.subtract(best, hypervolume, dtype=np.float64)
    if not np.isfinite(regret).all():
        raise IndicatorError("log_regret: expected finite hypervolumes, got nan or inf")
    return np.asarray(np.log10(np.maximum(regret, floor)))


def _archive_trace(search: Floats, score: Floats, reference: Floats) -> Floats:
    """Return the hypervolume [n] in `score` of the archive in `search`, after each evaluation."""
    import moocore

    n = len(search)
    if n == 0:
        return np.empty(0)
    removed_at = removal_times(search)
    # The first row always enters, so there is a last change of the archive at every evaluation.
    enters = _first_occurrences(np.hstack([search, score])) & (removed_at > np.arange(n))
    times = np.flatnonzero(enters)
    volume = moocore.Hypervolume(reference)
    values = np.empty(len(times))
    for change, t in enumerate(times):
        so_far = times[: change + 1]
        values[change] = volume(score[so_far[removed_at[so_far] > t]])
    trace: Floats = values[np.cumsum(enters) - 1]
    return trace


def _first_occurrences(rows: Floats) -> Mask:
    """Return [n] whether each row has no equal row before it."""
    _, first = np.unique(rows, axis=0, return_index=True)
    is_first = np.zeros(len(rows), dtype=np.bool_)
    is_first[first] = True
    return is_first
