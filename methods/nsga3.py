"""NSGA-III, run by pymoo's algorithm object."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats
from bench.method import Problem, Setting
from methods._shared.pymoo import VARIATION, PymooMethod, reference_directions

__all__ = ["NSGA3"]


class NSGA3(PymooMethod):
    """NSGA-III: non-dominated sorting, and niches around reference directions.

    Survival (hyperplane through the extreme points, association, niching), random parents, uniform
    crossover and polynomial mutation are pymoo's. There are as many reference directions as members
    of the population.

    Differences from the paper, all *ours*:

    - the population is small, so its directions are the Das-Dennis lattice only where this has as
      many points, as for two objectives; else points of least Riesz energy (the paper's lattices of
      one or two layers have 6, 12, 21, ... points for six objectives);
    - first population, crossover and seen classes as in `nsga2`;
    - objectives are given to pymoo divided by their range in the first population, because its
      search for extreme points has thresholds in absolute units (1e-3, 1e-6).
    """

    name = "nsga3"
    source = "Deb and Jain, IEEE TEVC 18(4), 2014, Algorithms 1 to 4; pymoo 0.6, NSGA3"
    summary = "non-dominated sorting and reference directions (pymoo)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "population_size": Setting(
            None,
            "ours",
            "None means a tenth of the budget, 10 to 100: ten generations, which the paper's 92 "
            "to 276 would not leave in 200 evaluations",
        ),
        "crossover_probability": Setting(1.0, "paper", "table II: p_c = 1"),
        **VARIATION,
        "box_crossover_eta": Setting(30.0, "paper", "table II: eta_c = 30, in a box"),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._scale: Floats | None = None

    def _make_algorithm(self) -> Any:
        from pymoo.algorithms.moo import nsga3

        size = self._population_size
        return nsga3.NSGA3(
            reference_directions(len(self.problem.objectives), size),
            pop_size=size,
        )

    def _for_pymoo(self, objectives: Floats) -> Floats:
        if self._scale is None:
            width = np.ptp(objectives, axis=0)
            self._scale = np.where(width > 0, width, 1.0)
        scaled: Floats = objectives / self._scale
        return scaled

    def _tell_pymoo(self) -> None:
        with warnings.catch_warnings():  # pymoo turns all warnings off, and not on again
            super()._tell_pymoo()
