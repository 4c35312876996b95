"""NSGA-II, played by pymoo's own algorithm object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bench.method import Candidate, Evaluation, Problem, Setting, candidates
from bench.spaces.finite import Architectures, FiniteSpace
from methods._generational import Generational
from methods._unasked import Unasked

__all__ = ["NSGA2"]


class NSGA2(Generational):
    """NSGA-II on integer variables: non-dominated sorting, crowding, binary tournaments.

    Survival, tournament, uniform crossover and polynomial mutation are pymoo's; the generation is
    handed out in batches and given back to pymoo when all of it is answered. A generation that the
    budget cuts off is never sorted, which changes nothing: it would only choose the next parents.
    Objectives enter in their own units; pymoo's crowding distance scales each by its range.

    What differs from the paper, all *ours*:

    - the first population is the shared initial designs, filled up with random architectures (if
      there are more designs than the population holds, all of them are the first parents);
    - uniform crossover replaces simulated binary crossover, which would blend categories that
      have no order; mutation remains polynomial, rounded to the nearest category;
    - an offspring whose isomorphism class was asked for before, in any generation, is made anew
      (pymoo's own default looks at the current population only); what cannot be made in 100
      attempts is drawn at random.
    """

    name = "nsga2"
    source = "Deb, Pratap, Agarwal and Meyarivan, IEEE TEVC 6(2), 2002; pymoo 0.6, NSGA2"
    summary = "non-dominated sorting and crowding distance (pymoo)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "population_size": Setting(
            20, "ours", "the paper's 100 leaves 2 generations of 200 evaluations; 20 leaves 10"
        ),
        "crossover_probability": Setting(0.9, "paper", "section V: p_c = 0.9"),
        "mutation_probability": Setting(
            None, "paper", "of each variable; None means 1 / variables, section V"
        ),
        "mutation_eta": Setting(
            3.0,
            "released code",
            "pymoo's integer example; with the paper's 20, 95 % of the steps round back to nothing",
        ),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._answered: list[Evaluation] = []
        self._algorithm = self._make_algorithm()

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Keep the answers until the generation is complete."""
        self._unasked.remove([e.candidate.architecture for e in evaluations])
        self._answered.extend(evaluations)

    def _generation(self) -> list[Candidate]:
        return candidates(self._offspring())

    def _offspring(self) -> Architectures:
        size, rng = self.settings.population_size, self.problem.rng
        if not self._algorithm.is_initialized and len(self._answered) < size:
            return self._unasked.sample(rng, size - len(self._answered))
        self._give_back_answers()
        offspring = self._algorithm.ask()
        if offspring is None:  # pymoo found nothing new and would stop here
            return self._unasked.sample(rng, size)
        made = self.problem.space.check(offspring.get("X"))
        self._unasked.remove(made)
        return np.concatenate([made, self._unasked.sample(rng, size - len(made))])

    def _give_back_answers(self) -> None:
        from pymoo.core.population import Population
        from pymoo.problems.static import StaticProblem

        architectures = np.array([e.candidate.architecture for e in self._answered])
        population = Population.new("X", architectures)
        objectives = np.array([e.objectives for e in self._answered])
        known = StaticProblem(self._algorithm.problem, F=objectives)
        self._algorithm.evaluator.eval(known, population)
        self._algorithm.tell(infills=population)
        self._answered = []

    def _make_algorithm(self) -> Any:
        from pymoo.algorithms.moo import nsga2
        from pymoo.core.problem import Problem as Bounds
        from pymoo.core.termination import NoTermination
        from pymoo.operators.crossover.ux import UniformCrossover
        from pymoo.operators.mutation.pm import PolynomialMutation
        from pymoo.operators.selection.tournament import TournamentSelection

        space, settings = self.problem.space, self.settings
        mating = _whole_generations(settings.population_size)(
            TournamentSelection(func_comp=nsga2.binary_tournament),
            UniformCrossover(prob=settings.crossover_probability),
            PolynomialMutation(
                prob=1.0,
                prob_var=settings.mutation_probability or 1.0 / space.variables,
                eta=settings.mutation_eta,
                vtype=float,
                repair=_repair(space),
            ),
            eliminate_duplicates=_elimination(space, self._unasked),
        )
        algorithm = nsga2.NSGA2(pop_size=settings.population_size, mating=mating)
        bounds = Bounds(
            n_var=space.variables,
            n_obj=len(self.problem.objectives),
            xl=0,
            xu=np.asarray(space.cardinalities) - 1,
            vtype=int,
        )
        # The runner owns the budget: pymoo would count evaluations that it does not make itself.
        algorithm.setup(bounds, termination=NoTermination())
        # In place of the stream that setup seeds, so that all randomness is the run's own.
        algorithm.random_state = self.problem.rng
        return algorithm


def _whole_generations(size: int) -> Any:
    """Return pymoo's mating, making `size` offspring each time it is called for what is missing.

    Towards the end of a run most offspring are known already, and a call for the last few costs
    as much as one for all; pymoo cuts off what is too many.
    """
    from pymoo.core.mating import Mating

    class WholeGenerations(Mating):  # type: ignore[misc,unused-ignore]
        def _do(self, problem: Any, pop: Any, n_offsprings: int, **kwargs: Any) -> Any:
            return super()._do(problem, pop, size, **kwargs)

    return WholeGenerations


def _repair(space: FiniteSpace) -> Any:
    """Return a pymoo repair that rounds to categories, and then to what the space contains."""
    from pymoo.operators.repair.rounding import RoundingRepair

    class Legal(RoundingRepair):  # type: ignore[misc,unused-ignore]
        def _do(self, problem: Any, X: Any, **kwargs: Any) -> Any:  # noqa: N803 - pymoo's name
            return space.repair(super()._do(problem, X, **kwargs)).astype(int)

    return Legal()


def _elimination(space: FiniteSpace, unasked: Unasked) -> Any:
    """Return a pymoo duplicate elimination that knows everything that was asked for."""
    from pymoo.core.duplicate import DuplicateElimination

    class OfWholeRun(DuplicateElimination):  # type: ignore[misc,unused-ignore]
        def _do(self, pop: Any, other: Any, is_duplicate: Any) -> Any:
            if other is None:
                is_duplicate[~unasked.first_of_class(pop.get("X"))] = True
            else:
                known = set(space.class_keys(other.get("X")))
                is_duplicate[[k in known for k in space.class_keys(pop.get("X"))]] = True
            return is_duplicate

    return OfWholeRun()
