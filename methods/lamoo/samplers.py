"""What a sampler is: the part that draws the next batch within any region. And the simplest one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.spaces.space import Rows
from methods.lamoo.pool import Pool
from methods.lamoo.region import Region

__all__ = ["History", "RandomSampler", "Sampler"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class History:
    """All that was evaluated so far, the initial designs first.

    Attributes
    ----------
    architectures : array [n, variables]
    points : array [n, variables]
        Where in the unit cube each was sampled.
    objectives : array [n, m]
        Minimised, in the units of the task. (The paper maximises; negate to compare formulas.)
    reference_point : array [m]
    """

    architectures: Rows
    points: Floats
    objectives: Floats
    reference_point: Floats

    def __len__(self) -> int:
        return len(self.points)


class Sampler(ABC):
    """Draws new points within a region; it knows nothing of the tree that made it."""

    @abstractmethod
    def propose(
        self, region: Region, history: History, pool: Pool, n: int, rng: np.random.Generator
    ) -> Floats:
        """Return up to n points [k, variables] that `pool.take` would take together.

        Fewer than n, or none, only if the pool has no more.

        Parameters
        ----------
        region : Region
            Where to look. `region.members` are the evaluations of the selected node.
        history : History
            All evaluations, those outside of the region too.
        pool : Pool
            What can be asked for. `pool.within(region, n, rng)` are the candidates (all of them if
            the space can be listed) and `pool.cube.architectures` what they stand for, should the
            sampler need an encoding of its own.
        n : int
        rng : numpy.random.Generator
            The only source of randomness.
        """


class RandomSampler(Sampler):
    """Uniform sampling within the region.

    The authors' code filters a Latin hypercube and picks with replacement; here, without.
    """

    def propose(
        self, region: Region, history: History, pool: Pool, n: int, rng: np.random.Generator
    ) -> Floats:
        """Return n points of the region, each alike."""
        found = pool.within(region, n, rng)
        return pool.take(found[rng.permutation(len(found))], n)
