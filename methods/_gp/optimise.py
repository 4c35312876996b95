"""Maximising an acquisition function: over the unseen architectures of a finite space, or a box.

A finite space that can be enumerated is searched exhaustively, a larger one by local search from
random architectures and good ones. In a box the papers follow gradients with L-BFGS-B from 20 of
1,024 starts; here the posterior has no gradients, and Gaussian steps around the best points replace
them (*ours*).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Mask
from bench.spaces import Box, FiniteSpace
from bench.spaces.finite import Architectures
from bench.spaces.space import Rows
from methods._gp.surrogate import Candidates, CandidateTable, Describe, Surrogate
from methods._shared.unseen import Unseen, UnseenMembers

__all__ = ["UnseenCandidates", "best_in_box", "local_search", "sobol_points", "unseen_points"]

Inside = Callable[[Floats], Mask]  # points [k, variables] of the unit cube -> which may be taken
Score = Callable[[Candidates], Floats]  # candidates -> values to maximise, [k]

# Local search in a finite space: rounds, centres of each, neighbours of each centre.
_ROUNDS, _CENTRES, _NEIGHBOURS = 3, 10, 200

# Search in a box: standard deviations of the steps, in widths of the box; centres and points around
# each while a single point is searched.
_STEPS = (0.1, 0.03, 0.01, 0.003, 0.001)
_BOX_CENTRES, _AROUND = 5, 40


# -- a finite space --------------------------------------------------------------------------------


class UnseenCandidates:
    """The architectures of unseen classes in a finite space, as candidates.

    Parameters
    ----------
    space : FiniteSpace
    unseen : Unseen
        Updated through `remove`.
    describe : function
        `Surrogate.describe`; called once where the space is enumerated.
    canonical : bool
        Only one representative of every isomorphism class.
    sampled : int
        Random architectures with which local search starts, in a space that is not enumerated.
    """

    def __init__(
        self,
        space: FiniteSpace,
        unseen: Unseen,
        describe: Describe,
        *,
        canonical: bool,
        sampled: int = 2000,
    ) -> None:
        self._space, self._unseen = space, unseen
        self._table = CandidateTable(space, describe)
        self._canonical = canonical
        self._sampled = sampled
        self.enumerated = self._table.enumerated
        if not self.enumerated:
            return
        members = space.enumerate()
        self._members = np.unique(space.canonical(members), axis=0) if canonical else members
        self._unseen_members = UnseenMembers(space, self._members)

    def remove(self, architectures: ArrayLike) -> None:
        """Mark the classes of architectures [n, variables] as seen."""
        self._unseen.remove(architectures)
        if self.enumerated:
            self._unseen_members.remove(architectures)

    def candidates(self, rng: np.random.Generator, good: Architectures, score: Score) -> Candidates:
        """Return candidates of unseen classes: all of them, or those that local search finds.

        Parameters
        ----------
        rng : numpy.random.Generator
        good : array [g, variables]
            Architectures from which local search starts.
        score : function
            Candidates to values [k] that are maximised.
        """
        if self.enumerated:
            return self._table.look_up(self._members[self._unseen_members.flags])
        found = self._new(self._space.sample(rng, self._sampled))
        return local_search(self._space, self._table, found, good, self._new, score, rng)

    def _new(self, rows: Architectures) -> Architectures:
        if self._canonical:
            rows = self._space.canonical(rows)
        return rows[self._unseen.first_of_class(rows)]


def local_search(
    space: FiniteSpace,
    table: CandidateTable,
    found: Architectures,
    good: Architectures,
    allowed: Callable[[Architectures], Architectures],
    score: Score,
    rng: np.random.Generator,
) -> Candidates:
    """Return given architectures with neighbours of good ones, then of the best by score.

    Parameters
    ----------
    space : FiniteSpace
    table : CandidateTable
        Of the surrogate.
    found : array [k, variables]
        The first candidates.
    good : array [g, variables]
        Centres of the first round.
    allowed : function
        Architectures to those of them that may be candidates, each class once.
    score : function
        Candidates to values [k] that are maximised.
    rng : numpy.random.Generator
    """
    centres = good
    for _ in range(_ROUNDS):
        near = [space.neighbours(centre) for centre in centres]
        near = [rows[rng.permutation(len(rows))[:_NEIGHBOURS]] for rows in near]
        found = allowed(np.concatenate([found, *near]))
        if len(found) == 0:
            break
        best = np.argsort(-score(table.look_up(found)), kind="stable")[:_CENTRES]
        centres = found[best]
    return table.look_up(found)


# -- a box -----------------------------------------------------------------------------------------


def sobol_points(rng: np.random.Generator, variables: int, *, power: int = 10) -> Floats:
    """Return 2^power points [n, variables] of the unit cube: a scrambled Sobol sequence.

    Parameters
    ----------
    rng : numpy.random.Generator
    variables : int
    power : int
        By default there are 1,024 points, from which the papers choose their starts.
    """
    from scipy.stats import qmc

    scramble = np.random.default_rng(rng.integers(2**63))
    points: Floats = qmc.Sobol(variables, scramble=True, rng=scramble).random_base2(power)
    return points


def unseen_points(space: Box, unseen: Unseen) -> Inside:
    """Return the function that says which points of the unit cube are unseen.

    Steps end at the faces of the cube, so the same corner would be the best point again and again.

    Parameters
    ----------
    space : Box
    unseen : Unseen
        Of this space.
    """
    return lambda points: unseen.first_of_class(space.from_unit(points))


def best_in_box(
    surrogate: Surrogate,
    table: CandidateTable,
    space: Box,
    starts: Floats,
    n: int,
    rng: np.random.Generator,
    *,
    inside: Inside,
) -> Rows:
    """Return up to n architectures [k, variables] of the largest expected improvement together.

    1. Climb from the best starts by `surrogate.score`, which is exact for a single candidate.
    2. Let the surrogate choose a batch among the starts and the top of the climb, put points around
       each of its members, choose again among all these, and so on with smaller steps. The random
       numbers of the acquisition function are the same in every choice.

    Parameters
    ----------
    surrogate : Surrogate
    table : CandidateTable
        Of the surrogate.
    space : Box
    starts : array [s, variables]
        Points of the unit cube.
    n : int
    rng : numpy.random.Generator
    inside : function
        Says which points [k, variables] of the unit cube may be taken; see `unseen_points`.
    """
    starts = starts[inside(starts)]
    found = np.concatenate([starts, _climb(surrogate, table, space, starts, rng, inside)])
    common = int(rng.integers(2**63))
    around = max(2, (surrogate.pool - n) // n)
    for step in (*_STEPS, None):
        rows, kept = np.unique(space.from_unit(found), axis=0, return_index=True)
        chosen = surrogate.choose(table.look_up(rows), n, np.random.default_rng(common))
        if step is None:
            return rows[chosen]
        batch = found[kept[chosen]]
        found = np.concatenate([batch, _points_around(batch, step, around, rng, inside)])
    raise AssertionError("the last step is None")


def _climb(
    surrogate: Surrogate,
    table: CandidateTable,
    space: Box,
    starts: Floats,
    rng: np.random.Generator,
    inside: Inside,
) -> Floats:
    """Return the best point [1, variables] that steps from the best starts lead to."""
    found = starts
    for step in _STEPS:
        best = _best_points(surrogate, table, space, found)
        found = np.concatenate([best, _points_around(best, step, _AROUND, rng, inside)])
    return _best_points(surrogate, table, space, found)[:1]


def _best_points(surrogate: Surrogate, table: CandidateTable, space: Box, points: Floats) -> Floats:
    scores = surrogate.score(table.look_up(space.from_unit(points)))
    return points[np.argsort(-scores, kind="stable")[:_BOX_CENTRES]]


def _points_around(
    centres: Floats, step: float, each: int, rng: np.random.Generator, inside: Inside
) -> Floats:
    """Return points of the cube drawn around centres, `each` for every one; those inside."""
    drawn = np.repeat(centres, each, axis=0)
    drawn = np.clip(drawn + step * rng.standard_normal(drawn.shape), 0.0, 1.0)
    return drawn[inside(drawn)]
