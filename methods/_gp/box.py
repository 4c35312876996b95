"""Maximising an acquisition function over a box: many starts, then ever smaller steps.

The papers follow gradients with L-BFGS-B from 20 of 1,024 starts; here a posterior is plain linear
algebra without gradients, and Gaussian steps around the best do the same work (*ours*).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.spaces import Box
from methods._gp.candidates import Described
from methods._gp.surrogate import Surrogate
from methods._shared.unseen import Unseen

__all__ = ["best_in_box", "new_points", "sobol_points"]

Floats = NDArray[np.float64]
Inside = Callable[[Floats], NDArray[np.bool_]]

_STEPS = (0.1, 0.03, 0.01, 0.003, 0.001)  # standard deviations, in widths of the box
_CENTRES, _NEAR = 5, 40  # of the climb of a single point


def sobol_points(rng: np.random.Generator, variables: int, *, power: int = 10) -> Floats:
    """Return 2^power points [n, variables] of the unit cube: a scrambled Sobol sequence.

    1,024 by default, as many as the papers look at before they choose their starts.
    """
    from scipy.stats import qmc

    scramble = np.random.default_rng(rng.integers(2**63))
    points: Floats = qmc.Sobol(variables, scramble=True, rng=scramble).random_base2(power)
    return points


def new_points(space: Box, unasked: Unseen) -> Inside:
    """Return what says which points of the unit cube were not asked for.

    Steps end at the faces of the cube: the best point is the same corner again and again.
    """
    return lambda points: unasked.first_of_class(space.from_unit(points))


def best_in_box(
    surrogate: Surrogate,
    described: Described,
    space: Box,
    starts: Floats,
    n: int,
    rng: np.random.Generator,
    *,
    inside: Inside,
) -> Floats:
    """Return up to n architectures [k, variables] that together promise most.

    1. Climb from the best starts by `surrogate.score`, which is exact for a single candidate.
    2. Let the surrogate choose a batch among the starts and the top of the climb, put points around
       each of its members, choose again among all these, and so on with smaller steps. The random
       numbers of the acquisition function are the same in every choice.

    Parameters
    ----------
    described : Described
        The surrogate's.
    starts : array [s, variables]
        Points of the unit cube.
    inside : function
        Which points [k, variables] of the unit cube may be taken; see `new_points`.
    """
    starts = starts[inside(starts)]
    found = np.concatenate([starts, _climb(surrogate, described, space, starts, rng, inside)])
    common = int(rng.integers(2**63))
    around = max(2, (surrogate.pool - n) // n)
    for step in (*_STEPS, None):
        rows, kept = np.unique(space.from_unit(found), axis=0, return_index=True)
        chosen = surrogate.choose(described.of(rows), n, np.random.default_rng(common))
        if step is None:
            return rows[chosen]
        batch = found[kept[chosen]]
        found = np.concatenate([batch, _near(batch, step, around, rng, inside)])
    raise AssertionError("the last step is None")


def _climb(
    surrogate: Surrogate,
    described: Described,
    space: Box,
    starts: Floats,
    rng: np.random.Generator,
    inside: Inside,
) -> Floats:
    """Return the best point [1, variables] that steps from the best starts lead to."""
    found = starts
    for step in _STEPS:
        best = _best(surrogate, described, space, found)
        found = np.concatenate([best, _near(best, step, _NEAR, rng, inside)])
    return _best(surrogate, described, space, found)[:1]


def _best(surrogate: Surrogate, described: Described, space: Box, points: Floats) -> Floats:
    scores = surrogate.score(described.of(space.from_unit(points)))
    return points[np.argsort(-scores, kind="stable")[:_CENTRES]]


def _near(
    centres: Floats, step: float, each: int, rng: np.random.Generator, inside: Inside
) -> Floats:
    """Return points of the cube that are inside, `each` drawn around every centre."""
    drawn = np.repeat(centres, each, axis=0)
    drawn = np.clip(drawn + step * rng.standard_normal(drawn.shape), 0.0, 1.0)
    return drawn[inside(drawn)]
