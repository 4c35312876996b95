"""Among which architectures an acquisition function is maximised.

In a space that can be enumerated, all that were not asked for; elsewhere random ones and the
neighbours of good ones, by local search.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.spaces import FiniteSpace, Space
from bench.spaces.finite import Architectures
from bench.spaces.space import Rows
from methods._shared.unseen import Unseen
from methods._shared.unseen_members import UnseenMembers

__all__ = ["CandidateSet", "Candidates", "Described", "local_search"]

Floats = NDArray[np.float64]
Describe = Callable[[Rows], tuple[Floats, Floats]]

_ROUNDS, _CENTRES, _NEAR = 3, 10, 200  # of local search: how often, from how many, how far
ENUMERATED = 50_000  # architectures; a posterior of that many takes 0.1 s an objective


@dataclass(frozen=True, eq=False)
class Candidates:
    """Architectures and what an acquisition function needs of them.

    Attributes
    ----------
    architectures : array [k, variables]
    inputs : array [k, d]
        Of the surrogate.
    known : array [k, m]
        Known objectives; the columns of others mean nothing.
    keys : sequence [k]
        Of the isomorphism classes.
    """

    architectures: Rows
    inputs: Floats
    known: Floats
    keys: Sequence[Hashable]

    def __len__(self) -> int:
        return len(self.architectures)


class Described:
    """What a surrogate needs of architectures; asked once for each where the space is enumerated.

    Parameters
    ----------
    space : Space
    describe : function
        Architectures to `inputs` and `known`.
    """

    def __init__(self, space: Space, describe: Describe) -> None:
        self._space, self._describe = space, describe
        self._listed: FiniteSpace | None = None
        if isinstance(space, FiniteSpace) and space.listable and space.size <= ENUMERATED:
            self._listed, self._members = space, self._made(space.enumerate())

    @property
    def enumerated(self) -> bool:
        """Whether all architectures are described already."""
        return self._listed is not None

    def of(self, rows: Rows) -> Candidates:
        """Return these architectures [k, variables] as candidates."""
        if self._listed is None:
            return self._made(rows)
        places, of = self._listed.index(rows), self._members
        keys = [of.keys[i] for i in places.tolist()]
        return Candidates(rows, of.inputs[places], of.known[places], keys)

    def _made(self, rows: Rows) -> Candidates:
        return Candidates(rows, *self._describe(rows), keys=self._space.class_keys(rows))


class CandidateSet:
    """What can be asked for.

    Parameters
    ----------
    space : FiniteSpace
    unasked : Unseen
        What was asked for, kept up through `remove`.
    describe : function
        Architectures to `inputs` and `known`; called once where the space is enumerated.
    canonical : bool
        One representative of every isomorphism class in place of all its members.
    sampled : int
        For a space too large to be enumerated: random architectures beside which local search
        looks.
    """

    def __init__(
        self,
        space: FiniteSpace,
        unasked: Unseen,
        describe: Describe,
        *,
        canonical: bool,
        sampled: int = 2000,
    ) -> None:
        self._space, self._unasked = space, unasked
        self._described = Described(space, describe)
        self._canonical = canonical
        self._sampled = sampled
        self.enumerated = self._described.enumerated
        if not self.enumerated:
            return
        members = space.enumerate()
        self._members = np.unique(space.canonical(members), axis=0) if canonical else members
        self._left = UnseenMembers(space, self._members)

    def remove(self, architectures: ArrayLike) -> None:
        """Note that these architectures [n, variables] were asked for."""
        self._unasked.remove(architectures)
        if self.enumerated:
            self._left.remove(architectures)

    def candidates(
        self,
        rng: np.random.Generator,
        good: Architectures,
        score: Callable[[Candidates], Floats],
    ) -> Candidates:
        """Return candidates that were not asked for; none if nothing is left.

        Parameters
        ----------
        good : array [g, variables]
            Where local search starts.
        score : function
            Candidates to what is maximised [k].
        """
        if self.enumerated:
            return self._described.of(self._members[self._left.flags])
        found = self._new(self._space.sample(rng, self._sampled))
        return local_search(self._space, self._described, found, good, self._new, score, rng)

    def _new(self, rows: Architectures) -> Architectures:
        if self._canonical:
            rows = self._space.canonical(rows)
        return rows[self._unasked.first_of_class(rows)]


def local_search(
    space: FiniteSpace,
    described: Described,
    found: Architectures,
    good: Architectures,
    allowed: Callable[[Architectures], Architectures],
    score: Callable[[Candidates], Floats],
    rng: np.random.Generator,
) -> Candidates:
    """Return what was found, with neighbours of what is good, then of what scores best so far.

    Parameters
    ----------
    found : array [k, variables]
        What there is to begin with.
    good : array [g, variables]
        Where the first round starts.
    allowed : function
        Architectures to those of them that may be candidates, each class once.
    score : function
        Candidates to what is maximised [k].
    """
    centres = good
    for _ in range(_ROUNDS):
        near = [space.neighbours(centre) for centre in centres]
        near = [rows[rng.permutation(len(rows))[:_NEAR]] for rows in near]
        found = allowed(np.concatenate([found, *near]))
        if len(found) == 0:
            break
        best = np.argsort(-score(described.of(found)), kind="stable")[:_CENTRES]
        centres = found[best]
    return described.of(found)
