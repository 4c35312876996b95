"""What a cell computes, in a few numbers, for a kernel that should know it (*ours*).

Two cells whose operations differ on many edges may compute much the same; whether it is deep, and
what a signal meets on its way, says more. Only for cells whose paths are known here; architectures
of other spaces have no features, and a kernel is left with their categories.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.spaces import FiniteSpace, ListedSpace, NASBench201
from bench.spaces.nasbench201 import EDGES, OPERATIONS

__all__ = ["path_features"]

Floats = NDArray[np.float64]

_NONE, _SKIP, _CONV1, _CONV3, _POOL = (
    OPERATIONS.index(o)
    for o in ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
)


def path_features(space: FiniteSpace, architectures: ArrayLike) -> Floats:
    """Return features [n, f] of architectures; f is 0 for a space that is not NAS-Bench-201.

    Of all that lies on a path from input to output without `none`: how many edges have each of the
    four operations, how many paths there are, most 3x3 convolutions, convolutions and poolings on a
    path, fewest operations other than `skip_connect` on one, and whether one has none at all.
    """
    rows = space.check(architectures)
    base = space.base if isinstance(space, ListedSpace) else space
    if not isinstance(base, NASBench201):
        return np.empty((len(rows), 0))
    alive = [(rows[:, path] != _NONE).all(axis=1) for path in _paths()]

    def along(operations: tuple[int, ...]) -> Floats:
        """Return how many of these operations each path has, [paths, n]; nothing if it is dead."""
        counts = [np.isin(rows[:, path], operations).sum(axis=1) for path in _paths()]
        return np.where(alive, counts, 0).astype(np.float64)

    used = np.zeros(rows.shape, dtype=np.bool_)
    for path, lives in zip(_paths(), alive, strict=True):
        used[:, path] |= lives[:, None]
    operations = np.where(used, rows, _NONE)
    counts = [(operations == o).sum(axis=1) for o in (_CONV3, _CONV1, _SKIP, _POOL)]
    work = np.where(alive, along((_CONV1, _CONV3, _POOL)), 4.0).min(axis=0)
    return np.stack(
        [
            *counts,
            np.sum(alive, axis=0),
            along((_CONV3,)).max(axis=0),
            along((_CONV1, _CONV3)).max(axis=0),
            along((_POOL,)).max(axis=0),
            work,
            work == 0.0,
        ],
        axis=1,
    ).astype(np.float64)


def _paths() -> list[list[int]]:
    """Return the edges of every path from the input to the output of a cell."""

    def onwards(node: int) -> list[list[int]]:
        if node == EDGES[-1][1]:
            return [[]]
        return [
            [e, *rest]
            for e, (source, target) in enumerate(EDGES)
            if source == node
            for rest in onwards(target)
        ]

    return onwards(EDGES[0][0])
