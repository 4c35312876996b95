"""MOEA/D, run by pymoo's parallel form of it, on normalised objectives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError
from bench.method import Problem, Setting
from methods._shared.pymoo import VARIATION, PymooMethod, reference_directions
from methods._shared.scaling import running_scale
from methods._shared.unseen import Unseen

__all__ = ["MOEAD"]

_ATTEMPTS = 100  # as many as pymoo's matings make in the other methods


class MOEAD(PymooMethod):
    """MOEA/D: one Tchebycheff subproblem for each weight vector.

    Decomposition, choice of parents and replacement are pymoo's (`ParallelMOEAD`): a generation has
    one offspring for each subproblem, made of its neighbours, and an offspring replaces whichever
    neighbours it is better than. The paper makes, evaluates and inserts offspring one after the
    other; here offspring of one generation do not become parents of each other, so that they can be
    asked for in batches.

    Differences from the paper, all *ours*:

    - objectives are normalised, as the paper advises and pymoo does not do: 0 is the best value
      told so far, 1 the worst within the non-dominated set of all told so far (members of this set
      beyond the reference point count only if all are beyond it). The scale is updated, and the
      whole population put on it, with every generation;
    - a subproblem starts with the best of the first designs for it, not with any of them;
    - offspring are made by uniform crossover and rounded polynomial mutation; one of a seen class
      is made again from other parents, and after 100 attempts drawn at random;
    - there is no external population: the run keeps everything that was evaluated.

    pymoo's `ParallelMOEAD` gives subproblem k a child of parents chosen for another subproblem: it
    takes children in the order of their matings, but they come sorted by their position in the
    pair. Here a child belongs to the subproblem that its parents were chosen for.
    """

    name = "moead"
    source = "Zhang and Li, IEEE TEVC 11(6), 2007; pymoo 0.6, ParallelMOEAD"
    summary = "Tchebycheff decomposition on normalised objectives (pymoo)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "population_size": Setting(
            None,
            "ours",
            "one for each weight vector; None means a twentieth of the budget, 10 to 100, so that "
            "there are 20 generations; the paper has 100 of 25,000 evaluations",
        ),
        "neighbours": Setting(
            None, "ours", "None means the nearest quarter, rounded up; the paper has 20 of 100"
        ),
        "neighbour_mating": Setting(
            0.9,
            "released code",
            "pymoo: probability that parents are neighbours; otherwise any two",
        ),
        "crossover_probability": Setting(1.0, "paper", "as for its continuous problems"),
        **VARIATION,
    }

    _generations = 20

    def __init__(self, problem: Problem, **settings: Any) -> None:
        self._told: list[Floats] = []
        super().__init__(problem, **settings)

    def _make_algorithm(self) -> Any:
        size = self._population_size
        neighbours = self.settings.neighbours
        if neighbours is None:
            neighbours = max(2, math.ceil(size / 4))
        for name, value in (("population_size", size), ("neighbours", neighbours)):
            if value < 2:
                raise MethodError(
                    f"method {self.name!r}: {name} is {value}; expected at least 2, because an "
                    f"offspring has two parents"
                )
        return _parallel_moead(
            self._unseen,
            ref_dirs=reference_directions(len(self.problem.objectives), size),
            n_neighbors=neighbours,
            prob_neighbor_mating=self.settings.neighbour_mating,
            variation=self._variation(),
        )

    def _tell_pymoo(self) -> None:
        self._told.extend(e.objectives for e in self._evaluated)
        if self._algorithm.is_initialized:  # members are put on the scale of this generation
            members = self._algorithm.pop
            members.set("F", self._for_pymoo(members.get("raw")))
        super()._tell_pymoo()

    def _for_pymoo(self, objectives: Floats) -> Floats:
        ideal, width = running_scale(np.array(self._told), self.problem.reference_point)
        scaled: Floats = (objectives - ideal) / width
        return scaled


def _parallel_moead(unseen: Unseen, variation: tuple[Any, Any], **options: Any) -> Any:
    """Return a ParallelMOEAD of pymoo that makes offspring of unseen classes."""
    from pymoo.algorithms.moo.moead import ParallelMOEAD
    from pymoo.core.mating import Mating
    from pymoo.core.population import Population
    from pymoo.decomposition.tchebicheff import Tchebicheff

    class OfNewClasses(ParallelMOEAD):  # type: ignore[misc,unused-ignore]
        def _initialize_advance(self, infills: Any = None, **kwargs: Any) -> None:
            self.ideal = np.zeros(self.problem.n_obj)  # objectives come normalised
            values = self.decomposition.do(
                infills.get("F"), self.ref_dirs, _type="many_to_many", ideal_point=self.ideal
            )
            self.pop = infills[values.argmin(axis=0)]

        def _infill(self) -> Any:
            """Make one child for each subproblem; the caller replaces missing ones by random."""
            missing = self.random_state.permutation(len(self.pop))
            children, served = Population.empty(), missing[:0]
            for _ in range(_ATTEMPTS):
                made = Population.merge(children, self._children(missing))
                subproblems = np.concatenate([served, missing])
                new = unseen.first_of_class(made.get("X"))
                children, served, missing = made[new], subproblems[new], subproblems[~new]
                if len(missing) == 0:
                    break
            self.indices = np.concatenate([served, missing])
            return children if len(children) else None

        def _children(self, subproblems: Any) -> Any:
            """Return one child for each subproblem, drawn from the two of a pair of parents."""
            parents = self.selection.do(
                self.problem,
                self.pop,
                len(subproblems),
                2,
                neighbors=self.neighbors[subproblems],
                random_state=self.random_state,
            )
            both = self.mating.do(
                self.problem,
                self.pop,
                2 * len(subproblems),
                n_max_iterations=1,
                parents=parents,
                random_state=self.random_state,
            )
            drawn = self.random_state.integers(2, size=len(subproblems))
            return both.reshape(2, -1)[drawn, np.arange(len(subproblems))]

    return OfNewClasses(mating=Mating(None, *variation), decomposition=Tchebicheff(), **options)
