"""What methods share whose generations are made by pymoo: ask and tell, variation, directions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import comb
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.errors import MethodError
from bench.method import Candidate, Evaluation, Problem, Setting, candidates
from bench.spaces import Box, FiniteSpace, Space
from bench.spaces.space import Kind, Rows
from methods._shared.generational import Generational
from methods._shared.unseen import Unseen

__all__ = ["VARIATION", "PymooMethod", "reference_directions"]

Floats = NDArray[np.float64]

_DIRECTIONS_SEED = 1  # of the energy method; the same directions in every run

VARIATION: Mapping[str, Setting] = {
    "mutation_probability": Setting(
        None, "paper", "of each variable; None means 1 / variables, as NSGA-II's section V"
    ),
    "mutation_eta": Setting(
        3.0,
        "released code",
        "pymoo's integer example; with NSGA-II's 20, 95 % of the steps round back to nothing",
    ),
    "box_mutation_eta": Setting(20.0, "paper", "in a box, where nothing is rounded: NSGA-II's"),
    "box_crossover_eta": Setting(
        20.0, "paper", "of simulated binary crossover, in a box: NSGA-II's section V, and MOEA/D's"
    ),
}


class PymooMethod(Generational):
    """A generation is handed out in batches and given back to pymoo when all of it is answered.

    The first population is the shared initial designs, filled up with random architectures. A
    generation that the budget cuts off is never given back, which changes nothing: it would only
    choose the next parents. All random numbers come from the run's own stream.

    Categories are crossed uniformly and mutated by rounded polynomial mutation; in a box, crossover
    is simulated binary and mutation not rounded, both pymoo's.

    A subclass makes pymoo's algorithm object and has the settings `population_size` (None means
    the budget divided by `_generations`, at least 10 and at most 100), `crossover_probability` and
    those of `VARIATION`.
    """

    spaces: ClassVar[tuple[Kind, ...]] = ("finite", "box")

    _generations: ClassVar[int] = 10

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._population_size = self._whole_population()
        self._answered: list[Evaluation] = []
        self._algorithm = self._set_up(self._make_algorithm())

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Keep the answers until the generation is complete."""
        self._unasked.remove([e.candidate.architecture for e in evaluations])
        self._answered.extend(evaluations)

    @property
    def _offspring_size(self) -> int:
        """Number of offspring in a generation."""
        return self._population_size

    @abstractmethod
    def _make_algorithm(self) -> Any:
        """Return pymoo's algorithm, not set up yet."""

    def _seen_by_pymoo(self, objectives: Floats) -> Floats:
        """Return the objectives [n, m] that pymoo is told; their own units unless overridden."""
        return objectives

    # -- ask and tell ----------------------------------------------------------------------------

    def _generation(self) -> list[Candidate]:
        return candidates(self._offspring())

    def _offspring(self) -> Rows:
        size, rng = self._population_size, self.problem.rng
        if not self._algorithm.is_initialized and len(self._answered) < size:
            return self._unasked.sample(rng, size - len(self._answered))
        self._give_back_answers()
        offspring = self._algorithm.ask()
        if offspring is None:  # pymoo found nothing new and would stop here; a run goes on
            self._algorithm.termination.force_termination = False
            return self._unasked.sample(rng, self._offspring_size)
        made = self.problem.space.check(offspring.get("X"))
        self._unasked.remove(made)
        return np.concatenate([made, self._unasked.sample(rng, self._offspring_size - len(made))])

    def _give_back_answers(self) -> None:
        from pymoo.core.population import Population
        from pymoo.problems.static import StaticProblem

        architectures = np.array([e.candidate.architecture for e in self._answered])
        objectives = np.array([e.objectives for e in self._answered])
        population = Population.new("X", architectures, "raw", objectives)
        known = StaticProblem(self._algorithm.problem, F=self._seen_by_pymoo(objectives))
        self._algorithm.evaluator.eval(known, population)
        self._algorithm.tell(infills=population)
        self._answered = []

    def _whole_population(self) -> int:
        size = self.settings.population_size
        if size is None:
            return min(max(self.problem.evaluations // self._generations, 10), 100)
        if size < 1:
            raise MethodError(
                f"method {self.name!r}: population_size is {size}; expected at least 1"
            )
        return int(size)

    # -- parts of pymoo --------------------------------------------------------------------------

    def _set_up(self, algorithm: Any) -> Any:
        from pymoo.core.termination import NoTermination

        bounds = _bounds(self.problem.space, len(self.problem.objectives))
        # The runner owns the budget: pymoo would count evaluations that it does not make itself.
        algorithm.setup(bounds, termination=NoTermination())
        # In place of the stream that setup seeds, so that all randomness is the run's own.
        algorithm.random_state = self.problem.rng
        return algorithm

    def _mating(self, tournament: Any) -> Any:
        """Return a mating of parents that `tournament` compares; offspring are of new classes."""
        from pymoo.operators.selection.tournament import TournamentSelection

        return _whole_generations(self._population_size)(
            TournamentSelection(func_comp=tournament),
            *self._variation(),
            eliminate_duplicates=_elimination(self.problem.space, self._unasked),
        )

    def _variation(self) -> tuple[Any, Any]:
        """Return crossover and mutation; what they make belongs to the space."""
        from pymoo.operators.crossover.sbx import SBX
        from pymoo.operators.crossover.ux import UniformCrossover
        from pymoo.operators.mutation.pm import PolynomialMutation

        space, settings = self.problem.space, self.settings
        if isinstance(space, Box):
            eta = settings.box_mutation_eta
            crossover = SBX(prob=settings.crossover_probability, eta=settings.box_crossover_eta)
        else:
            eta = settings.mutation_eta
            crossover = UniformCrossover(prob=settings.crossover_probability)
        probability = settings.mutation_probability
        mutation = PolynomialMutation(
            prob=1.0,
            prob_var=1.0 / space.variables if probability is None else probability,
            eta=eta,
            vtype=float,
            repair=_repair(space),
        )
        return crossover, mutation


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


def _bounds(space: Space, objectives: int) -> Any:
    """Return pymoo's problem, which knows the bounds of the variables and computes nothing."""
    from pymoo.core.problem import Problem as Bounds

    known: dict[str, Any] = {"n_var": space.variables, "n_obj": objectives}
    if isinstance(space, FiniteSpace):
        return Bounds(**known, xl=0, xu=np.asarray(space.cardinalities) - 1, vtype=int)
    if isinstance(space, Box):
        return Bounds(**known, xl=space.lower, xu=space.upper, vtype=float)
    raise MethodError(f"{space.name}: expected a finite space or a box")


def _repair(space: Space) -> Any:
    """Return a pymoo repair that rounds to categories, and then to what the space contains."""
    from pymoo.core.repair import Repair

    class Legal(Repair):  # type: ignore[misc,unused-ignore]
        def _do(self, problem: Any, X: Any, **kwargs: Any) -> Any:  # noqa: N803 - pymoo's name
            if isinstance(space, Box):
                return space.repair(X)
            return space.repair(np.around(X).astype(int)).astype(int)

    return Legal()


def _elimination(space: Space, unasked: Unseen) -> Any:
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


def reference_directions(objectives: int, n: int) -> Floats:
    """Return n directions [n, objectives] spread over the unit simplex, the same in every run.

    The lattice of Das and Dennis (SIAM Journal on Optimization 8(3), 1998) if it has exactly n
    points, which for two objectives it always has; else n points of least Riesz energy (Blank, Deb,
    Dhebar, Bandaru and Seada, IEEE TEVC 25(1), 2021), with a fixed seed. With fewer directions than
    objectives (or one alone, its middle) neither exists, and they are drawn from the simplex.

    Examples
    --------
    >>> reference_directions(2, 3).tolist()
    [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]
    """
    return _reference_directions(objectives, n).copy()


@lru_cache(maxsize=8)
def _reference_directions(objectives: int, n: int) -> Floats:
    from pymoo.util.ref_dirs import get_reference_directions

    directions: Floats
    if n == 1:
        directions = np.full((1, objectives), 1.0 / objectives)
    elif n < objectives:
        rng = np.random.default_rng(_DIRECTIONS_SEED)
        directions = rng.dirichlet(np.ones(objectives), size=n)
    elif (partitions := _partitions(objectives, n)) is not None:
        directions = get_reference_directions("das-dennis", objectives, n_partitions=partitions)
    else:
        directions = get_reference_directions("energy", objectives, n, seed=_DIRECTIONS_SEED)
    return directions


def _partitions(objectives: int, n: int) -> int | None:
    """Return the partitions whose lattice has n points, or None if there is no such number."""
    for partitions in range(1, n):
        if (points := comb(objectives + partitions - 1, partitions)) >= n:
            return partitions if points == n else None
    return None
