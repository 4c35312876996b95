"""The loop of Bayesian optimisation: fit what was observed, choose among what was not asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.indicators import non_dominated
from bench.method import Candidate, Evaluation, Method, Problem, candidates
from bench.spaces import Box
from bench.spaces.space import Rows
from methods._gp.box import best_in_box, new_points, sobol_points
from methods._gp.candidates import CandidateSet, Described
from methods._gp.fit import REQUIRES
from methods._gp.surrogate import Surrogate
from methods._shared.unseen import Unseen

__all__ = ["BayesianSearch"]


class BayesianSearch(Method):
    """A search by a surrogate; random once no new architecture is left."""

    requires = REQUIRES
    canonical = False  # whether one representative stands for an isomorphism class

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._unasked = Unseen(problem.space)
        self._surrogate = self._make_surrogate()
        self._set = None if isinstance(problem.space, Box) else self._make_set()
        self._architectures = problem.space.check([])
        self._objectives = np.empty((0, len(problem.objectives)))
        self._inputs = self._surrogate.describe(self._architectures)[0]

    @abstractmethod
    def _make_surrogate(self) -> Surrogate:
        """Return the surrogate that the settings describe."""

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to what was observed."""
        told = self.problem.space.check([e.candidate.architecture for e in evaluations])
        self._remove(told)
        self._architectures = np.concatenate([self._architectures, told])
        self._objectives = np.concatenate([self._objectives, [e.objectives for e in evaluations]])
        self._inputs = np.concatenate([self._inputs, self._surrogate.describe(told)[0]])

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return the n candidates that promise most; random ones if nothing was told yet."""
        if len(self._architectures) == 0:
            first = self._unasked.sample(self.problem.rng, n)
            self._remove(first)
            return candidates(first)
        # 1. Fit.
        self._surrogate.fit(self._inputs, self._objectives)
        self._surrogate.prepare(n, self.problem.rng)
        # 2. Maximise the acquisition function.
        made = self._best(n)
        self._remove(made)
        # 3. What is left when a small space is exhausted.
        rest = self._unasked.sample(self.problem.rng, n - len(made))
        return candidates(np.concatenate([made, rest]))

    def _best(self, n: int) -> Rows:
        rng, surrogate, space = self.problem.rng, self._surrogate, self.problem.space
        if isinstance(space, Box):
            described = Described(space, surrogate.describe)
            starts = sobol_points(rng, space.variables)
            new = new_points(space, self._unasked)
            return best_in_box(surrogate, described, space, starts, n, rng, inside=new)
        assert self._set is not None
        good = self._architectures[non_dominated(self._objectives)]
        found = self._set.candidates(rng, good, surrogate.score)
        return found.architectures[surrogate.choose(found, n, rng) if len(found) else []]

    def _remove(self, rows: Rows) -> None:
        (self._set or self._unasked).remove(rows)

    def _make_set(self) -> CandidateSet:
        return CandidateSet(
            self.problem.finite_space,
            self._unasked,
            self._surrogate.describe,
            canonical=self.canonical,
        )
