"""The interface of samplers, which draw a batch within a region, and the uniform sampler."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats
from bench.spaces.space import Rows
from methods.lamoo.pool import Pool
from methods.lamoo.region import Region

__all__ = ["History", "RandomSampler", "Sampler"]


@dataclass(frozen=True, eq=False)
class History:
    """All that was evaluated so far, the initial designs first.

    Attributes
    ----------
    architectures : array [n, variables]
    points : array [n, variables]
        The point of the unit cube at which each was sampled.
    objectives : array [n, m]
        Minimised, in the units of the task; the paper maximises.
    reference_point : array [m]
    """

    architectures: Rows
    points: Floats
    objectives: Floats
    reference_point: Floats

    def __len__(self) -> int:
        return len(self.points)


class Sampler(ABC):
    """Draws new points within a region, which need not be a node of a tree."""

    @abstractmethod
    def propose(
        self, region: Region, history: History, pool: Pool, n: int, rng: np.random.Generator
    ) -> Floats:
        """Return up to n points [k, variables] that `pool.take` would take together.

        Fewer than n only if the pool has no more.

        Parameters
        ----------
        region : Region
            Where to sample; `region.members` are the evaluations of the selected node.
        history : History
            All evaluations, also those outside of the region.
        pool : Pool
            The points that can be asked for: `pool.within(region, n, rng)` returns those of the
            region (all of them if the space can be listed), `pool.cube.architectures` their
            architectures.
        n : int
        rng : numpy.random.Generator
            The only source of randomness.
        """


class RandomSampler(Sampler):
    """Uniform sampling within the region.

    The authors' code filters a Latin hypercube and draws with replacement; here, without.
    """

    def propose(
        self, region: Region, history: History, pool: Pool, n: int, rng: np.random.Generator
    ) -> Floats:
        """Return n points [n, variables] of the region, drawn uniformly; see `Sampler`."""
        found = pool.within(region, n, rng)
        return pool.take(found[rng.permutation(len(found))], n)
