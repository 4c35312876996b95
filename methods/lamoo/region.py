"""Regions of the unit cube, bounded by all boundaries on the path from the root to a node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats, Indices, Mask
from methods.lamoo.boundary import Boundary

__all__ = ["Region", "Step"]


@dataclass(frozen=True, eq=False)
class Step:
    """One step down the tree: a boundary, and whether its good side was taken."""

    boundary: Boundary
    good: bool

    def contains(self, points: Floats) -> Mask:
        """Say [n] which points [n, variables] are on the side that was taken."""
        flags: Mask = self.boundary.on_good_side(points) == self.good
        return flags


@dataclass(frozen=True, eq=False)
class Region:
    """The part of the space that belongs to a node.

    Attributes
    ----------
    path : tuple of Step
        From the root down; empty for the whole space.
    members : array of int [k]
        The evaluations of the node, as indices of the history. They stay the same when the path is
        relaxed. With the assignment rule `label` some may be outside of the region.
    """

    path: tuple[Step, ...]
    members: Indices

    @classmethod
    def whole(cls, n: int) -> Region:
        """Return the whole space, with all n evaluations as members."""
        return cls((), np.arange(n))

    @property
    def is_whole(self) -> bool:
        """Whether the region is the whole space."""
        return not self.path

    def contains(self, points: Floats) -> Mask:
        """Say [n] which points [n, variables] of the unit cube are on the side of every step."""
        inside = np.arange(len(points))
        for step in self.path:
            inside = inside[step.contains(points[inside])]
        flags = np.zeros(len(points), dtype=np.bool_)
        flags[inside] = True
        return flags

    def relaxed(self) -> Region:
        """Return the region without its deepest step; the whole space as it is."""
        return Region(self.path[:-1], self.members)
