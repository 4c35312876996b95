"""Regularised (aging) evolution whose tournaments are won by domination rank and crowding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.errors import MethodError
from bench.method import Candidate, Evaluation, Method, Problem, Setting, candidates
from bench.spaces import ListedSpace
from bench.spaces.finite import Architectures
from methods._shared.dominance import crowding, domination_ranks
from methods._shared.unseen import Unseen

__all__ = ["AgingEvolution"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_TRIES = 50  # tournaments for one child before it is drawn at random


class AgingEvolution(Method):
    """Aging evolution: the best of a sample has a child, and the oldest member dies.

    Of the paper (Algorithm 1): the population is a queue, here simply the last `population_size`
    evaluations; a parent is the best of a sample of members; its child is a mutation and joins at
    the end; whoever is oldest dies, however good.

    What differs from the paper, all *ours*:

    - a sample is drawn without replacement (the paper puts each member back), so that its size is
      the number of members compared: of 10 draws with replacement from 40, 9 are different;
    - the best of a sample has the lowest domination rank within the population, then the largest
      crowding distance within its rank (NSGA-II's comparison in place of the accuracy);
    - a mutation moves one variable to another category (in a space that lists its members, to one
      of the nearest members); the paper's mutations of the inputs and of an operation of a cell are
      both of that kind, its mutation that changes nothing would repeat a measurement;
    - the first population is the shared initial designs, filled up with random architectures;
    - children of one batch have parents from the same population, like those of workers that have
      not heard of each other;
    - a child whose class was asked for before is made anew, from another parent; after 50 attempts
      it is drawn at random.
    """

    name = "aging-evolution"
    source = (
        "Real, Aggarwal, Huang and Le, AAAI 2019, arXiv 1802.01548, Algorithm 1; ranks and "
        "crowding of Deb et al., IEEE TEVC 6(2), 2002"
    )
    summary = "tournaments by domination rank and crowding; the oldest dies"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "population_size": Setting(
            40, "ours", "the paper's 100 of 20,000 evaluations; a fifth of a run of 200"
        ),
        "sample_size": Setting(10, "ours", "a quarter of the population, as the paper's 25 of 100"),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        for name in ("population_size", "sample_size"):
            if getattr(self.settings, name) < 1:
                raise MethodError(
                    f"method {self.name!r}: {name} is {getattr(self.settings, name)}; expected at "
                    f"least 1"
                )
        self._told: list[Evaluation] = []
        self._unasked = Unseen(problem.space)

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to the end of the queue."""
        self._told.extend(evaluations)
        self._unasked.remove([e.candidate.architecture for e in evaluations])

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return random architectures until the population is full, then n children."""
        rng, size = self.problem.rng, self.settings.population_size
        if len(self._told) < size:
            made = self._unasked.sample(rng, min(n, size - len(self._told)))
            self._unasked.remove(made)
            return candidates(made)
        population = self._told[-size:]  # the others have died
        objectives = np.array([e.objectives for e in population])
        ranks = domination_ranks(objectives)
        order = np.lexsort((-crowding(objectives, ranks), ranks))  # the best first
        place = np.argsort(order)
        return [self._child(population, place) for _ in range(n)]

    def _child(self, population: list[Evaluation], place: Indices) -> Candidate:
        """Return a mutation of the winner of a tournament; `place` [k] is who beats whom."""
        rng = self.problem.rng
        for _ in range(_TRIES):
            sample = rng.permutation(len(population))[: self.settings.sample_size]
            parent = population[sample[place[sample].argmin()]]
            child = self._mutate(parent.candidate.architecture)
            if self._unasked.first_of_class(child)[0]:
                self._unasked.remove(child)
                return Candidate(tuple(child[0].tolist()), parent.number, ("mutate",))
        drawn = self._unasked.sample(rng, 1)
        self._unasked.remove(drawn)
        return candidates(drawn)[0]

    def _mutate(self, architecture: tuple[float, ...]) -> Architectures:
        space, rng = self.problem.finite_space, self.problem.rng
        if isinstance(space, ListedSpace):
            around = space.neighbours(architecture)
            drawn = rng.integers(len(around))
            return around[drawn : drawn + 1]
        return space.mutate(rng, [architecture], rate=0.0)  # moves exactly one variable
