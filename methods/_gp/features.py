"""Features of NAS-Bench-201 cells that a kernel can compare: counts along their paths (*ours*).

Two cells whose operations differ on many edges may compute much the same function; the depth of a
cell and the operations along its paths say more. Architectures of other spaces have no features,
and a kernel compares their categories alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.spaces import FiniteSpace, ListedSpace, NASBench201
from bench.spaces.nasbench201 import CONV1, CONV3, EDGES, NONE, POOL, SKIP

__all__ = ["path_features"]


def path_features(space: FiniteSpace, architectures: ArrayLike) -> Floats:
    """Return features [n, f] of architectures; f is 0 for a space that is not NAS-Bench-201.

    They count over the paths from input to output that have no `none`: the edges on any of them
    with each of the four operations (3x3, 1x1, skip, pooling); the paths; the most 3x3
    convolutions, the most convolutions and the most poolings on one path; the fewest operations
    other than `skip_connect` on one path (4 without any path), and whether this number is 0.

    Parameters
    ----------
    space : FiniteSpace
    architectures : array_like [n, variables]
    """
    rows = space.check(architectures)
    base = space.base if isinstance(space, ListedSpace) else space
    if not isinstance(base, NASBench201):
        return np.empty((len(rows), 0))
    alive = [(rows[:, path] != NONE).all(axis=1) for path in _paths()]

    def along(operations: tuple[int, ...]) -> Floats:
        """Return the number [paths, n] of these operations on each path; 0 on a dead path."""
        counts = [np.isin(rows[:, path], operations).sum(axis=1) for path in _paths()]
        return np.where(alive, counts, 0).astype(np.float64)

    used = np.zeros(rows.shape, dtype=np.bool_)
    for path, is_alive in zip(_paths(), alive, strict=True):
        used[:, path] |= is_alive[:, None]
    operations = np.where(used, rows, NONE)
    counts = [(operations == o).sum(axis=1) for o in (CONV3, CONV1, SKIP, POOL)]
    work = np.where(alive, along((CONV1, CONV3, POOL)), 4.0).min(axis=0)
    return np.stack(
        [
            *counts,
            np.sum(alive, axis=0),
            along((CONV3,)).max(axis=0),
            along((CONV1, CONV3)).max(axis=0),
            along((POOL,)).max(axis=0),
            work,
            work == 0.0,
        ],
        axis=1,
    ).astype(np.float64)


def _paths() -> list[list[int]]:
    """Return the edges of every path from the input to the output of a cell."""

    def paths_from(node: int) -> list[list[int]]:
        if node == EDGES[-1][1]:
            return [[]]
        return [
            [e, *rest]
            for e, (source, target) in enumerate(EDGES)
            if source == node
            for rest in paths_from(target)
        ]

    return paths_from(EDGES[0][0])
