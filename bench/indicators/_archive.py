"""When each point of a sequence enters the non-dominated archive, and when it leaves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.indicators._arrays import Flags, Floats

# One dominance matrix per block keeps numpy calls few and memory at (archive + block)^2 flags.
_BLOCK = 256


def leaving_times(points: Floats) -> NDArray[np.int64]:
    """Return, for each point [n], the index of the evaluation that throws it out of the archive.

    The archive after evaluation t (from 0) is `{i <= t : leaving_times[i] > t}`. A point that was
    dominated on arrival has an index below its own, so it is never in; n means never thrown out.

    Notes
    -----
    A point leaves with its first dominator, whether or not that one stayed in the archive: had it
    been dominated before, its dominator would have thrown the point out earlier.
    """
    n = len(points)
    leaves = np.full(n, n, dtype=np.int64)
    archive = np.empty(0, dtype=np.int64)
    for start in range(0, n, _BLOCK):
        members = np.concatenate([archive, np.arange(start, min(start + _BLOCK, n))])
        dominates = _dominates(points[members])
        dominated = dominates.any(axis=0)
        leaves[members[dominated]] = members[dominates.argmax(axis=0)][dominated]
        archive = members[~dominated]
    return leaves


def _dominates(points: Floats) -> Flags:
    weakly = np.ones((len(points), len(points)), dtype=np.bool_)
    for objective in points.T:
        weakly &= objective[:, None] <= objective[None, :]
    return weakly & ~weakly.T
