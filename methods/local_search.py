"""Multi-objective local search along random weighted sums, restarted at local optima."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats, Indices
from bench.method import Candidate, Evaluation, Method, Problem, Setting, candidates
from bench.spaces.finite import Architectures
from methods._shared.archive import Archive
from methods._shared.scaling import running_scale
from methods._shared.settings import require_at_least, require_one_of
from methods._shared.unseen import Unseen

__all__ = ["LocalSearch"]

_DRAWS = 50  # weight vectors tried before a random start
_OUTSIDE = 100  # weight vectors that are compared one by one


class LocalSearch(Method):
    """Climb along a random weighted sum to a local optimum; draw new weights; climb again.

    As in the paper's released code (`LS.cpp`), weights are uniform, neighbours differ in one
    variable and are evaluated in random order, the search moves at once to a neighbour that
    improves the weighted sum, and if none does it restarts with new weights. All evaluations are
    kept.

    Differences from it, all *ours*:

    - a restart is at the best so far for the new weights; the paper's is at a random architecture,
      from where most of a few hundred evaluations would be spent on climbing again (`restart =
      "random"` is the paper's). If 50 draws of weights lead only to neighbourhoods that were all
      seen, the start is random anyway;
    - weights are those of several draws that are farthest from all weights used before: few climbs
      are made, and they should not lead to the same end of the front twice (the released code can
      halve the largest gap instead, for two objectives);
    - all neighbours come in random order, not all categories of one variable after those of
      another, and a move is made after a batch: to its best member, if that improves. With batches
      of one this is the first improvement; in any case a space with many neighbours is left before
      all of them are evaluated. In a space that lists its members, neighbours are the nearest
      members;
    - objectives are scaled by ideal and nadir of what was found so far (the paper's have known
      bounds), and there may be more than two: weights are uniform on the simplex;
    - a neighbour of a seen class is not asked for again.

    A neighbour carries the current architecture as its parent and the operator `step`.
    """

    name = "local-search"
    source = (
        "Den Ottelander, Dushatskiy, Virgolin and Bosman, Local search is a remarkably strong "
        "baseline for neural architecture search, EMO 2021, doi 10.1007/978-3-030-72062-9_37; "
        "github.com/tdenottelander/MacroNAS"
    )
    summary = "climbs along random weighted sums, restarted at local optima"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "weight_draws": Setting(
            20, "ours", "1 is the paper's; a short run has few climbs, which should differ"
        ),
        "restart": Setting(
            "best", "ours", "'random' is the paper's, which spends a short run on climbing again"
        ),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        require_one_of(self, "restart", ("best", "random"))
        require_at_least(self, "weight_draws", 1)
        self._history: list[Evaluation] = []
        self._archive = Archive(len(problem.objectives))
        self._unseen = Unseen(problem.space)
        self._weights: Floats | None = None
        self._current: int | None = None  # index in `_history` of where the search is
        self._used_weights = _UsedWeights(len(problem.objectives))
        self._neighbours: Architectures = np.empty((0, problem.space.variables), dtype=np.int8)

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to the archive, and move to the best of them if it improves."""
        new = np.arange(len(self._history), len(self._history) + len(evaluations))
        self._history.extend(evaluations)
        self._archive.add(evaluations)
        self._unseen.remove([e.candidate.architecture for e in evaluations])
        if self._weights is None:  # the initial designs
            return
        current = [] if self._current is None else [self._current]
        values = self._weighted_sums(self._weights, np.array([*new, *current]))
        best = int(values[: len(new)].argmin())
        if (values[best] < values[len(new) :]).all():  # of the current one, if there is one
            self._move_to(int(new[best]))

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return up to n neighbours of the current architecture, or the start of a new climb."""
        draws = _DRAWS if self.settings.restart == "best" and self._history else 0
        while not (neighbours := self._next_neighbours(n)) and draws > 0:
            self._weights = self._draw_weights()
            front = self._archive.front  # its members alone can be the best of a weighted sum
            self._move_to(int(front[self._weighted_sums(self._weights, front).argmin()]))
            draws -= 1
        return neighbours or self._random_start()

    def _next_neighbours(self, n: int) -> list[Candidate]:
        """Return the next n neighbours of unseen classes; none at a local optimum."""
        taken, self._neighbours = self._neighbours[:n], self._neighbours[n:]
        if self._current is None or len(taken) == 0:
            return []
        self._unseen.remove(taken)
        parent = self._history[self._current].number
        return [Candidate(tuple(row), parent, ("step",)) for row in taken.tolist()]

    def _random_start(self) -> list[Candidate]:
        self._weights, self._current = self._draw_weights(), None
        start = self._unseen.sample(self.problem.rng, 1)
        self._unseen.remove(start)
        return candidates(start)

    def _draw_weights(self) -> Floats:
        """Return, of several uniform draws, the weights [m] farthest from all used before."""
        drawn = self.problem.rng.dirichlet(
            np.ones(len(self.problem.objectives)), size=self.settings.weight_draws
        )
        chosen: Floats = drawn[self._used_weights.distances(drawn).argmax()]
        self._used_weights.add(chosen)
        return chosen

    def _move_to(self, index: int) -> None:
        """Make an evaluation of the history the current one, with its unseen neighbours."""
        self._current = index
        around = self.problem.finite_space.neighbours(self._history[index].candidate.architecture)
        around = around[self.problem.rng.permutation(len(around))]
        self._neighbours = around[self._unseen.first_of_class(around)]

    def _weighted_sums(self, weights: Floats, of: Indices) -> Floats:
        """Return the weighted sums [k] of the scaled objectives of some evaluations.

        Parameters
        ----------
        weights : array [m]
        of : array of int [k]
            Indices of evaluations.
        """
        objectives = self._archive.objectives
        front = objectives[self._archive.front]  # its scale is that of everything told
        ideal, width = running_scale(front, self.problem.reference_point)
        sums: Floats = ((objectives[of] - ideal) / width) @ weights
        return sums


class _UsedWeights:
    """Weight vectors, and the distance of others to the nearest of them.

    A run in a space that is nearly searched draws thousands. All but the last are in a search tree,
    which is made again whenever an eighth of all are not in it.

    Parameters
    ----------
    objectives : int
        Number of weights of a vector, m.
    """

    def __init__(self, objectives: int) -> None:
        self._in_tree = np.empty((0, objectives))
        self._tree: Any = None
        self._others: list[Floats] = []

    def add(self, weights: Floats) -> None:
        """Add a vector [m]."""
        from scipy.spatial import KDTree

        self._others.append(weights)
        if len(self._others) > max(_OUTSIDE, len(self._in_tree) // 8):
            self._in_tree = np.concatenate([self._in_tree, self._others])
            self._tree, self._others = KDTree(self._in_tree), []

    def distances(self, drawn: Floats) -> Floats:
        """Return the distance [k] of vectors [k, m] to the nearest; 0 if there is none."""
        nearest = [] if self._tree is None else [self._in_tree[self._tree.query(drawn)[1]]]
        near = [np.linalg.norm(drawn - each, axis=1)[:, None] for each in nearest]
        if self._others:
            near.append(np.linalg.norm(drawn[:, None] - np.array(self._others), axis=2))
        return np.concatenate(near, axis=1).min(axis=1) if near else np.zeros(len(drawn))
