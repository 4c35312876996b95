"""Distance of a set to the exact Pareto front."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from bench.errors import IndicatorError
from bench.indicators._arrays import as_points

__all__ = ["igd_plus"]


def igd_plus(points: ArrayLike, front: ArrayLike) -> float:
    """Return the modified inverted generational distance, IGD+.

    The mean, over the points of the front, of the distance to the nearest point of the set. Only
    objectives in which the point of the set is worse contribute to the distance. Unlike IGD, it
    never prefers a set to one that dominates it. Distances combine the objectives, so normalise
    both arguments first.

    Parameters
    ----------
    points : array_like [n, m]
        The set to be assessed, minimised.
    front : array_like [f, m]
        The exact Pareto front, in the same units.

    Returns
    -------
    float
        In the common unit of the objectives; 0 if the set covers the front, inf if it is empty.

    Raises
    ------
    IndicatorError
        If a shape is wrong, a value is not finite, or the front is empty.

    Notes
    -----
    Ishibuchi, Masuda, Tanigaki and Nojima, 2015, "Modified distance calculation in generational
    distance and inverted generational distance". Computed by `moocore.igd_plus`.

    Examples
    --------
    >>> igd_plus([[1, 1]], [[0, 2], [2, 0]])
    1.0
    """
    import moocore

    reference = as_points(front, "front")
    if len(reference) == 0:
        raise IndicatorError("front: expected at least one point, got none")
    checked = as_points(points, objectives=reference.shape[1])
    return float(moocore.igd_plus(checked, reference)) if len(checked) else math.inf
