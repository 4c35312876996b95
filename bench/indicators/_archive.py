"""Removal times of points from the non-dominated archive."""

from __future__ import annotations

import numpy as np

from bench.arrays import Floats, Indices, Mask

# Points are added in blocks: few calls of numpy, and dominance matrices of (archive + block)^2.
_BLOCK = 256


def removal_times(points: Floats) -> Indices:
    """Return, for each point [n, m], the index [n] of the evaluation that removes it.

    The archive after evaluation t (from 0) is `{i <= t : removal_times[i] > t}`. A point that is
    dominated when it arrives has a removal time below its own index, so it is never in the
    archive; a point that is never removed has removal time n.

    Notes
    -----
    A point is removed by the first point that dominates it. Comparing it with members of the
    archive finds that point: a point that is dominated on arrival is not the first one to
    dominate another, because its dominator dominates that other point, too.
    """
    n = len(points)
    removed_at = np.full(n, n, dtype=np.int64)
    archive = np.empty(0, dtype=np.int64)
    for start in range(0, n, _BLOCK):
        members = np.concatenate([archive, np.arange(start, min(start + _BLOCK, n))])
        dominates = _dominates(points[members])
        dominated = dominates.any(axis=0)
        removed_at[members[dominated]] = members[dominates.argmax(axis=0)][dominated]
        archive = members[~dominated]
    return removed_at


def _dominates(points: Floats) -> Mask:
    """Return the matrix [n, n] whose entry (i, j) says whether point i dominates point j."""
    weakly = np.ones((len(points), len(points)), dtype=np.bool_)
    for objective in points.T:
        weakly &= objective[:, None] <= objective[None, :]
    return weakly & ~weakly.T
