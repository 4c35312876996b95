"""MOTE-NAS for several objectives (*ours*): the front of the estimate and the cheap objectives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats
from bench.indicators import non_dominated
from bench.method import Candidate, Evaluation, Method, Problem, Setting, candidates
from bench.spaces.finite import Architectures
from methods._shared.dominance import crowding, domination_ranks
from methods._shared.unseen import Unseen
from methods.mote.pool import EstimatedPool, near, require_estimate

__all__ = ["MOTENASMany"]


class MOTENASMany(Method):
    """MOTE-NAS with the estimate as one objective and the cheap objectives as the others.

    In every iteration, as MOTE-NAS does with its single objective:

    1. Parents are the non-dominated ones, in estimate and cheap objectives, of all architectures
       that were estimated. Random architectures near a parent are estimated too.
    2. Of those of unseen classes, the best by domination rank, then by crowding distance, are asked
       for.

    Measurements have no influence: the search is as good as the estimate. A parent need not have
    been evaluated: candidates carry no lineage.
    """

    name = "mote-nas-mo"
    source = "*ours*, after Zhang et al., MOTE-NAS, NeurIPS 2024"
    summary = "evolution on the front of an estimate and the cheap objectives"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "estimate": Setting("mote", "paper", "name of the estimate"),
        "random": Setting(100, "ours", "architectures estimated before the first iteration"),
        "children": Setting(20, "ours", "estimated in every iteration"),
        "distance": Setting(1.0, "released code", "at most two operations different"),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        require_estimate(self)
        self._pool = EstimatedPool(problem, self.settings.estimate)
        self._unseen = Unseen(problem.space)

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Note what was evaluated; the measurements have no influence."""
        self._unseen.remove([e.candidate.architecture for e in evaluations])

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return the n best by rank and crowding; random ones once nothing is left."""
        rng, space = self.problem.rng, self.problem.space
        # 1. Estimate.
        if len(self._pool) == 0:
            self._pool.add(space.sample(rng, self.settings.random))
        self._pool.add(self._children())
        # 2. Choose.
        rows = self._pool.architectures
        rows = rows[self._unseen.first_of_class(rows)]
        points = self._points(rows)
        ranks = domination_ranks(points)
        chosen = rows[np.lexsort((-crowding(points, ranks), ranks))[:n]]
        self._unseen.remove(chosen)
        return candidates(np.concatenate([chosen, self._unseen.sample(rng, n - len(chosen))]))

    def _children(self) -> Architectures:
        rng, s, rows = self.problem.rng, self.settings, self._pool.architectures
        parents = rows[non_dominated(self._points(rows))]
        drawn = self.problem.space.sample(rng, 10 * s.children)
        return self._pool.new(drawn[near(drawn, parents, s.distance)])[: s.children]

    def _points(self, rows: Architectures) -> Floats:
        """Return the minimised values [k, 1 + cheap]: minus the estimate, and the cheap objectives.

        An architecture without an estimate counts as worse than all others.
        """
        scores = self.problem.estimate(self.settings.estimate, rows)
        scores = np.where(np.isnan(scores), np.nanmin(scores, initial=0.0) - 1.0, scores)
        return np.column_stack([-scores, self.problem.cheap(rows)])
