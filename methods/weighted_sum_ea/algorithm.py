"""The weighted-sum evolutionary search: tournaments, variation, survival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats, Indices
from bench.method import Candidate, Evaluation, Problem, Setting, candidates
from bench.spaces.finite import Architectures
from methods._shared.dominance import domination_ranks
from methods._shared.generational import Generational
from methods._shared.scaling import log_costs
from methods.weighted_sum_ea.scalarisation import lattice, scaled_by_front

__all__ = ["WeightedSumEA", "WeightedSumEASingle"]

_ATTEMPTS = 50  # rounds of variation before random architectures are drawn


class WeightedSumEA(Generational):
    """The search of the weighted-sum evolutionary NAS, on a table instead of its supernet.

    The paper states a fitness S = l1 error + l2 FLOPs + l3 memory, a diverse first population,
    selection by non-dominated sorting, tailored crossover and mutation, and elitism (*paper*). It
    states no weights, scales, sizes, rates or tie rules, and not how one fitness and a sorting
    are combined; what follows fills these gaps and is *ours*:

    - weights: the points of a simplex lattice, none of them zero, all used in the same run;
    - scales: a cheap objective by its logarithm, between the least and the greatest of 1,000
      random architectures (free of charge); any other by its range over the non-dominated set of
      all evaluations, updated every generation and clipped above;
    - parents: of two, the one of lower domination rank; on a tie the one of smaller S for
      weights drawn for this tournament;
    - children: uniform crossover, then each variable resampled with probability 1 / variables. A
      child of a seen isomorphism class is made again; after 50 rounds random architectures replace
      it;
    - survivors of parents and children: first the best S of every weight vector, then whole
      fronts while they fit, then the best of the last front for drawn weights, one by one;
    - the first population: the shared initial designs and random architectures.

    On a table the paper's memory is the number of parameters, if the protocol has it at all, and
    its hierarchical variation has a single level. A child has two parents, so candidates carry no
    lineage.
    """

    name = "ws-ea"
    source = (
        "Zhang et al., Neural Architecture Search for Efficient Convolutional Networks: "
        "A Multi-Objective Optimization Approach"
    )
    summary = "weighted sums over a lattice of weights, with non-dominated sorting"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "population_size": Setting(20, "ours", "10 generations in 200 evaluations"),
        "lattice_divisions": Setting(
            None, "ours", "None means 10 for two objectives (11 weights), 4 for three (15), else 2"
        ),
        "weight_offset": Setting(
            0.02, "ours", "added to each weight; with a zero weight, weakly dominated designs win"
        ),
        "error_weight": Setting(
            None,
            "ours",
            "a number w replaces the lattice by one vector: (w, (1 - w) / (m - 1), ...)",
        ),
        "use_rank": Setting(True, "paper", "selection by non-dominated sorting"),
        "cost_samples": Setting(1000, "ours", "free; sets the scale of the cheap objectives"),
        "clip": Setting(
            2.0, "ours", "so that a failed design does not hide the differences of the others"
        ),
        "mutation_probability": Setting(None, "ours", "None means 1 / variables"),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._architectures = np.empty((0, problem.space.variables), dtype=np.int8)
        self._objectives = np.empty((0, len(problem.objectives)))
        self._population: Indices = np.empty(0, dtype=np.int64)
        self._competed = 0  # number of evaluations that took part in survival
        self._weights = self._make_weights()
        self._cost_bounds = self._measure_cost_bounds()

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to the archive; they compete when the next generation is made."""
        told = self.problem.space.check([e.candidate.architecture for e in evaluations])
        self._unseen.remove(told)
        self._architectures = np.concatenate([self._architectures, told])
        self._objectives = np.concatenate([self._objectives, [e.objectives for e in evaluations]])

    # -- one generation --------------------------------------------------------------------------

    def _generation(self) -> list[Candidate]:
        return candidates(self._next_architectures())

    def _next_architectures(self) -> Architectures:
        size, rng = self.settings.population_size, self.problem.rng
        if len(self._objectives) < size:
            return self._unseen.sample(rng, size - len(self._objectives))
        scalarised = self._scaled(self._objectives) @ self._weights.T
        children = np.arange(self._competed, len(self._objectives))
        self._competed = len(self._objectives)
        self._population = self._survivors(np.append(self._population, children), scalarised)
        return self._children(scalarised)

    def _survivors(self, competing: Indices, scalarised: Floats) -> Indices:
        """Return the next population, as indices of evaluations.

        Parameters
        ----------
        competing : array of int [k]
            Indices of evaluations.
        scalarised : array [n, w]
            S of all evaluations for each weight vector.
        """
        size, rng = self.settings.population_size, self.problem.rng
        ranks = self._ranks(competing)
        # 1. Elites: the best for each weight vector.
        survivors = list(dict.fromkeys(competing[scalarised[competing].argmin(axis=0)]))[:size]
        for rank in range(int(ranks.max()) + 1):
            front = [i for i in competing[ranks == rank] if i not in survivors]
            if len(survivors) + len(front) <= size:  # 2. A whole front, while it fits.
                survivors.extend(front)
                continue
            while len(survivors) < size:  # 3. The best by drawn weights of the next.
                drawn = rng.integers(len(self._weights))
                best = min(front, key=lambda i: scalarised[i, drawn])
                front.remove(best)
                survivors.append(best)
            break
        return np.sort(np.asarray(survivors, dtype=np.int64))

    def _children(self, scalarised: Floats) -> Architectures:
        space, rng = self.problem.finite_space, self.problem.rng
        size = self.settings.population_size
        children = np.empty((0, space.variables), dtype=np.int8)
        ranks = self._ranks(self._population)
        for _ in range(_ATTEMPTS):
            parents = self._tournaments(ranks, scalarised, 2 * (size - len(children)))
            first, second = self._architectures[parents.reshape(2, -1)]
            made = space.repair(self._mutated(space.crossover(rng, first, second)))
            children = np.concatenate([children, made])
            children = children[self._unseen.first_of_class(children)]
            if len(children) == size:
                return children
        self._unseen.remove(children)
        return np.concatenate([children, self._unseen.sample(rng, size - len(children))])

    def _tournaments(self, ranks: Indices, scalarised: Floats, n: int) -> Indices:
        """Return n parents, as indices of evaluations.

        Parameters
        ----------
        ranks : array of int [k]
            Domination ranks of the population.
        scalarised : array [n, w]
            S of all evaluations for each weight vector.
        n : int
        """
        rng = self.problem.rng
        left, right = rng.integers(len(self._population), size=(2, n))
        drawn = rng.integers(len(self._weights), size=n)
        fitness = scalarised[self._population]
        tie = ranks[left] == ranks[right]
        left_wins = np.where(
            tie, fitness[left, drawn] <= fitness[right, drawn], ranks[left] < ranks[right]
        )
        parents: Indices = self._population[np.where(left_wins, left, right)]
        return parents

    def _mutated(self, children: Architectures) -> Architectures:
        space, rng = self.problem.finite_space, self.problem.rng
        probability = self.settings.mutation_probability or 1.0 / space.variables
        moves = rng.random(children.shape) < probability
        cardinalities = np.asarray(space.cardinalities)
        steps = rng.integers(1, np.maximum(cardinalities, 2), size=children.shape)
        return np.where(moves, (children + steps) % cardinalities, children).astype(np.int8)

    # -- fitness ---------------------------------------------------------------------------------

    def _ranks(self, members: Indices) -> Indices:
        if not self.settings.use_rank:
            return np.zeros(len(members), dtype=np.int64)
        return domination_ranks(self._objectives[members])

    def _scaled(self, objectives: Floats) -> Floats:
        """Return objectives [n, m] without units: cheap ones by logarithm, others by range."""
        cheap = list(self.problem.cheap_objectives)
        scaled = scaled_by_front(objectives, clip=self.settings.clip)
        if cheap:
            least, width = self._cost_bounds
            scaled[:, cheap] = (log_costs(self.problem, objectives[:, cheap]) - least) / width
        return scaled

    def _measure_cost_bounds(self) -> tuple[Floats, Floats]:
        """Return the least log cost [k] over random architectures, and the range [k] of it."""
        if not self.problem.cheap_objectives:
            return np.empty(0), np.empty(0)
        drawn = self.problem.space.sample(self.problem.rng, self.settings.cost_samples)
        costs = log_costs(self.problem, self.problem.cheap(drawn))
        width = np.ptp(costs, axis=0)
        return costs.min(axis=0), np.where(width > 0, width, 1.0)

    def _make_weights(self) -> Floats:
        m, error_weight = len(self.problem.objectives), self.settings.error_weight
        if error_weight is not None:
            return np.array([[error_weight] + [(1.0 - error_weight) / (m - 1)] * (m - 1)])
        divisions = self.settings.lattice_divisions or {2: 10, 3: 4}.get(m, 2)
        raised = lattice(m, divisions) + self.settings.weight_offset
        weights: Floats = raised / raised.sum(axis=1, keepdims=True)
        return weights


class WeightedSumEASingle(WeightedSumEA):
    """A plain genetic algorithm on one weighted sum: the paper's formula alone.

    As `WeightedSumEA` with one fixed weight vector and without domination ranks: the difference
    between the two is the effect of many weights and of the sorting.
    """

    name = "ws-ea-single"
    summary = "one fixed weighted sum, no non-dominated sorting (ablation)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        **WeightedSumEA.settings_spec,
        "error_weight": Setting(
            0.5, "ours", "the paper gives none; the error weighs as much as all costs"
        ),
        "use_rank": Setting(False, "ours", "the ablation: the fitness is the weighted sum alone"),
    }
