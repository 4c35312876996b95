"""Regions of the unit cube: what all boundaries on the way from the root to a node let through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from methods.lamoo.boundary import Boundary

__all__ = ["Region", "Step"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Step:
    """One step down the tree: a boundary, and whether its good side was taken."""

    boundary: Boundary
    good: bool

    def lets_through(self, points: Floats) -> NDArray[np.bool_]:
        """Say [n] which points [n, variables] lie on the side that was taken."""
        flags: NDArray[np.bool_] = self.boundary.says_good(points) == self.good
        return flags


@dataclass(frozen=True, eq=False)
class Region:
    """Where to sample next.

    Attributes
    ----------
    path : tuple of Step
        From the root down; empty for the whole space.
    members : array of int [k]
        The evaluations, by their place in the history, that belong to the selected node. They
        stay when the path is relaxed. With the assignment rule `label` some may lie outside.
    """

    path: tuple[Step, ...]
    members: NDArray[np.int64]

    @classmethod
    def whole(cls, n: int) -> Region:
        """Return the whole space, with all of n evaluations."""
        return cls((), np.arange(n))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left outside."""
        return not self.path

    def contains(self, points: Floats) -> NDArray[np.bool_]:
        """Say [n] which points [n, variables] of the unit cube pass every step of the path."""
        inside = np.arange(len(points))
        for step in self.path:
            inside = inside[step.lets_through(points[inside])]
        flags = np.zeros(len(points), dtype=np.bool_)
        flags[inside] = True
        return flags

    def relaxed(self) -> Region:
        """Return the region without its deepest step; the whole space stays what it is."""
        return Region(self.path[:-1], self.members)
