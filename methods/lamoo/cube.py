"""Architectures as points of the unit cube: one coordinate for each variable.

A box is scaled. In a finite space each category has a bin; the bins of a variable have equal width
and are ordered by capacity (on NAS-Bench-201: none, skip, pool, 1x1, 3x3), the order that follows
from the authors' published data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import SpaceError
from bench.spaces import Box, FiniteSpace, Space
from bench.spaces.finite import Architectures

__all__ = ["AnyCube", "BoxCube", "Cube", "make_cube"]


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
        """Return the centre [n, variables] of the bins of each architecture."""
        return self._point(architectures, 0.5)

    def within_bins(self, architectures: ArrayLike, rng: np.random.Generator) -> Floats:
        """Return points [n, variables] drawn uniformly from the bins of each architecture.

        Parameters
        ----------
        architectures : array_like [n, variables]
        rng : numpy.random.Generator
        """
        checked = self.space.check(architectures)
        return self._point(checked, rng.random(checked.shape))

    def architectures(self, points: Floats) -> Architectures:
        """Return the architecture [n, variables] whose bins contain each point.

        In a space that lists its members, the member nearest to it. Points outside of the cube are
        first moved to its surface.
        """
        bins = np.clip((points * self._bins).astype(np.int64), 0, self._bins - 1)
        columns = [self._category[v][bins[:, v]] for v in range(self.space.variables)]
        return self.space.repair(np.stack(columns, axis=1))

    def _point(self, architectures: ArrayLike, offset: Floats | float) -> Floats:
        """Return points [n, variables] at an offset, in bins, from the lower ends of the bins."""
        ranks = self.space.encode_ordinal(architectures) * np.maximum(self._bins - 1, 1)
        points: Floats = (np.round(ranks) + offset) / self._bins
        return points


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
        """Return the point [n, variables] of each architecture; nothing is drawn."""
        del rng
        return self.space.to_unit(architectures)

    def architectures(self, points: Floats) -> Floats:
        """Return the architecture [n, variables] at each point, first moved into the cube."""
        return self.space.from_unit(points)


AnyCube = Cube | BoxCube


def make_cube(space: Space) -> AnyCube:
    """Return the cube over a space.

    Raises
    ------
    SpaceError
        If the space is neither finite nor a box.
    """
    if isinstance(space, FiniteSpace):
        return Cube(space)
    if isinstance(space, Box):
        return BoxCube(space)
    raise SpaceError(f"{space.name}: expected a finite space or a box, got {type(space).__name__}")
