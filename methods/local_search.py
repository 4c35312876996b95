"""Multi-objective local search: climbs along random weighted sums, restarted at local optima."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.errors import MethodError
from bench.method import Candidate, Evaluation, Method, Problem, Setting, candidates
from bench.spaces.finite import Architectures
from methods._shared.scaling import running_scale
from methods._shared.unseen import Unseen

__all__ = ["LocalSearch"]

Floats = NDArray[np.float64]


_DRAWS = 50  # weight vectors tried before the search starts afresh


class LocalSearch(Method):
    """Climb from a start along a random weighted sum to a local optimum; draw new weights; again.

    Of the paper, as its released code has it (`LS.cpp`): weights are uniform, neighbours differ in
    one variable and are evaluated in random order, whatever improves the weighted sum is moved to
    at once, and when no neighbour does the search restarts with new weights. All that was evaluated
    is kept.

    What differs from it, all *ours*:

    - a restart is at the best so far for the new weights, the paper's at a random architecture,
      from where most of a few hundred evaluations would go into climbing again (`restart =
      "random"` is the paper's). If 50 draws of weights lead to nothing but neighbourhoods that were
      all asked for, the start is random anyway;
    - weights are those of several draws that are farthest from all weights taken before: few climbs
      are made, and they should not lead to the same end of the front twice (the released code can
      halve the largest gap instead, for two objectives);
    - neighbours come in random order altogether, not all categories of one variable after those of
      another, and a move is made after a batch: to its best member, if that improves. With batches
      of one that is the first improvement; in any case a space with many neighbours is left before
      all of them are seen. In a space that lists its members they are the nearest of these;
    - objectives are scaled by ideal and nadir of what was found so far (the paper's have known
      bounds), and there may be more than two: weights are uniform on the simplex;
    - a neighbour whose class was asked for before is not asked for again.
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
            20, "ours", "1 is the paper's; a short run has few climbs, which should go apart"
        ),
        "restart": Setting(
            "best", "ours", "'random' is the paper's, which spends a short run on climbing again"
        ),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        if self.settings.restart not in {"best", "random"}:
            raise MethodError(
                f"method {self.name!r}: restart is {self.settings.restart!r}; expected 'best' or "
                f"'random'"
            )
        if self.settings.weight_draws < 1:
            raise MethodError(
                f"method {self.name!r}: weight_draws is {self.settings.weight_draws}; expected at "
                f"least 1"
            )
        self._told: list[Evaluation] = []
        self._unasked = Unseen(problem.space)
        self._weights: Floats | None = None
        self._centre: int | None = None  # place in `_told`
        self._taken: list[Floats] = []  # weights taken so far
        self._neighbours: Architectures = np.empty((0, problem.space.variables), dtype=np.int8)

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to the archive, and move to the best of them if it improves."""
        new = len(self._told)
        self._told.extend(evaluations)
        self._unasked.remove([e.candidate.architecture for e in evaluations])
        if self._weights is None:  # the initial designs
            return
        values = self._weighted_sums(self._weights)
        best = new + int(values[new:].argmin())
        if self._centre is None or values[best] < values[self._centre]:
            self._move_to(best)

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return up to n neighbours of the centre, or the start of a new climb."""
        draws = _DRAWS if self.settings.restart == "best" and self._told else 0
        while not (asked := self._take_neighbours(n)) and draws > 0:
            self._weights = self._draw_weights()
            self._move_to(int(self._weighted_sums(self._weights).argmin()))
            draws -= 1
        return asked or self._random_start()

    def _take_neighbours(self, n: int) -> list[Candidate]:
        """Return the next n neighbours that are new; none at a local optimum."""
        new = self._neighbours[self._unasked.first_of_class(self._neighbours)]
        taken, self._neighbours = new[:n], new[n:]
        if self._centre is None or len(taken) == 0:
            return []
        self._unasked.remove(taken)
        parent = self._told[self._centre].number
        return [Candidate(tuple(row), parent, ("neighbour",)) for row in taken.tolist()]

    def _random_start(self) -> list[Candidate]:
        self._weights, self._centre = self._draw_weights(), None
        start = self._unasked.sample(self.problem.rng, 1)
        self._unasked.remove(start)
        return candidates(start)

    def _draw_weights(self) -> Floats:
        """Return, of several uniform draws, the weights farthest from all that were taken."""
        drawn = self.problem.rng.dirichlet(
            np.ones(len(self.problem.objectives)), size=self.settings.weight_draws
        )
        apart = np.zeros(len(drawn))
        if self._taken:
            apart = np.linalg.norm(drawn[:, None] - np.array(self._taken), axis=2).min(axis=1)
        self._taken.append(drawn[apart.argmax()])
        return self._taken[-1]

    def _move_to(self, centre: int) -> None:
        self._centre = centre
        around = self.problem.finite_space.neighbours(self._told[centre].candidate.architecture)
        self._neighbours = around[self.problem.rng.permutation(len(around))]

    def _weighted_sums(self, weights: Floats) -> Floats:
        """Return the scaled and weighted objectives [n] of everything told."""
        objectives = np.array([e.objectives for e in self._told])
        ideal, width = running_scale(objectives, self.problem.reference_point)
        sums: Floats = ((objectives - ideal) / width) @ weights
        return sums
