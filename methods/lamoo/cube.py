"""Architectures as points of the unit cube: one coordinate for each variable.

A box is scaled. Of a finite space each category has a bin; the bins of a variable are of equal
width and ordered by capacity (on NAS-Bench-201: none, skip, pool, 1x1, 3x3), which is the order
that the authors' published data imply.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import SpaceError
from bench.spaces import Box, FiniteSpace, Space
from bench.spaces.finite import Architectures

__all__ = ["AnyCube", "BoxCube", "Cube", "make_cube"]

Floats = NDArray[np.float64]


class Cube:
    """The unit cube [0, 1)^variables over a finite space.

    Parameters
    ----------
    space : FiniteSpace

    Examples
    --------
    >>> from bench.spaces import NASBench201
    >>> cube = Cube(NASBench201())
    >>> cube.centres([[0, 1, 4, 2, 3, 0]]).round(2).tolist()
    [[0.1, 0.3, 0.5, 0.7, 0.9, 0.1]]
    >>> cube.architectures(np.array([[0.0, 0.39, 0.4, 0.61, 1.0, 0.19]])).tolist()
    [[0, 1, 4, 2, 3, 0]]
    """

    def __init__(self, space: FiniteSpace) -> None:
        self.space = space
        self._bins = np.asarray(space.cardinalities)
        self._category = [np.argsort(ranks).astype(np.int8) for ranks in space.capacity_rank]

    def centres(self, architectures: ArrayLike) -> Floats:
        """Return the middle of each architecture's bins, [n, variables]."""
        return self._place(architectures, 0.5)

    def within_bins(self, architectures: ArrayLike, rng: np.random.Generator) -> Floats:
        """Return points [n, variables] drawn uniformly from the bins of each architecture."""
        checked = self.space.check(architectures)
        return self._place(checked, rng.random(checked.shape))

    def architectures(self, points: Floats) -> Architectures:
        """Return the architecture [n, variables] in whose bins each point lies.

        Of a space that lists its members: the member nearest to it. Points beyond the cube count
        as lying on its surface.
        """
        bins = np.clip((points * self._bins).astype(np.int64), 0, self._bins - 1)
        columns = [self._category[v][bins[:, v]] for v in range(self.space.variables)]
        return self.space.repair(np.stack(columns, axis=1))

    def _place(self, architectures: ArrayLike, offset: Floats | float) -> Floats:
        ranks = self.space.encode_ordinal(architectures) * np.maximum(self._bins - 1, 1)
        places: Floats = (np.round(ranks) + offset) / self._bins
        return places


class BoxCube:
    """The unit cube [0, 1]^variables over a box: a point is its own bin.

    Parameters
    ----------
    space : Box
    """

    def __init__(self, space: Box) -> None:
        self.space = space

    def centres(self, architectures: ArrayLike) -> Floats:
        """Return the point [n, variables] of each architecture."""
        return self.space.to_unit(architectures)

    def within_bins(self, architectures: ArrayLike, rng: np.random.Generator) -> Floats:
        """Return the same; nothing is drawn."""
        del rng
        return self.space.to_unit(architectures)

    def architectures(self, points: Floats) -> Floats:
        """Return the architecture [n, variables] at each point, for one beyond the cube on it."""
        return self.space.from_unit(points)


AnyCube = Cube | BoxCube


def make_cube(space: Space) -> AnyCube:
    """Return the cube over a space.

    Raises
    ------
    SpaceError
        If the space is of another kind than those known here.
    """
    if isinstance(space, FiniteSpace):
        return Cube(space)
    if isinstance(space, Box):
        return BoxCube(space)
    raise SpaceError(f"{space.name}: expected a finite space or a box, got {type(space).__name__}")
