"""Pools of the points that can be asked for within a region."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.spaces.finite import Architectures
from methods._shared.unseen import Unseen, UnseenMembers
from methods.lamoo.cube import AnyCube, BoxCube, Cube
from methods.lamoo.region import Region

__all__ = ["BoxPool", "ContinuousPool", "EnumeratedPool", "Pool", "RejectionPool", "make_pool"]

_POINTS_A_ROUND = 15_000  # as in the authors' code; a round with too few relaxes the region


class Pool(ABC):
    """The points of the unit cube that samplers can choose from.

    Parameters
    ----------
    cube : Cube or BoxCube
        Available as the attribute `cube`.
    """

    def __init__(self, cube: AnyCube) -> None:
        self.cube = cube

    @abstractmethod
    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return points [k, variables] of the region from which `take` can take n.

        A region that has too few loses its deepest step, until it has enough. Fewer than n can be
        taken only if the space has no more.

        Parameters
        ----------
        region : Region
        n : int
        rng : numpy.random.Generator
        """

    @abstractmethod
    def take(self, points: Floats, n: int) -> Floats:
        """Return the first points [k, variables] that can be asked for together, at most n.

        Parameters
        ----------
        points : array [p, variables]
        n : int
        """

    @abstractmethod
    def snap(self, points: Floats) -> Floats:
        """Return the point [n, variables] that represents each, and is tested for its region."""

    @abstractmethod
    def remove(self, architectures: ArrayLike) -> None:
        """Mark the classes of architectures [n, variables] as seen."""


class ContinuousPool(Pool):
    """All points of the cube, as in the authors' code: two may be the same architecture."""

    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return Latin hypercube points of the region; each further round relaxes it."""
        return _rounds(region, n, self.cube.space.variables, rng)

    def take(self, points: Floats, n: int) -> Floats:
        """Return the first n."""
        return points[:n]

    def snap(self, points: Floats) -> Floats:
        """Return the points."""
        return points

    def remove(self, architectures: ArrayLike) -> None:
        """Do nothing: an architecture may be repeated, and costs an evaluation."""


class _UnseenPool(Pool):
    """Points of architectures; each isomorphism class can be taken once in a run.

    Parameters
    ----------
    cube : Cube or BoxCube
    unseen : Unseen
    """

    def __init__(self, cube: AnyCube, unseen: Unseen) -> None:
        super().__init__(cube)
        self._unseen = unseen

    def take(self, points: Floats, n: int) -> Floats:
        """Return the first points of n unseen classes."""
        first = 2 * n
        while True:
            rows = points[:first]
            new = self._unseen.first_of_class(self.cube.architectures(rows))
            if new.sum() >= n or first >= len(points):
                return rows[new][:n]
            first *= 4

    def remove(self, architectures: ArrayLike) -> None:
        """Mark the classes of architectures [n, variables] as seen."""
        self._unseen.remove(architectures)


class BoxPool(_UnseenPool):
    """All points of a box, each once: cma sometimes asks for the mean again and again."""

    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return Latin hypercube points of the region; each further round relaxes it."""
        return _rounds(region, n, self.cube.space.variables, rng)

    def snap(self, points: Floats) -> Floats:
        """Return the points."""
        return points


class _BinPool(_UnseenPool):
    """Centres of the bins of architectures."""

    cube: Cube

    def snap(self, points: Floats) -> Floats:
        """Return the centres [n, variables] of the bins that contain the points."""
        return self.cube.centres(self.cube.architectures(points))


class EnumeratedPool(_BinPool):
    """All architectures of unseen classes, in a space that can be listed."""

    def __init__(self, cube: Cube, unseen: Unseen) -> None:
        super().__init__(cube, unseen)
        members = cube.space.enumerate()
        self._centres = cube.centres(members)
        self._unseen_members = UnseenMembers(cube.space, members)

    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return every unseen architecture of the region."""
        unseen = np.flatnonzero(self._unseen_members.flags)
        classes = min(n, self._unseen_members.classes)
        while True:
            inside = unseen[region.contains(self._centres[unseen])]
            if region.is_whole or len(np.unique(self._unseen_members.class_of[inside])) >= classes:
                return self._centres[inside]
            region = region.relaxed()

    def remove(self, architectures: ArrayLike) -> None:
        """Mark the classes of architectures [n, variables] as seen."""
        super().remove(architectures)
        self._unseen_members.remove(architectures)


class RejectionPool(_BinPool):
    """Random architectures of unseen classes, in a space that is too large to be listed."""

    def within(self, region: Region, n: int, rng: np.random.Generator) -> Floats:
        """Return unseen architectures of the region, by rounds of rejection sampling."""
        space = self.cube.space
        found = np.empty((0, space.variables), dtype=np.int8)
        while True:
            found = np.concatenate([found, self._round(region, rng)])
            found = found[self._unseen.first_of_class(found)]
            if region.is_whole or len(found) >= n:
                return self.cube.centres(found)
            region = region.relaxed()

    def _round(self, region: Region, rng: np.random.Generator) -> Architectures:
        drawn = self.cube.space.sample(rng, _POINTS_A_ROUND)
        return drawn[region.contains(self.cube.centres(drawn))]


def make_pool(cube: AnyCube, unseen: Unseen, *, mode: str) -> Pool:
    """Return the pool for a mode; by rejection if the space cannot be listed.

    Parameters
    ----------
    cube : Cube or BoxCube
    unseen : Unseen
        Of the cube's space.
    mode : {"enumerated", "continuous"}
        A box has the same pool in both.
    """
    if isinstance(cube, BoxCube):
        return BoxPool(cube, unseen)
    if mode == "continuous":
        return ContinuousPool(cube)
    return EnumeratedPool(cube, unseen) if cube.space.listable else RejectionPool(cube, unseen)


def _rounds(region: Region, n: int, variables: int, rng: np.random.Generator) -> Floats:
    """Return n or more Latin hypercube points [k, variables]; each round relaxes the region."""
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
