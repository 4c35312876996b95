"""Weight vectors of a weighted sum, and the scale of its objectives."""

from __future__ import annotations

from itertools import product

import numpy as np

from bench.arrays import Floats
from bench.indicators import non_dominated

__all__ = ["lattice", "scaled_by_front"]


def lattice(objectives: int, divisions: int) -> Floats:
    """Return all weight vectors of multiples of 1 / divisions that sum to 1.

    Parameters
    ----------
    objectives : int
    divisions : int

    Returns
    -------
    array [n, objectives]

    Notes
    -----
    Das and Dennis, SIAM Journal on Optimization 8(3), 1998.

    Examples
    --------
    >>> lattice(2, 2).tolist()
    [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]
    """
    counts = product(range(divisions + 1), repeat=objectives)
    return np.array([c for c in counts if sum(c) == divisions]) / divisions


def scaled_by_front(objectives: Floats, *, clip: float) -> Floats:
    """Return objectives scaled to 0 and 1 at the ends of their non-dominated set.

    An objective that does not differ within this set is scaled by its range over all rows.

    Parameters
    ----------
    objectives : array [n, m]
        Minimised, in any units.
    clip : float
        Upper bound of the scaled values.

    Examples
    --------
    >>> scaled_by_front(np.array([[1.0, 9.0], [3.0, 8.0], [9.0, 9.0]]), clip=2.0).tolist()
    [[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]]
    """
    front = objectives[non_dominated(objectives)]
    low, span = front.min(axis=0), np.ptp(front, axis=0)
    span = np.where(span > 0, span, np.ptp(objectives, axis=0))
    scaled: Floats = np.minimum((objectives - low) / np.where(span > 0, span, 1.0), clip)
    return scaled
