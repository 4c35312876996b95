"""Regularised (aging) evolution whose tournaments compare domination rank and crowding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Indices
from bench.method import Candidate, Evaluation, Method, Problem, Setting, candidates
from bench.spaces import ListedSpace
from bench.spaces.finite import Architectures
from methods._shared.dominance import crowding, domination_ranks
from methods._shared.settings import require_at_least
from methods._shared.unseen import Unseen

__all__ = ["AgingEvolution"]

_ATTEMPTS = 50  # tournaments for one child before it is drawn at random


class AgingEvolution(Method):
    """Aging evolution: the best of a sample becomes a parent, and the oldest member is removed.

    As in the paper (Algorithm 1), the population is a queue, here simply the last
    `population_size` evaluations; a parent is the best of a sample of members; its child is a
    mutation and joins at the end of the queue; the oldest member is removed, however good.

    Differences from the paper, all *ours*:

    - a sample is drawn without replacement (the paper puts each member back), so that its size is
      the number of members compared: of 10 draws with replacement from 40, 9 are different;
    - the best of a sample has the lowest domination rank within the population, then the largest
      crowding distance within its rank (NSGA-II's comparison instead of the accuracy);
    - a mutation moves one variable to another category (in a space that lists its members, to one
      of the nearest members); the paper's mutations of the inputs and of an operation of a cell are
      both of that kind, its mutation that changes nothing would repeat a measurement;
    - the first population is the shared initial designs, filled up with random architectures;
    - children of one batch have parents from the same population, as if made by parallel workers;
    - a child of a seen class is made again from another parent, and after 50 attempts drawn at
      random.

    A child carries its parent and the operator `mutate`.
    """

    name = "aging-evolution"
    source = (
        "Real, Aggarwal, Huang and Le, AAAI 2019, arXiv 1802.01548, Algorithm 1; ranks and "
        "crowding of Deb et al., IEEE TEVC 6(2), 2002"
    )
    summary = "tournaments by domination rank and crowding; the oldest member is removed"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "population_size": Setting(
            40, "ours", "a fifth of a run of 200; the paper has 100 of 20,000 evaluations"
        ),
        "sample_size": Setting(10, "ours", "a quarter of the population, as the paper's 25 of 100"),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        require_at_least(self, "population_size", 1)
        require_at_least(self, "sample_size", 1)
        self._history: list[Evaluation] = []  # its end is the population
        self._unseen = Unseen(problem.space)

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to the end of the queue."""
        self._history.extend(evaluations)
        self._unseen.remove([e.candidate.architecture for e in evaluations])

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return random architectures until the population is full, then n children."""
        rng, size = self.problem.rng, self.settings.population_size
        if len(self._history) < size:
            made = self._unseen.sample(rng, min(n, size - len(self._history)))
            self._unseen.remove(made)
            return candidates(made)
        population = self._history[-size:]
        objectives = np.array([e.objectives for e in population])
        ranks = domination_ranks(objectives)
        order = np.lexsort((-crowding(objectives, ranks), ranks))  # the best first
        position = np.argsort(order)
        return [self._child(population, position) for _ in range(n)]

    def _child(self, population: list[Evaluation], position: Indices) -> Candidate:
        """Return a mutation of the winner of a tournament.

        Parameters
        ----------
        population : list of Evaluation
        position : array of int [k]
            Position of each member when the population is sorted, the best first.
        """
        rng = self.problem.rng
        for _ in range(_ATTEMPTS):
            sample = rng.permutation(len(population))[: self.settings.sample_size]
            parent = population[sample[position[sample].argmin()]]
            child = self._mutate(parent.candidate.architecture)
            if self._unseen.first_of_class(child)[0]:
                self._unseen.remove(child)
                return Candidate(tuple(child[0].tolist()), parent.number, ("mutate",))
        drawn = self._unseen.sample(rng, 1)
        self._unseen.remove(drawn)
        return candidates(drawn)[0]

    def _mutate(self, architecture: tuple[float, ...]) -> Architectures:
        """Return a mutated copy [1, variables]."""
        space, rng = self.problem.finite_space, self.problem.rng
        if isinstance(space, ListedSpace):
            neighbours = space.neighbours(architecture)
            drawn = rng.integers(len(neighbours))
            return neighbours[drawn : drawn + 1]
        return space.mutate(rng, [architecture], rate=0.0)  # moves exactly one variable
