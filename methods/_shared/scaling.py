"""Objectives without units, on the scale of what a run has found so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.indicators import non_dominated

__all__ = ["running_scale"]

Floats = NDArray[np.float64]


def running_scale(told: Floats, reference_point: Floats) -> tuple[Floats, Floats]:
    """Return what becomes 0 [m], and the width [m] that becomes 1, of all objectives told [n, m].

    Zero is the best value so far, one the worst within the non-dominated set; members of it beyond
    the reference point count only if there are no others, because a single failed architecture
    that costs least would set the scale of the error. An objective in which nothing differs has
    width 1.

    Examples
    --------
    >>> told = np.array([[9.0, 1.0], [3.0, 2.0], [1.0, 4.0], [5.0, 5.0]])
    >>> [a.tolist() for a in running_scale(told, np.array([8.0, 8.0]))]
    [[1.0, 1.0], [2.0, 3.0]]
    """
    front = told[non_dominated(told)]
    inside = front[(front < reference_point).all(axis=1)]
    ideal = told.min(axis=0)
    width = (inside if len(inside) else front).max(axis=0) - ideal
    return ideal, np.where(width > 0, width, 1.0)
