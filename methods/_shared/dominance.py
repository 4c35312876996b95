"""Domination ranks and crowding distances."""

from __future__ import annotations

import numpy as np

from bench.arrays import Floats, Indices
from bench.indicators import non_dominated

__all__ = ["crowding", "domination_ranks"]


def domination_ranks(objectives: Floats) -> Indices:
    """Return the domination rank [n] of each row of objectives [n, m], minimised.

    The non-dominated rows have rank 0, those that are non-dominated without them rank 1, and so on.

    Notes
    -----
    Deb et al., IEEE TEVC 6(2), 2002, section III-A; by removing fronts, not by counting.

    Examples
    --------
    >>> domination_ranks(np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0], [3.0, 3.0]])).tolist()
    [0, 0, 1, 2]
    """
    ranks = np.zeros(len(objectives), dtype=np.int64)
    remaining = np.arange(len(objectives))
    while len(remaining):
        front = non_dominated(objectives[remaining])
        remaining = remaining[~front]
        ranks[remaining] += 1
    return ranks


def crowding(objectives: Floats, ranks: Indices) -> Floats:
    """Return the crowding distance [n] of each row of objectives within its front.

    The sum over objectives of the distance between its two neighbours, in units of the front's
    range; infinite at the ends. An objective in which a front does not differ adds nothing.

    Parameters
    ----------
    objectives : array [n, m]
    ranks : array of int [n]
        Front of each row; see `domination_ranks`.

    Notes
    -----
    Deb et al., IEEE TEVC 6(2), 2002, section III-B.

    Examples
    --------
    >>> crowding(np.array([[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]]), np.zeros(3, dtype=int)).tolist()
    [inf, 2.0, inf]
    """
    distance = np.zeros(len(objectives))
    for rank in np.unique(ranks):
        members = np.flatnonzero(ranks == rank)
        for values in objectives[members].T:
            order = np.argsort(values, kind="stable")
            span = values[order[-1]] - values[order[0]]
            if span > 0:
                gaps = (values[order[2:]] - values[order[:-2]]) / span
                distance[members[order[1:-1]]] += gaps
                distance[members[order[[0, -1]]]] = np.inf
    return distance
