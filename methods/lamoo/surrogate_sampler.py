"""Bayesian optimisation within a region: a global surrogate, its choice confined to the region."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.indicators import non_dominated
from bench.spaces.finite import Architectures
from methods._gp.box import best_in_box, new_points
from methods._gp.candidates import Candidates, Described, local_search
from methods._gp.surrogate import Surrogate
from methods._shared.unseen import Unseen
from methods.lamoo.cube import BoxCube, Cube
from methods.lamoo.pool import Pool
from methods.lamoo.region import Region
from methods.lamoo.samplers import History, Sampler

__all__ = ["SurrogateSampler"]

Floats = NDArray[np.float64]

_STARTS = 1024  # in a box; the authors' code


class SurrogateSampler(Sampler):
    """Choose by a surrogate among the candidates of the region.

    1. Fit the surrogate to all evaluations, not to those of the region (*paper*: a model of the
       region's samples alone would know a dozen points).
    2. Maximise its acquisition function over what can be asked for within the region: over all of
       it where the space is enumerated; elsewhere over random points of the region and, by the
       local search of `qehvi`, neighbours in it, first those of the non-dominated ones of its
       members (of a box, what small steps reach in it). In the authors'
       code the region gives the starts only, and their optimiser leaves it; here it is a bound (as
       the text has it).

    Parameters
    ----------
    surrogate : Surrogate
    unasked : Unseen
        What the pool goes by.
    """

    def __init__(self, surrogate: Surrogate, unasked: Unseen) -> None:
        self._surrogate, self._unasked = surrogate, unasked
        self._described = Described(surrogate.problem.space, surrogate.describe)

    def propose(
        self, region: Region, history: History, pool: Pool, n: int, rng: np.random.Generator
    ) -> Floats:
        """Return n points of the region that together promise most."""
        surrogate = self._surrogate
        surrogate.fit(self._described.of(history.architectures).inputs, history.objectives)
        surrogate.prepare(n, rng)
        points = pool.within(region, n, rng)
        if len(points) == 0:
            return points
        cube, inside = pool.cube, _around(region, points)
        if isinstance(cube, BoxCube):
            starts = points[rng.permutation(len(points))[:_STARTS]]
            new = new_points(cube.space, self._unasked)
            made = best_in_box(
                surrogate,
                self._described,
                cube.space,
                starts,
                n,
                rng,
                inside=lambda points: inside.contains(points) & new(points),
            )
            return cube.centres(made)
        found = self._described.of(cube.architectures(points))
        if not self._described.enumerated:
            good = history.architectures[region.members]
            good = good[non_dominated(history.objectives[region.members])]
            found = self._climbed(found.architectures, good, inside, cube, rng)
        return cube.centres(found.architectures[surrogate.choose(found, n, rng)])

    def _climbed(
        self,
        found: Architectures,
        good: Architectures,
        region: Region,
        cube: Cube,
        rng: np.random.Generator,
    ) -> Candidates:
        """Return what local search within the region makes of the architectures found in it."""

        def allowed(rows: Architectures) -> Architectures:
            rows = rows[region.contains(cube.centres(rows))]
            return rows[self._unasked.first_of_class(rows)]

        score = self._surrogate.score
        return local_search(cube.space, self._described, found, good, allowed, score, rng)


def _around(region: Region, points: Floats) -> Region:
    """Return the region, without as many steps as the pool had to leave out for these points."""
    while not region.contains(points).all():
        region = region.relaxed()
    return region
