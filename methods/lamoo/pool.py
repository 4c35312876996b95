"""What may still be asked for within a region: unseen architectures, or any point of the cube."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.spaces.finite import Architectures
from methods._shared.unseen import Unseen
from methods._shared.unseen_members import UnseenMembers
from methods.lamoo.cube import AnyCube, BoxCube, Cube
from methods.lamoo.region import Region

__all__ = ["BoxPool", "ContinuousPool", "EnumeratedPool", "Pool", "RejectionPool", "make_pool"]

Floats = NDArray[np.float64]

_POINTS_A_ROUND = 15_000  # the authors' code; a round that finds too few relaxes the region


class Pool(ABC):
    """Where samplers get points from.

    Attributes
    ----------
    cube : Cube or BoxCube
    """

    def __init__(self, cube: AnyCube) -> None:
        self.cube = cube

    @abstractmethod
    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return points [k, variables] of the region from which `take` can take n.

        A region that has too few loses its deepest step, until it has enough. Fewer than n can be
        taken only if the space has no more.
        """

    @abstractmethod
    def take(self, points: Floats, n: int) -> Floats:
        """Return the first points [k <= n, variables] that can be asked for together."""

    @abstractmethod
    def snap(self, points: Floats) -> Floats:
        """Return the point [n, variables] that stands for each, which is the one to test."""

    @abstractmethod
    def remove(self, architectures: ArrayLike) -> None:
        """Note that these architectures [n, variables] were asked for."""


class ContinuousPool(Pool):
    """Any point of the cube, as in the authors' code: two may be the same architecture."""

    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return Latin hypercube points of the region, in rounds, each wider than the last."""
        return _rounds(region, n, self.cube.space.variables, rng)

    def take(self, points: Floats, n: int) -> Floats:
        """Return the first n."""
        return points[:n]

    def snap(self, points: Floats) -> Floats:
        """Return the points."""
        return points

    def remove(self, architectures: ArrayLike) -> None:
        """Do nothing: repeating an architecture is allowed, and costs an evaluation."""


class _UnseenPool(Pool):
    """Points of architectures; each isomorphism class can be taken once in a run."""

    def __init__(self, cube: AnyCube, unasked: Unseen) -> None:
        super().__init__(cube)
        self._unasked = unasked

    def take(self, points: Floats, n: int) -> Floats:
        """Return the first points of n classes that were not asked for."""
        looked_at = 2 * n
        while True:
            rows = points[:looked_at]
            new = self._unasked.first_of_class(self.cube.architectures(rows))
            if new.sum() >= n or looked_at >= len(points):
                return rows[new][:n]
            looked_at *= 4

    def remove(self, architectures: ArrayLike) -> None:
        """Note that these architectures [n, variables] were asked for."""
        self._unasked.remove(architectures)


class BoxPool(_UnseenPool):
    """Any point of a box, each once: cma sometimes asks for the mean itself, again and again."""

    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return Latin hypercube points of the region, in rounds, each wider than the last."""
        return _rounds(region, n, self.cube.space.variables, rng)

    def snap(self, points: Floats) -> Floats:
        """Return the points."""
        return points


class _BinPool(_UnseenPool):
    """Centres of the bins of architectures."""

    cube: Cube

    def snap(self, points: Floats) -> Floats:
        """Return the centres of the bins in which the points lie."""
        return self.cube.centres(self.cube.architectures(points))


class EnumeratedPool(_BinPool):
    """All architectures of a space that can be listed whose class was not asked for."""

    def __init__(self, cube: Cube, unasked: Unseen) -> None:
        super().__init__(cube, unasked)
        members = cube.space.enumerate()
        self._centres = cube.centres(members)
        self._left = UnseenMembers(cube.space, members)

    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return every unseen architecture of the region."""
        unseen = np.flatnonzero(self._left.flags)
        classes = min(n, self._left.classes)
        while True:
            inside = unseen[region.contains(self._centres[unseen])]
            if region.is_whole or len(np.unique(self._left.class_of[inside])) >= classes:
                return self._centres[inside]
            region = region.relaxed()

    def remove(self, architectures: ArrayLike) -> None:
        """Note that these architectures [n, variables] were asked for."""
        super().remove(architectures)
        self._left.remove(architectures)


class RejectionPool(_BinPool):
    """The same for a space too large to be listed: random architectures, the others rejected."""

    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return unseen architectures of the region, by rounds of random ones."""
        space = self.cube.space
        found = np.empty((0, space.variables), dtype=np.int8)
        while True:
            found = np.concatenate([found, self._round(region, rng)])
            found = found[self._unasked.first_of_class(found)]
            if region.is_whole or len(found) >= n:
                return self.cube.centres(found)
            region = region.relaxed()

    def _round(self, region: Region, rng: np.random.Generator) -> Architectures:
        drawn = self.cube.space.sample(rng, _POINTS_A_ROUND)
        return drawn[region.contains(self.cube.centres(drawn))]


def make_pool(cube: AnyCube, unasked: Unseen, *, mode: str) -> Pool:
    """Return the pool for a mode, `enumerated` or `continuous`; by rejection if it must be.

    A box has one pool, whatever the mode.
    """
    if isinstance(cube, BoxCube):
        return BoxPool(cube, unasked)
    if mode == "continuous":
        return ContinuousPool(cube)
    return EnumeratedPool(cube, unasked) if cube.space.listable else RejectionPool(cube, unasked)


def _rounds(region: Region, n: int, variables: int, rng: np.random.Generator) -> Floats:
    """Return n or more Latin hypercube points [k, variables]; each round widens the region."""
    found = np.empty((0, variables))
    while True:
        drawn = _latin_hypercube(rng, _POINTS_A_ROUND, variables)
        found = np.concatenate([found, drawn[region.contains(drawn)]])
        if len(found) >= n:
            return found
        region = region.relaxed()


def _latin_hypercube(rng: np.random.Generator, n: int, variables: int) -> Floats:
    strata = rng.permuted(np.tile(np.arange(n), (variables, 1)), axis=1).T
    points: Floats = (strata + rng.random((n, variables))) / n
    return points
