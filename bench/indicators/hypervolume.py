"""Hypervolume of a set, after every evaluation of a run, and as a regret.

The exact computation is moocore's; what is ours is to call it only when an archive changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bench.errors import IndicatorError
from bench.indicators._archive import leaving_times
from bench.indicators._arrays import Flags, Floats, as_points, as_vector

__all__ = ["hypervolume", "hypervolume_trace", "incumbent_hypervolume_trace", "log_regret"]


def hypervolume(points: ArrayLike, reference_point: ArrayLike) -> float:
    """Return the volume that the points dominate, up to the reference point.

    Parameters
    ----------
    points : array_like [n, m]
        Objectives, minimised. Dominated points and duplicates add nothing; points that are not
        better than the reference point in every objective are ignored.
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
    """Return the hypervolume of all points so far, after each evaluation.

    Parameters
    ----------
    points : array_like [n, m]
        Objectives in the order they were evaluated, minimised.
    reference_point : array_like [m]
        In the same units as `points`.

    Returns
    -------
    array of float [n]
        Position t holds the hypervolume of `points[: t + 1]`; it never decreases.

    Raises
    ------
    IndicatorError
        If a shape is wrong or a value is not finite (the message names the row).

    Notes
    -----
    One hypervolume for each change of the archive; the changes are found from dominance matrices
    of the archive and the next 256 points.

    Examples
    --------
    >>> hypervolume_trace([[2, 2], [3, 3], [1, 3]], [4, 4]).tolist()
    [4.0, 4.0, 5.0]
    """
    reference = as_vector(reference_point, "reference_point")
    checked = as_points(points, objectives=reference.size)
    # Rounding may differ by an ulp from one set to the next; the promise is never to decrease.
    trace: Floats = np.maximum.accumulate(_archive_trace(checked, checked, reference))
    return trace


def incumbent_hypervolume_trace(
    search: ArrayLike, score: ArrayLike, reference_point: ArrayLike
) -> Floats:
    """Return the scored hypervolume of what a method would hand in, after each evaluation.

    After evaluation t a method knows `search[: t + 1]` and would hand in the architectures that
    are non-dominated there. Their worth is the hypervolume of their rows of `score`, which the
    method never sees.

    Parameters
    ----------
    search : array_like [n, m]
        Objectives as measured during the search, in the order they were evaluated, minimised.
    score : array_like [n, k]
        The held-back objectives of the same architectures, minimised.
    reference_point : array_like [k]
        In the units of `score`.

    Returns
    -------
    array of float [n]
        Not monotone, by design: a point that looks better in `search` may throw out one that is
        better in `score`.

    Raises
    ------
    IndicatorError
        If a shape is wrong, the lengths differ or a value is not finite.

    Notes
    -----
    Architectures with equal `search` rows are all handed in, so the order of ties has no effect.

    Examples
    --------
    >>> search = [[2, 2], [1, 1]]
    >>> score = [[1, 1], [3, 3]]
    >>> incumbent_hypervolume_trace(search, score, [4, 4]).tolist()
    [9.0, 1.0]
    """
    reference = as_vector(reference_point, "reference_point")
    known = as_points(search, "search")
    held_back = as_points(score, "score", objectives=reference.size)
    if len(known) != len(held_back):
        raise IndicatorError(
            f"score: expected {len(known)} rows, one for each row of search, got {len(held_back)}"
        )
    return _archive_trace(known, held_back, reference)


def log_regret(hypervolume: ArrayLike, best: ArrayLike, *, floor: float = 1e-12) -> Floats:
    """Return log10 of the hypervolume still missing, elementwise.

    Parameters
    ----------
    hypervolume : array_like
        Hypervolumes reached, any shape.
    best : array_like
        Hypervolume of the exact front, of a shape that broadcasts to the same one.
    floor : float
        Smallest regret told apart from none. A run that found the whole front has regret 0, whose
        logarithm does not exist; it gets log10(floor). The default is what rounding leaves of the
        hypervolume of normalised objectives.

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
    import moocore

    n = len(search)
    if n == 0:
        return np.empty(0)
    leaves = leaving_times(search)
    # The first row always enters, so every evaluation has a last change to look back to.
    enters = _first_occurrences(np.hstack([search, score])) & (leaves > np.arange(n))
    times = np.flatnonzero(enters)
    volume = moocore.Hypervolume(reference)
    values = np.empty(len(times))
    for change, t in enumerate(times):
        so_far = times[: change + 1]
        values[change] = volume(score[so_far[leaves[so_far] > t]])
    trace: Floats = values[np.cumsum(enters) - 1]
    return trace


def _first_occurrences(rows: Floats) -> Flags:
    _, first = np.unique(rows, axis=0, return_index=True)
    flags = np.zeros(len(rows), dtype=np.bool_)
    flags[first] = True
    return flags
