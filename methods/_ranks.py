"""Domination ranks: which front of a set each of its members lies on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.indicators import non_dominated

__all__ = ["domination_ranks"]


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
