"""MOEA/D, run by pymoo's parallel form of it, on normalised objectives."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats, Indices
from bench.errors import MethodError
from bench.method import Problem, Setting
from bench.spaces.space import Rows
from methods._shared.archive import Archive
from methods._shared.pymoo import VARIATION, PymooMethod, reference_directions
from methods._shared.scaling import running_scale

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
        self._archive = Archive(len(problem.objectives))
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
            ref_dirs=reference_directions(len(self.problem.objectives), size),
            n_neighbors=neighbours,
            prob_neighbor_mating=self.settings.neighbour_mating,
        )

    def _mate(self) -> Rows:
        """Return one child for each subproblem; those of `algorithm.indices` that have none yet."""
        rng, space = self.problem.rng, self.problem.space
        missing = rng.permutation(self._algorithm.pop_size)
        children, served, taken = [space.check([])], [missing[:0]], set[Hashable]()
        for _ in range(_ATTEMPTS):
            made = self._children(missing)
            new = self._unseen.first_of_class(made, taken)
            children.append(made[new])
            served.append(missing[new])
            missing = missing[~new]
            if len(missing) == 0:
                break
        self._algorithm.indices = np.concatenate([*served, missing])  # the rest get random ones
        return np.concatenate(children)

    def _children(self, subproblems: Indices) -> Rows:
        """Return one child for each subproblem, drawn from the two of a pair of parents."""
        algorithm, rng = self._algorithm, self.problem.rng
        parents = algorithm.selection.do(
            algorithm.problem,
            algorithm.pop,
            len(subproblems),
            2,
            to_pop=False,
            neighbors=algorithm.neighbors[subproblems],
            random_state=rng,
        )
        both = self._variation.children(algorithm.pop.get("X")[parents.T], rng)
        drawn = rng.integers(2, size=len(subproblems))
        return both.reshape(2, len(subproblems), -1)[drawn, np.arange(len(subproblems))]

    def _tell_pymoo(self) -> None:
        self._archive.add(self._evaluated)
        if self._algorithm.is_initialized:  # members are put on the scale of this generation
            members = self._algorithm.pop
            members.set("F", self._for_pymoo(members.get("raw")))
        super()._tell_pymoo()

    def _for_pymoo(self, objectives: Floats) -> Floats:
        told = self._archive.objectives[self._archive.front]  # all others have the same scale
        ideal, width = running_scale(told, self.problem.reference_point)
        scaled: Floats = (objectives - ideal) / width
        return scaled


def _parallel_moead(**options: Any) -> Any:
    """Return a ParallelMOEAD of pymoo that starts each subproblem with the best design for it."""
    from pymoo.algorithms.moo.moead import ParallelMOEAD
    from pymoo.decomposition.tchebicheff import Tchebicheff

    class FromTheBest(ParallelMOEAD):  # type: ignore[misc,unused-ignore]
        def _initialize_advance(self, infills: Any = None, **kwargs: Any) -> None:
            self.ideal = np.zeros(self.problem.n_obj)  # objectives come normalised
            values = self.decomposition.do(
                infills.get("F"), self.ref_dirs, _type="many_to_many", ideal_point=self.ideal
            )
            self.pop = infills[values.argmin(axis=0)]

    return FromTheBest(decomposition=Tchebicheff(), **options)
