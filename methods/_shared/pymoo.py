"""The base of methods whose generations pymoo makes: ask and tell, variation, directions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import comb
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError
from bench.method import Candidate, Evaluation, Problem, Setting, candidates
from bench.spaces import Box, FiniteSpace, Space
from bench.spaces.space import Kind, Rows
from methods._shared.generational import Generational
from methods._shared.mating import Comparison, Mating, Variation, by_lot
from methods._shared.settings import require_at_least

__all__ = ["VARIATION", "PymooMethod", "reference_directions"]

_DIRECTIONS_SEED = 1  # of the energy method; the same directions in every run

VARIATION: Mapping[str, Setting] = {
    "mutation_probability": Setting(
        None, "paper", "of each variable; None means 1 / variables, as in section V of NSGA-II"
    ),
    "mutation_eta": Setting(
        3.0,
        "released code",
        "pymoo's example for integers; with the 20 of NSGA-II, 95 % of the steps round to zero",
    ),
    "box_mutation_eta": Setting(
        20.0, "paper", "in a box, where nothing is rounded: section V of NSGA-II"
    ),
    "box_crossover_eta": Setting(
        20.0,
        "paper",
        "of simulated binary crossover, in a box: section V of NSGA-II, and MOEA/D",
    ),
}


class PymooMethod(Generational):
    """A method whose generations are made by an algorithm object of pymoo.

    A generation is asked for in batches and given to pymoo once all of it is evaluated. The first
    population is the shared initial designs, filled up with random architectures. A generation that
    the budget cuts off is never given to pymoo, which changes nothing: it would only decide the
    next parents. All random numbers come from the run's own stream.

    In a finite space crossover is uniform and mutation is polynomial, rounded to categories; in a
    box crossover is simulated binary and mutation is not rounded. All are pymoo's; parents and
    offspring are arrays (see `mating`), and pymoo's objects hold the population between generations
    and decide who survives.

    An offspring has two parents, and pymoo reports neither: candidates carry no lineage.

    A subclass makes pymoo's algorithm object, says how parents are compared, and has the
    settings `population_size` (None means the budget divided by `_generations`, at least 10 and at
    most 100), `crossover_probability` and those of `VARIATION`.
    """

    spaces: ClassVar[tuple[Kind, ...]] = ("finite", "box")

    _generations: ClassVar[int] = 10

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._population_size = self._choose_population_size()
        self._evaluated: list[Evaluation] = []  # of this generation, not known to pymoo yet
        self._bounds = _bounds(problem.space, len(problem.objectives))
        self._variation = self._make_variation()
        self._algorithm = self._set_up(self._make_algorithm())

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Keep the answers until the generation is complete."""
        self._unseen.remove([e.candidate.architecture for e in evaluations])
        self._evaluated.extend(evaluations)

    @property
    def _offspring_size(self) -> int:
        """Number of offspring in a generation."""
        return self._population_size

    @abstractmethod
    def _make_algorithm(self) -> Any:
        """Return pymoo's algorithm object, not set up yet."""

    def _comparison(self, population: Any) -> Comparison:
        """Return how parents are compared in tournaments; by lot unless overridden."""
        return by_lot(population)

    def _for_pymoo(self, objectives: Floats) -> Floats:
        """Return the objectives [n, m] that pymoo is told; in their own units unless overridden."""
        return objectives

    # -- ask and tell ----------------------------------------------------------------------------

    def _generation(self) -> list[Candidate]:
        return candidates(self._offspring())

    def _offspring(self) -> Rows:
        size, rng = self._population_size, self.problem.rng
        if not self._algorithm.is_initialized and len(self._evaluated) < size:
            return self._unseen.sample(rng, size - len(self._evaluated))
        self._tell_pymoo()
        made = self._mate()
        self._unseen.remove(made)
        return np.concatenate([made, self._unseen.sample(rng, self._offspring_size - len(made))])

    def _mate(self) -> Rows:
        """Return offspring of unseen classes, or fewer than a generation if there are too few."""
        population = self._algorithm.pop
        compare, size = self._comparison(population), self._population_size
        mating = Mating(compare, self._variation, self._unseen, size)
        return mating.offspring(population.get("X"), self._offspring_size, self.problem.rng)

    def _tell_pymoo(self) -> None:
        """Give the evaluated generation to pymoo."""
        from pymoo.core.population import Population

        architectures = np.array([e.candidate.architecture for e in self._evaluated])
        objectives = np.array([e.objectives for e in self._evaluated])
        self._algorithm.tell(
            infills=Population.new(
                "X", architectures, "raw", objectives, "F", self._for_pymoo(objectives)
            )
        )
        self._evaluated = []

    def _choose_population_size(self) -> int:
        size = self.settings.population_size
        if size is None:
            return min(max(self.problem.evaluations // self._generations, 10), 100)
        require_at_least(self, "population_size", 1)
        return int(size)

    # -- parts of pymoo --------------------------------------------------------------------------

    def _set_up(self, algorithm: Any) -> Any:
        from pymoo.core.termination import NoTermination

        # The runner owns the budget: pymoo would count evaluations that it does not make itself.
        algorithm.setup(self._bounds, termination=NoTermination())
        # Replaces the generator that setup seeds: all randomness is from the run's own stream.
        algorithm.random_state = self.problem.rng
        return algorithm

    def _make_variation(self) -> Variation:
        """Return pymoo's crossover and mutation."""
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
        )
        return Variation(crossover, mutation, self._bounds, space)


def _bounds(space: Space, objectives: int) -> Any:
    """Return a problem of pymoo that has the bounds of the variables and computes nothing."""
    from pymoo.core.problem import Problem as Bounds

    known: dict[str, Any] = {"n_var": space.variables, "n_obj": objectives}
    if isinstance(space, FiniteSpace):
        return Bounds(**known, xl=0, xu=np.asarray(space.cardinalities) - 1, vtype=int)
    if isinstance(space, Box):
        return Bounds(**known, xl=space.lower, xu=space.upper, vtype=float)
    raise MethodError(f"{space.name}: expected a finite space or a box")


def reference_directions(objectives: int, n: int) -> Floats:
    """Return n directions [n, objectives] spread over the unit simplex, the same in every run.

    The lattice of Das and Dennis if it has exactly n points, as it always has for two objectives;
    else n points of least Riesz energy, with a fixed seed. Neither exists for fewer directions than
    objectives: these are drawn uniformly with a fixed seed, and a single one is the middle.

    Parameters
    ----------
    objectives : int
    n : int
        Number of directions.

    Notes
    -----
    Das and Dennis, SIAM Journal on Optimization 8(3), 1998; Blank, Deb, Dhebar, Bandaru and Seada,
    IEEE TEVC 25(1), 2021.

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
    """Return the number of partitions whose lattice has n points; None if there is none."""
    for partitions in range(1, n):
        if (points := comb(objectives + partitions - 1, partitions)) >= n:
            return partitions if points == n else None
    return None
