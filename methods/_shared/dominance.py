"""Domination ranks and crowding: which front of a set each member lies on, and how alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.indicators import non_dominated

__all__ = ["crowding", "domination_ranks"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def domination_ranks(objectives: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the front [n] that each row of objectives [n, m] lies on; 0 is the non-dominated one.

    Source: Deb et al., IEEE TEVC 6(2), 2002, section III-A (by peeling, not by counting).

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
    """Return the crowding distance [n] of each row of objectives [n, m] among those of its rank.

    The sum over objectives of the distance between its two neighbours, in units of the front's
    range; infinite at the ends (Deb et al. 2002, section III-B). An objective in which a front does
    not differ adds nothing.

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
