"""Tournaments and variation of pymoo on arrays, and generations of unseen classes.

pymoo keeps each architecture in an object and reads it attribute by attribute; here whole
generations are arrays. The operators are pymoo's, and so are the random numbers, draw by draw.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.arrays import Indices
from bench.spaces import Box, Space
from bench.spaces.space import Rows
from methods._shared.unseen import Unseen

__all__ = [
    "Comparison",
    "Mating",
    "Variation",
    "by_dominance",
    "by_dominance_and_crowding",
    "by_lot",
]

_ATTEMPTS = 100  # pymoo's number of matings for one generation

# Says for each pair [k, 2] of members whether its first [k] wins: 1 if so, -1 if the second does, 0
# if a lot decides.
Comparison = Callable[[Indices], Indices]


def by_dominance(population: Any) -> Comparison:
    """Return a comparison of pairs of members of a pymoo population by dominance."""
    objectives = population.get("F")

    def compare(pairs: Indices) -> Indices:
        left, right = objectives[pairs[:, 0]], objectives[pairs[:, 1]]
        better, worse = (left < right).any(axis=1), (left > right).any(axis=1)
        result: Indices = better.astype(np.int64) - worse
        return result

    return compare


def by_dominance_and_crowding(population: Any) -> Comparison:
    """Return a comparison by dominance, then by crowding distance."""
    by_objectives, distances = by_dominance(population), population.get("crowding")

    def compare(pairs: Indices) -> Indices:
        left, right = distances[pairs].T
        crowding = (left > right).astype(np.int64) - (left < right)
        dominance = by_objectives(pairs)
        return np.where(dominance == 0, crowding, dominance)

    return compare


def by_lot(population: Any) -> Comparison:
    """Return a comparison that leaves all pairs to a lot."""
    del population
    return lambda pairs: np.zeros(len(pairs), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Variation:
    """Crossover and mutation of pymoo; what they make is part of the space.

    Attributes
    ----------
    crossover, mutation
        Operators of pymoo: a crossover that makes two children of two parents.
    bounds
        A problem of pymoo that has the bounds of the variables.
    space : Space
        Children are rounded to categories in a finite space, and moved to the nearest of it.
    """

    crossover: Any
    mutation: Any
    bounds: Any
    space: Space

    def children(self, parents: Rows, rng: np.random.Generator) -> Rows:
        """Return the children [2 k, variables] of pairs of parents [2, k, variables].

        The first children of all pairs come before the second ones.

        Parameters
        ----------
        parents : array [2, k, variables]
        rng : numpy.random.Generator
        """
        # `_do` is what an operator of pymoo computes on arrays; `do` puts it into objects.
        pairs = parents.shape[1]
        made, crossed = parents.copy(), rng.random(pairs) < self.crossover.prob.value
        if crossed.any():
            both = self.crossover._do(self.bounds, parents, random_state=rng)
            made = np.where(crossed[:, None], both, parents)
        made = made.reshape(2 * pairs, -1)
        mutants = self.mutation._do(self.bounds, made, random_state=rng)
        mutated = rng.random(len(made)) <= self.mutation.prob.value
        children = np.where(mutated[:, None], mutants, made)
        if isinstance(self.space, Box):
            return self.space.repair(children)
        return self.space.repair(np.around(children).astype(int))


@dataclass(frozen=True, eq=False)
class Mating:
    """Offspring of unseen classes, of parents that win tournaments.

    Every attempt makes a whole population of offspring: towards the end of a run most are of seen
    classes, and an attempt for the last few costs as much as one for all. What is too many is
    dropped.

    Attributes
    ----------
    compare : callable
        Says for each pair of members [k, 2] whether its first [k] wins a tournament; see
        `by_dominance`.
    variation : Variation
    unseen : Unseen
    size : int
        Number of offspring of an attempt.
    """

    compare: Comparison
    variation: Variation
    unseen: Unseen
    size: int

    def offspring(self, members: Rows, n: int, rng: np.random.Generator) -> Rows:
        """Return n offspring [n, variables], or fewer if 100 attempts do not suffice.

        Parameters
        ----------
        members : array [k, variables]
            The population.
        n : int
        rng : numpy.random.Generator
        """
        made, missing, taken = [self.variation.space.check([])], n, set[Hashable]()
        for _ in range(_ATTEMPTS):
            parents = members[self._parents(len(members), rng).T]
            children = self.variation.children(parents, rng)
            made.append(children[self.unseen.first_of_class(children, taken)][:missing])
            missing -= len(made[-1])
            if missing == 0:
                break
        return np.concatenate(made)

    def _parents(self, members: int, rng: np.random.Generator) -> Indices:
        """Return pairs of winners [ceil(size / 2), 2] of tournaments, as indices of members."""
        tournaments = 2 * math.ceil(self.size / 2)
        permutations = math.ceil(2 * tournaments / members)
        drawn = np.concatenate([rng.permutation(members) for _ in range(permutations)])
        pairs = drawn[: 2 * tournaments].reshape(-1, 2)
        result = self.compare(pairs)
        wins = (result < 0).astype(np.int64)  # 0 for the first of a pair, 1 for the second
        lots = np.flatnonzero(result == 0)
        wins[lots] = rng.integers(2, size=len(lots))
        winners: Indices = pairs[np.arange(len(pairs)), wins]
        return winners.reshape(-1, 2)
