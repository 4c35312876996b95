"""Bayesian optimisation within a region: a global surrogate, its choice confined to the region."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.spaces.finite import Architectures
from methods._gp_box import best_in_box
from methods._gp_candidates import Described
from methods._gp_surrogate import Surrogate
from methods._unasked import Unasked
from methods.lamoo.cube import BoxCube, Cube
from methods.lamoo.pool import Pool
from methods.lamoo.region import Region
from methods.lamoo.samplers import History, Sampler

__all__ = ["SurrogateSampler"]

Floats = NDArray[np.float64]

_ROUNDS, _CENTRES, _NEAR = 3, 10, 200  # of local search, as without LaMOO
_STARTS = 1024  # in a box; the authors' code


class SurrogateSampler(Sampler):
    """Choose by a surrogate among the candidates of the region.

    1. Fit the surrogate to all evaluations, not to those of the region (*paper*: a model of the
       region's samples alone would know a dozen points).
    2. Maximise its acquisition function over what can be asked for within the region: over all of
       it where the space is enumerated; elsewhere over random points of the region and, by local
       search, their neighbours in it (of a box, what small steps reach in it). In the authors'
       code the region gives the starts only, and their optimiser leaves it; here it is a bound (as
       the text has it).

    Parameters
    ----------
    surrogate : Surrogate
    unasked : Unasked
        What the pool goes by.
    """

    def __init__(self, surrogate: Surrogate, unasked: Unasked) -> None:
        self._surrogate, self._unasked = surrogate, unasked
        self._described = Described(surrogate.problem.space, surrogate.describe)

    def propose(
        self, region: Region, history: History, pool: Pool, n: int, rng: np.random.Generator
    ) -> Floats:
        """Return n points of the region that together promise most."""
        surrogate = self._surrogate
        surrogate.fit(self._described.of(history.architectures).inputs, history.objectives)
        points = pool.within(region, n, rng)
        if len(points) == 0:
            return points
        cube, inside = pool.cube, _around(region, points)
        if isinstance(cube, BoxCube):
            starts = points[rng.permutation(len(points))[:_STARTS]]
            made = best_in_box(
                surrogate, self._described, cube.space, starts, n, rng, inside=inside.contains
            )
            return cube.centres(made)
        found = cube.architectures(points)
        if not self._described.enumerated:
            found = self._climb(found, inside, cube, rng)
        chosen = surrogate.choose(self._described.of(found), n, rng)
        return cube.centres(found[chosen])

    def _climb(
        self, found: Architectures, region: Region, cube: Cube, rng: np.random.Generator
    ) -> Architectures:
        """Return the architectures and unseen neighbours, in the region, of the best of them."""
        space = cube.space
        for _ in range(_ROUNDS):
            scores = self._surrogate.score(self._described.of(found))
            near = []
            for centre in found[np.argsort(-scores, kind="stable")[:_CENTRES]]:
                around = space.neighbours(centre)
                near.append(around[rng.permutation(len(around))[:_NEAR]])
            rows = np.concatenate(near)
            rows = rows[region.contains(cube.centres(rows))]
            found = np.concatenate([found, rows])
            found = found[self._unasked.first_of_class(found)]
        return found


def _around(region: Region, points: Floats) -> Region:
    """Return the region, without as many steps as the pool had to leave out for these points."""
    while not region.contains(points).all():
        region = region.relaxed()
    return region
