"""NSGA-II, run by pymoo's algorithm object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bench.method import Setting
from methods._shared.mating import Comparison, by_dominance_and_crowding
from methods._shared.pymoo import VARIATION, PymooMethod

__all__ = ["NSGA2"]


class NSGA2(PymooMethod):
    """NSGA-II: non-dominated sorting, crowding distance, binary tournaments.

    Survival, tournament, uniform crossover and polynomial mutation are pymoo's. A generation is
    asked for in batches and given to pymoo once all of it is evaluated. A generation that the
    budget cuts off is never sorted, which changes nothing: it would only decide the next parents.
    Objectives are in their own units; pymoo's crowding distance scales each by its range.

    Differences from the paper, all *ours*:

    - the first population is the shared initial designs, filled up with random architectures (if
      there are more designs than the population holds, all of them are the first parents);
    - in a finite space uniform crossover replaces simulated binary crossover, which would blend
      categories that have no order; mutation remains polynomial, rounded to the nearest category;
    - an offspring whose isomorphism class was seen before, in any generation, is made again
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
        **VARIATION,
    }

    def _comparison(self, population: Any) -> Comparison:
        return by_dominance_and_crowding(population)

    def _make_algorithm(self) -> Any:
        from pymoo.algorithms.moo import nsga2

        return nsga2.NSGA2(pop_size=self._population_size)
