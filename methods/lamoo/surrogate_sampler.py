"""Bayesian optimisation within a region: a global surrogate chooses within the region."""

from __future__ import annotations

import numpy as np

from bench.arrays import Floats
from bench.indicators import non_dominated
from bench.spaces.finite import Architectures
from methods._gp.optimise import best_in_box, local_search, unseen_points
from methods._gp.surrogate import Candidates, CandidateTable, Surrogate
from methods._shared.unseen import Unseen
from methods.lamoo.cube import BoxCube, Cube
from methods.lamoo.pool import Pool
from methods.lamoo.region import Region
from methods.lamoo.samplers import History, Sampler

__all__ = ["SurrogateSampler"]

_STARTS = 1024  # in a box; as in the authors' code


class SurrogateSampler(Sampler):
    """Choose by a surrogate among the candidates of the region.

    1. Fit the surrogate to all evaluations, not to those of the region (*paper*: a model of the
       region's samples alone would have a dozen points).
    2. Maximise its acquisition function over the unseen architectures of the region: over all of
       them where the space is enumerated; elsewhere, by the local search of `qehvi`, over random
       points of the region and neighbours in it, first those of the non-dominated ones of its
       members; in a box, over points of the region and small steps within it. In the authors' code
       the region contains only the starts, and their optimiser may leave it; here it is a bound (as
       in the paper's text).

    Parameters
    ----------
    surrogate : Surrogate
    unseen : Unseen
        The same as that of the pool.
    """

    def __init__(self, surrogate: Surrogate, unseen: Unseen) -> None:
        self._surrogate, self._unseen = surrogate, unseen
        self._table = CandidateTable(surrogate.problem.space, surrogate.describe)

    def propose(
        self, region: Region, history: History, pool: Pool, n: int, rng: np.random.Generator
    ) -> Floats:
        """Return n points [n, variables] of the largest expected improvement; see `Sampler`."""
        surrogate = self._surrogate
        surrogate.fit(self._table.look_up(history.architectures).inputs, history.objectives)
        surrogate.prepare(n, rng)
        points = pool.within(region, n, rng)
        if len(points) == 0:
            return points
        cube, region = pool.cube, _relaxed_to(region, points)
        if isinstance(cube, BoxCube):
            starts = points[rng.permutation(len(points))[:_STARTS]]
            unseen = unseen_points(cube.space, self._unseen)
            made = best_in_box(
                surrogate,
                self._table,
                cube.space,
                starts,
                n,
                rng,
                inside=lambda points: region.contains(points) & unseen(points),
            )
            return cube.centres(made)
        found = self._table.look_up(cube.architectures(points))
        if not self._table.enumerated:
            good = history.architectures[region.members]
            good = good[non_dominated(history.objectives[region.members])]
            found = self._local_search(found.architectures, good, region, cube, rng)
        return cube.centres(found.architectures[surrogate.choose(found, n, rng)])

    def _local_search(
        self,
        found: Architectures,
        good: Architectures,
        region: Region,
        cube: Cube,
        rng: np.random.Generator,
    ) -> Candidates:
        """Return the candidates that local search within the region finds; see `local_search`."""

        def allowed(rows: Architectures) -> Architectures:
            rows = rows[region.contains(cube.centres(rows))]
            return rows[self._unseen.first_of_class(rows)]

        score = self._surrogate.score
        return local_search(cube.space, self._table, found, good, allowed, score, rng)


def _relaxed_to(region: Region, points: Floats) -> Region:
    """Return the region, relaxed until it contains all points, as the pool has relaxed it."""
    while not region.contains(points).all():
        region = region.relaxed()
    return region
